"""Pipelines as values: what is to be run. What became of it is in `model/results.py`."""

from collections.abc import Iterator

from gryt.model.results import (
    Execution,
    Pairs,
    RunStatus,
    StepLog,
    StepResult,
    StepStatus,
)
from gryt.values import Value

__all__ = [
    "DEFAULT_SHELL",
    "Cell",
    "Execution",
    "Matrix",
    "Pairs",
    "Pipeline",
    "Requires",
    "Retry",
    "RunStatus",
    "Step",
    "StepLog",
    "StepResult",
    "StepStatus",
    "Tool",
    "Variable",
    "When",
    "cells",
    "combinations",
]

DEFAULT_SHELL = ("sh", "-eu", "-c")
"""How a command given as a string is run: the string is the last argument."""


class Retry(Value):
    """When and how a step that did not pass is tried again."""

    max: int
    """How many further attempts there may be after the first."""
    on: tuple[str, ...] = ()
    """`timeout`, `signal`, `fail` or `exit:N`; none means whatever went wrong."""
    delay: float = 0.0
    """Seconds before the first further attempt."""
    backoff: float = 1.0
    """What the delay is multiplied with after each."""

    def pause(self, attempt: int) -> float:
        """Return how long to wait after this attempt, of which the first is 1."""
        return float(min(self.delay * self.backoff ** (attempt - 1), MAX_PAUSE))


MAX_PAUSE = 3600.0
"""No pause between two attempts is longer, whatever the backoff makes of it."""


class Matrix(Value):
    """Axes, each combination of whose values is a cell of the step."""

    axes: tuple[tuple[str, tuple[str, ...]], ...]
    include: tuple[Pairs, ...] = ()
    exclude: tuple[Pairs, ...] = ()


class When(Value):
    """Conditions that must all hold for a step to run; of the choices in one, any."""

    change_type: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    branch: tuple[str, ...] = ()
    event: tuple[str, ...] = ()
    env: Pairs = ()


class Step(Value):
    """One command of a pipeline."""

    name: str
    command: str | tuple[str, ...]
    """A string goes to the pipeline's shell; a tuple is run as it is, without a shell."""
    env: Pairs = ()
    dir: str | None = None
    """Where it runs, relative to the top of the work tree."""
    timeout: float | None = None
    """Seconds after which an attempt is ended."""
    needs: tuple[str, ...] = ()
    """The steps that have to be over, all their cells, and well, before it begins."""
    retry: Retry | None = None
    matrix: Matrix | None = None
    when: When | None = None
    inputs: tuple[str, ...] = ()
    """Globs: while nothing that they match changes, an earlier pass is reused."""
    junit: tuple[str, ...] = ()
    """Globs of the JUnit reports that it writes."""
    artifacts: tuple[str, ...] = ()
    """Globs of the files that it makes, whose digests are recorded. All globs start at `dir`."""
    allow_failure: bool | tuple[int, ...] = False
    """Whether it may fail, or with which exit codes; it is soft-failed then."""
    always: bool = False
    """Whether it runs after all others, whatever became of them."""
    exclusive: bool = False
    """Whether nothing else may run at the same time."""

    @property
    def command_text(self) -> str:
        """The command as one line of text, for records and for people."""
        return self.command if isinstance(self.command, str) else " ".join(self.command)


class Tool(Value):
    """A program that has to be there, of at least some version."""

    name: str
    min: str | None = None
    place: tuple[int, int] = (1, 1)
    """Line and column in the file."""


class Variable(Value):
    """An environment variable that has to be set and not empty."""

    name: str
    place: tuple[int, int] = (1, 1)


class Requires(Value):
    """What has to be there before anything runs."""

    env: tuple[Variable, ...] = ()
    tools: tuple[Tool, ...] = ()


class Pipeline(Value):
    """A named, ordered list of steps."""

    name: str
    steps: tuple[Step, ...]
    env: Pairs = ()
    shell: tuple[str, ...] = DEFAULT_SHELL
    timeout: float | None = None
    """Seconds after which the whole run is ended."""
    parallel: bool = False
    """Whether steps without mutual needs may run together."""
    jobs: int | None = None
    """How many may run together; None leaves it to the machine."""
    fail_fast: bool = True
    """Whether the first failure keeps further steps from starting."""
    secrets: tuple[str, ...] = ()
    """Environment variables whose values are masked wherever they appear."""
    requires: Requires = Requires()
    source: str = ""
    """What the file is called in messages."""

    def step(self, name: str) -> Step | None:
        """Return the step of this name."""
        return next((step for step in self.steps if step.name == name), None)


class Cell(Value):
    """What is scheduled: a step, or one combination of its matrix."""

    step: Step
    number: int
    """Where it stands in the run, counted from 1."""
    matrix: Pairs = ()

    @property
    def name(self) -> str:
        """The step's name, with the combination where there is one: `test[py=3.12,os=linux]`."""
        if not self.matrix:
            return self.step.name
        return f"{self.step.name}[{','.join(f'{key}={value}' for key, value in self.matrix)}]"


def cells(pipeline: Pipeline) -> tuple[Cell, ...]:
    """Return everything that a run of the pipeline consists of, in the order of its file."""
    found: list[Cell] = []
    for step in pipeline.steps:
        for combination in combinations(step.matrix):
            found.append(Cell(step, len(found) + 1, combination))
    return tuple(found)


def combinations(matrix: Matrix | None, *, most: int | None = None) -> list[Pairs]:
    """Return the combinations of a matrix, the last axis running fastest; an empty one for none.

    `most` ends the list early, one after it: who asks whether there are too many need not wait.
    """
    if matrix is None:
        return [()]
    found: list[Pairs] = []
    for pairs in _product(matrix.axes):
        if most is not None and len(found) > most:
            return found
        if not any(set(without) <= set(pairs) for without in matrix.exclude):
            found.append(pairs)
    found += [extra for extra in matrix.include if extra not in found]
    return found


def _product(axes: tuple[tuple[str, tuple[str, ...]], ...]) -> Iterator[Pairs]:
    if not axes:
        return
    from itertools import product  # lazy: only a matrix needs it

    keys = [key for key, _ in axes]
    for values in product(*(values for _, values in axes)):
        yield tuple(zip(keys, values, strict=True))
