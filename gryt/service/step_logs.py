"""What the steps of a run printed: the whole from this clone's disk, else its recorded end."""

import hashlib
from pathlib import Path

from gryt.errors import NotFound
from gryt.model.results import StepResult
from gryt.service.history import Whole, steps_named
from gryt.service.session import Session
from gryt.values import Value

_CHUNK_BYTES = 1024 * 1024


class Printed(Value):
    """What one step printed."""

    name: str
    path: Path | None
    """The file with all of it; None where this clone has none."""
    tail: str
    """The recorded end."""
    bytes: int | None
    """How much it was, as recorded; None where nothing is on record."""
    sha256: str | None
    agrees: bool | None
    """Whether the file is what the record says; None where there is nothing to compare."""


def printed(session: Session, whole: Whole, step: str | None) -> list[Printed]:
    """Return what the steps of a run printed, or one step with all its cells."""
    if not whole.steps:
        return _unfinished(session, whole, step)
    wanted = list(whole.steps) if step is None else steps_named(whole, step)
    return [
        _of(session, whole.past.id, number, result)
        for number, result in enumerate(whole.steps, 1)
        if result in wanted and result.log is not None
    ]


def _of(session: Session, run: str, number: int, result: StepResult) -> Printed:
    assert result.log is not None
    path = _file(session, result.reused_from or run, number, result.name)
    agrees = None if path is None else _digest(path) == result.log.sha256
    log = result.log
    return Printed(result.name, path, log.tail, log.bytes, log.sha256, agrees)


def _unfinished(session: Session, whole: Whole, step: str | None) -> list[Printed]:
    """Return what a run has left on disk that has no end on record, by the names of its files."""
    folder = _folder(session, whole.past.id)
    files = sorted(folder.glob("*.log")) if folder.is_dir() else []
    found = [Printed(file.stem.partition("-")[2], file, "", None, None, None) for file in files]
    if step is not None:
        found = [each for each in found if each.name == step]
    if not found:
        raise NotFound(
            f"run '{whole.past.id}' is {whole.past.status}, and this clone has no log of it",
            hints=[f"it runs or ran on '{whole.past.host}'"],
        )
    return found


def _folder(session: Session, run: str) -> Path:
    return session.ledger.folder / "logs" / run


def _file(session: Session, run: str, number: int, name: str) -> Path | None:
    from gryt.runner.capture import log_name  # lazy: only a log needs it

    path = _folder(session, run) / log_name(number, name)
    return path if path.is_file() else None


def _digest(path: Path) -> str | None:
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while data := file.read(_CHUNK_BYTES):
                digest.update(data)
    except OSError:
        return None
    return digest.hexdigest()
