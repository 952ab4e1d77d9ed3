"""The base of every value: a named tuple whose class costs little to make.

`typing.NamedTuple` looks at each annotation and compiles a constructor while a class is made. A
command loads a hundred classes of values and makes a few of them into values; so here nothing is
looked at, and only a class of many values gets a constructor. Type checkers see
`typing.NamedTuple`.
"""

import sys

from gryt.typed import TYPE_CHECKING, Any, Self

__all__ = ["Value"]

if TYPE_CHECKING or sys.version_info >= (3, 14):  # where a class body has no annotations to read
    from typing import NamedTuple as Value
else:
    try:
        from _collections import _tuplegetter
    except ImportError:  # collections itself does without it on other Pythons

        def _tuplegetter(index: int, doc: str) -> property:
            return property(lambda value: value[index], doc=doc)

    _GETTERS: list[Any] = []
    _FEW = 8
    """So many values are made without a constructor of their own: to compile one costs as much."""

    def _owner(cls: Any) -> Any:  # noqa: ANN401 - any class's
        """Return the class that has the fields: a class below it has none of its own."""
        return next(each for each in cls.__mro__ if "_fields" in vars(each))

    def _with_constructor(cls: Any) -> Any:  # noqa: ANN401 - any class's
        """Put its constructor into a class of values, in place of the one that calls this."""
        made = _owner(cls)
        names = "".join(f"{name}, " for name in made._fields)
        new = eval(  # noqa: S307 - made of the identifiers of a class body, as namedtuple() does
            f"lambda _cls, {names}: _new(_cls, ({names}))",
            {"_new": tuple.__new__, "__builtins__": {}},
        )
        new.__name__, new.__qualname__ = "__new__", f"{made.__qualname__}.__new__"
        new.__defaults__ = tuple(made._field_defaults.values())
        new.__annotations__ = vars(made).get("__annotations__", {})
        made.__new__ = staticmethod(new)
        return made

    class _Signature:
        """What `inspect.signature` is told of a class: that of its constructor."""

        def __get__(self, value: object, cls: type) -> Any:  # noqa: ANN401 - no inspect, no type
            import inspect  # lazy: slow, and no command asks

            signature = inspect.signature(_with_constructor(cls).__new__)
            return signature.replace(parameters=[*signature.parameters.values()][1:])

    class _Tuple(tuple):
        """What all values have in common: that of a named tuple, told of any class."""

        __slots__ = ()
        __signature__ = _Signature()
        _fields: tuple[str, ...] = ()
        _field_defaults: dict[str, Any] = {}  # noqa: RUF012 - as named tuples call it

        _made = 0
        """How many values of a class the slow way has made."""

        def __new__(cls, /, *args: Any, **kwargs: Any) -> Self:  # noqa: ANN401 - any class's
            made = _owner(cls)
            made._made += 1  # noqa: SLF001 - this is its base
            names = made._fields[len(args) :]
            fits = len(args) <= len(made._fields) and kwargs.keys() <= set(names)
            if fits and made._made <= _FEW:  # noqa: SLF001 - as above
                given = {**made._field_defaults, **kwargs}
                if given.keys() >= set(names):
                    return tuple.__new__(cls, (*args, *(given[name] for name in names)))
            return _with_constructor(made).__new__(cls, *args, **kwargs)

        @classmethod
        def _make(cls, iterable: Any) -> Self:  # noqa: ANN401 - any class's
            value = tuple.__new__(cls, iterable)
            if len(value) != len(cls._fields):
                raise TypeError(f"Expected {len(cls._fields)} arguments, got {len(value)}")
            return value

        def _replace(self, /, **changed: Any) -> Self:  # noqa: ANN401 - any class's
            value = self._make(map(changed.pop, self._fields, self))
            if changed:
                raise ValueError(f"Got unexpected field names: {list(changed)!r}")
            return value

        __replace__ = _replace

        def _asdict(self) -> dict[str, Any]:
            return dict(zip(self._fields, self, strict=True))

        def __repr__(self) -> str:
            fields = (f"{name}={value!r}" for name, value in self._asdict().items())
            return f"{type(self).__name__}({', '.join(fields)})"

        def __getnewargs__(self) -> tuple[Any, ...]:
            return tuple(self)

    class _Maker(type):
        """Makes the body of a class of values into a class of tuples, and a plain one."""

        def __new__(cls, name: str, bases: tuple[type, ...], body: dict[str, Any]) -> type:
            if not bases:
                return super().__new__(cls, name, bases, body)
            if len(bases) > 1:
                raise TypeError(f"{name}: a value has no other base")
            fields = tuple(body.get("__annotations__", ()))
            defaults = {field: body[field] for field in fields if field in body}
            if fields[len(fields) - len(defaults) :] != tuple(defaults):
                raise TypeError(f"{name}: a field without a default follows one that has one")
            _GETTERS.extend(
                _tuplegetter(index, f"Alias for field number {index}")
                for index in range(len(_GETTERS), len(fields))
            )
            body.update(zip(fields, _GETTERS, strict=False))
            own = {"_fields": fields, "_field_defaults": defaults, "__match_args__": fields}
            return type(name, (_Tuple,), {**body, **own, "__slots__": ()})

    class Value(metaclass=_Maker):
        """A named tuple; the annotations of the class are its fields."""
