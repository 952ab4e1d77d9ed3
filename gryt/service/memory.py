"""What each contract file was last in step with, kept per work tree."""

import json
import os
from contextlib import suppress
from pathlib import Path

from gryt.model.names import RecordId
from gryt.values import Value

_MOMENT = 2000
"""A file system may tell times in steps of two seconds; in milliseconds."""


class Synced(Value):
    """A contract file when it was last in step with the ledger."""

    heads: tuple[RecordId, ...]
    sha256: str
    stamp: tuple[int, ...]
    """Size, modification time (ns) and inode."""

    def is_settled(self, now_ms: int) -> bool:
        """Tell whether the file is old enough for an edit to give it another time."""
        return bool(self.stamp) and self.stamp[1] // 1_000_000 < now_ms - _MOMENT


def stamp(status: os.stat_result) -> tuple[int, ...]:
    """Return what changes whenever a file is written or replaced."""
    return (status.st_size, status.st_mtime_ns, status.st_ino)


def digest(data: bytes) -> str:
    """Return the digest by which a file is known again."""
    import hashlib  # lazy: only for a file that moved

    return hashlib.sha256(data).hexdigest()


class Memory:
    """The synced states of one work tree's contract files."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self) -> dict[str, Synced]:
        """Return what is known; nothing where the file is lost or broken."""
        try:
            stored = json.loads(self._path.read_bytes())
            return {
                version: Synced(tuple(heads), sha256, tuple(stamp))
                for version, (heads, sha256, stamp) in stored.items()
            }
        except (OSError, ValueError, TypeError, AttributeError):
            return {}

    def put(self, version: str, synced: Synced) -> None:
        """Remember one file."""
        known = self.load()
        if known.get(version) == synced:
            return
        self._store({**known, version: synced})

    def drop(self, version: str) -> None:
        """Forget one file."""
        known = self.load()
        if known.pop(version, None) is not None:
            self._store(known)

    def _store(self, known: dict[str, Synced]) -> None:
        rows = {
            name: [entry.heads, entry.sha256, entry.stamp] for name, entry in sorted(known.items())
        }
        with suppress(OSError):  # a read-only disk: compared anew next time
            self._path.parent.mkdir(exist_ok=True)
            temporary = self._path.with_suffix(f".{os.getpid()}.tmp")
            temporary.write_text(json.dumps(rows))
            temporary.replace(self._path)
