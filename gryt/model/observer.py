"""Who is told what happens in a run, while it happens."""

from collections.abc import Sequence
from pathlib import PurePath

from gryt.model.pipeline import Cell, Execution, StepResult
from gryt.typed import Protocol


class Observer(Protocol):
    """Is told what happens while it happens, in the thread that runs the pipeline.

    Several cells may be under way at once, so everything about one says which. What a method
    raises ends the run: whatever runs is killed, and the exception passed on.
    """

    tick_seconds: float | None
    """How often `tick` is to be called while something runs; None for never."""

    def run_started(self, cells: Sequence[Cell], *, jobs: int) -> None:
        """Take note of everything that the run consists of, all of it queued."""

    def step_started(self, cell: Cell, *, log: PurePath | None) -> None:
        """Take note that a cell begins; `log` is the file that gets all that it prints."""

    def attempt_started(self, cell: Cell, number: int) -> None:
        """Take note that a cell is tried again; the first attempt, 1, is not told."""

    def output(self, cell: Cell, data: bytes) -> None:
        """Take what a cell just printed, stdout and stderr in one stream, secrets masked."""

    def step_finished(self, cell: Cell, result: StepResult) -> None:
        """Take the result of a cell. One that was skipped, blocked or reused never started."""

    def note(self, text: str) -> None:
        """Take a line in gryt's own voice that is about the run, not about one step."""

    def run_finished(self, execution: Execution) -> None:
        """Take note that everything is over; the results are in the order of the file."""

    def tick(self) -> None:
        """Do what is to be done from time to time, such as to redraw a clock."""


class Silent:
    """An observer that looks away; others take from it what they have no use for."""

    tick_seconds: float | None = None

    def run_started(self, cells: Sequence[Cell], *, jobs: int) -> None:
        """Look away."""

    def step_started(self, cell: Cell, *, log: PurePath | None) -> None:
        """Look away."""

    def attempt_started(self, cell: Cell, number: int) -> None:
        """Look away."""

    def output(self, cell: Cell, data: bytes) -> None:
        """Look away."""

    def step_finished(self, cell: Cell, result: StepResult) -> None:
        """Look away."""

    def note(self, text: str) -> None:
        """Look away."""

    def run_finished(self, execution: Execution) -> None:
        """Look away."""

    def tick(self) -> None:
        """Look away."""
