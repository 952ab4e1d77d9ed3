"""What became of a pipeline: steps, runs, and what they left behind, as values."""

import enum

from gryt.values import Value

Pairs = tuple[tuple[str, str], ...]
"""A small mapping of text to text, in the order of the file."""


class StepStatus(enum.Enum):
    """What became of one step, or of one cell of its matrix."""

    PASS = "pass"
    FAIL = "fail"
    TIMEOUT = "timeout"
    CANCELLED = "cancelled"
    SKIPPED = "skipped"
    """It was not started, and `reason` says why: a condition, a failure elsewhere, an option."""
    BLOCKED = "blocked"
    """It was not started because a step that it needs did not pass."""
    SOFT_FAIL = "soft-fail"
    """It failed and was allowed to."""


NOT_STARTED = frozenset({StepStatus.SKIPPED, StepStatus.BLOCKED})
RED = frozenset({StepStatus.FAIL, StepStatus.TIMEOUT, StepStatus.CANCELLED, StepStatus.BLOCKED})
"""One of these in a run keeps it from passing."""


class RunStatus(enum.Enum):
    """What became of a whole run. VOID: it ended, but proves nothing, and the record says why."""

    PASS = "pass"
    FAIL = "fail"
    CANCELLED = "cancelled"
    VOID = "void"


class StepLog(Value):
    """What a step printed: the end of it, and enough to recognise the whole."""

    tail: str
    """At most the last 64 KiB, decoded; invalid bytes are replaced, secrets masked."""
    sha256: str
    """Hex digest of everything that was printed, secrets masked."""
    bytes: int


class Attempt(Value):
    """One attempt of a step that was tried more than once."""

    status: StepStatus
    exit_code: int | None
    seconds: float


class Metric(Value):
    """A number that a step measured."""

    name: str
    value: float
    unit: str | None = None


class JUnit(Value):
    """What the JUnit reports of a step say."""

    tests: int
    failures: int
    errors: int
    skipped: int
    failed: tuple[str, ...] = ()
    """The names of failed tests, as many as a record takes."""


class Artifact(Value):
    """A file that a step made."""

    path: str
    bytes: int
    sha256: str | None
    """None where the file holds a secret, which its digest could give away."""


class StepResult(Value):
    """One executed or skipped step, or one cell of its matrix."""

    name: str
    command: str
    status: StepStatus
    exit_code: int | None
    """None where the step did not end by itself; negative is a signal number."""
    attempts: int
    seconds: float
    log: StepLog | None
    step: str | None = None
    """The step that a cell belongs to; None where there is no matrix."""
    matrix: Pairs = ()
    reason: str | None = None
    """Why it was not started, or failed although its command did not."""
    tries: tuple[Attempt, ...] = ()
    """Every attempt, where there was more than one."""
    reused_from: str | None = None
    """The run whose result this is; it was not executed again."""
    outputs: Pairs = ()
    """What it wrote to $GRYT_OUTPUT."""
    summary: str | None = None
    """What it wrote to $GRYT_SUMMARY."""
    metrics: tuple[Metric, ...] = ()
    junit: JUnit | None = None
    artifacts: tuple[Artifact, ...] = ()
    notes: tuple[str, ...] = ()
    """What gryt has to say of it: a report that is missing, files that were left out."""
    taken_from: str | None = None
    """The earlier run on the same tree, with the same definition, in which it passed (--failed)."""

    @property
    def step_name(self) -> str:
        """The name of its step in the pipeline."""
        return self.step or self.name

    @property
    def flaky(self) -> bool:
        """Tell whether it passed only after it had failed on the same commit."""
        return self.status is StepStatus.PASS and self.attempts > 1


class Execution(Value):
    """One execution of a pipeline, every step in its order."""

    status: RunStatus
    steps: tuple[StepResult, ...]
    signal: int | None = None
    """The signal that cancelled it."""
    seconds: float = 0.0
    """How long it took, by the clock on the wall."""


class StepJudgement(Value):
    """Whether a step really passed in a run, and everything that stands against it."""

    passed: bool
    reasons: tuple[str, ...] = ()


def judge_step(
    steps: tuple[StepResult, ...], name: str, *, accept_reused: bool = True
) -> StepJudgement:
    """Tell whether the step `name` passed in a run: every cell of it, and by its own work.

    A step that was skipped, blocked or allowed to fail did not pass. A result that was reused
    because its inputs are the same counts only with `accept_reused`; one that was taken over from a
    run on the very same tree counts as it did there.
    """
    cells = [result for result in steps if result.step_name == name]
    if not cells:
        return StepJudgement(passed=False, reasons=(f"step '{name}' is not in the run",))
    reasons = [
        f"step '{cell.name}' {_DID[cell.status]}" + (f": {cell.reason}" if cell.reason else "")
        for cell in cells
        if cell.status is not StepStatus.PASS
    ]
    if not accept_reused:
        reasons += [
            f"step '{cell.name}' was reused from {cell.reused_from}"
            for cell in cells
            if cell.status is StepStatus.PASS and cell.reused_from is not None
        ]
    return StepJudgement(passed=not reasons, reasons=tuple(reasons))


def passed_names(steps: tuple[StepResult, ...]) -> tuple[str, ...]:
    """Return the names of the cells that passed, and of the steps all of whose cells did."""
    names = dict.fromkeys(cell.name for cell in steps if cell.status is StepStatus.PASS)
    whole = dict.fromkeys(cell.step for cell in steps if cell.step is not None)
    names |= dict.fromkeys(name for name in whole if judge_step(steps, name).passed)
    return tuple(names)


_DID = {
    StepStatus.FAIL: "failed",
    StepStatus.TIMEOUT: "timed out",
    StepStatus.CANCELLED: "was cancelled",
    StepStatus.SKIPPED: "was skipped",
    StepStatus.BLOCKED: "was blocked",
    StepStatus.SOFT_FAIL: "failed and was allowed to",
}
