"""Bringing commits to a new branch, as the user would with `git switch` and `git cherry-pick`."""

from collections.abc import Sequence

from gryt.errors import Refused
from gryt.git.process import Finished
from gryt.git.repository import Repository
from gryt.values import Value

_MAX_SKIPPED = 1000


class Picked(Value):
    """What became of cherry-picks."""

    commits: tuple[str, ...]
    """The new commits, oldest first."""
    conflicts: tuple[str, ...] = ()
    """Paths that git could not merge; the pick is left as it is."""


def switch_to_new(repository: Repository, branch: str, start: str) -> None:
    """Make a branch and check it out; raise Refused where git does not, with git's words."""
    finished = repository.git.attempt("switch", "--quiet", "--no-track", "-c", branch, start)
    if finished.status != 0:
        raise Refused(f"cannot switch to '{branch}'", details=finished.stderr.splitlines())


def cherry_pick(repository: Repository, commits: Sequence[str]) -> Picked:
    """Pick commits onto HEAD, each naming where it is from; merges bring what they merged.

    What is there already is passed over. Raises Refused where git fails for another reason than a
    conflict.
    """
    git = repository.git
    before = git.run("rev-parse", "HEAD").text
    # for a commit that is no merge, the first parent is the only one
    finished = git.attempt("cherry-pick", "-x", "-m", "1", "--end-of-options", *commits)
    for _ in range(_MAX_SKIPPED):
        if finished.status == 0:
            break
        conflicts = _unmerged(repository)
        if conflicts or not _is_empty(repository):
            return _stopped(repository, before, conflicts, finished)
        finished = git.attempt("cherry-pick", "--skip")
    return Picked(_since(repository, before))


def _stopped(
    repository: Repository, before: str, conflicts: tuple[str, ...], finished: Finished
) -> Picked:
    if not conflicts:
        raise Refused(
            "cannot cherry-pick",
            details=finished.stderr.splitlines(),
            hints=["git status", "git cherry-pick --abort"],
        )
    return Picked(_since(repository, before), conflicts)


def _since(repository: Repository, before: str) -> tuple[str, ...]:
    listed = repository.git.run("rev-list", "--reverse", f"{before}..HEAD")
    return tuple(listed.text.splitlines())


def _unmerged(repository: Repository) -> tuple[str, ...]:
    listed = repository.git.run("diff", "--name-only", "--diff-filter=U", "-z")
    return tuple(path for path in listed.text.split("\0") if path)


def _is_empty(repository: Repository) -> bool:
    """Tell whether a pick stopped because it changes nothing."""
    git = repository.git
    if git.attempt("rev-parse", "--verify", "--quiet", "CHERRY_PICK_HEAD").status != 0:
        return False
    return git.attempt("diff", "--cached", "--quiet", "HEAD").status == 0
