"""Linked work trees: further checkouts of one repository, for as long as they are needed."""

from pathlib import Path

from gryt.git.process import Git
from gryt.git.repository import Repository, discover

_OF_ANOTHER = frozenset(
    {"GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_INDEX_FILE", "GIT_PREFIX"}
    | {"GIT_IMPLICIT_WORK_TREE", "GIT_OBJECT_DIRECTORY", "GIT_NAMESPACE"}
)
"""Variables that would make git work on the place that gryt was called from."""


def add_worktree(repository: Repository, top: Path, commit: str) -> Repository:
    """Check a commit out at `top`, whole and with HEAD detached; return it as a repository."""
    whole = ("-c", "core.sparseCheckout=false")
    _inside(repository).run(*whole, "worktree", "add", "--quiet", "--detach", str(top), commit)
    return discover(Git(top, _environment(repository)))


def remove_worktree(repository: Repository, top: Path) -> None:
    """Make git forget a linked work tree, whatever state it is in; its files may remain."""
    # Twice: git locks one that it is still making.
    _inside(repository).attempt("worktree", "remove", "--force", "--force", str(top))


def _inside(repository: Repository) -> Git:
    return Git(repository.common_dir, _environment(repository))


def _environment(repository: Repository) -> dict[str, str]:
    return {name: value for name, value in repository.git.env.items() if name not in _OF_ANOTHER}
