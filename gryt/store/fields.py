"""Checked access to plain mappings, for whoever reads records and files."""

from gryt.store.plain import Plain
from gryt.typed import TypeAlias

Map: TypeAlias = dict[str, Plain]


def without_none(pairs: Map) -> Map:
    """Return the mapping without the keys that have no value."""
    return {key: value for key, value in pairs.items() if value is not None}


def as_map(value: Plain) -> Map:
    """Return a mapping; raise TypeError where it is none."""
    if not isinstance(value, dict):
        raise TypeError(f"expected a mapping, found {type(value).__name__}")
    return value


def as_list(value: Plain) -> list[Plain]:
    """Return a list; raise TypeError where it is none."""
    if not isinstance(value, list):
        raise TypeError(f"expected a list, found {type(value).__name__}")
    return value


def maybe(plain: Map, key: str) -> str | None:
    """Return a text field; None where it is absent."""
    value = plain.get(key)
    return None if value is None else str(value)
