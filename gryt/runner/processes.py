"""The processes that a step started, found and signalled as one.

On Linux gryt makes itself the reaper of orphans (PR_SET_CHILD_SUBREAPER) while a pipeline runs, so
whatever a step starts stays below gryt in the tree of processes: groups of their own, as a shell
with job control makes them, sessions of their own (`setsid`), and daemons that forked twice. /proc
tells the tree, at the cost of one small read for a step that left nothing behind. Elsewhere the
step's own process group has to do. What another service starts on a step's behalf (a container, a
systemd unit, a host reached by ssh) is nobody's child here and is not followed.
"""

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path

MARK = "GRYT_PROCESS"
"""The variable by which an orphan in a session of its own is known to be of a certain step."""

_PR_SET_CHILD_SUBREAPER = 36
_ENDED = b"ZX"
"""States of /proc/<pid>/stat in which a process only waits to be reaped."""
_PAGE = 4096


class Family:
    """Everything below this process while a pipeline runs, and which step each belongs to."""

    def __init__(self) -> None:
        self._lists = _child_lists()
        """Kept open, as they are read after each step; empty where orphans are not ours."""
        if self._lists and not _set_reaper(on=True):
            self._release()
        self._before = frozenset(self._children())
        self._leaders: dict[int, str] = {}
        self._owners: dict[int, int | None] = {}

    def close(self) -> None:
        """Be the reaper of orphans no longer."""
        if self._lists:
            _set_reaper(on=False)
            self._release()

    def _release(self) -> None:
        for fd in self._lists:
            os.close(fd)
        self._lists = ()

    def add(self, leader: int, mark: str) -> None:
        """Take note of a step: its process id, which is its session too, and its mark."""
        self._leaders[leader] = mark

    def remove(self, leader: int) -> None:
        """Forget a step that is over."""
        del self._leaders[leader]

    def running(self, leader: int, *, over: bool) -> frozenset[int]:
        """Return the processes of a step that still run; `over` says that the first one does not.

        An orphan that cannot be told apart belongs to the only step there is, if there is one.
        """
        if not self._lists:
            return _own_group(leader, over=over)
        orphans = self._orphans()
        if over and not orphans:
            return frozenset()
        roots = [] if over else [leader]
        for orphan in orphans:
            owner = self._owners.get(orphan)
            if owner == leader or (owner is None and len(self._leaders) == 1):
                roots.append(orphan)
        return frozenset(_below(roots))

    def strays(self) -> frozenset[int]:
        """Return what still runs after the last step and belonged to nobody in particular."""
        return frozenset(_below(self._orphans()))

    def reap(self) -> None:
        """Reap the orphans that have ended."""
        self._orphans()

    def _orphans(self) -> list[int]:
        """Return the orphans that run, each with its owner known; those that ended are reaped."""
        found = []
        for pid in self._children():
            if pid in self._leaders or pid in self._before:
                continue
            if _reaped(pid):
                self._owners.pop(pid, None)
                continue
            if pid not in self._owners:
                self._owners[pid] = self._owner(pid)
            found.append(pid)
        return found

    def _children(self) -> Iterator[int]:
        """Yield the children of this process, all of them: nobody else reaps them meanwhile."""
        for fd in self._lists:
            found = b""
            while more := os.pread(fd, _PAGE, len(found)):
                found += more
            yield from map(int, found.split())

    def _owner(self, pid: int) -> int | None:
        with contextlib.suppress(OSError):
            session = os.getsid(pid)
            if session in self._leaders:
                return session
            environ = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
            for leader, mark in self._leaders.items():
                if f"{MARK}={mark}".encode() in environ:
                    return leader
        return None


def send(pids: Iterable[int], signum: int) -> None:
    """Send a signal to the groups that these processes are in, each group at one stroke.

    One by one, a shell would live to see its children die, and say so.
    """
    groups = set()
    for pid in pids:
        with contextlib.suppress(OSError):
            groups.add(os.getpgid(pid))
    for group in groups - {os.getpgrp()}:
        with contextlib.suppress(OSError):
            os.killpg(group, signum)


def _set_reaper(*, on: bool) -> bool:
    if sys.platform != "linux":
        return False
    arguments = (_PR_SET_CHILD_SUBREAPER, int(on), 0, 0, 0)
    try:
        # What ctypes is made of; the types of C that it makes cost as much as three steps.
        from _ctypes import call_function, dlopen, dlsym  # lazy: only a run needs it

        this = dlopen(None, 0)  # type: ignore[arg-type]  # as ctypes does it
        return bool(call_function(dlsym(this, "prctl"), arguments) == 0)
    except (ImportError, OSError):
        return _set_reaper_by_ctypes(arguments)


def _set_reaper_by_ctypes(arguments: tuple[int, ...]) -> bool:
    try:
        import ctypes  # lazy: only where Python has no short way

        return bool(ctypes.CDLL(None).prctl(*arguments) == 0)
    except (ImportError, OSError, AttributeError):
        return False


def _child_lists() -> tuple[int, ...]:
    """Return descriptors that tell the children of this thread, and orphans: they go to the first.

    No other thread starts a step, so theirs need not be known.
    """
    with contextlib.ExitStack() as opened:
        found = []
        try:
            for thread in dict.fromkeys((os.getpid(), threading.get_native_id())):
                path = f"/proc/self/task/{thread}/children"
                found.append(os.open(path, os.O_RDONLY | os.O_CLOEXEC))
                opened.callback(os.close, found[-1])
        except OSError:
            return ()
        opened.pop_all()
        return tuple(found)


def _children(pid: int) -> list[int]:
    """Return the children of all threads of another process, as far as it tells."""
    found: list[int] = []
    with contextlib.suppress(OSError), os.scandir(f"/proc/{pid}/task") as threads:
        for thread in threads:
            found += map(int, Path(thread.path, "children").read_bytes().split())
    return found


def _below(roots: Iterable[int]) -> Iterator[int]:
    """Yield these processes and what is below them, as far as they still run."""
    todo = list(roots)
    seen: set[int] = set()
    while todo:
        pid = todo.pop()
        if pid not in seen:
            seen.add(pid)
            todo += _children(pid)
            if _runs(pid):
                yield pid


def _reaped(pid: int) -> bool:
    return exit_code(pid) is not None


def exit_code(pid: int) -> int | None:
    """Reap a child and return its exit code, negative for a signal; None while it runs."""
    try:
        found, status = os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return -signal.SIGKILL  # somebody else has reaped it, and nobody knows how it ended
    return os.waitstatus_to_exitcode(status) if found else None


def is_over(pid: int) -> bool:
    """Tell whether a child has ended, and leave it to be reaped."""
    try:
        return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    except ChildProcessError:
        return True


def _own_group(group: int, *, over: bool) -> frozenset[int]:
    if over:
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-group, os.WNOHANG)[0]:
                pass
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return frozenset()
    except PermissionError:
        pass  # it exists, and is not ours to signal
    return frozenset({group})


def _runs(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        return False
    # The name in parentheses may hold anything, parentheses too; the state follows the last.
    return stat.rpartition(b") ")[2][:1] not in _ENDED
