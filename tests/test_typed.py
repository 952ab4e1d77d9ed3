"""The words of typing say at run time what they have to, and no more."""

import typing

from gryt import typed


def test_every_word_is_one_of_typing() -> None:
    assert set(typed.__all__) <= set(typing.__all__)
    assert all(hasattr(typed, word) for word in typed.__all__)


def test_what_is_marked_with_them_is_what_it_is() -> None:
    name = typed.NewType("name", str)
    assert name("v1") == "v1"
    assert typed.cast(int, "no number") == "no number"  # type: ignore[comparison-overlap]
    assert dict[str, typed.Any] | list[typed.TypeVar("T")] | typed.IO[bytes] | None  # type: ignore[misc]


def test_a_protocol_asks_nothing_of_who_follows_it() -> None:
    class Speaker(typed.Protocol):
        def speak(self) -> str: ...

    class Cat(Speaker):
        __slots__ = ()

        def speak(self) -> str:
            return "miaow"

    cat: Speaker = Cat()
    assert cat.speak() == "miaow"
