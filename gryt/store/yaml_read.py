"""The event guard: builds values straight from libyaml's events, and stops at the first problem.

There is no composing step. Each event is judged when it arrives, so nothing that is refused has
cost more than its own bytes, and the C stack never grows with the nesting of the input.
"""

import codecs
import re
from collections.abc import Callable
from typing import NoReturn

import yaml
from yaml.events import (
    AliasEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    StreamStartEvent,
)

from gryt.store.plain import Limits, Plain, PlainScalar
from gryt.store.yaml_words import describe

try:
    from yaml._yaml import CParser
except ImportError:  # PyYAML without libyaml: slower, same events
    CParser = yaml.SafeLoader  # type: ignore[assignment, misc]

_C1 = re.compile("[\x80-\x9f]")
_CONTROLS = bytes({*range(0x20), 0x7F} - {0x09, 0x0A, 0x0D})
_BOMS = ((codecs.BOM_UTF32_LE, "UTF-32"), (codecs.BOM_UTF32_BE, "UTF-32"),
         (codecs.BOM_UTF16_LE, "UTF-16"), (codecs.BOM_UTF16_BE, "UTF-16"))  # fmt: skip

Path = tuple[str | int, ...]
Mark = tuple[int, int]


class Problem(Exception):  # a finding, turned into a GrytError by the caller
    """One reason why a text is refused: line, column, and the words for it."""

    def __init__(self, line: int, column: int, text: str) -> None:
        super().__init__(line, column, text)


class Marks:
    """Where values and keys begin, by path; filled while reading."""

    __slots__ = ("keys", "values")

    def __init__(self) -> None:
        self.values: dict[Path, Mark] = {}
        self.keys: dict[Path, Mark] = {}


def read(data: bytes, limits: Limits, *, marks: Marks | None = None) -> Plain:
    """Returns the only document in `data`, all scalars as text, or raises Problem.

    With `marks` the input is taken to be a person's: positions are noted, and control characters
    are refused even when escaped.
    """
    data = _checked_bytes(data, limits)
    try:
        return _Reader(CParser(data).get_event, limits, marks).document()
    except yaml.YAMLError as error:
        raise Problem(*describe(error, data)) from None
    except (ValueError, RecursionError, OverflowError) as error:
        raise Problem(1, 1, f"not readable as YAML ({type(error).__name__})") from None


def _checked_bytes(data: bytes, limits: Limits) -> bytes:
    """Returns `data` without a UTF-8 byte order mark, after judging size, encoding, controls."""
    if len(data) > limits.bytes:
        raise Problem(1, 1, f"found {len(data)} bytes, allowed: at most {limits.bytes}")
    for bom, name in _BOMS:
        if data.startswith(bom):
            raise Problem(1, 1, f"found {name} text, allowed: UTF-8 (save the file as UTF-8)")
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        text = "" if data.isascii() else data.decode()
    except UnicodeDecodeError as error:
        where = _where(data[: error.start].decode())
        found = f"found byte 0x{data[error.start]:02x}, which is not UTF-8, allowed: UTF-8 text"
        raise Problem(*where, found) from None
    if len(data.translate(None, _CONTROLS)) != len(data) or _C1.search(text):
        _refuse_control(data.decode())
    return data


def _is_control(character: str) -> bool:
    return character < " " or "\x7f" <= character <= "\x9f"


def _refuse_control(text: str) -> NoReturn:
    at = next(i for i, c in enumerate(text) if _is_control(c) and c not in "\t\n\r")
    raise Problem(*_where(text[:at]), _control_words(text[at]))


def _control_words(character: str) -> str:
    return f"found control character U+{ord(character):04X}, allowed: text, tab and line feed"


def _where(before: str) -> Mark:
    return before.count("\n") + 1, len(before) - before.rfind("\n")


def _mark(event: Event) -> Mark:
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)


def _refuse(event: Event, text: str) -> NoReturn:
    raise Problem(*_mark(event), text)


class _Reader:
    """The state of reading one document."""

    __slots__ = ("_left", "_limits", "_marks", "_next")

    def __init__(
        self, get_event: Callable[[], Event | None], limits: Limits, marks: Marks | None
    ) -> None:
        self._next = get_event
        self._limits = limits
        self._left = limits.events
        self._marks = marks

    def document(self) -> Plain:
        """Returns the value of the one document in the stream."""
        event = self._next()
        while isinstance(event, StreamStartEvent | DocumentStartEvent):
            if isinstance(event, DocumentStartEvent) and event.tags:
                _refuse(event, "found a %TAG directive, allowed: no tags")
            event = self._next()
        if event is None or isinstance(event, StreamEndEvent):
            raise Problem(1, 1, "found nothing, allowed: a mapping of keys to values")
        value = self._value(event, (), 1)
        self._next()
        after = self._next()
        if after is not None and not isinstance(after, StreamEndEvent):
            _refuse(after, "found a second document, allowed: one document in a file")
        return value

    def _value(self, event: Event | None, path: Path, depth: int) -> Plain:
        self._left -= 1
        if self._left < 0 and event is not None:
            most = self._limits.events
            _refuse(event, f"found more than {most} values and keys, allowed: at most {most}")
        if isinstance(event, ScalarEvent):
            if self._marks is not None:
                self._marks.values[path] = _mark(event)
            return self._scalar(event)
        if isinstance(event, CollectionStartEvent):
            return self._collection(event, path, depth)
        assert event is not None  # libyaml ends every collection that it began, or raises
        return _refuse_node(event)

    def _collection(self, event: CollectionStartEvent, path: Path, depth: int) -> Plain:
        if event.anchor is not None or event.tag is not None:
            _refuse_node(event)
        if depth > self._limits.depth:
            most = self._limits.depth
            _refuse(event, f"found more than {most} levels of nesting, allowed: at most {most}")
        if self._marks is not None:
            self._marks.values[path] = _mark(event)
        self._left -= 1
        if isinstance(event, SequenceStartEvent):
            return self._list(path, depth)
        assert isinstance(event, MappingStartEvent)  # the only other collection
        return self._mapping(path, depth)

    def _list(self, path: Path, depth: int) -> list[Plain]:
        items: list[Plain] = []
        marked = self._marks is not None
        while not isinstance(event := self._next(), SequenceEndEvent):
            below = (*path, len(items)) if marked else path
            items.append(self._value(event, below, depth + 1))
        return items

    def _mapping(self, path: Path, depth: int) -> dict[str, Plain]:
        entries: dict[str, Plain] = {}
        seen: dict[str, Event] = {}
        marks = self._marks
        while not isinstance(event := self._next(), MappingEndEvent):
            assert event is not None  # libyaml ends every mapping that it began, or raises
            key = self._key(event)
            if key in seen:
                line, column = _mark(seen[key])
                first = f"the first is at {line}:{column}"
                _refuse(event, f"found key {key!r} a second time ({first}), allowed: once")
            seen[key] = event
            below = path
            if marks is not None:
                below = (*path, key)
                marks.keys[below] = _mark(event)
            entries[key] = self._value(self._next(), below, depth + 1)
        return entries

    def _key(self, event: Event) -> str:
        self._left -= 1
        if isinstance(event, CollectionStartEvent):
            _refuse(event, "found a list or mapping as a key, allowed: text")
        if not isinstance(event, ScalarEvent):
            _refuse_node(event)
        key = self._scalar(event)
        if isinstance(key, PlainScalar):
            if key == "<<":
                _refuse(event, "found a merge key '<<', allowed: the keys themselves, written out")
            if key in ("", "~"):
                _refuse(event, "found an empty key, allowed: text")
        return event.value

    def _scalar(self, event: ScalarEvent) -> str:
        if event.anchor is not None or event.tag is not None:
            _refuse_node(event)
        if not event.style:
            return PlainScalar(event.value)
        value = event.value
        if self._marks is not None and not value.isprintable():
            for character in value:
                if _is_control(character) and character not in "\t\n":
                    _refuse(event, _control_words(character))
        return value


def _refuse_node(event: Event) -> NoReturn:
    """Raises for an alias, an anchor or a tag."""
    anchor = getattr(event, "anchor", None)
    if isinstance(event, AliasEvent):
        _refuse(event, f"found an alias '*{anchor}', allowed: the value itself, written out")
    if anchor is not None:
        _refuse(event, f"found an anchor '&{anchor}', allowed: values without names")
    tag = getattr(event, "tag", None)
    _refuse(event, f"found a tag '{tag}', allowed: values without tags")
