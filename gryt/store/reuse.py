"""Earlier results of steps with `inputs`, kept beside the ledger; deleting them loses only time.

One small JSON file per cell of a pipeline, readable by its owner alone: the digests in it are of
variables too. What does not read is as good as not there.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path

from gryt.model.results import StepResult
from gryt.store.steps import step_from_plain, step_to_plain
from gryt.values import Value

KEPT = 8
"""How many results of one cell are kept, the newest first."""
_MAX_BYTES = 8 * 1024 * 1024
_FORMAT = 1


class Kept(Value):
    """A result, and what it depends on."""

    run: str
    recorded: bool
    """Whether the run is in the ledger."""
    depends: Mapping[str, object]
    result: StepResult


class Results:
    """The earlier results of the cells of one pipeline."""

    def __init__(self, folder: Path, pipeline: str) -> None:
        self._folder = folder / "results" / pipeline

    def of(self, cell: str) -> list[Kept]:
        """Return the results of a cell, the newest first."""
        path = self._path(cell)
        try:
            if path.stat().st_size > _MAX_BYTES:
                return []
            stored = json.loads(path.read_bytes())
            if stored["format"] != _FORMAT:
                return []
            return [
                Kept(
                    str(one["run"]),
                    bool(one["recorded"]),
                    dict(one["depends"]),
                    step_from_plain(one["result"]),
                )
                for one in stored["results"]
            ]
        except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return []

    def put(self, cell: str, kept: Kept) -> None:
        """Keep a result; a full or read-only disk costs only the next reuse."""
        others = [one for one in self.of(cell) if one.depends != kept.depends]
        plain = {
            "format": _FORMAT,
            "results": [
                {**one._asdict(), "result": step_to_plain(one.result)}
                for one in [kept, *others][:KEPT]
            ],
        }
        path = self._path(cell)
        temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(fd, "w", encoding="utf-8") as file:
                json.dump(plain, file)
            temporary.replace(path)
        except OSError:
            return

    def _path(self, cell: str) -> Path:
        import hashlib  # lazy: loads OpenSSL

        return self._folder / f"{hashlib.sha256(cell.encode()).hexdigest()[:32]}.json"
