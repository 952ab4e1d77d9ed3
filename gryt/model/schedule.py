"""Which cell of a pipeline may start when, and what becomes of those that may not.

One table decides (docs/reference/pipeline.md shows it): a need that passed, failed softly or was
skipped by a condition lets its step go on; one that did not pass blocks it. After the first failure
nothing else starts, unless the run keeps going; after a cancellation or the end of the pipeline's
time nothing does. Steps that always run come after all others, whatever became of them.
"""

from collections.abc import Iterator, Mapping, Sequence

from gryt.model.pipeline import Cell, Pipeline
from gryt.model.results import RED, StepStatus
from gryt.values import Value


class Settled(Value):
    """A cell that is not going to be started, and why."""

    cell: Cell
    status: StepStatus
    reason: str


class Schedule:
    """The state of a run, as far as it decides what comes next."""

    def __init__(
        self,
        pipeline: Pipeline,
        cells: Sequence[Cell],
        *,
        jobs: int,
        keep_going: bool,
        skipped: Mapping[str, str],
    ) -> None:
        self._steps = {step.name: step for step in pipeline.steps}
        self._queued = {cell.number: cell for cell in cells}
        self._running: dict[int, Cell] = {}
        self._jobs = jobs if pipeline.parallel else 1
        self._keep_going = keep_going
        self._skipped = skipped
        """Steps and cells that are not to be run, and why."""
        self._left: dict[str, int] = {}
        """How many cells of each step are not over yet."""
        for cell in cells:
            self._left[cell.step.name] = self._left.get(cell.step.name, 0) + 1
        self._bad: dict[str, tuple[StepStatus, str]] = {}
        """Steps that did not pass, with the name of the cell that shows it."""
        self.failed: str | None = None
        """The first cell that turned the run red."""
        self.stopped: str | None = None
        """Why nothing further is to start, but for what always runs: 'the run was cancelled'."""

    @property
    def is_over(self) -> bool:
        """Tell whether nothing is queued or runs."""
        return not self._queued and not self._running

    @property
    def in_cleanup(self) -> bool:
        """Tell whether only what always runs is left."""
        return all(cell.step.always for cell in (*self._queued.values(), *self._running.values()))

    def started(self, cell: Cell) -> None:
        """Take note that a cell runs."""
        self._running[cell.number] = self._queued.pop(cell.number)

    def finished(self, cell: Cell, status: StepStatus) -> None:
        """Take note of what became of a cell, whether it ran or not."""
        self._running.pop(cell.number, None)
        self._queued.pop(cell.number, None)
        self._left[cell.step.name] -= 1
        if status in RED:
            self._bad.setdefault(cell.step.name, (status, cell.name))
            self.failed = self.failed or cell.name

    def settled(self) -> Iterator[Settled]:
        """Yield the queued cells that are not going to be started, each to be `finished` next."""
        for cell in list(self._queued.values()):
            why = self._why_not(cell)
            if why is not None:
                yield Settled(cell, *why)

    def ready(self) -> Cell | None:
        """Return the next cell that may start now."""
        if len(self._running) >= self._jobs:
            return None
        running = self._running.values()
        if any(cell.step.exclusive for cell in running):
            return None
        cleanup = self.in_cleanup
        for cell in self._queued.values():
            step = cell.step
            if step.always and not cleanup:
                continue
            if any(self._left.get(need) for need in step.needs):
                continue
            if step.exclusive and self._running:
                return None
            return cell
        return None

    def _why_not(self, cell: Cell) -> tuple[StepStatus, str] | None:
        step = cell.step
        reason = self._skipped.get(step.name) or self._skipped.get(cell.name)
        if reason is not None:
            return StepStatus.SKIPPED, reason
        if step.always:
            return None
        for need in step.needs:
            if need in self._bad:
                status, name = self._bad[need]
                return StepStatus.BLOCKED, f"it needs '{name}', which {_DID[status]}"
        if self.stopped is not None:
            return StepStatus.SKIPPED, self.stopped
        if self.failed is not None and not self._keep_going:
            return (
                StepStatus.SKIPPED,
                f"'{self.failed}' did not pass",
            )
        return None


_DID = {
    StepStatus.FAIL: "failed",
    StepStatus.TIMEOUT: "timed out",
    StepStatus.CANCELLED: "was cancelled",
    StepStatus.BLOCKED: "was blocked",
}
