"""YAML as gryt reads and writes it: a small, unambiguous part of the language.

One document of at most 256 KiB (records: 1 MiB), 20 levels and 50 000 events, in UTF-8, with text
as keys, every key once. Anchors, aliases, tags and merge keys are refused: they make small files
into huge values, or values into code. All limits are checked on libyaml's events, before anything
is composed, because its composer overflows the C stack on 50 000 nested brackets.

Scalars stay text, see `gryt.store.plain`; `gryt.store.schema` gives them their types.
"""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from gryt.errors import Corrupt, GrytError, InvalidInput
from gryt.store.plain import DEFAULT_LIMITS, RECORD_LIMITS, Limits, Plain, PlainScalar
from gryt.values import Value

__all__ = [
    "DEFAULT_LIMITS",
    "RECORD_LIMITS",
    "Document",
    "Limits",
    "Path",
    "Plain",
    "PlainScalar",
    "Position",
    "dump",
    "load",
    "parse",
]

Path = tuple[str | int, ...]
"""The way from the top of a document to one of its values."""


class Position(Value):
    """A place in a text; line and column count from 1, columns in characters."""

    line: int
    column: int


class Document(Value):
    """A parsed file that still knows where everything stood."""

    value: Plain
    positions: Mapping[Path, Position]
    """Where each value begins."""
    source: str
    """What the file is called in messages."""
    keys: Mapping[Path, Position] = MappingProxyType({})
    """Where the key of each mapping entry begins."""

    def position(self, path: Sequence[str | int]) -> Position:
        """Returns where the value at `path` begins, or else its nearest known ancestor."""
        return _nearest(self.positions, tuple(path))

    def key_position(self, path: Sequence[str | int]) -> Position:
        """Returns where the key of the entry at `path` begins, or else its nearest ancestor."""
        found = self.keys.get(tuple(path))
        return found or self.position(path)


def parse(data: bytes, source: str, *, limits: Limits = DEFAULT_LIMITS) -> Document:
    """Reads a file that a person wrote, or raises InvalidInput that points at line and column.

    Control characters are refused, escaped ones too; only tab and line feed may be in a text.
    """
    from gryt.store.yaml_read import Marks, Problem, read  # lazy: yaml costs start-up

    marks = Marks()
    try:
        value = read(data, limits, marks=marks)
    except Problem as problem:
        raise _refusal(InvalidInput, source, problem) from None
    return Document(
        value=value,
        positions={path: Position(*at) for path, at in marks.values.items()},
        source=source,
        keys={path: Position(*at) for path, at in marks.keys.items()},
    )


def load(data: bytes, source: str) -> Plain:
    """Reads a stored record as far as YAML goes, or raises Corrupt.

    Faster than `parse`, by the same rules but two: a record may be bigger, and an escaped control
    character in quotes is data, because logs are full of them.
    """
    from gryt.store.yaml_read import Problem, read  # lazy: yaml costs start-up

    try:
        return read(data, RECORD_LIMITS)
    except Problem as problem:
        raise _refusal(Corrupt, source, problem) from None


def dump(value: Plain) -> bytes:
    """Writes block YAML that people can read and that every YAML reader reads alike.

    `load` gives the same tree back (numbers, booleans and null once typed). Keys keep their order.
    What could not be read back raises InvalidInput: too deep, too big, not Unicode, not finite.
    """
    from gryt.store.yaml_write import write  # lazy: its patterns cost start-up

    return write(value, RECORD_LIMITS)


def _nearest(positions: Mapping[Path, Position], path: Path) -> Position:
    while path and path not in positions:
        path = path[:-1]
    return positions.get(path, Position(1, 1))


_HINTS: Mapping[Callable[..., GrytError], str] = {
    InvalidInput: "correct '{source}' at the place above, then run the command again",
    Corrupt: "'gryt verify' checks every record and says what is affected",
}


def _refusal(kind: type[GrytError], source: str, problem: Exception) -> GrytError:
    line, column, text = problem.args
    return kind(
        f"'{source}' is not valid",
        details=(f"{source}:{line}:{column}: {text}",),
        hints=(_HINTS[kind].format(source=source),),
    )
