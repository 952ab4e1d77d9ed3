"""Child processes, several at a time, each from its start to the end of everything it started.

A step is over when its main process is. What it left behind is drained for a moment and then
ended, so neither a background process that ignores SIGTERM nor one that only keeps the output pipe
open can hold gryt up. One loop waits for all of them: no thread, and nothing is polled but what is
being ended.
"""

import enum
import math
import os
import select
import signal
import time
from collections.abc import Callable

from gryt.model.observer import Observer
from gryt.model.results import StepStatus
from gryt.runner.interrupts import Interrupts
from gryt.runner.processes import Family, exit_code, is_over, send
from gryt.runner.spawn import Command, Ending, Spawner, pidfd
from gryt.typed import Self

DRAIN_SECONDS = 0.2
"""How long a background process may go on printing (`tee`, say) once the main process is over."""
KILL_SECONDS = 1.0
"""How long SIGKILL may take; what outlives it is not ours (sudo) or stuck in the kernel."""
_TICK = 0.01
"""How often processes are looked at while they are being ended: orphans do not report their end."""
_REAP_SECONDS = 1.0
"""How often orphans that ended by themselves are reaped while a long step runs."""
_CHUNK_BYTES = 64 * 1024
_LAST_CHUNKS = 16
"""A pipe holds at most 1 MiB; more than that can only come from a process that got away."""


class _Phase(enum.Enum):
    RUNNING = enum.auto()
    DRAINING = enum.auto()
    ENDING = enum.auto()
    OVER = enum.auto()


class Child:
    """A running process that leads its own session, and its output pipe.

    A session of its own keeps the terminal's Ctrl-C away from it, so that gryt alone decides how a
    step ends; and without a controlling terminal nothing in it can stop to ask for a password.
    """

    def __init__(self, nursery: "Nursery", command: Command, sink: Callable[[bytes], None]) -> None:
        self._nursery = nursery
        self._command = command
        self._sink = sink
        self._phase = _Phase.RUNNING
        self._cause: StepStatus | None = None
        self._until = math.inf
        """The end of draining, or when SIGKILL is due."""
        self._give_up_at = math.inf
        reader, writer = os.pipe()
        try:
            mark = f"{os.getpid()}.{reader}.{time.monotonic_ns()}"
            self.pid = nursery.spawner.start(command, writer, mark)
        except BaseException:
            os.close(reader)
            raise
        finally:
            os.close(writer)
        self._code: int | None = None
        self._output: int | None = reader
        os.set_blocking(reader, False)
        self._pidfd = pidfd(self.pid)
        self._exited = False
        self.look_again = self._next(time.monotonic())
        """When something is due, if nothing happens before."""
        nursery.family.add(self.pid, mark)
        nursery.watch(reader, self._read)
        if self._pidfd is not None:
            nursery.watch(self._pidfd, self._main_ended)

    @property
    def ending(self) -> Ending:
        """How it ended, once it is over."""
        code = self._code
        interrupts = self._nursery.interrupts
        cause = self._cause
        if cause is None and (code is None or code < 0) and interrupts.first is not None:
            # Who stops a container or a service signals all of it: it may be hit before gryt.
            cause = StepStatus.CANCELLED
        return Ending(cause, code if cause is None else None)

    def advance(self, now: float) -> bool:
        """Do what is due, set `look_again` and tell whether it is over."""
        if self._pidfd is None and not self._exited:
            self._code = exit_code(self.pid)
            self._exited = self._code is not None
        if self._phase is _Phase.RUNNING:
            self._consider(now)
        if self._phase is _Phase.DRAINING and (
            self._output is None or now >= self._until or self._nursery.interrupts.first is not None
        ):
            self._begin_ending(now)
        if self._phase is _Phase.ENDING:
            self._end(now)
        self.look_again = self._next(now)
        return self._phase is _Phase.OVER

    def kill(self) -> None:
        """End it at once, in whatever state it is."""
        send(self._running() | {self.pid}, signal.SIGKILL)
        self._close()

    def _next(self, now: float) -> float:
        if self._phase is _Phase.ENDING or self._pidfd is None:
            return now + _TICK
        return self._until if self._phase is _Phase.DRAINING else self._command.deadline

    def _consider(self, now: float) -> None:
        interrupts = self._nursery.interrupts
        stop = interrupts.urgent if self._command.unwavering else interrupts.first is not None
        if self._exited:
            self._phase, self._until = _Phase.DRAINING, now + DRAIN_SECONDS
        elif stop or (now >= self._command.deadline and not self._is_late()):
            self._cause = StepStatus.CANCELLED if stop else StepStatus.TIMEOUT
            self._begin_ending(now)

    def _is_late(self) -> bool:
        """Tell whether it has ended, and gryt was too busy to hear of it in time."""
        return self._pidfd is not None and is_over(self.pid)

    def _begin_ending(self, now: float) -> None:
        """SIGTERM to all that runs, then SIGKILL after the grace or at a second interrupt."""
        self._phase, self._until = _Phase.ENDING, now + self._command.grace
        if left := self._running():
            send(left, signal.SIGTERM)
        else:
            self._finish()

    def _end(self, now: float) -> None:
        left = self._running()
        if left and (now >= self._until or self._nursery.interrupts.urgent):
            # Sent each time round: a fork may have slipped out between the look and the signal.
            send(left, signal.SIGKILL)
            self._give_up_at = min(self._give_up_at, now + KILL_SECONDS)
        if not left or now >= self._give_up_at:
            self._finish()

    def _finish(self) -> None:
        self._drain()
        self._close()

    def _running(self) -> frozenset[int]:
        return self._nursery.family.running(self.pid, over=self._exited)

    def _main_ended(self) -> None:
        # Not reaped yet: nobody gets its number while what it started is looked for.
        self._exited = True
        if self._pidfd is not None:
            self._nursery.unwatch(self._pidfd)
        self._drain()

    def _drain(self) -> None:
        """Read what is there already."""
        for _ in range(_LAST_CHUNKS):
            if self._output is None or not self._read():
                break

    def _read(self) -> bool:
        """Take what is there; tell whether there was anything."""
        assert self._output is not None
        try:
            data = os.read(self._output, _CHUNK_BYTES)
        except BlockingIOError:
            return False
        if data:
            self._sink(data)
            return True
        self._nursery.unwatch(self._output)
        os.close(self._output)
        self._output = None
        return False

    def _close(self) -> None:
        """Reap the main process and release everything."""
        give_up_at = time.monotonic() + KILL_SECONDS
        while self._code is None:
            self._code = exit_code(self.pid)
            if self._code is None and time.monotonic() >= give_up_at:
                self._code = -signal.SIGKILL  # it outlived it; nobody waits any more
            elif self._code is None:
                time.sleep(_TICK)
        self._nursery.family.remove(self.pid)
        for fd in (self._output, self._pidfd):
            if fd is not None:
                self._nursery.unwatch(fd)
                os.close(fd)
        self._output = self._pidfd = None
        self._phase = _Phase.OVER


class Nursery:
    """All children of one run, the loop that waits for them, and the promise that none is left."""

    def __init__(self, interrupts: Interrupts, observer: Observer) -> None:
        self.interrupts = interrupts
        self._observer = observer
        self._poll = select.poll()
        self._reactions: dict[int, Callable[[], object]] = {}
        self._children: list[Child] = []
        self._reap_at = time.monotonic() + _REAP_SECONDS

    def __enter__(self) -> Self:
        self.spawner = Spawner()
        self.family = Family()
        if self.interrupts.fileno is not None:
            self.watch(self.interrupts.fileno, self.interrupts.clear)
        return self

    def __exit__(self, *_: object) -> None:
        for child in self._children:
            child.kill()
        self._end_strays()
        self.family.close()
        self.spawner.close()

    def start(self, command: Command, *, sink: Callable[[bytes], None]) -> Child:
        """Start a command, whose output goes to `sink`; raise CannotStart."""
        child = Child(self, command, sink)
        self._children.append(child)
        return child

    def wait(self, until: float) -> list[Child]:
        """Wait for news, but not longer than `until`; return the children that are over."""
        tick = self._observer.tick_seconds
        look_again = min((child.look_again for child in self._children), default=math.inf)
        timeout = min(until, look_again) - time.monotonic()
        self._react(min(timeout, _REAP_SECONDS if tick is None else tick))
        if tick is not None:
            self._observer.tick()
        now = time.monotonic()
        if now >= self._reap_at:
            self._reap_at = now + _REAP_SECONDS
            self.family.reap()
        over = [child for child in self._children if child.advance(now)]
        if over:
            self._children = [child for child in self._children if child not in over]
        return over

    def _react(self, timeout: float) -> None:
        """React to what happens, within so many seconds."""
        for fd, _ in self._poll.poll(max(0, math.ceil(timeout * 1000))):
            if fd in self._reactions:
                self._reactions[fd]()

    def watch(self, fd: int, react: Callable[[], object]) -> None:
        """Call `react` whenever `fd` becomes readable."""
        self._reactions[fd] = react
        self._poll.register(fd, select.POLLIN)

    def unwatch(self, fd: int) -> None:
        """Watch `fd` no longer; it may not be watched any more."""
        if self._reactions.pop(fd, None) is not None:
            self._poll.unregister(fd)

    def _end_strays(self) -> None:
        """End what no step could be blamed for: it left its session and dropped its variables."""
        give_up_at = time.monotonic() + KILL_SECONDS
        while (left := self.family.strays()) and time.monotonic() < give_up_at:
            send(left, signal.SIGKILL)
            time.sleep(_TICK)
