"""Holds values against the JSON schemas in `schemas/`, and types them as the schemas want.

YAML gives text only (see `gryt.store.plain`); the schema says which text is a number, a boolean or
null. Input files are closed: an unknown key is an error. Records are open: a newer gryt may have
written more, and what it wrote is kept.

`fitting` says yes to what gryt itself writes, `jsonschema_rs` yes or no to the rest; `jsonschema`,
which takes long to import, explains a no.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING

from gryt.errors import Corrupt, InvalidInput
from gryt.store import fitting
from gryt.store.plain import Plain
from gryt.store.schema_files import bundle, exists, names
from gryt.store.shape import Shape, coerce, repeats, shape

if TYPE_CHECKING:
    from gryt.store.explain import Finding
    from gryt.store.yaml import Document, Position

_ENVELOPE = "record"


def check(document: "Document", name: str) -> Plain:
    """Returns the typed value of a file that fits the schema `name`, else raises InvalidInput.

    Every problem is in the details of the error, with line and column, in the order of the file.
    """
    value, problems = examine(document, name)
    if problems:
        raise invalid(document.source, problems)
    return value


Problem = tuple["Position", str]
"""Where something is wrong in a file, and what."""


def examine(document: "Document", name: str) -> tuple[Plain, list[Problem]]:
    """Returns the typed value of a file, and everything in it that the schema `name` objects to."""
    value = typed(document.value, name)
    return value, [
        (document.key_position(f.path) if f.at_key else document.position(f.path), _line(f))
        for f in _problems(value, name)
    ]


def invalid(source: str, problems: Iterable[Problem]) -> InvalidInput:
    """Returns the error for a file with these problems, in the order of the file."""
    return InvalidInput(
        f"'{source}' is not valid",
        details=[f"{source}:{at.line}:{at.column}: {line}" for at, line in sorted(problems)],
        hints=(f"correct '{source}' at the places above, then run the command again",),
    )


def ready(kind: str) -> None:
    """Makes what `check_record` needs for this kind, for whoever has to wait anyhow."""
    fitting.judge_of(f"{_ENVELOPE}.{kind}")
    shape(f"{_ENVELOPE}.{kind}")


def check_record(value: Plain, kind: str, source: str) -> None:
    """Raises Corrupt with every problem unless `value` is a complete record of this kind."""
    name = f"{_ENVELOPE}.{kind}"
    if exists(name):
        lines: Sequence[str] = [_line(finding) for finding in _problems(value, name)]
    else:
        known = (n.removeprefix(f"{_ENVELOPE}.") for n in names() if n.startswith("record."))
        lines = [f"/kind: found {kind!r}, allowed: {', '.join(known)}"]
    if lines:
        raise Corrupt(
            f"'{source}' is not a valid record",
            details=[f"{source}: {line}" for line in lines],
            hints=("'gryt verify' checks every record and says what is affected",),
        )


def typed(value: Plain, name: str) -> Plain:
    """Returns `value` with its unquoted scalars as the schema `name` wants them; checks nothing.

    Fields that the schema does not know become what YAML 1.2 says. A record of a kind that this
    gryt does not know is typed as far as its envelope goes; any other unknown name is LookupError.
    """
    return coerce(value, _shape(name))


def _shape(name: str) -> Shape:
    try:
        return shape(name)
    except LookupError:
        if name.startswith(f"{_ENVELOPE}."):
            return shape(_ENVELOPE)
        raise


def _problems(value: Plain, name: str) -> "list[Finding]":
    same = list(repeats(value, shape(name)))
    fits = fitting.fits(value, name) or _judge(name)(value)
    if fits and not same:
        return []
    from gryt.store.explain import Finding, explain, repeated  # lazy: costs 70 ms

    findings = [] if fits else explain(bundle(name), value, shape(name))
    findings += [repeated(*each) for each in same]
    return findings or [Finding((), f"found something that is not allowed by schema '{name}'")]


@cache
def _judge(name: str) -> Callable[[Plain], bool]:
    """Returns what says yes or no by the schema `name`: the fast validator if there is one."""
    try:
        from jsonschema_rs import Draft202012Validator  # lazy: costs 5 ms
    except ImportError:
        from gryt.store.explain import accepts  # lazy: costs 70 ms

        return lambda value: accepts(bundle(name), value)
    fast = Draft202012Validator(bundle(name))

    def judge(value: Plain) -> bool:
        try:
            return fast.is_valid(value)
        except ValueError:  # not plain data, or half of a character: no
            return False

    return judge


def _line(finding: "Finding") -> str:
    from gryt.store.explain import visible  # lazy: only failures get here

    path = finding.path[:-1] if finding.at_key else finding.path
    pointer = "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)
    return f"{visible(pointer)}: {finding.text}" if pointer else finding.text
