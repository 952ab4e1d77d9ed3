"""Advisory locks between gryt processes of one clone.

They only keep the processes from getting into each other's way: what must hold is held by the
compare-and-swap of `git/refs.py`, with or without them. The kernel lets go of them when a process
dies, however it dies.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_PATIENCE = 60.0
"""Seconds to wait for other writers before going on without the lock."""
_TURN = 0.005
"""Seconds between two looks."""
_held: set[Path] = set()
"""Folders whose turn is this process's own."""


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Be the only gryt process of this clone that writes; waits its turn.

    Within itself it does nothing: the process has its turn.
    """
    handle = None if folder in _held else _open(folder / "lock")
    if handle is None:
        yield
        return
    try:
        _wait(handle)
        _held.add(folder)
        yield
    finally:
        _held.discard(folder)
        os.close(handle)


@contextmanager
def building(folder: Path) -> Iterator[None]:
    """Be the only gryt process of this clone that builds its cache: the others wait for it."""
    handle = _open(folder / "index.lock")
    if handle is None:
        yield
        return
    try:
        _wait(handle)
        yield
    finally:
        os.close(handle)


def _open(path: Path) -> int | None:
    try:
        path.parent.mkdir(exist_ok=True)
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    except OSError:
        return None  # a read-only disk: the write itself will say so better


def _wait(handle: int) -> None:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            time.sleep(_TURN)
        else:
            return


class RunLock:
    """Held while a run goes on; whoever finds it free knows that the run was killed."""

    def __init__(self, path: str) -> None:
        self._path = Path(path)
        self._handle: int | None = None

    def hold(self) -> None:
        """Take the lock, before the run is recorded as started."""
        with suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def release(self) -> None:
        """Let go, once the run is recorded as finished (or was never recorded at all)."""
        if self._handle is not None:
            with suppress(OSError):
                self._path.unlink()
            os.close(self._handle)
            self._handle = None

    @staticmethod
    def forget(path: str) -> None:
        """Remove the file that a killed run left behind, once another run takes its place."""
        with suppress(OSError):
            Path(path).unlink()


def is_held(path: str) -> bool | None:
    """Tell whether a process holds a run's lock; None where there is no such file."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(handle)
    return False
