"""Writes plain values as block YAML, the same bytes for the same value with every library version.

A text goes without quotes only when no reader of YAML 1.1 or 1.2 could take it for anything else.
Text of several lines becomes a literal block when each of its lines is printable; all other text
is double-quoted with escapes, so no control character is ever written raw.
"""

import math
import re

from gryt.errors import InvalidInput
from gryt.store.plain import MAX_INTEGER_DIGITS, Limits, Plain, PlainScalar

_MAX_KEY = 500
"""libyaml takes no key of more than 1024 characters, and quoting can double one."""

_WORDS = frozenset(["~", "null", "true", "false", "yes", "no", "on", "off", "y", "n", "=", "<<"])
_NO_NUMBERS = frozenset(sign + word for sign in ("", "+", "-") for word in (".inf", ".nan"))
_NUMBER = re.compile(
    r"[-+]?(?:"
    r"0b[01_]+|0o[0-7_]+|0x[0-9a-f_]+"
    r"|[0-9][0-9_,]*"
    r"|(?:\.[0-9_]+|[0-9][0-9_]*\.?[0-9_]*)(?:e[-+]?[0-9]+)?"
    r"|[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?"
    r")|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}.*"
)
SYNTAX = re.compile(r"(?!-[\w.])[^\w/.<($+~^;=]|\.\.\.|.*(?:: | #|:$| $)")
"""What cannot stand without quotes, given that it is printable; matched at the beginning."""

_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r", "\x1b": "\\e"}


def write(value: Plain, limits: Limits) -> bytes:
    """Returns `value` as YAML that passes a reader with these limits, or raises InvalidInput."""
    lines: list[str] = []
    _Writer(lines, limits).node(value, 0, "")
    text = "\n".join(lines) + "\n"
    try:
        data = text.encode()
    except UnicodeEncodeError as error:
        found = f"U+{ord(text[error.start]):04X}"
        raise _unwritable(f"found {found}, which is half a character") from None
    if len(data) > limits.bytes:
        raise _unwritable(f"found {len(data)} bytes, allowed: at most {limits.bytes}")
    return data


def _unwritable(reason: str) -> InvalidInput:
    return InvalidInput("a value cannot be written as YAML", details=(reason,))


class _Writer:
    """Lines so far, and how many events a reader will see in them."""

    def __init__(self, lines: list[str], limits: Limits) -> None:
        self._lines = lines
        self._limits = limits
        self._left = limits.events

    def node(self, value: Plain, column: int, lead: str) -> None:
        """Appends `value` after `lead`; its entries or lines of text begin in `column`."""
        self._left -= 2
        if self._left < 0:
            raise _unwritable(f"found more than {self._limits.events // 2} values")
        if isinstance(value, list | dict) and value:
            if column // 2 >= self._limits.depth:
                raise _unwritable(f"found more than {self._limits.depth} levels of nesting")
            self._entries(value, column, lead)
        else:
            gap = " " if lead.endswith(":") else ""
            self._lines.append(lead + gap + _leaf(value, column))

    def _entries(self, value: list[Plain] | dict[str, Plain], column: int, lead: str) -> None:
        pad = " " * column
        if lead.endswith(":"):
            self._lines.append(lead)
            lead = pad
        if isinstance(value, dict):
            for key, below in value.items():
                self.node(below, column + 2, f"{lead}{_key(key)}:")
                lead = pad
        else:
            for below in value:
                self.node(below, column + 2, f"{lead}- ")
                lead = pad


def _leaf(value: Plain, column: int) -> str:
    match value:
        case str():
            return _text(value, column)
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int():
            if abs(value) >= 10**MAX_INTEGER_DIGITS:
                raise _unwritable(f"found a whole number of more than {MAX_INTEGER_DIGITS} digits")
            return str(value)
        case float():
            return _float(value)
        case list():
            return "[]"
        case dict():
            return "{}"


def _float(value: float) -> str:
    if not math.isfinite(value):
        raise _unwritable(f"found the number {value}, allowed: finite numbers")
    mantissa, e, exponent = repr(value).partition("e")
    return f"{mantissa}{'' if '.' in mantissa else '.0'}{e}{exponent}"


def _key(key: str) -> str:
    if len(key) > _MAX_KEY:
        raise _unwritable(f"found a key of {len(key)} characters, allowed: at most {_MAX_KEY}")
    return _one_line(key)


def _text(text: str, column: int) -> str:
    if column and "\n" in text.strip("\n"):
        lines = text.split("\n")
        if all(line.replace("\t", "").isprintable() for line in lines):
            return _literal(text, lines, " " * column)
    return _one_line(text)


def _literal(text: str, lines: list[str], pad: str) -> str:
    """Returns a literal block; the digit says the indentation where it cannot be guessed."""
    digit = "2" if text[0] in " \t\n" else ""
    keep = "-" if not text.endswith("\n") else "+" if text.endswith("\n\n") else ""
    body = lines[:-1] if text.endswith("\n") else lines
    return f"|{digit}{keep}\n" + "\n".join(pad + line if line else "" for line in body)


def _one_line(text: str) -> str:
    if not text.isprintable():
        return _double_quoted(text)
    bare = text and not SYNTAX.match(text)
    if bare and (isinstance(text, PlainScalar) or not _means_else(text.lower())):
        return text
    if isinstance(text, PlainScalar) and not text:
        return "null"
    return "'" + text.replace("'", "''") + "'"


def _means_else(text: str) -> bool:
    """Tell whether a reader could take a text without quotes for a number, a date or a word."""
    if text[0] in "+-.0123456789":
        return text in _NO_NUMBERS or _NUMBER.fullmatch(text) is not None
    return text in _WORDS


def _double_quoted(text: str) -> str:
    return '"' + "".join(_escape(c) for c in text) + '"'


def _escape(character: str) -> str:
    known = _ESCAPES.get(character)
    if known is not None:
        return known
    if character.isprintable() or "\ud800" <= character <= "\udfff":
        return character
    code = f"{ord(character):X}"
    if len(code) <= len("FF"):
        return f"\\x{code:0>2}"
    return f"\\u{code:0>4}" if len(code) <= len("FFFF") else f"\\U{code:0>8}"
