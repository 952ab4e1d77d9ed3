"""Turns what a JSON schema validator objects to into sentences that say what to change.

Only failures get here, so here the slow validator (`jsonschema`) may be imported, and `difflib`.
"""

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import jsonschema
from jsonschema.validators import extend

from gryt.store.plain import Plain
from gryt.store.schema_files import Schema
from gryt.store.shape import Shape, shape_at
from gryt.values import Value

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

Path = tuple[str | int, ...]

_SHOWN = 60
"""How much of a text is repeated in a message."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with a value."""

    path: Path
    text: str
    at_key: bool = False
    """Whether the key at `path` is wrong, not what it holds."""


def accepts(schema: Schema, value: Plain) -> bool:
    """Tells whether the slow validator has nothing against `value`."""
    return _validator(schema).is_valid(value)


def explain(schema: Schema, value: Plain, top: Shape) -> list[Finding]:
    """Returns everything that is wrong with `value`, each thing once."""
    errors = _validator(schema).iter_errors(value)
    return list(dict.fromkeys(finding for error in errors for finding in _findings(error, top)))


def repeated(path: Path, name: str, first: int) -> Finding:
    """Returns the finding that `name` at `path` is that of an earlier item too."""
    return Finding(path, f"found {found(name)} again (item {first} has it), allowed: each once")


def found(value: Plain) -> str:
    """Returns `value` as it may be shown in one line of a message."""
    match value:
        case None | "":
            return "nothing"
        case bool():
            return "true" if value else "false"
        case str() if len(value) > _SHOWN:
            return f"'{visible(value[:_SHOWN])}…' ({len(value)} characters)"
        case str():
            return f"'{visible(value)}'"
        case list():
            return f"a list of {len(value)}" if value else "an empty list"
        case dict():
            return "a mapping" if value else "an empty mapping"
        case _:
            return str(value)


def visible(text: str) -> str:
    """Returns `text` with everything that does not print as an escape."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _validator(schema: Schema) -> "Validator":
    kind = extend(jsonschema.Draft202012Validator, {"pattern": _pattern})  # type: ignore[no-untyped-call]
    validator: Validator = kind(schema)  # a bundle is complete, so nothing is fetched
    return validator


def _pattern(
    _validator: "Validator", pattern: str, instance: object, _schema: object
) -> Iterator[jsonschema.ValidationError]:
    """Matches as JSON Schema means it: in Python, `$` would let a final line feed pass."""
    if isinstance(instance, str) and not re.search(pattern.replace("$", r"\Z"), instance):
        yield jsonschema.ValidationError("does not match")


class _Objection(Value):
    """What the validator objects to; Any, because its own types end here."""

    keyword: str
    wanted: Any
    value: Any
    path: Path


def _findings(error: jsonschema.ValidationError, top: Shape) -> Iterator[Finding]:
    path = tuple(error.absolute_path)
    here = shape_at(top, path)
    on_key = "propertyNames" in error.absolute_schema_path
    keyword = "propertyNames" if on_key else str(error.validator)
    return _sentences(_Objection(keyword, error.validator_value, error.instance, path), here)


def _sentences(objection: _Objection, here: Shape) -> Iterator[Finding]:
    path, value = objection.path, objection.value
    match objection.keyword:
        case "required":
            yield from (
                Finding(path, _missing(k, here)) for k in objection.wanted if k not in value
            )
        case "oneOf":
            yield from _one_of(objection, here)
        case "additionalProperties":
            for key in value:
                if key not in here.properties:
                    yield Finding((*path, key), _unknown(key, here.properties), at_key=True)
        case "propertyNames":
            text = f"found key {found(value)}, allowed: {here.keys_allowed}"
            yield Finding((*path, value), text, at_key=True)
        case "uniqueItems":
            yield Finding(path, f"found an item more than once, allowed: {here.allowed}")
        case _:
            yield Finding(path, _wrong(value, here))


def _wrong(value: Plain, here: Shape) -> str:
    meant = suggestion(value, here.choices, here.aliases) if isinstance(value, str) else None
    hint = f" (did you mean '{meant}'?)" if meant else ""
    return f"found {found(value)}, allowed: {_allowed(here)}{hint}"


def _allowed(here: Shape) -> str:
    if here.properties and "object" in here.types:
        return f"a mapping with the keys {', '.join(here.properties)}"
    return here.allowed


def _missing(key: str, here: Shape) -> str:
    wanted = here.properties.get(key)
    return f"missing key '{key}'" + (f", allowed: {_allowed(wanted)}" if wanted else "")


def _one_of(objection: _Objection, here: Shape) -> Iterator[Finding]:
    """Explains the one use of `oneOf` in our schemas: a key that has two names."""
    if not isinstance(objection.value, dict):
        return  # `required` says nothing about other types, and `type` has its own finding
    keys = [key for option in objection.wanted for key in option["required"]]
    given = [key for key in keys if key in objection.value]
    if given:
        both = " and ".join(f"'{key}'" for key in given)
        text = f"found both {both}, allowed: one of them, as they mean the same"
        yield Finding((*objection.path, given[-1]), text, at_key=True)
    else:
        yield Finding(objection.path, _missing(keys[0], here))


def _unknown(key: str, known: Iterable[str]) -> str:
    meant = suggestion(key, tuple(known), {})
    better = f"did you mean '{meant}'?" if meant else f"allowed: {', '.join(known)}"
    return f"unknown key {found(key)}, {better}"


def suggestion(word: str, choices: Iterable[str], aliases: Mapping[str, str]) -> str | None:
    """Returns what was probably meant by `word`, in its canonical form."""
    known = list(dict.fromkeys([*choices, *aliases]))
    near = difflib.get_close_matches(word[:_SHOWN].lower(), known, n=1) if known else []
    return aliases.get(near[0], near[0]) if near else None
