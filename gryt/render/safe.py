"""Data on its way to a terminal: what could move the cursor or hide text is made visible."""

import re
from functools import cache

# C0 but for newline and tab, DEL, C1, zero-width and bidirectional controls, lone surrogates
_UNSAFE = "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"


@cache
def _unsafe() -> "re.Pattern[str]":  # built when needed: most text is plain
    return re.compile(_UNSAFE)


def visible(text: str) -> str:
    """Return text with every control character as a visible escape; line ends and tabs stay."""
    if text.isascii() and text.isprintable():
        return text
    return _unsafe().sub(
        lambda match: match[0].encode("unicode_escape", "surrogatepass").decode(), text
    )


def cell(text: str) -> str:
    """Return text for one place in one line."""
    return visible(text.replace("\n", "\\n").replace("\t", " "))


def in_json(text: str) -> str:
    """Return a JSON text that shows as it is: no character that moves or hides anything is raw."""
    return _unsafe().sub(lambda match: f"\\u{ord(match[0]):04x}", text)
