"""What a schema says about types and words, made quick to walk beside a value.

A `Shape` is one place of a schema with every `$ref` and `allOf` followed. It serves two ends: to
give unquoted scalars the types that the schema wants, and to tell people what would be allowed.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from types import MappingProxyType

from gryt.store.plain import CORE_TYPES, Plain, PlainScalar, resolve
from gryt.store.schema_files import Schema, read, target
from gryt.values import Value

_TYPE_WORDS = {
    "object": "a mapping",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "nothing",
}


class Shape(Value):
    """One place of a schema."""

    types: frozenset[str] = CORE_TYPES
    properties: Mapping[str, "Shape"] = MappingProxyType({})
    rest: "Shape | None" = None
    """The shape of values whose keys are not in `properties`."""
    items: "Shape | None" = None
    unique: tuple[str, ...] = ()
    """Keys by one of which the items of a list must differ."""
    allowed: str = "text"
    """What may stand here, for people."""
    keys_allowed: str = "text"
    """Which keys may stand here where any could."""
    choices: tuple[str, ...] = ()
    """The words that are accepted, where only certain words are."""
    aliases: Mapping[str, str] = MappingProxyType({})
    """Words that are understood, and what they stand for."""


ANY = Shape()
"""Where no schema speaks."""


@cache
def shape(name: str) -> Shape:
    """Returns the shape of the schema called `name`, or raises LookupError."""
    return _compile([(name, read(name))])


def shape_at(top: Shape, path: Sequence[str | int]) -> Shape:
    """Returns the shape that governs the value at `path`."""
    for part in path:
        top = _below(top, part)
    return top


def coerce(value: Plain, here: Shape) -> Plain:
    """Returns `value` with every unquoted scalar typed as `here` wants it; nothing else changes."""
    if isinstance(value, dict):
        properties = here.properties
        rest = here.rest or ANY
        return {k: coerce(below, properties.get(k, rest)) for k, below in value.items()}
    if isinstance(value, list):
        items = here.items or ANY
        return [coerce(below, items) for below in value]
    if isinstance(value, PlainScalar):
        return resolve(value, here.types)
    return value


def repeats(
    value: Plain, here: Shape, path: tuple[str | int, ...] = ()
) -> Iterator[tuple[tuple[str | int, ...], str, int]]:
    """Yields path, text and index of the first for every item that must differ and does not."""
    if isinstance(value, dict):
        for key, below in value.items():
            yield from repeats(below, _below(here, key), (*path, key))
    elif isinstance(value, list):
        first: dict[str, int] = {}
        for index, item in enumerate(value):
            for key in here.unique:
                name = item.get(key) if isinstance(item, dict) else None
                if isinstance(name, str) and first.setdefault(name, index) != index:
                    yield (*path, index, key), name, first[name]
            yield from repeats(item, here.items or ANY, (*path, index))


def _below(here: Shape, part: str | int) -> Shape:
    if isinstance(part, int):
        return here.items or ANY
    return here.properties.get(part) or here.rest or ANY


Part = tuple[str, Schema]
"""A schema, and the file that its references start from."""


def _compile(parts: list[Part]) -> Shape:
    parts = [flat for part in parts for flat in _flatten(*part)]
    choices = tuple(c for c in _list(parts, "enum") if isinstance(c, str))
    aliases = {k: v for _, s in parts for k, v in _mapping(s, "x-aliases").items()}
    types = _types(parts)
    keys = [(base, s) for base, schema in parts if (s := _mapping(schema, "propertyNames"))]
    return Shape(
        types=types,
        properties=_properties(parts),
        rest=_only(parts, "additionalProperties"),
        items=_only(parts, "items"),
        unique=tuple(str(k) for k in _list(parts, "x-unique")),
        allowed=_words(parts) or _default_words(choices, aliases, types),
        keys_allowed=_words([flat for part in keys for flat in _flatten(*part)]) or "text",
        choices=choices,
        aliases={k: str(v) for k, v in aliases.items()},
    )


def _flatten(base: str, schema: Schema) -> Iterator[Part]:
    yield base, schema
    reference = schema.get("$ref")
    if isinstance(reference, str):
        yield from _flatten(*target(reference, base))
    every = schema.get("allOf")
    for part in every if isinstance(every, list) else ():
        assert isinstance(part, dict)  # our own files, checked against the metaschema
        yield from _flatten(base, part)


def _properties(parts: list[Part]) -> dict[str, Shape]:
    found: dict[str, list[Part]] = {}
    for base, schema in parts:
        for key, below in _mapping(schema, "properties").items():
            assert isinstance(below, dict)  # our own files, checked against the metaschema
            found.setdefault(key, []).append((base, below))
    return {key: _compile(belows) for key, belows in found.items()}


def _only(parts: list[Part], keyword: str) -> Shape | None:
    found = [(base, s) for base, schema in parts if (s := _mapping(schema, keyword))]
    return _compile(found) if found else None


def _mapping(schema: Schema, keyword: str) -> dict[str, Plain]:
    found = schema.get(keyword)
    return found if isinstance(found, dict) else {}


def _list(parts: list[Part], keyword: str) -> list[Plain]:
    found = next((schema[keyword] for _, schema in parts if keyword in schema), None)
    return found if isinstance(found, list) else []


def _types(parts: list[Part]) -> frozenset[str]:
    found = next((schema["type"] for _, schema in parts if "type" in schema), None)
    if isinstance(found, str):
        return frozenset({found})
    return frozenset(map(str, found)) if isinstance(found, list) else CORE_TYPES


def _words(parts: list[Part]) -> str | None:
    return next((str(s["x-allowed"]) for _, s in parts if "x-allowed" in s), None)


def _default_words(
    choices: Sequence[str], aliases: Mapping[str, Plain], types: frozenset[str]
) -> str:
    if choices:
        return ", ".join(c for c in choices if c not in aliases)
    return " or ".join(words for name, words in _TYPE_WORDS.items() if name in types)
