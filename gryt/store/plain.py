"""Plain values, and what an unquoted YAML scalar may mean.

YAML 1.1 and 1.2 disagree on what `no`, `1.10`, `017` or `1:20` are, so gryt lets no reader decide:
every scalar is text until a schema asks for something else. `PlainScalar` remembers that a text was
written without quotes, for only such a text may become a number, a boolean or null.
"""

import math
import re
from collections.abc import Collection

from gryt.typed import TypeAlias
from gryt.values import Value

Plain: TypeAlias = "str | int | float | bool | list[Plain] | dict[str, Plain] | None"
"""What YAML and JSON have in common."""

MAX_INTEGER_DIGITS = 18
"""Longer digit strings stay text: they are ids, or an attack on whoever converts them."""

CORE_TYPES = frozenset({"null", "boolean", "integer", "number", "string"})
"""The types tried where no schema speaks, as for a field of a newer gryt."""

_INTEGER = rf"-?(?:0|[1-9][0-9]{{0,{MAX_INTEGER_DIGITS - 1}}})"
_NUMBER = r"-?(?:0|[1-9][0-9]{0,30})(?:\.[0-9]{1,30})?(?:[eE][-+]?[0-9]{1,3})?"
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEANS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
_CORE_BOOLEANS = {"true": True, "false": False}


class PlainScalar(str):
    """A text that stood in YAML without quotes."""

    __slots__ = ()


class Limits(Value):
    """What a document may cost before it is refused."""

    bytes: int
    depth: int = 20
    events: int = 50_000


DEFAULT_LIMITS = Limits(bytes=256 * 1024)
"""For files that people write."""

RECORD_LIMITS = Limits(bytes=1024 * 1024)
"""For stored records, which hold the tails of logs."""


def resolve(scalar: str, types: Collection[str]) -> Plain:
    """Returns `scalar` as the first of the wanted JSON types that it can be, else as text.

    The order is null, integer, number, boolean, text, whatever the order of `types`. Where a
    boolean is wanted and text is not, `yes`, `no`, `on` and `off` are booleans too.
    """
    if "null" in types and scalar in _NULLS:
        return None
    if "integer" in types and re.fullmatch(_INTEGER, scalar):
        return int(scalar)
    if "number" in types and re.fullmatch(_NUMBER, scalar):
        return _number(scalar)
    if "boolean" in types:
        words = _CORE_BOOLEANS if "string" in types else _BOOLEANS
        found = words.get(scalar.lower())
        if found is not None:
            return found
    return str(scalar)


def _number(scalar: str) -> int | float | str:
    if re.fullmatch(_INTEGER, scalar):
        return int(scalar)
    value = float(scalar)
    return value if math.isfinite(value) else str(scalar)
