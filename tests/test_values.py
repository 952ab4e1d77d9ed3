"""A value is in all that can be told of it what `typing.NamedTuple` makes of the same class."""

import copy
import inspect
import pickle
import sys
import types
from typing import Any, NamedTuple

import pytest

from gryt.values import Value


class Plain(NamedTuple):
    name: str
    size: "int"
    tags: "tuple[Undefined, ...]" = ()  # type: ignore[name-defined]  # noqa: F821
    parent: "Plain | None" = None

    @property
    def double(self) -> int:
        return self.size * 2

    @classmethod
    def of(cls, name: str) -> "Plain":
        return cls(name, len(name))

    def bigger(self) -> "Plain":
        return self._replace(size=self.size + 1)


class Cheap(Value):
    name: str
    size: "int"
    tags: "tuple[Undefined, ...]" = ()  # type: ignore[name-defined]  # noqa: F821
    parent: "Cheap | None" = None

    @property
    def double(self) -> int:
        return self.size * 2

    @classmethod
    def of(cls, name: str) -> "Cheap":
        return cls(name, len(name))

    def bigger(self) -> "Cheap":
        return self._replace(size=self.size + 1)


class Empty(Value):
    """It has no field."""


class Special(Cheap):
    """It is more than a value."""


CLASSES: tuple[Any, ...] = (Plain, Cheap)


@pytest.fixture(autouse=True, params=["few", "many"])
def _made_before(request: pytest.FixtureRequest) -> None:
    """The first values are made without a constructor, later ones with one."""
    if "__new__" in vars(Cheap):
        del Cheap.__new__
    Cheap._made = 0  # type: ignore[attr-defined]
    if request.param == "many":
        for size in range(20):
            Cheap("before", size)


def told(made: Any) -> list[Any]:
    """Return what a class and its values tell of themselves, but for their name."""
    value = made("a", size=2, parent=made("b", 1))
    matched: tuple[Any, ...] = ()
    match value:
        case made(name, size):
            matched = (name, size)
    return [
        value,
        tuple(value),
        repr(value).replace(made.__name__, ""),
        (value.name, value.size, value.tags, value.parent, value.double),
        value._replace(name="c", tags=("x",)),
        value.bigger(),
        made.of("four"),
        made._make(["a", 1, (), None]),
        value._asdict(),
        (made._fields, made._field_defaults, made.__match_args__),
        list(made.__annotations__),
        matched,
        hash(value) == hash(tuple(value)),
        copy.copy(value),
        copy.deepcopy(value),
        pickle.loads(pickle.dumps(value)),  # noqa: S301 - our own
        [type(each) is made for each in (value, value.bigger(), made.of("x"), copy.copy(value))],
        sys.getsizeof(value),
        made.name.__doc__,
        list(inspect.signature(made).parameters),
    ]


def test_a_value_is_a_named_tuple() -> None:
    plain, cheap = (told(made) for made in CLASSES)
    assert cheap == plain


@pytest.mark.parametrize(
    "wrong",
    [
        lambda made: made(),
        lambda made: made("a"),
        lambda made: made("a", 1, (), None, 5),
        lambda made: made("a", 1, colour="red"),
        lambda made: made("a", 1, name="b"),
        lambda made: made("a", 1)._replace(colour="red"),
        lambda made: made._make(["a"]),
        lambda made: setattr(made("a", 1), "name", "b"),
        lambda made: setattr(made("a", 1), "colour", "red"),
        lambda made: made("a", 1).colour,
    ],
)
def test_what_is_wrong_with_a_named_tuple_is_wrong_with_a_value(wrong: Any) -> None:
    def complaint(made: Any) -> tuple[type, str]:
        with pytest.raises((TypeError, ValueError, AttributeError)) as caught:
            wrong(made)
        return caught.type, str(caught.value).replace(made.__name__, "")

    plain, cheap = (complaint(made) for made in CLASSES)
    assert cheap == plain


def test_a_value_may_have_no_field_and_a_class_of_values_may_have_heirs() -> None:
    assert Empty() == ()
    assert repr(Empty()) == "Empty()"
    special = Special("a", 2)
    assert (type(special), special.double, special.bigger().size) == (Special, 4, 3)
    assert type(Cheap("a", 2)) is Cheap


@pytest.mark.parametrize(
    ("bases", "body"),
    [
        ((Value,), {"__annotations__": {"a": "int", "b": "int"}, "a": 1}),
        ((Value, int), {"__annotations__": {"a": "int"}}),
    ],
)
def test_a_class_that_is_none_of_values_is_not_made(bases: Any, body: Any) -> None:
    with pytest.raises(TypeError):
        types.new_class("Bad", bases, exec_body=lambda names: names.update(body))


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="typing.NamedTuple is used there")
def test_a_constructor_is_made_for_a_class_of_many_values() -> None:
    made = types.new_class("Late", (Value,), exec_body=lambda b: b.update(__annotations__={"a": 1}))
    assert made("x") == ("x",)
    assert "__new__" not in vars(made)
    assert [made(n)[0] for n in range(20)] == list(range(20))
    assert "__new__" in vars(made)
