"""What came of a cell: what must be known at once, and the result that is made of it."""

from collections.abc import Callable

from gryt.model.pipeline import Cell
from gryt.model.results import Pairs, StepResult, StepStatus
from gryt.runner.masking import Masker
from gryt.values import Value


class Over(Value):
    """What has to be known of a cell that is over before others may start; the rest has time."""

    status: StepStatus
    outputs: Pairs
    result: Callable[[], StepResult]
    """Builds the result, once."""


def not_started(cell: Cell, status: StepStatus, reason: str) -> Over:
    """Return what came of a cell that was skipped or blocked."""
    result = StepResult(
        name=cell.name,
        command=cell.step.command_text,
        status=status,
        exit_code=None,
        attempts=0,
        seconds=0.0,
        log=None,
        step=cell.step.name if cell.matrix else None,
        matrix=cell.matrix,
        reason=reason,
    )
    return known(result)


def known(result: StepResult) -> Over:
    """Return what came of a cell that has its result already."""
    return Over(result.status, result.outputs, lambda: result)


def masked(result: StepResult, masker: Masker) -> StepResult:
    """Return a result with no secret in it; its log has none already."""
    if not masker:
        return result
    mask = masker.mask_text
    junit = result.junit
    return result._replace(
        command=mask(result.command),
        reason=result.reason and mask(result.reason),
        outputs=tuple((key, mask(value)) for key, value in result.outputs),
        summary=result.summary and mask(result.summary),
        metrics=tuple(m._replace(unit=m.unit and mask(m.unit)) for m in result.metrics),
        junit=junit and junit._replace(failed=tuple(map(mask, junit.failed))),
        artifacts=tuple(file._replace(path=mask(file.path)) for file in result.artifacts),
        notes=tuple(map(mask, result.notes)),
    )
