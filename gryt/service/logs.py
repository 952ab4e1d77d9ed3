"""How much of what steps printed goes into a record."""

from gryt.model.pipeline import StepResult, StepStatus
from gryt.runner.capture import TAIL_BYTES

_LOGS_IN_RECORD = 160 * 1024
"""Characters of output in one record: escaped, each may take several bytes of the 1 MiB."""


def fitting(steps: tuple[StepResult, ...]) -> tuple[StepResult, ...]:
    """Return the steps with their logs cut so that the record stays within its limit.

    Each has at most 64 KiB already. Where that is too much together, the steps that did not pass
    keep theirs and the others share what is left; the whole logs are on disk in any case.
    """
    spoken = [step for step in steps if step.log is not None and step.log.tail]
    total = sum(len(step.log.tail) for step in spoken if step.log is not None)
    if total <= _LOGS_IN_RECORD:
        return steps
    passed = sum(step.status is StepStatus.PASS for step in spoken)
    share = (_LOGS_IN_RECORD - TAIL_BYTES) // max(1, passed)
    return tuple(
        step._replace(log=step.log._replace(tail=step.log.tail[-share:]))
        if step.log is not None and step.status is StepStatus.PASS
        else step
        for step in steps
    )
