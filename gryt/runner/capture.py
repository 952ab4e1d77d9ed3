"""What a step prints: shown, hashed, counted, its end kept and the whole filed, in flat memory."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from gryt.model.results import StepLog
from gryt.runner.masking import Masker, Stream

if TYPE_CHECKING:
    import hashlib

TAIL_BYTES = 64 * 1024
"""How much of the end of a step's output its result keeps."""
_NAME_LENGTH = 80
_NO_SECRETS = Masker()
_EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
"""The SHA-256 of nothing."""
_CONTINUATION = range(0x80, 0xC0)
"""The bytes that stand inside a UTF-8 character, at most three in a row."""


class LogFiles:
    """The full logs of one run, one file per step; trouble with them is noted once.

    Logs are a convenience: a full or read-only disk costs the log, never the result of the run.
    """

    def __init__(self, directory: Path | None, *, note: Callable[[str], None]) -> None:
        self._directory = directory
        self._note = note
        self._noted = False

    def open(self, index: int, name: str) -> "LogFile":
        """Return the log of the step called `name`; nothing is created before it is written."""
        path = self._directory and self._directory / log_name(index, name)
        return LogFile(path, trouble=self._trouble)

    def _trouble(self, error: OSError) -> None:
        if not self._noted:
            self._noted = True
            self._note(f"cannot write '{self._directory}': {error.strerror}")


class LogFile:
    """The log of one step, written as the output comes; after an error it takes no more."""

    def __init__(self, path: Path | None, *, trouble: Callable[[OSError], None]) -> None:
        self.path = path
        self._trouble = trouble
        self._fd: int | None = None

    def write(self, data: bytes) -> None:
        """Add `data` to the file, which the first write creates."""
        if self.path is None:
            return
        try:
            if self._fd is None:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                self._fd = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
            rest = memoryview(data)
            while rest:
                rest = rest[os.write(self._fd, rest) :]
        except OSError as error:
            self.path = None
            self._trouble(error)

    def close(self) -> None:
        """Close the file; a file system may report a lost write only now."""
        if self._fd is not None:
            fd, self._fd = self._fd, None
            try:
                os.close(fd)
            except OSError as error:
                self._trouble(error)


class Capture:
    """Takes the output of one step chunk by chunk and ends as its `StepLog`."""

    def __init__(
        self, file: LogFile, *, show: Callable[[bytes], None], masker: Masker = _NO_SECRETS
    ) -> None:
        self._file = file
        self._show = show
        self._stream = Stream(masker)
        self._digest: hashlib._Hash | None = None
        self._count = 0
        self._tail = bytearray()

    @property
    def path(self) -> Path | None:
        """The file that gets all of it, once there is something."""
        return self._file.path

    def feed(self, data: bytes) -> None:
        """Take what the step printed next and pass it on, secrets masked."""
        if data := self._stream.feed(data):
            self._take(data)

    def flush(self) -> None:
        """Pass on what was held back because it could have become a secret."""
        if data := self._stream.end():
            self._take(data)

    def _take(self, data: bytes) -> None:
        if self._digest is None:
            import hashlib  # lazy: loads OpenSSL, while the first step that prints is at work

            self._digest = hashlib.sha256()
        self._digest.update(data)
        self._count += len(data)
        self._tail += data
        if len(self._tail) > 2 * TAIL_BYTES:
            del self._tail[:-TAIL_BYTES]
        self._file.write(data)
        self._show(data)

    def note(self, text: str) -> None:
        """Add a line in gryt's own voice, as if the step had printed it."""
        self.flush()
        start = "" if not self._tail or self._tail.endswith(b"\n") else "\n"
        self.feed(f"{start}gryt: {text}\n".encode(errors="replace"))

    def log(self, *, tail_bytes: int = TAIL_BYTES) -> StepLog:
        """Return what the result of the step keeps of its output."""
        self.flush()
        digest = _EMPTY if self._digest is None else self._digest.hexdigest()
        return StepLog(_decoded(self._tail, tail_bytes), digest, self._count)

    def close(self) -> None:
        """Release the file."""
        self._file.close()


def _decoded(tail: bytearray, most: int) -> str:
    """Return the last bytes, at most so many, as text that does not begin inside a character."""
    start = max(0, len(tail) - most)
    if start:
        stop = start + 3
        while start < stop and tail[start] in _CONTINUATION:
            start += 1
    return tail[start:].decode(errors="replace")


def log_name(index: int, name: str) -> str:
    """Return what the log of a step is called, by where it stands in the run."""
    return f"{index:02d}-{_safe(name)}.log"


def _safe(name: str) -> str:
    """Return `name` as a file name: letters, digits, '.', '_' and '-' of ASCII, at most 80."""
    if name.isascii() and name.isalnum():
        return name[:_NAME_LENGTH]
    kept = (char if char.isascii() and (char.isalnum() or char in "._-") else "-" for char in name)
    return "".join(kept)[:_NAME_LENGTH]
