"""The signals that ask gryt to stop, recorded instead of obeyed while a pipeline runs."""

import contextlib
import os
import signal
import threading
import time
from types import FrameType, TracebackType

from gryt.typed import Self

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
ECHO_SECONDS = 0.1
"""Signals this close to the first are the same request: coreutils' `timeout` signals its child and
then its child's group, a closed terminal sends SIGHUP from the shell and from the kernel."""
_DRAIN_BYTES = 4096


class Interrupts:
    """Takes SIGINT, SIGTERM and SIGHUP over between enter and exit, in the main thread.

    In any other thread it takes nothing over, since Python delivers signals to the main thread. A
    signal that is ignored stays so (`nohup`, a background job of a script). `fileno` becomes
    readable when a signal arrives, so a loop that waits on it never sleeps through one.
    """

    def __init__(self) -> None:
        self._seen: list[tuple[int, float]] = []
        self._cleanup = contextlib.ExitStack()
        self.fileno: int | None = None

    @property
    def first(self) -> int | None:
        """The signal that came first, if one came."""
        return self._seen[0][0] if self._seen else None

    @property
    def urgent(self) -> bool:
        """Whether a further signal asked for an end without grace."""
        return bool(self._seen) and self._seen[-1][1] - self._seen[0][1] > ECHO_SECONDS

    def clear(self) -> None:
        """Make `fileno` unreadable until the next signal; what was seen stays seen."""
        if self.fileno is not None:
            with contextlib.suppress(BlockingIOError):
                os.read(self.fileno, _DRAIN_BYTES)

    def _record(self, signum: int, _frame: FrameType | None) -> None:
        self._seen.append((signum, time.monotonic()))

    def __enter__(self) -> Self:
        if threading.current_thread() is not threading.main_thread():
            return self
        reader, writer = os.pipe()
        # SIGINT comes first and goes last: no KeyboardInterrupt falls between the others.
        for signum in SIGNALS:
            previous = signal.getsignal(signum)
            if previous is not None and previous is not signal.SIG_IGN:
                self._cleanup.callback(signal.signal, signum, previous)
                signal.signal(signum, self._record)
        if signal.getsignal(signal.SIGCHLD) is signal.SIG_IGN:
            # The kernel would reap every child itself, and a failure would look like a success.
            self._cleanup.callback(signal.signal, signal.SIGCHLD, signal.SIG_IGN)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for fd in (reader, writer):
            self._cleanup.callback(os.close, fd)
            os.set_blocking(fd, False)
        old = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
        self._cleanup.callback(signal.set_wakeup_fd, old)
        self.fileno = reader
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.fileno = None
        self._cleanup.close()
