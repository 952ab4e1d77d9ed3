"""The fast way to read a record: a strict reader of exactly what `store/yaml_write.py` writes.

libyaml takes 0.2 ms for a record and hands over every scalar as a Python object of its own; a
ledger has hundreds of thousands. Records are nearly always as gryt wrote them, so this reader knows
that form alone, line by line, and gives scalars their schema's types on the way. Whatever else it
meets, it answers `None`, and libyaml judges (`store/yaml_read.py`): what is read here is never
anything that libyaml would refuse or read otherwise. tests/store/test_canonical.py holds the two
together.
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache

from gryt.store.plain import RECORD_LIMITS, Plain, resolve
from gryt.store.shape import ANY, Shape
from gryt.store.yaml_write import SYNTAX

_MAX_LINES = 9000
"""A line is at most five events, so this keeps the limit of events."""
_MAX_COLUMN = 2 * (RECORD_LIMITS.depth - 1)
_MAX_MEMO = 20_000

_LINES = r"(?m)^( *)(- )?(?:([A-Za-z_][A-Za-z0-9_./-]{0,99}):(?: |$))?(.*)$"
"""What every line is taken apart into: its indentation, dash, key and the rest."""
_SINGLE = re.compile(r"'((?:[^']|'')*)'")
_DOUBLE = re.compile(r'"((?:[^"\\]|\\.)*)"')
_ESCAPE = r"\\(?:([\\\"ntre])|x([0-9A-F]{2})|u([0-9A-F]{4})|U([0-9A-F]{8})|)"
_CHARACTERS = {"\\": "\\", '"': '"', "n": "\n", "t": "\t", "r": "\r", "e": "\x1b"}
_BLOCKS = frozenset({"|", "|-", "|+", "|2", "|2-", "|2+"})
_TEXT = frozenset({"string"})

# What the rest of a line is.
_PLAIN, _QUOTED, _BLOCK, _EMPTY_LIST, _EMPTY_MAPPING = range(5)

_Line = tuple[str, str, str, str]


class Place:
    """One place of a schema, made quick to walk."""

    __slots__ = ("items", "properties", "rest", "types")

    def __init__(self, shape: Shape) -> None:
        self.types = None if shape.types == _TEXT else shape.types
        """What an unquoted scalar may be; None where it is text whatever it looks like."""
        any_ = self if shape is ANY else _ANY
        self.rest: Place = Place(shape.rest) if shape.rest is not None else any_
        self.items: Place = Place(shape.items) if shape.items is not None else any_
        self.properties: Mapping[str, Place] = {k: Place(s) for k, s in shape.properties.items()}


_ANY = Place(ANY)
_resolved = lru_cache(maxsize=_MAX_MEMO)(resolve)


class _OtherForm(Exception):
    """A text is not what gryt writes."""


def read(data: bytes, place: Callable[[str], Place | None]) -> dict[str, Plain] | None:
    """Return a record of format 1 with its scalars typed; None where it is not in our own form.

    `place` says what the schema of a kind wants, or None for a kind that it does not know.
    """
    if len(data) > RECORD_LIMITS.bytes or not data.startswith(b"format: 1\nid: "):
        return None
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return None
    if not text.endswith("\n") or text.count("\n") > _MAX_LINES or not _is_plain_text(text):
        return None
    lines: list[_Line] = re.findall(_LINES, text)
    lines.pop()  # what is after the last line
    top = place(lines[2][3]) if len(lines) > 2 and lines[2][2] == "kind" else None  # noqa: PLR2004
    try:
        return None if top is None else _Reader(text, lines).record(top)
    except _OtherForm:
        return None


def _is_plain_text(text: str) -> bool:
    """Tell whether nothing but line feeds, tabs and what can be seen is in a text."""
    return (
        text.replace("\n", "").isprintable()
        or text.replace("\n", "").replace("\t", "").isprintable()
    )


class _Reader:
    """The lines of one record, and how far they have been read."""

    __slots__ = ("_at", "_count", "_lines", "_text")

    def __init__(self, text: str, lines: list[_Line]) -> None:
        self._text = text
        self._lines = lines
        self._count = len(lines)
        self._at = 0

    def record(self, place: Place) -> dict[str, Plain]:
        """Return the mapping that all lines make up."""
        value = self._mapping("", place, dash="")
        if self._at != self._count:
            raise _OtherForm
        return value

    def _mapping(self, pad: str, place: Place, *, dash: str) -> dict[str, Plain]:
        """Return the mapping whose entries have this indentation; the first may have a dash."""
        value: dict[str, Plain] = {}
        properties, rest = place.properties, place.rest
        lines, at, count = self._lines, self._at, self._count
        before, wanted, key, leaf = lines[at]
        if len(before) + len(dash) != len(pad) or wanted != dash:
            raise _OtherForm
        while True:
            if not key or key in value:
                raise _OtherForm
            below = properties.get(key, rest)
            if leaf.isalnum():
                value[key] = leaf if below.types is None else _resolved(leaf, below.types)
                at += 1
            else:
                self._at = at + 1
                value[key] = self._leaf(pad, below, leaf) if leaf else self._below(pad, below)
                at = self._at
            if at == count:
                break
            before, dash, key, leaf = lines[at]
            if before != pad:
                if len(before) < len(pad):
                    break
                raise _OtherForm
            if dash:
                raise _OtherForm
        self._at = at
        return value

    def _sequence(self, pad: str, place: Place) -> list[Plain]:
        """Return the list whose dashes have this indentation."""
        value: list[Plain] = []
        below, inner = place.items, pad + "  "
        while self._at < self._count:
            before, dash, key, leaf = self._lines[self._at]
            if len(before) < len(pad):
                break
            if before != pad or not dash:
                raise _OtherForm
            if key:
                value.append(self._mapping(inner, below, dash=dash))
            else:
                self._at += 1
                value.append(self._leaf(pad, below, leaf))
        return value

    def _below(self, pad: str, place: Place) -> Plain:
        """Return the list or mapping that begins in the next line."""
        pad += "  "
        if self._at == self._count or len(pad) > _MAX_COLUMN:
            raise _OtherForm
        before, dash, _, _ = self._lines[self._at]
        if before != pad:
            raise _OtherForm
        return self._sequence(pad, place) if dash else self._mapping(pad, place, dash="")

    def _leaf(self, pad: str, place: Place, leaf: str) -> Plain:
        """Return a value that is in its key's line, or begins there."""
        form, text = _read_leaf(leaf)
        if form == _PLAIN:
            return text if place.types is None else _resolved(text, place.types)
        if form == _QUOTED:
            return text
        if form == _BLOCK:
            return self._block(pad + "  ", text)
        return [] if form == _EMPTY_LIST else {}

    def _block(self, pad: str, header: str) -> str:
        """Return a literal block whose lines are indented by `pad`."""
        body: list[str] = []
        lines = self._text.split("\n")
        while self._at < self._count:
            line = lines[self._at]
            if line.startswith(pad):
                body.append(line[len(pad) :])
            elif not line:
                body.append("")
            else:
                break
            self._at += 1
        if not any(body) or (header[1:2] != "2" and (body[0] or " ")[0] in " \t"):
            raise _OtherForm
        if header[-1] != "+" and not body[-1]:
            raise _OtherForm
        return "\n".join(body) + ("" if header[-1] == "-" else "\n")


@lru_cache(maxsize=_MAX_MEMO)
def _read_leaf(text: str) -> tuple[int, str]:
    """Return what stands behind a key or a dash: one of the forms above, and its text."""
    if text in _BLOCKS:
        return _BLOCK, text
    if text == "[]":
        return _EMPTY_LIST, ""
    if text == "{}":
        return _EMPTY_MAPPING, ""
    if "\t" in text:
        raise _OtherForm
    if text[:1] == "'" and (match := _SINGLE.fullmatch(text)):
        return _QUOTED, match[1].replace("''", "'")
    if text[:1] == '"' and (match := _DOUBLE.fullmatch(text)):
        return _QUOTED, re.sub(_ESCAPE, _character, match[1]) if "\\" in text else match[1]
    if not text or SYNTAX.match(text):
        raise _OtherForm
    return _PLAIN, text


def _character(escape: re.Match[str]) -> str:
    if escape.lastindex is None:
        raise _OtherForm
    if escape.lastindex == 1:
        return _CHARACTERS[escape[1]]
    code = int(escape[escape.lastindex], 16)
    if 0xD800 <= code <= 0xDFFF or code > 0x10FFFF:  # noqa: PLR2004 - of Unicode
        raise _OtherForm
    return chr(code)
