"""Durations as people write them, `90`, `1.5h`, `1h30m`; a schema says which are allowed where."""

import re

from gryt.store.plain import Plain

_UNITS = {"": 1.0, "ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
_PART = r"(?P<number>[0-9]+(?:\.[0-9]+)?)\s*(?P<unit>ms|s|m|h|d|w|)"


def seconds(value: Plain) -> float | None:
    """Return a duration in seconds; None where there is none."""
    if value is None:
        return None
    return sum(
        float(part["number"]) * _UNITS[part["unit"]] for part in re.finditer(_PART, str(value))
    )
