"""Pipelines and what became of their steps, as values."""

import enum
from typing import NamedTuple

DEFAULT_SHELL = ("sh", "-eu", "-c")
"""How a command given as a string is run: the string is the last argument."""


class StepStatus(enum.Enum):
    """What became of one step."""

    PASS = "pass"
    FAIL = "fail"
    TIMEOUT = "timeout"
    CANCELLED = "cancelled"
    SKIPPED = "skipped"


class RunStatus(enum.Enum):
    """What became of a whole run. VOID: it ended, but proves nothing, and the record says why."""

    PASS = "pass"
    FAIL = "fail"
    CANCELLED = "cancelled"
    VOID = "void"


class Step(NamedTuple):
    """One command of a pipeline."""

    name: str
    command: str | tuple[str, ...]
    """A string goes to the pipeline's shell; a tuple is run as it is, without a shell."""
    env: tuple[tuple[str, str], ...] = ()
    dir: str | None = None
    """Where it runs, relative to the top of the work tree."""
    timeout: float | None = None
    """Seconds after which the step is ended."""

    @property
    def command_text(self) -> str:
        """The command as one line of text, for records and for people."""
        return self.command if isinstance(self.command, str) else " ".join(self.command)


class Pipeline(NamedTuple):
    """A named, ordered list of steps."""

    name: str
    steps: tuple[Step, ...]
    env: tuple[tuple[str, str], ...] = ()
    shell: tuple[str, ...] = DEFAULT_SHELL
    timeout: float | None = None
    """Seconds after which the whole run is ended."""


class StepLog(NamedTuple):
    """What a step printed: the end of it, and enough to recognise the whole."""

    tail: str
    """At most the last 64 KiB, decoded; invalid bytes are replaced."""
    sha256: str
    """Hex digest of everything that was printed."""
    bytes: int


class StepResult(NamedTuple):
    """One executed or skipped step."""

    name: str
    command: str
    status: StepStatus
    exit_code: int | None
    """None where the step did not end by itself; negative is a signal number."""
    attempts: int
    seconds: float
    log: StepLog | None


class Execution(NamedTuple):
    """One execution of a pipeline, every step in its order."""

    status: RunStatus
    steps: tuple[StepResult, ...]
    signal: int | None = None
    """The signal that cancelled it."""
