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
_MAX_MEMO_LINE = 120
_MIN_ID = 26

_LINE = re.compile(r"(?P<pad> *)(?P<dash>- )?(?:(?P<key>[A-Za-z_][A-Za-z0-9_.-]{0,99}):(?: |$))?")
_WORD = re.compile(r"( *)([a-z_]+): ([A-Za-z0-9_]+)")
"""What most lines are that no other record has: an id below its name."""
_SINGLE = re.compile(r"'((?:[^']|'')*)'")
_DOUBLE = re.compile(r'"((?:[^"\\]|\\.)*)"')
_ESCAPE = re.compile(r"\\(?:([\\\"ntre])|x([0-9A-F]{2})|u([0-9A-F]{4})|U([0-9A-F]{8})|)")
_CHARACTERS = {"\\": "\\", '"': '"', "n": "\n", "t": "\t", "r": "\r", "e": "\x1b"}
_BLOCKS = frozenset({"|", "|-", "|+", "|2", "|2-", "|2+"})
_TEXT = frozenset({"string"})

# What follows a line's dash and key.
_QUOTED, _PLAIN, _NOTHING, _BLOCK, _EMPTY_LIST, _EMPTY_MAPPING = range(6)

_Token = tuple[int, bool, "str | None", int, str]
"""A line: its column, whether it has a dash, its key, one of the forms above, the text."""


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
_memo: dict[str, _Token] = {}
"""Most lines of a record were in another one before."""


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
    lines = text.split("\n")
    if lines.pop() or len(lines) > _MAX_LINES or not _is_plain_text(text):
        return None
    kind = lines[2][6:] if len(lines) > 2 and lines[2].startswith("kind: ") else ""  # noqa: PLR2004
    top = place(kind)
    try:
        return None if top is None else _Reader(lines).record(top)
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

    __slots__ = ("_at", "_count", "_lines", "_token")

    def __init__(self, lines: list[str]) -> None:
        self._lines = lines
        self._count = len(lines)
        self._at = 0
        self._token: _Token | None = None
        """The line that is looked at, `_at` being after it; None after the last."""

    def record(self, place: Place) -> dict[str, Plain]:
        """Return the mapping that all lines make up."""
        first = self._next()
        if first is None or first[0] or first[1]:
            raise _OtherForm
        value = self._mapping(0, place, first)
        if self._token is not None:
            raise _OtherForm
        return value

    def _next(self) -> _Token | None:
        if self._at == self._count:
            self._token = None
            return None
        line = self._lines[self._at]
        self._at += 1
        self._token = token = _memo.get(line) or _read_line(line)
        return token

    def _mapping(self, column: int, place: Place, token: _Token) -> dict[str, Plain]:
        """Return the mapping in this column, of which `token` is the first entry."""
        value: dict[str, Plain] = {}
        properties, rest = place.properties, place.rest
        while True:
            _, _, key, form, text = token
            if key is None or key in value:
                raise _OtherForm
            below = properties.get(key, rest)
            if form == _PLAIN:
                value[key] = text if below.types is None else _resolved(text, below.types)
            elif form == _QUOTED:
                value[key] = text
            else:
                value[key] = self._other(column, below, form, text)
            after = self._token if form == _NOTHING else self._next()
            if after is None or after[0] < column:
                return value
            if after[0] > column or after[1]:
                raise _OtherForm
            token = after

    def _sequence(self, column: int, place: Place, token: _Token) -> list[Plain]:
        """Return the list in this column, of which `token` is the first item."""
        value: list[Plain] = []
        below = place.items
        while True:
            _, dash, key, form, text = token
            if not dash or (form == _NOTHING and key is None):
                raise _OtherForm
            if key is not None:
                value.append(self._mapping(column + 2, below, token))
                after = self._token
            else:
                if form == _PLAIN and below.types is not None:
                    value.append(_resolved(text, below.types))
                else:
                    value.append(self._other(column, below, form, text))
                after = self._next()
            if after is None or after[0] < column:
                return value
            if after[0] > column:
                raise _OtherForm
            token = after

    def _other(self, column: int, place: Place, form: int, text: str) -> Plain:
        """Return a value that is no unquoted scalar of some type."""
        match form:
            case 2:
                return self._collection(column + 2, place)
            case 3:
                return self._block(" " * (column + 2), text)
            case 4:
                return []
            case 5:
                return {}
        return text

    def _collection(self, column: int, place: Place) -> Plain:
        """Return the list or mapping that begins in the next line."""
        token = self._next()
        if token is None or token[0] != column or column > _MAX_COLUMN:
            raise _OtherForm
        below = self._sequence if token[1] else self._mapping
        return below(column, place, token)

    def _block(self, pad: str, header: str) -> str:
        """Return a literal block whose lines are indented by `pad`."""
        body: list[str] = []
        while self._at < self._count:
            line = self._lines[self._at]
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


def _read_line(line: str) -> _Token:
    """Return what a line holds, and remember it for the next record."""
    word = _WORD.fullmatch(line)
    if word is not None:
        pad, key, text = word.groups()
        token: _Token = (len(pad), False, key, _PLAIN, text)
        return token if len(text) >= _MIN_ID else _remember(line, token)
    match = _LINE.match(line)
    assert match is not None  # every part of it may be absent
    pad, dash, key = match.groups()
    form, text = _read_leaf(line[match.end() :], open_=key is not None and line.endswith(":"))
    return _remember(line, (len(pad), dash is not None, key, form, text))


def _remember(line: str, token: _Token) -> _Token:
    if len(line) <= _MAX_MEMO_LINE:
        if len(_memo) >= _MAX_MEMO:
            _memo.clear()
        _memo[line] = token
    return token


def _read_leaf(text: str, *, open_: bool) -> tuple[int, str]:
    if not text and open_:
        return _NOTHING, ""
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
        return _QUOTED, _ESCAPE.sub(_character, match[1]) if "\\" in text else match[1]
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
