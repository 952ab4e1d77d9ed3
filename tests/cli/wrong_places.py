"""Wrong repositories."""

from pathlib import Path

from tests.cli.wrong import NOT_FOUND, REFUSED, Wrong
from tests.support.cli import Gryt
from tests.support.git import Repo, git

NO_REPOSITORY = "not-a-repository"


def _beside(repo: Repo, name: str) -> Path:
    path = repo.path.parent / name
    path.mkdir()
    return path


def _no_repository(repo: Repo) -> Path:
    return _beside(repo, "nothing")


def _empty(repo: Repo) -> Path:
    path = _beside(repo, "empty")
    git("init", "--quiet", path, cwd=path)
    Gryt().ok("generation", "new", "v1.0.0", "--change", "add:A:T", cwd=path)
    return path


def _bare(repo: Repo) -> Path:
    path = repo.path.parent / "bare.git"
    git("clone", "--quiet", "--mirror", repo, path, cwd=repo)
    return path


def _inside_git(repo: Repo) -> Path:
    return repo / ".git"


def _sha256(repo: Repo) -> Path:
    path = _beside(repo, "sha256")
    git("init", "--quiet", "--object-format=sha256", path, cwd=path)
    return path


def _lost_worktree(repo: Repo) -> Path:
    path = _beside(repo, "lost")
    (path / ".git").write_text("gitdir: /nowhere/at/all\n")
    return path


def _foreign_tag(repo: Repo) -> None:
    repo.git("tag", "v1.5.0", "HEAD~1")


def _foreign_tag_here(repo: Repo) -> None:
    repo.git("tag", "v1.5.0")


def _foreign_tag_below(repo: Repo) -> None:
    repo.git("tag", "v1.5.0/try")


_BARE_WHY = "this needs a work tree, and the repository is bare"
_CLONE = "run it in a clone with a work tree"

PLACES = {
    "not a repository": Wrong(
        ("generation", "list"),
        NO_REPOSITORY,
        "nothing' is not in a git repository",
        "git init",
        given=_no_repository,
    ),
    "a work tree without its repository": Wrong(
        ("generation", "list"),
        NO_REPOSITORY,
        "lost' is not in a git repository",
        "gryt -C DIR",
        given=_lost_worktree,
    ),
    "no commit yet, start": Wrong(
        ("evolution", "start", "v1.0.0", "--change", "A"),
        REFUSED,
        "there is no commit yet",
        "git commit",
        given=_empty,
    ),
    "no commit yet, promote": Wrong(
        ("generation", "promote", "v1.0.0"),
        NOT_FOUND,
        "'HEAD' names no commit here",
        "git ",
        given=_empty,
    ),
    "sha256 objects": Wrong(
        ("generation", "list"),
        REFUSED,
        "has sha256 objects",
        "git init --object-format=sha1",
        given=_sha256,
    ),
    "bare repository, init": Wrong(("init",), REFUSED, _BARE_WHY, _CLONE, given=_bare),
    "bare repository, run": Wrong(("run", "full-ci"), REFUSED, _BARE_WHY, _CLONE, given=_bare),
    "bare repository, edit": Wrong(
        ("generation", "edit", "v1.5.0"), REFUSED, _BARE_WHY, _CLONE, given=_bare
    ),
    "bare repository, update": Wrong(
        ("generation", "update", "v1.5.0"), REFUSED, _BARE_WHY, _CLONE, given=_bare
    ),
    "inside .git": Wrong(("run", "full-ci"), REFUSED, "needs a work tree", given=_inside_git),
    "foreign tag": Wrong(
        ("generation", "promote", "v1.5.0"),
        REFUSED,
        "tag 'v1.5.0' exists already, at",
        "git show v1.5.0",
        given=_foreign_tag,
    ),
    "foreign tag in the way": Wrong(
        ("generation", "promote", "v1.5.0"),
        REFUSED,
        "tag 'v1.5.0/try'",
        "git tag -d v1.5.0/try",
        given=_foreign_tag_below,
    ),
    "foreign tag on this commit": Wrong(
        ("generation", "promote", "v1.5.0"),
        REFUSED,
        "tag 'v1.5.0' exists already, at this commit",
        "git tag -d v1.5.0",
        given=_foreign_tag_here,
    ),
}
