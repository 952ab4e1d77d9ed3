"""A quick yes to what fits a schema: gryt's own records do, and need no validator to be loaded.

This knows the plain part of JSON Schema. True is certain; False says only that a validator has to
be asked, be it for a value that does not fit or for a word of the schema that is not known here.
"""

import math
import re
from collections.abc import Callable
from typing import Any

from gryt.store.plain import Plain
from gryt.store.schema_files import read, target

_SILENT = frozenset({"$schema", "$id", "$defs", "$comment", "title", "description"})
_CLASSES = re.compile(r"\\[^.x\\/-]")
"""What patterns may mean one thing to Python and another to a validator."""


def fits(value: Plain, name: str) -> bool:
    """Tell whether a value surely fits the schema called `name`."""
    return _is_plain(value) and _fits(value, read(name), name)


def _is_plain(value: Plain) -> bool:
    """Tell whether all of this is JSON: finite numbers, and Unicode with no half of a character."""
    if isinstance(value, dict):
        return all(_is_plain(key) and _is_plain(below) for key, below in value.items())
    if isinstance(value, list):
        return all(map(_is_plain, value))
    if isinstance(value, str):
        return value.isascii() or _is_unicode(value)
    return not isinstance(value, float) or math.isfinite(value)


def _fits(value: Any, schema: Any, base: str) -> bool:  # noqa: ANN401 - both are any JSON
    if not isinstance(schema, dict):
        return schema is True
    for word, wanted in schema.items():
        if word in _SILENT or word.startswith("x-"):
            continue
        judge = _JUDGES.get(word)
        if judge is None or not judge(value, wanted, schema, base):
            return False
    return True


def _reference(value: Any, wanted: Any, _schema: Any, base: str) -> bool:  # noqa: ANN401
    name, schema = target(wanted, base)
    return _fits(value, schema, name)


def _every(value: Any, wanted: Any, _schema: Any, base: str) -> bool:  # noqa: ANN401
    return all(_fits(value, part, base) for part in wanted)


def _type(value: Any, wanted: Any, _schema: Any, _base: str) -> bool:  # noqa: ANN401
    return any(_is(value, name) for name in (wanted if isinstance(wanted, list) else [wanted]))


def _is(value: Any, name: str) -> bool:  # noqa: ANN401
    return name in _NAMES.get(type(value), ())


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


def _required(value: Any, wanted: Any, _schema: Any, _base: str) -> bool:  # noqa: ANN401
    return isinstance(value, dict) and all(key in value for key in wanted)


def _properties(value: Any, wanted: Any, _schema: Any, base: str) -> bool:  # noqa: ANN401
    return isinstance(value, dict) and all(
        _fits(below, wanted[key], base) for key, below in value.items() if key in wanted
    )


def _additional(value: Any, wanted: Any, schema: Any, base: str) -> bool:  # noqa: ANN401
    named = schema.get("properties", {})
    return isinstance(value, dict) and all(
        _fits(below, wanted, base) for key, below in value.items() if key not in named
    )


def _items(value: Any, wanted: Any, _schema: Any, base: str) -> bool:  # noqa: ANN401
    return isinstance(value, list) and all(_fits(item, wanted, base) for item in value)


def _pattern(value: Any, wanted: Any, _schema: Any, _base: str) -> bool:  # noqa: ANN401
    if type(value) is not str or "\n" in value or _CLASSES.search(wanted):
        return False
    return re.search(wanted, value) is not None


def _same(value: Any, wanted: Any) -> bool:  # noqa: ANN401
    return type(value) is type(wanted) and type(value) in {str, int, bool} and value == wanted


_Judge = Callable[[Any, Any, Any, str], bool]
_JUDGES: dict[str, _Judge] = {
    "$ref": _reference,
    "allOf": _every,
    "type": _type,
    "required": _required,
    "properties": _properties,
    "additionalProperties": _additional,
    "items": _items,
    "pattern": _pattern,
    "const": lambda value, wanted, _s, _b: _same(value, wanted),
    "enum": lambda value, wanted, _s, _b: any(_same(value, one) for one in wanted),
    "minLength": lambda value, wanted, _s, _b: type(value) is str and len(value) >= wanted,
    "maxLength": lambda value, wanted, _s, _b: type(value) is str and len(value) <= wanted,
    "minItems": lambda value, wanted, _s, _b: type(value) is list and len(value) >= wanted,
    "maxItems": lambda value, wanted, _s, _b: type(value) is list and len(value) <= wanted,
    "minimum": lambda value, wanted, _s, _b: type(value) in {int, float} and value >= wanted,
}
