"""Pipelines that were read and found good before, so that nobody reads YAML or schemas again.

One file per pipeline in the cache of the clone, with the very bytes it was made from: where one of
them differs, or another gryt has written it, it is as good as not there. So it is where anybody
else has: its first line has a check sum of the rest, and the moment that its time stamp must have,
since what stands here is what will be run.
"""

import json
import os
from pathlib import Path
from zlib import crc32

from gryt import __version__
from gryt.model.pipeline import Requires, Tool, Variable
from gryt.store.pipeline_files import Examined, examine, pipeline_of
from gryt.store.plain import Plain
from gryt.store.schema_files import stamp
from gryt.typed import Any

_MAX_BYTES = 2 * 1024 * 1024


class KnownPipelines:
    """The pipelines of one clone; without a folder that may be written to, what is there."""

    def __init__(self, folder: Path, *, persist: bool) -> None:
        self._folder = folder / "pipelines"
        self._persist = persist

    def examine(self, data: bytes, source: str, *, name: str) -> Examined:
        """Return what is in a file, as `pipeline_files.examine` does."""
        path = self._folder / f"{name}.json"
        if "/" in name or "\0" in name or name.startswith("."):
            return examine(data, source, name=name)
        known = _read(path, data, name, source)
        if known is not None:
            return known
        found = examine(data, source, name=name)
        if found.pipeline is not None and self._persist:
            _write(path, data, found)
        return found


def _origin(data: bytes) -> list[Plain]:
    return [__version__, stamp("pipeline"), data.decode("utf-8", "surrogateescape")]


def _read(path: Path, data: bytes, name: str, source: str) -> Examined | None:
    try:
        status = path.stat()
        if status.st_size > _MAX_BYTES:
            return None
        seal, _, body = path.read_bytes().partition(b"\n")
        if seal != _seal(body, status.st_mtime_ns):
            return None
        stored: Any = json.loads(body)
        if stored["origin"] != _origin(data):
            return None
        requires = Requires(
            tuple(Variable(str(name), (line, column)) for name, (line, column) in stored["env"]),
            tuple(
                Tool(str(name), least, (line, column))
                for name, least, (line, column) in stored["tools"]
            ),
        )
        pipeline = pipeline_of(stored["value"], name, source, requires)
        return Examined(pipeline, [], requires, stored["value"])
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def _seal(body: bytes, at: int) -> bytes:
    return b"%08x %d" % (crc32(body), at)


def _write(path: Path, data: bytes, found: Examined) -> None:
    """Keep a pipeline; a full or read-only disk costs only the time to read it again."""
    plain = {
        "origin": _origin(data),
        "env": found.requires.env,
        "tools": found.requires.tools,
        "value": found.value,
    }
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        body = json.dumps(plain).encode()
        fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(fd, "wb") as file:
            at = os.fstat(file.fileno()).st_mtime_ns
            file.write(_seal(body, at) + b"\n" + body)
        os.utime(temporary, ns=(at, at))
        temporary.replace(path)
    except OSError:
        return
