r"""What a program printed, made safe to show: text stays, what could move the cursor does not.

Whoever writes a step's output to a terminal sends it through here. Control sequences go, a line
that was redrawn (`\r`, backspaces) shows as it was left, and any other control character becomes a
visible escape. Colours may stay where the reader wants them.
"""

import codecs
import re
from functools import cache, lru_cache

LONGEST_LINE = 16 * 1024
"""Characters of a line that are held back until it ends; a longer one is passed on in pieces."""
RESET = "\x1b[0m"

_UNSAFE = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff"
)


@cache
def _odd() -> "re.Pattern[str]":  # built when needed: few steps print what needs it
    return re.compile(f"[{_UNSAFE}]")


@cache
def _escapes() -> dict[int, str]:
    codes = (
        *range(9),
        *range(0x0B, 0x20),
        *range(0x7F, 0xA0),
        *(0x200B, 0x200E, 0x200F, *range(0x2028, 0x202F), *range(0x2060, 0x206A), 0xFEFF),
    )
    return {code: chr(code).encode("unicode_escape", "surrogatepass").decode() for code in codes}


# The classes leave out whatever begins another sequence, so that no input takes quadratic time.
_SEQUENCE = (
    "(?:\x1b\\[|\x9b)(?:(?P<colours>[0-9;:]{0,64})m|[0-?]*[ -/]*[@-~])"  # CSI: colours, the cursor
    "|(?:\x1b\\]|\x9d)[^\x00-\x1f\x80-\x9f]*(?:\x07|\x1b\\\\|\x9c)"  # OSC: titles, links, clipboard
    "|(?:\x1b[PX^_]|[\x90\x98\x9e\x9f])[^\x00-\x1f\x80-\x9f]*(?:\x1b\\\\|\x9c)"  # DCS and the like
    "|\x1b[ -/]*[0-~]"
)
_STYLES = frozenset(
    {*range(5), 7, 9, *range(21, 26), 27, 29, *range(30, 38), *range(39, 48), 49}
    | {*range(90, 98), *range(100, 108)}
)
"""What may follow `ESC [`: colours, weight, lines. Not what hides (8) or blinks (5, 6)."""
_PALETTE = {"38", "48"}
_PALETTE_CODES = {"5": 1, "2": 3}


class Printed:
    """Takes output as it comes, in chunks cut anywhere, and gives back what may be shown of it."""

    def __init__(self, *, colours: bool) -> None:
        self._colours = colours
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._line = ""
        self._is_coloured = False

    @property
    def unfinished(self) -> str:
        """The line that has not ended yet, as it stands now."""
        return clean(self._line)

    def feed(self, data: bytes) -> str:
        """Return the lines that `data` completes, each with its line end."""
        whole, newline, rest = (self._line + self._decoder.decode(data)).rpartition("\n")
        self._line = _last_drawn(rest)
        if len(self._line) > LONGEST_LINE:
            whole += newline + self._line
            newline = self._line = ""
        return self._shown(whole) + newline

    def end(self) -> str:
        """Return what is left: the end of a last line that has none, and of its colours."""
        rest = self._line + self._decoder.decode(b"", final=True)
        self._decoder.reset()
        self._line = ""
        shown = self._shown(rest)
        if self._is_coloured:
            self._is_coloured = False
            shown += RESET
        return shown

    def _shown(self, text: str) -> str:
        shown = clean(text, colours=self._colours)
        if self._colours and (last := shown.rfind("\x1b[")) >= 0:
            self._is_coloured = not shown.startswith(RESET, last)
        return shown


def clean(text: str, *, colours: bool = False) -> str:
    """Return lines of output as they may be shown; colours that stay may reach beyond them."""
    if (text.isascii() and text.isprintable()) or _odd().search(text) is None:
        return text
    # Redrawing first: what it brings together may be a sequence.
    if "\r" in text:
        text = "\n".join(_last_drawn(line).rstrip("\r") for line in text.split("\n"))
    if "\b" in text:
        text = "\n".join(_rubbed_out(line) for line in text.split("\n"))
    if not colours:
        return re.sub(_SEQUENCE, "", text).translate(_escapes())
    shown = []
    end = 0
    for found in re.finditer(_SEQUENCE, text):
        shown.append(text[end : found.start()].translate(_escapes()))
        end = found.end()
        if (codes := found["colours"]) is not None:
            shown.append(_kept(codes))
    return "".join((*shown, text[end:].translate(_escapes())))


def _last_drawn(line: str) -> str:
    """Return what a line shows that was redrawn over and over, as progress bars are."""
    if "\r" not in line:
        return line
    drawn = line.rstrip("\r")
    kept = drawn[drawn.rfind("\r") + 1 :]
    return kept if len(drawn) == len(line) else f"{kept}\r"


def _rubbed_out(line: str) -> str:
    """Return a line in which each backspace has taken the character before it."""
    if "\b" not in line:
        return line
    kept: list[str] = []
    for char in line:
        if char != "\b":
            kept.append(char)
        elif kept:
            kept.pop()
    return "".join(kept)


@lru_cache(maxsize=256)
def _kept(colours: str) -> str:
    """Return the codes of one colour sequence that may stay; "" for none."""
    kept: list[str] = []
    codes = iter(colours.replace(":", ";").split(";"))
    for code in codes:
        if code in _PALETTE:
            mode = next(codes, "")
            count = _PALETTE_CODES.get(mode, 0)
            if count:
                kept += [code, mode, *(next(codes, "") or "0" for _ in range(count))]
        elif int(code or 0) in _STYLES:
            kept.append(str(int(code or 0)))
    return f"\x1b[{';'.join(kept)}m" if kept else ""
