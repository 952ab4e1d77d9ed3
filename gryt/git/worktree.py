"""What is checked out: HEAD, the branch, and whether anything differs from it."""

import re
from collections.abc import Iterable
from pathlib import Path

from gryt.git.process import Git
from gryt.git.repository import Repository, readable
from gryt.values import Value

_STATUS = (
    *("status", "--porcelain=v2", "--branch", "-z", "--untracked-files=normal"),
    "--ignore-submodules=none",
)
_RESOLVE = ("rev-parse", "--verify", "--quiet", "--end-of-options")
_LISTED = ("ls-files", "-v", "-z", "--full-name", ":/")


class Head(Value):
    """What HEAD is."""

    commit: str | None
    """None where there is no commit yet."""
    branch: str | None
    """None where HEAD is detached."""


class WorkTree(Value):
    """HEAD, and every path that keeps the work tree from being that commit."""

    head: Head
    changed: tuple[str, ...]
    """Tracked paths that differ from HEAD, in the index or on disk."""
    untracked: tuple[str, ...]
    """Paths that are neither tracked nor ignored."""
    unseen: tuple[str, ...] = ()
    """Tracked paths at which git was told not to look, so that nobody knows whether they differ."""

    @property
    def is_clean(self) -> bool:
        """Tell whether what is on disk is the commit."""
        return not self.changed and not self.untracked and not self.unseen


def look_ahead(git: Git) -> None:
    """Begin what `read_worktree` asks, both at a time: neither needs the other."""
    git.ahead(*_STATUS)
    git.ahead(*_LISTED)


def read_worktree(repository: Repository) -> WorkTree:
    """Return HEAD and what differs from it."""
    look_ahead(repository.git)
    listed = repository.git.run(*_STATUS)
    head = Head(None, None)
    changed: list[str] = []
    untracked: list[str] = []
    items = iter(listed.text.split("\0"))
    for item in items:
        kind, _, rest = item.partition(" ")
        if kind == "#":
            head = _header(head, rest)
        elif kind == "?":
            untracked.append(rest)
        elif kind in {"1", "2", "u"}:
            fields = {"1": 7, "2": 8, "u": 9}[kind]
            changed.append(rest.split(" ", fields)[-1])
            if kind == "2":
                next(items, None)  # the path that it was renamed from
    return WorkTree(head, tuple(changed), tuple(untracked), _unseen(repository))


def _unseen(repository: Repository) -> tuple[str, ...]:
    """Return the paths that are marked assume-unchanged, or skip-worktree although they are here.

    `git status` calls such a file clean whatever is in it.
    """
    listed = repository.git.run(*_LISTED).text
    found = []
    for mark in re.finditer("\0([a-zS]) ([^\0]*)", f"\0{listed}"):
        flag, path = mark.groups()
        if flag != "S" or (repository.top is not None and (repository.top / path).exists()):
            found.append(path)
    return tuple(found)


def _header(head: Head, line: str) -> Head:
    name, _, value = line.partition(" ")
    if name == "branch.oid" and value != "(initial)":
        return Head(value, head.branch)
    if name == "branch.head" and value != "(detached)":
        return Head(head.commit, readable(value))
    return head


def resolve_commit(repository: Repository, revision: str) -> str | None:
    """Return the commit that a revision names; None where it names none."""
    return _resolve(repository, f"{revision}^{{commit}}")


def ask_tree(repository: Repository, revision: str) -> None:
    """Begin to ask what `resolve_tree` returns."""
    repository.git.ahead(*_RESOLVE, f"{revision}^{{tree}}")


def resolve_tree(repository: Repository, revision: str) -> str | None:
    """Return the tree that a revision leads to; None where it leads to none."""
    return _resolve(repository, f"{revision}^{{tree}}")


def _resolve(repository: Repository, expression: str) -> str | None:
    asked = repository.git.attempt(*_RESOLVE, expression)
    return asked.text or None if asked.status == 0 else None


def ignored(repository: Repository, paths: Iterable[Path]) -> set[str]:
    """Return which of these files of the work tree git ignores; a tracked file never is."""
    listed = "\0".join(map(str, paths))
    # 0: some are, 1: none is, 128: cannot tell
    asked = repository.git.attempt(
        "check-ignore", "-z", "--stdin", stdin=listed.encode("utf-8", "surrogateescape")
    )
    return set(filter(None, asked.stdout.decode("utf-8", "surrogateescape").split("\0")))
