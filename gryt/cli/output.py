"""Where a run is shown: a stream whose reader may go away, or take its time."""

import os
import select

from gryt.typed import TextIO


class Output:
    """Writes to a stream as long as anybody reads it; a run does not end because nobody does."""

    def __init__(self, stream: TextIO) -> None:
        stream.flush()
        self._fd: int | None = stream.fileno()
        self._encoding = stream.encoding or "utf-8"

    @property
    def encoding(self) -> str:
        """How text becomes bytes; rich asks for it."""
        return self._encoding

    def can(self, text: str) -> bool:
        """Tell whether the stream has characters for this text."""
        try:
            text.encode(self._encoding)
        except UnicodeEncodeError:
            return False
        return True

    def write(self, text: str) -> int:
        """Write text, all of it; characters that the stream lacks become escapes."""
        rest = memoryview(text.encode(self._encoding, "backslashreplace"))
        while rest and self._fd is not None:
            try:
                rest = rest[os.write(self._fd, rest) :]
            except BlockingIOError:  # somebody else has made the pipe so
                select.select([], [self._fd], [])
            except OSError:  # the reader is gone, the disk full: the end of the command says so
                self._fd = None
        return len(text)

    def flush(self) -> None:
        """Do nothing: what is written is written."""

    def fileno(self) -> int:
        """Return the descriptor; raise OSError where nobody reads any more."""
        if self._fd is None:
            raise OSError
        return self._fd

    def isatty(self) -> bool:
        """Tell whether a terminal shows it."""
        return self._fd is not None and os.isatty(self._fd)

    def size(self) -> tuple[int, int]:
        """Return columns and rows of the terminal; 80 and 24 where it does not know them."""
        try:
            columns, rows = os.get_terminal_size(self.fileno())
        except OSError:
            columns = rows = 0
        return columns or 80, rows or 24
