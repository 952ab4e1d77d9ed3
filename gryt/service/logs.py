"""Where what steps print is kept."""

import os
from contextlib import suppress
from pathlib import Path

from gryt.service.session import Session

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
