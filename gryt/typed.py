"""The words of `typing` that a program says while it runs, without `typing`.

To load that takes 3 ms, of a listing's 40, and what these words do at run time is next to nothing.
Type checkers see the originals. `gryt/cli/later.py` answers for the word that is left,
TYPE_CHECKING.
"""

TYPE_CHECKING = False

__all__ = [
    "IO",
    "TYPE_CHECKING",
    "Any",
    "NewType",
    "Protocol",
    "Self",
    "TextIO",
    "TypeAlias",
    "TypeVar",
    "cast",
]

if TYPE_CHECKING:
    from typing import IO, Any, NewType, Protocol, Self, TextIO, TypeAlias, TypeVar, cast
else:
    Any = Self = TextIO = TypeAlias = object

    class IO:
        """A stream, of what the brackets say."""

        def __class_getitem__(cls, _of: object) -> type:
            return cls

    class Protocol:
        """What others have in common."""

        __slots__ = ()

    def NewType(_name: str, of: type) -> type:  # noqa: N802 - as typing calls it
        """Return the type that the values have while the program runs."""
        return of

    def TypeVar(_name: str) -> type:  # noqa: N802 - as typing calls it
        """Return a type that stands for any."""
        return object

    def cast(_type: object, value: object) -> object:
        """Return the value."""
        return value
