"""Starting one process: a session of its own, its output in a pipe, nothing to read."""

import contextlib
import errno
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from gryt.model.results import StepStatus
from gryt.runner.preflight import which
from gryt.runner.processes import MARK
from gryt.runner.words import working_directory
from gryt.values import Value

_STDERR = 2
_IGNORED_BY_PYTHON = (signal.SIGPIPE, signal.SIGXFSZ)
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


class Spawner:
    """Starts commands; where it may, without what `subprocess` does anew for each of them."""

    def __init__(self) -> None:
        self._null = os.open(os.devnull, os.O_RDONLY)
        self._here = _here() if _seal() else None
        self._pwds: dict[tuple[str, Path], str] = {}

    def close(self) -> None:
        """Release what it has open."""
        os.close(self._null)

    def start(self, command: Command, output: int, mark: str) -> int:
        """Start a command that prints to `output` and return its process id; raise CannotStart."""
        env = {**command.env, MARK: mark}
        if command.plain is not None:
            direct = {**env, "PWD": self._pwd(env.get("PWD", ""), command.cwd)}
            # A script without #!, a program that is not there: the shell knows what to do or say.
            with contextlib.suppress(OSError, ValueError):
                return self._start(command.plain, None, command.cwd, direct, output)
        try:
            return self._start(command.argv, command.executable, command.cwd, env, output)
        except OSError as error:
            code = _NOT_FOUND if error.errno == errno.ENOENT else _NOT_EXECUTABLE
            raise CannotStart(
                f"cannot run '{command.argv[0]}': {error.strerror}", exit_code=code
            ) from error
        except ValueError as error:  # a NUL in an argument, a '=' in the name of a variable
            raise CannotStart(f"cannot run '{command.argv[0]}': {error}") from error

    def _pwd(self, here: str, cwd: Path) -> str:
        """Return $PWD as a shell would set it, looked up once for a run."""
        found = self._pwds.get((here, cwd))
        if found is None:
            found = self._pwds[here, cwd] = working_directory(here, cwd)
        return found

    def _start(
        self,
        argv: tuple[str, ...],
        executable: str | None,
        cwd: Path,
        env: Mapping[str, str],
        output: int,
    ) -> int:
        if cwd == self._here and self._null > _STDERR and output > _STDERR:
            path = executable or argv[0]
            path = path if "/" in path else which(path, env) or ""
            # `subprocess` looks further; a system may have no setsid here
            with contextlib.suppress(OSError, ValueError, NotImplementedError):
                return _posix_spawn(path, argv, env, self._null, output)
        process = subprocess.Popen(
            argv,
            executable=executable,
            cwd=cwd,
            env=env,
            start_new_session=True,
            stdin=self._null,
            stdout=output,
            stderr=output,
        )
        process.returncode = 0  # it is waited for by its number
        return process.pid


def _posix_spawn(
    path: str, argv: tuple[str, ...], env: Mapping[str, str], null: int, output: int
) -> int:
    return os.posix_spawn(
        path,
        argv,
        env,
        file_actions=(
            (os.POSIX_SPAWN_DUP2, null, 0),
            (os.POSIX_SPAWN_DUP2, output, 1),
            (os.POSIX_SPAWN_DUP2, output, 2),
        ),
        setsid=True,
        setsigdef=_IGNORED_BY_PYTHON,
    )


def _here() -> Path | None:
    """Return the working directory, where a program that is just started finds itself."""
    try:
        return Path.cwd()
    except OSError:
        return None


def _seal() -> bool:
    """Keep for ourselves what descriptors we were given, and tell whether there was a way to."""
    if not hasattr(os, "posix_spawn"):
        return False
    try:
        for path in Path("/dev/fd").iterdir():
            fd = int(path.name)
            with contextlib.suppress(OSError):  # the descriptor of this very listing
                if fd > _STDERR:
                    os.set_inheritable(fd, False)  # noqa: FBT003 - positional only
    except OSError:
        return False
    return True


def pidfd(pid: int) -> int | None:
    """Return a descriptor that becomes readable when `pid` ends, where the system has such."""
    if sys.platform != "linux":
        return None
    try:
        return os.pidfd_open(pid)
    except OSError:
        return None
