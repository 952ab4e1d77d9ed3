"""Refs: reading them, and moving several at once, each from the value it is expected to have.

Moves go through `git update-ref --stdin`, which waits for locks, writes reflogs and knows every ref
backend. The files backend is not crash-atomic over several refs: a process killed in the middle can
leave the first ones moved. So the order matters (the ledger first, what follows from it after), and
`gryt verify --repair` completes what is missing.
"""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress

from gryt.errors import GitFailed, Locked, Moved
from gryt.git.process import Git
from gryt.git.repository import Repository
from gryt.values import Value

ABSENT = "0" * 40
"""As an old value: the ref must not exist. As a new value: the ref goes."""

_PATIENCE = 5.0
"""Seconds to wait for somebody else's lock."""


_LOG_LINE = 4096
"""More bytes than a line of a reflog has."""


class RefUpdate(Value):
    """One ref's move."""

    name: str
    new: str
    old: str


class RefsMoved(Moved):
    """A ref was not where it was expected; nothing has been changed."""

    code = "refs-moved"


_LIST = ("for-each-ref", "--format=%(objectname) %(refname)")


def look_ahead(git: Git, *patterns: str) -> None:
    """Begin what `read_refs` asks, for somebody who looks again before anything is moved."""
    git.ahead(*_LIST, *patterns)


def read_refs(repository: Repository, *patterns: str) -> dict[str, str]:
    """Return name and object id of every ref under these patterns."""
    listed = repository.git.run(*_LIST, *patterns)
    lines = listed.text.splitlines()
    return {name: oid for oid, _, name in (line.partition(" ") for line in lines)}


def move(
    repository: Repository,
    updates: Sequence[RefUpdate],
    *,
    reason: str,
    mend: Callable[[], bool] = lambda: False,
    many: bool = False,
) -> None:
    """Move all of `updates` in one transaction, or none.

    Where there are `many`, they are brought to the disk together at the end, not one by one.

    Where git refuses, `mend` is asked whether it has put right what may be the cause (objects that
    were pruned); it is then tried again at once.

    Raises RefsMoved where a ref is not at its old value, Locked where a lock does not go away, and
    GitFailed with git's own words for anything else.
    """
    deadline = time.monotonic() + _PATIENCE
    pause = 0.005
    pending = list(updates)
    while True:
        # without its last line git does nothing: whoever was killed while writing has moved none
        lines = ["start", *(f"update {u.name} {u.new} {u.old}" for u in pending), "commit", ""]
        finished = repository.git.attempt(
            *_command(reason, many=many), stdin="\n".join(lines).encode()
        )
        if finished.status == 0:
            if many:
                _sync(repository, updates)
            return
        pending = _unmoved(repository, pending)
        if not pending:
            return
        if time.monotonic() > deadline:
            raise _failure(repository, pending, finished.stderr)
        if mend():
            continue
        time.sleep(pause)
        pause = min(pause * 2, 0.25)


@contextmanager
def ready_to_move(repository: Repository, reason: str) -> Iterator[None]:
    """Have a git ready: a `move` for the same reason need not wait until one has started."""
    repository.git.ahead(*_command(reason), fed=True)
    try:
        yield
    finally:
        repository.git.drop(*_command(reason))


def _command(reason: str, *, many: bool = False) -> tuple[str, ...]:
    syncing = ("-c", "core.fsync=reference", *(_TOGETHER if many else ()))
    return (*syncing, "update-ref", "--create-reflog", "-m", f"gryt: {reason}", "--stdin")


def last_move(repository: Repository, name: str) -> int | None:
    """Return when a ref last moved, as its reflog has it; None where it has none."""
    try:
        with (repository.common_dir / "logs" / name).open("rb") as file:
            file.seek(0, os.SEEK_END)
            file.seek(max(0, file.tell() - _LOG_LINE))
            line = file.read().rstrip(b"\n").rpartition(b"\n")[2]
    except OSError:
        return None
    words = line.partition(b"\t")[0].split(b" ")
    return int(words[-2]) if len(words) > 1 and words[-2].isdigit() else None


_TOGETHER = ("-c", "core.fsyncMethod=writeout-only")


def _sync(repository: Repository, updates: Sequence[RefUpdate]) -> None:
    """Bring moved refs to the disk: syncing a folder takes along all that was written before."""
    for folder in {(repository.common_dir / update.name).parent for update in updates}:
        with suppress(OSError):
            handle = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)


def below(repository: Repository, name: str) -> str | None:
    """Return a ref below `name`, as if that were a folder: `name` itself cannot be made then."""
    folder = repository.common_dir / name
    loose = (path for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else ()
    for path in loose:
        return str(path.relative_to(repository.common_dir))
    try:
        packed = (repository.common_dir / "packed-refs").read_text(errors="surrogateescape")
    except OSError:
        return None
    at = packed.find(f" {name}/")
    return None if at < 0 else packed[at + 1 :].partition("\n")[0]


def _unmoved(repository: Repository, updates: list[RefUpdate]) -> list[RefUpdate]:
    """Return the updates still to be made: a killed git may have made the first ones."""
    now = read_refs(repository, *(update.name for update in updates))
    left = [u for u in updates if now.get(u.name, ABSENT) != u.new]
    gone = [u for u in left if now.get(u.name, ABSENT) != u.old]
    if gone:
        first = gone[0]
        raise RefsMoved(
            f"'{first.name}' moved: expected {first.old[:10]},"
            f" found {now.get(first.name, ABSENT)[:10]}"
        )
    return left


def _failure(repository: Repository, updates: list[RefUpdate], stderr: str) -> Exception:
    locks = stale_candidates(repository, [update.name for update in updates])
    if locks:
        return Locked(
            f"'{updates[0].name}' is locked",
            details=[f"{path} is {age:.0f} seconds old" for path, age in locks],
            hints=["if no git command is running, remove it: gryt verify --repair"],
        )
    return GitFailed("cannot move refs", details=stderr.splitlines())


def stale_candidates(repository: Repository, names: Sequence[str]) -> list[tuple[str, float]]:
    """Return the lock files that stand in the way of these refs, with their age in seconds."""
    found = []
    for name in [*names, "packed-refs"]:
        path = repository.common_dir / f"{name}.lock"
        try:
            found.append((str(path), max(0.0, time.time() - path.stat().st_mtime)))
        except OSError:
            continue
    return found
