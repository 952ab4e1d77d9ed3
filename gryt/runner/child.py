"""One child process from its start to the end of everything that it started.

A step is over when its main process is. What it left behind is drained for a moment and then
ended, so neither a background process that ignores SIGTERM nor one that only keeps the output pipe
open can hold gryt up.
"""

import errno
import math
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from gryt.model.pipeline import StepStatus
from gryt.runner.interrupts import Interrupts
from gryt.runner.session import reap, running_groups, send

DRAIN_SECONDS = 0.2
"""How long a background process may go on printing (`tee`, say) once the main process is over."""
KILL_SECONDS = 1.0
"""How long SIGKILL may take; what outlives it is not ours (sudo) or stuck in the kernel."""
_TICK = 0.01
"""How often a session is looked at while it is being ended: orphans do not report their end."""
_LONGEST_WAIT = 60.0
_CHUNK_BYTES = 64 * 1024
_LAST_CHUNKS = 16
"""A pipe holds at most 1 MiB; more than that can only come from a process that got away."""
_NOT_FOUND = 127
_NOT_EXECUTABLE = 126


class CannotStart(Exception):
    """The command of a step was never run; `exit_code` is what a shell would give for it."""

    def __init__(self, message: str, *, exit_code: int | None = None) -> None:
        super().__init__(message)
        self.exit_code = exit_code


@dataclass(frozen=True)
class Command:
    """What to run, where, and with which environment."""

    argv: tuple[str, ...]
    cwd: Path
    env: Mapping[str, str]


@dataclass(frozen=True)
class Ending:
    """How a child ended."""

    cause: StepStatus | None
    """TIMEOUT or CANCELLED where gryt ended it; None where it ended by itself."""
    exit_code: int | None
    """None where gryt ended it; negative is a signal number."""


def run_child(
    command: Command,
    *,
    sink: Callable[[bytes], None],
    interrupts: Interrupts,
    deadline: float,
    grace: float,
) -> Ending:
    """Run `command` to its end, pass what it prints to `sink`, and leave nothing of it running.

    At `deadline` (of the monotonic clock) or at an interrupt its session gets SIGTERM, and SIGKILL
    after `grace` seconds. Whatever `sink` raises is passed on, after the session was killed.
    """
    child = _Child(command, sink=sink, interrupts=interrupts)
    try:
        cause = _until_over(child, deadline, interrupts)
        if cause is None:
            _drain(child, interrupts)
        _end_session(child, grace, interrupts)
    except BaseException:
        send(child.groups(), signal.SIGKILL)
        raise
    finally:
        exit_code = child.close()
    if cause is None and exit_code is not None and exit_code < 0 and interrupts.first is not None:
        # Who stops a container or a service signals all of it: the step may be hit before gryt.
        cause = StepStatus.CANCELLED
    return Ending(cause, exit_code if cause is None else None)


def _until_over(child: "_Child", deadline: float, interrupts: Interrupts) -> StepStatus | None:
    """Wait for the main process; return why it has to be ended, or None if it ended itself."""
    while not child.over():
        if interrupts.first is not None:
            return StepStatus.CANCELLED
        left = deadline - time.monotonic()
        if left <= 0:
            return StepStatus.TIMEOUT
        child.pump(left)
    return None


def _drain(child: "_Child", interrupts: Interrupts) -> None:
    """Take what was printed and not yet read, until nobody can print any more, or for a moment."""
    end = time.monotonic() + DRAIN_SECONDS
    while child.can_print and interrupts.first is None and (left := end - time.monotonic()) > 0:
        child.pump(left)


def _end_session(child: "_Child", grace: float, interrupts: Interrupts) -> None:
    """End what still runs: SIGTERM, `grace` seconds or a second interrupt, then SIGKILL."""
    groups = child.groups()
    send(groups, signal.SIGTERM)
    kill_at = time.monotonic() + grace
    give_up_at = math.inf
    while groups and (now := time.monotonic()) < give_up_at:
        if now >= kill_at or interrupts.urgent:
            # Sent each time round: a fork may have slipped out between the look and the signal.
            send(groups, signal.SIGKILL)
            give_up_at = min(give_up_at, now + KILL_SECONDS)
        child.pump(_TICK)
        groups = child.groups()
    for _ in range(_LAST_CHUNKS):
        if not child.pump(0):
            break


class _Child:
    """A running process that leads its own session, its output pipe, and what wakes us up for it.

    A session of its own keeps the terminal's Ctrl-C away from it, so that gryt alone decides how a
    step ends; and without a controlling terminal nothing in it can stop to ask for a password.
    """

    def __init__(
        self, command: Command, *, sink: Callable[[bytes], None], interrupts: Interrupts
    ) -> None:
        self._sink = sink
        self._interrupts = interrupts
        self._over = False
        self._selector = selectors.DefaultSelector()
        try:
            self._process = _start(command)
        except BaseException:
            self._selector.close()
            raise
        assert self._process.stdout is not None
        self._output = self._process.stdout
        self._selector.register(self._output, selectors.EVENT_READ)
        self._pidfd = _pidfd(self._process.pid)
        if self._pidfd is not None:
            self._selector.register(self._pidfd, selectors.EVENT_READ)
        if interrupts.fileno is not None:
            self._selector.register(interrupts.fileno, selectors.EVENT_READ)

    @property
    def can_print(self) -> bool:
        """Whether anybody still holds the other end of the output pipe."""
        return not self._output.closed

    def over(self) -> bool:
        """Tell whether the main process has ended.

        With a pidfd it is not reaped yet: nobody gets its number while its session is looked at.
        """
        if self._pidfd is None:
            self._over = self._process.poll() is not None
        return self._over

    def groups(self) -> frozenset[int]:
        """Return the process groups in which something of this child still runs."""
        groups = running_groups(self._process.pid)
        return groups if self.over() else groups | {self._process.pid}

    def pump(self, timeout: float) -> bool:
        """Wait for news for at most `timeout` seconds; tell whether it was output."""
        printed = False
        longest = _LONGEST_WAIT if self._pidfd is not None else _TICK
        for key, _ in self._selector.select(min(timeout, longest)):
            if key.fd == self._pidfd:
                self._over = True
                self._selector.unregister(key.fd)
            elif key.fd == self._interrupts.fileno:
                self._interrupts.clear()
            elif data := os.read(key.fd, _CHUNK_BYTES):
                printed = True
                self._sink(data)
            else:
                self._selector.unregister(key.fd)
                self._output.close()
        return printed

    def close(self) -> int | None:
        """Reap the process and release everything; return its exit code.

        None means that it still runs, although it was killed.
        """
        try:
            exit_code = self._process.wait(KILL_SECONDS)
        except subprocess.TimeoutExpired:
            exit_code = None
        reap(self._process.pid)
        self._selector.close()
        self._output.close()
        if self._pidfd is not None:
            os.close(self._pidfd)
        return exit_code


def _start(command: Command) -> "subprocess.Popen[bytes]":
    try:
        return subprocess.Popen(
            command.argv,
            bufsize=0,
            cwd=command.cwd,
            env=command.env,
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
    except OSError as error:
        code = _NOT_FOUND if error.errno == errno.ENOENT else _NOT_EXECUTABLE
        raise CannotStart(
            f"cannot run '{command.argv[0]}': {error.strerror}", exit_code=code
        ) from error
    except ValueError as error:  # a NUL in an argument, a '=' in the name of a variable
        raise CannotStart(f"cannot run '{command.argv[0]}': {error}") from error


def _pidfd(pid: int) -> int | None:
    """Return a descriptor that becomes readable when `pid` ends, where the system has such."""
    if sys.platform != "linux":
        return None
    try:
        return os.pidfd_open(pid)
    except OSError:
        return None
