"""Where what steps print is kept, and how much of it goes into a record."""

import os
from contextlib import suppress
from pathlib import Path

from gryt.model.pipeline import StepResult, StepStatus
from gryt.runner.capture import TAIL_BYTES
from gryt.service.session import Session

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


_UNRECORDED = "unrecorded"
_KEPT = 20
"""Of how many runs that nobody recorded the logs stay."""


def log_folder(session: Session, run: str | None) -> Path | None:
    """Return where the whole logs of a run go; None where nothing can be written.

    Those of recorded runs stay. Of the others only the latest do.
    """
    logs = session.ledger.folder / "logs"
    if run is not None:
        return logs / run
    if not os.access(session.ledger.repository.common_dir, os.W_OK):
        return None
    folder = logs / _UNRECORDED
    _forget_old(folder)
    return folder / f"{session.ledger.now_ms():013d}-{os.getpid()}"


def _forget_old(folder: Path) -> None:
    try:
        there = sorted(folder.iterdir())
    except OSError:
        return
    if len(there) < _KEPT:
        return
    import shutil  # lazy: seldom

    for name in there[: len(there) - _KEPT + 1]:
        with suppress(OSError):
            shutil.rmtree(name)
