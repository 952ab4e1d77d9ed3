"""Globs as pipelines use them: `*` stays within a directory, `**` crosses any number of them.

A pattern that names a directory means everything below it. Names that begin with a dot are names
like any other.
"""

import fnmatch
import re
from collections.abc import Iterable
from functools import cache


def matches(path: str, patterns: Iterable[str]) -> bool:
    """Tell whether one of the patterns means this path, both relative to the same place."""
    return any(_compiled(pattern).match(path) for pattern in patterns)


def matches_text(text: str, patterns: Iterable[str]) -> bool:
    """Tell whether one of the patterns means this text, in which `/` is a letter like any other."""
    return any(fnmatch.fnmatchcase(text, pattern) for pattern in patterns)


def segments(pattern: str) -> tuple[str, ...]:
    """Return the parts of a pattern, without those that mean nothing."""
    return tuple(part for part in pattern.split("/") if part not in {"", "."})


@cache
def segment(part: str) -> re.Pattern[str]:
    """Return what matches one name of a path."""
    return re.compile(f"{_within(part)}\\Z", re.DOTALL)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    expression = ""
    parts = segments(pattern)
    for index, part in enumerate(parts):
        last = index == len(parts) - 1
        if part == "**":
            expression += ".+" if last else "(?:[^/]+/)*"
        else:
            expression += _within(part) + ("" if last else "/")
    return re.compile(f"{expression}(?:/.*)?\\Z", re.DOTALL)


_PART = r"(?P<many>\*+)|(?P<one>\?)|\[(?P<not>!?)(?P<set>\]?[^\]]*)\]|(?P<other>.)"


def _within(part: str) -> str:
    """Return an expression for one name, in which no wildcard crosses a slash."""
    found = []
    for token in re.finditer(_PART, part, re.DOTALL):
        if token["many"]:
            found.append("[^/]*")
        elif token["one"]:
            found.append("[^/]")
        elif token["set"] is not None:
            inside = re.sub(r"[\\^\[\]]", r"\\\g<0>", token["set"])
            found.append(f"[^/{inside}]" if token["not"] else f"[{inside}]")
        else:
            found.append(re.escape(token["other"]))
    return "".join(found)
