"""A terminal for tests: a pty whose other end understands what a live view draws, and no more."""

import fcntl
import os
import pty
import re
import struct
import termios
import threading
from contextlib import suppress
from types import TracebackType
from typing import Self, TextIO

from rich.cells import cell_len

_TOKEN = re.compile(
    r"\x1b\[(?P<codes>[?0-9;]*)(?P<what>[A-Za-z])|(?P<move>[\r\n])|(?P<text>[^\x1b\r\n]+)"
)


_MARK = "\x1b[99z"


class Screen:
    """A terminal of some size; `lines` is all that it has shown, scrolled away or not."""

    def __init__(self, *, rows: int = 24, columns: int = 80) -> None:
        self._master, slave = pty.openpty()
        self.stream: TextIO = os.fdopen(slave, "w", encoding="utf-8")
        self.raw = ""
        self._caught_up = threading.Event()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()
        self.widest = 0
        """In columns: what is wider than the terminal breaks the picture."""
        self.resize(rows, columns)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stream.close()
        self._reader.join()
        os.close(self._master)

    def resize(self, rows: int, columns: int) -> None:
        self.columns = columns
        size = struct.pack("HHHH", rows, columns, 0, 0)
        fcntl.ioctl(self.stream.fileno(), termios.TIOCSWINSZ, size)

    @property
    def lines(self) -> list[str]:
        """What is on the screen and above it, after all that was drawn up to now."""
        os.write(self.stream.fileno(), _MARK.encode())
        assert self._caught_up.wait(60)
        self._caught_up.clear()
        return self._drawn()

    def _read(self) -> None:
        """Read all the time, as a terminal does: it holds only a few kilobytes back."""
        data = b""
        with suppress(OSError):  # nobody has the other end open any more
            while more := os.read(self._master, 65536):
                data += more
                if data.endswith(_MARK.encode()):
                    self.raw += data.decode().replace(_MARK, "")
                    data = b""
                    self._caught_up.set()

    def _drawn(self) -> list[str]:
        lines, row, column = [""], 0, 0
        for token in _TOKEN.finditer(self.raw):
            if (text := token["text"]) is not None:
                lines[row] = (
                    lines[row][:column].ljust(column) + text + lines[row][column + len(text) :]
                )
                column += len(text)
                self.widest = max(self.widest, cell_len(lines[row]))
            elif token["move"] == "\r":
                column = 0
            elif token["move"] == "\n":
                row += 1
                lines += [""] if row == len(lines) else []
            elif token["what"] == "A":
                row -= int(token["codes"] or 1)
                assert row >= 0
            elif token["what"] == "K":
                lines[row] = ""
            else:
                assert token["what"] in "mhl", f"the test's terminal does not know {token[0]!r}"
        while lines and not lines[-1].strip():
            lines.pop()
        return [line.rstrip() for line in lines]
