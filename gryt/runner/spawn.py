"""Starting one process: a session of its own, its output in a pipe, nothing to read."""

import contextlib
import errno
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from gryt.model.results import StepStatus
from gryt.runner.processes import MARK
from gryt.runner.words import working_directory
from gryt.values import Value

_NOT_FOUND = 127
_NOT_EXECUTABLE = 126


class CannotStart(Exception):
    """The command of a step was never run; `exit_code` is what a shell would give for it."""

    def __init__(self, message: str, *, exit_code: int | None = None) -> None:
        super().__init__(message)
        self.exit_code = exit_code


class Command(Value):
    """What to run, where, with which environment, and how it may be ended."""

    argv: tuple[str, ...]
    cwd: Path
    env: Mapping[str, str]
    deadline: float
    """When it is ended, by the monotonic clock."""
    grace: float
    """Seconds between SIGTERM and SIGKILL."""
    executable: str | None = None
    """Where the program is, if that is known."""
    unwavering: bool = False
    """Whether only a second interrupt ends it."""
    plain: tuple[str, ...] | None = None
    """The program and its arguments, where `argv` is a shell that would only start it."""


class Ending(Value):
    """How a child ended."""

    cause: StepStatus | None
    """TIMEOUT or CANCELLED where gryt ended it; None where it ended by itself."""
    exit_code: int | None
    """None where gryt ended it; negative is a signal number."""


def spawn(command: Command, output: int, null: int, mark: str) -> "subprocess.Popen[bytes]":
    """Start a command; raise CannotStart."""
    if command.plain is not None:
        direct = command._replace(argv=command.plain, executable=None)
        pwd = working_directory(command.env, command.cwd)
        # A script without #!, a program that is not there: the shell knows what to do or to say.
        with contextlib.suppress(OSError, ValueError):
            return _popen(direct, output, null, {MARK: mark, "PWD": pwd})
    try:
        return _popen(command, output, null, {MARK: mark})
    except OSError as error:
        code = _NOT_FOUND if error.errno == errno.ENOENT else _NOT_EXECUTABLE
        raise CannotStart(
            f"cannot run '{command.argv[0]}': {error.strerror}", exit_code=code
        ) from error
    except ValueError as error:  # a NUL in an argument, a '=' in the name of a variable
        raise CannotStart(f"cannot run '{command.argv[0]}': {error}") from error


def _popen(
    command: Command, output: int, null: int, more: Mapping[str, str]
) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        command.argv,
        executable=command.executable,
        cwd=command.cwd,
        env={**command.env, **more},
        start_new_session=True,
        stdin=null,
        stdout=output,
        stderr=output,
    )


def pidfd(pid: int) -> int | None:
    """Return a descriptor that becomes readable when `pid` ends, where the system has such."""
    if sys.platform != "linux":
        return None
    try:
        return os.pidfd_open(pid)
    except OSError:
        return None
