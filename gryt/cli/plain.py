"""Command lines so plain that nothing has to parse them.

They are the ones that people, hooks and prompts give most often. To load click and to let it parse
takes 13 ms, a quarter of a listing, and a line without options needs none of it. What is not
understood to its last word is for click, which calls the same functions.
"""

import importlib
import os
import sys
from collections.abc import Mapping, Sequence

from gryt.typed import TYPE_CHECKING
from gryt.values import Value

if TYPE_CHECKING:
    from collections.abc import Callable

NO_PIPELINES = ("list", "show")
"""What is a sub-command of `gryt run`, and no pipeline."""

_COMPLETION = "_GRYT_COMPLETE"
"""Where shells tell click that they only want to know how a word could end."""
_INTERRUPTED = 130
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")
_WORD = _LETTERS | frozenset("-.+")


class Line(Value):
    """A line that is understood."""

    function: str
    """Module and name of what is called, with the App first."""
    arguments: Mapping[str, str | bool]


def understood(argv: Sequence[str]) -> Line | None:
    """Return what a line means; None where that is for click to find out."""
    if os.environ.get(_COMPLETION):
        return None
    as_json = argv[-1:] == ["--json"]
    told: dict[str, str | bool] = {"as_json": True} if as_json else {}
    match argv[:-1] if as_json else argv:
        case ["run"]:
            return Line("gryt.cli.running:run", told)
        case ["run", name] if name not in NO_PIPELINES and _is_plain(name):
            return Line("gryt.cli.running:run", {"pipeline": name, **told})
        case ["generation", "list"]:
            return Line("gryt.cli.listing:generations", told)
        case ["evolution", "list", version] if _is_plain(version):
            return Line("gryt.cli.listing:evolutions", {"version": version, **told})
        case ["sync", "pull" | "push" | "status" as word]:
            return Line(f"gryt.cli.syncing:{word}", told)
    return None


def _is_plain(word: str) -> bool:
    return word[:1] in _LETTERS and _WORD.issuperset(word)


def invoke(line: Line) -> int:
    """Do what a line means, and return the exit status that click would."""
    from gryt.cli.context import App  # lazy: another line has its own way to it

    module, _, name = line.function.partition(":")
    function: Callable[..., int | None] = getattr(importlib.import_module(module), name)
    try:
        return function(App(()), **line.arguments) or 0
    except (EOFError, KeyboardInterrupt):  # click ends the line with the ^C, too
        sys.stderr.write("\n")
        return _INTERRUPTED
