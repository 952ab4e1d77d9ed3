"""A quick yes to what fits a schema: gryt's own records do, and need no validator to be loaded.

This knows the plain part of JSON Schema. True is certain; False says only that a validator has to
be asked, be it for a value that does not fit or for a word of the schema that is not known here.
"""

import math
import re
from collections.abc import Callable
from functools import cache

from gryt.store.plain import Plain
from gryt.store.schema_files import read, target
from gryt.typed import Any

_Judge = Callable[[Any], bool]

_SILENT = frozenset({"$schema", "$id", "$defs", "$comment", "title", "description"})
_CLASSES = re.compile(r"\\[^.x\\/-]")
"""What patterns may mean one thing to Python and another to a validator."""


def fits(value: Plain, name: str) -> bool:
    """Tell whether a value surely fits the schema called `name`."""
    return _is_plain(value) and judge_of(name)(value)


def _is_plain(value: Plain) -> bool:
    """Tell whether all of this is JSON: finite numbers, and Unicode with no half of a character."""
    if isinstance(value, dict):
        return all(_is_plain(key) and _is_plain(below) for key, below in value.items())
    if isinstance(value, list):
        return all(map(_is_plain, value))
    if isinstance(value, str):
        return value.isascii() or _is_unicode(value)
    return not isinstance(value, float) or math.isfinite(value)


@cache
def judge_of(name: str) -> _Judge:
    """Return what says yes by the schema called `name`; making it takes longer than asking it."""
    return _judge(read(name), name)


def _judge(schema: Any, base: str) -> _Judge:  # noqa: ANN401 - a schema is any JSON
    """Return what says yes by one schema, made once: a run's record has hundreds of values."""
    if not isinstance(schema, dict):
        return _yes if schema is True else _no
    judges: list[_Judge] = []
    for word, wanted in schema.items():
        if word in _SILENT or word.startswith("x-"):
            continue
        make = _MAKERS.get(word)
        if make is None:
            return _no
        judges.append(make(wanted, schema, base))
    return _all(judges)


def _yes(_value: Any) -> bool:  # noqa: ANN401
    return True


def _no(_value: Any) -> bool:  # noqa: ANN401
    return False


def _all(judges: list[_Judge]) -> _Judge:
    if len(judges) == 1:
        return judges[0]

    def judge(value: Any) -> bool:  # noqa: ANN401
        for each in judges:  # noqa: SIM110 - twice as fast as all()
            if not each(value):
                return False
        return True

    return judge


def _reference(wanted: Any, _schema: Any, base: str) -> _Judge:  # noqa: ANN401
    """Return the judge of what is pointed at; where that points back, it is looked up by then."""
    key = wanted, base

    def later(value: Any) -> bool:  # noqa: ANN401
        return _POINTED_AT[key](value)

    if key not in _POINTED_AT:
        _POINTED_AT[key] = later
        name, schema = target(wanted, base)
        _POINTED_AT[key] = _judge(schema, name)
    return _POINTED_AT[key]


_POINTED_AT: dict[tuple[str, str], _Judge] = {}


def _every(wanted: Any, _schema: Any, base: str) -> _Judge:  # noqa: ANN401
    return _all([_judge(part, base) for part in wanted])


def _type(wanted: Any, _schema: Any, _base: str) -> _Judge:  # noqa: ANN401
    names = frozenset(wanted if isinstance(wanted, list) else [wanted])
    types = frozenset(t for t, called in _NAMES.items() if not names.isdisjoint(called))
    return lambda value: type(value) in types


_NAMES = {
    str: ("string",),
    float: ("number",),
    dict: ("object",),
    list: ("array",),
    int: ("integer", "number"),
    bool: ("boolean",),
    type(None): ("null",),
}


def _is_unicode(value: str) -> bool:
    try:
        return bool(value.encode())
    except UnicodeEncodeError:
        return False


def _required(wanted: Any, _schema: Any, _base: str) -> _Judge:  # noqa: ANN401
    keys = frozenset(wanted)
    return lambda value: isinstance(value, dict) and keys <= value.keys()


def _properties(wanted: Any, _schema: Any, base: str) -> _Judge:  # noqa: ANN401
    judges = {key: _judge(below, base) for key, below in wanted.items()}

    def judge(value: Any) -> bool:  # noqa: ANN401
        if not isinstance(value, dict):
            return False
        for key, below in value.items():
            each = judges.get(key)
            if each is not None and not each(below):
                return False
        return True

    return judge


def _additional(wanted: Any, schema: Any, base: str) -> _Judge:  # noqa: ANN401
    named = schema.get("properties", {}).keys()
    each = _judge(wanted, base)
    return lambda value: (
        isinstance(value, dict) and all(each(value[key]) for key in value.keys() - named)
    )


def _items(wanted: Any, _schema: Any, base: str) -> _Judge:  # noqa: ANN401
    each = _judge(wanted, base)
    return lambda value: isinstance(value, list) and all(map(each, value))


def _pattern(wanted: Any, _schema: Any, _base: str) -> _Judge:  # noqa: ANN401
    if _CLASSES.search(wanted):
        return _no
    search = re.compile(wanted).search
    return lambda value: type(value) is str and "\n" not in value and search(value) is not None


def _enum(wanted: Any, _schema: Any, _base: str) -> _Judge:  # noqa: ANN401
    return lambda value: any(_same(value, one) for one in wanted)


def _same(value: Any, wanted: Any) -> bool:  # noqa: ANN401
    return type(value) is type(wanted) and type(value) in {str, int, bool} and value == wanted


_MAKERS: dict[str, Callable[[Any, Any, str], _Judge]] = {
    "$ref": _reference,
    "allOf": _every,
    "type": _type,
    "required": _required,
    "properties": _properties,
    "additionalProperties": _additional,
    "items": _items,
    "pattern": _pattern,
    "const": lambda wanted, _s, _b: lambda value: _same(value, wanted),
    "enum": _enum,
    "minLength": lambda wanted, _s, _b: lambda v: type(v) is str and len(v) >= wanted,
    "maxLength": lambda wanted, _s, _b: lambda v: type(v) is str and len(v) <= wanted,
    "minItems": lambda wanted, _s, _b: lambda v: type(v) is list and len(v) >= wanted,
    "maxItems": lambda wanted, _s, _b: lambda v: type(v) is list and len(v) <= wanted,
    "minimum": lambda wanted, _s, _b: lambda v: type(v) in {int, float} and v >= wanted,
}
