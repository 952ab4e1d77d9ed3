"""Pipeline files as values, and everything that is wrong with one, at once and with its place."""

from collections.abc import Iterator

from gryt.model.contract import change_type
from gryt.model.graph import cycles
from gryt.model.names import nearest
from gryt.model.pipeline import (
    DEFAULT_SHELL,
    Matrix,
    Pairs,
    Pipeline,
    Requires,
    Retry,
    Step,
    Tool,
    Variable,
    When,
    combinations,
)
from gryt.store.durations import seconds
from gryt.store.fields import Map, as_list, as_map, maybe
from gryt.store.plain import Plain
from gryt.typed import TYPE_CHECKING, cast
from gryt.values import Value

if TYPE_CHECKING:
    from gryt.store.schema import Problem
    from gryt.store.yaml import Document

MAX_CELLS = 256
"""How many combinations a matrix may have; a mistake in one should not start thousands."""
MAX_ALL_CELLS = 1000


_Path = tuple[str | int, ...]


class Examined(Value):
    """A pipeline file after a first look: what it asks for, and what is wrong with it."""

    pipeline: Pipeline | None
    """None where something is wrong."""
    problems: "list[Problem]"
    requires: Requires
    """What it requires, as far as it can be made out even where something is wrong."""
    value: Plain = None
    """What the file says, each scalar of the type that the schema wants."""


def read_pipeline(data: bytes, source: str, *, name: str) -> Pipeline:
    """Return the pipeline in a file called `name`; raise InvalidInput with every problem.

    It goes by the name of its file, whatever its own `name` says: that is how it is found again.
    """
    found = examine(data, source, name=name)
    if found.pipeline is None:
        from gryt.store import schema  # lazy: a pipeline that is known needs none

        raise schema.invalid(source, found.problems)
    return found.pipeline


def examine(data: bytes, source: str, *, name: str) -> Examined:
    """Return what is in a file and what is wrong with it; raise InvalidInput for no YAML at all."""
    from gryt.store import schema, yaml  # lazy: a pipeline that is known needs neither

    document = yaml.parse(data, source)
    value, problems = schema.examine(document, "pipeline")
    problems += [
        (document.position(path), f"/{'/'.join(map(str, path))}: {text}")
        for path, text in _misfits(value)
    ]
    requires = _requires(_map_or(value).get("requires"), document)
    if problems:
        return Examined(None, problems, requires)
    return Examined(pipeline_of(as_map(value), name, source, requires), [], requires, value)


# --- what no schema can say; the value may be wrong in any other way too


def _misfits(value: Plain) -> Iterator[tuple[_Path, str]]:
    steps = [_map_or(item) for item in _list_or(_map_or(value).get("steps"))]
    yield from _wrong_needs(steps)
    total = 0
    for index, step in enumerate(steps):
        count, path = 1, ("steps", index, "matrix")
        if isinstance(plain := step.get("matrix"), dict):
            yield from (((*path, *more), text) for more, text in _wrong_matrix(plain))
            count = len(combinations(_matrix(plain), most=MAX_CELLS))
            if count > MAX_CELLS:
                yield path, f"found more than {MAX_CELLS} combinations, allowed: {MAX_CELLS}"
            elif not count:
                yield path, "found no combination that is left, allowed: at least one"
        total += count
    if total > MAX_ALL_CELLS and len(steps) <= MAX_ALL_CELLS:
        yield ("steps",), f"found {total} combinations of all steps, allowed: {MAX_ALL_CELLS}"


def _wrong_needs(steps: list[Map]) -> Iterator[tuple[_Path, str]]:
    names = {str(step.get("name")): step for step in steps}
    edges = {name: _texts(step.get("needs")) for name, step in names.items()}
    for index, step in enumerate(steps):
        for number, need in enumerate(_texts(step.get("needs"))):
            path: _Path = ("steps", index, "needs", number)
            if need not in names:
                near = "".join(f", did you mean '{n}'?" for n in nearest(need, list(names))[:1])
                yield path, f"found '{need}', which is no step of this pipeline{near}"
            elif names[need].get("always") is True and step.get("always") is not True:
                yield path, f"found '{need}', which always runs after all others"
    for circle in cycles(edges):
        index = next(i for i, step in enumerate(steps) if str(step.get("name")) == circle[0])
        way = " → ".join((*circle, circle[0]))
        yield ("steps", index, "needs"), f"found a cycle: {way}"


def _wrong_matrix(plain: Map) -> Iterator[tuple[_Path, str]]:
    axes = [key for key in plain if key not in _NO_AXES]
    if not axes and not plain.get("include"):
        yield (), "found no axis, allowed: at least one"
    for index, item in enumerate(_list_or(plain.get("exclude"))):
        for key in _map_or(item):
            if key not in axes:
                near = "".join(f", did you mean '{n}'?" for n in nearest(key, axes)[:1])
                yield ("exclude", index, key), f"found '{key}', which is no axis{near}"


def _map_or(value: Plain) -> Map:
    return value if isinstance(value, dict) else {}


def _list_or(value: Plain) -> list[Plain]:
    return value if isinstance(value, list) else []


def _texts(value: Plain) -> tuple[str, ...]:
    """Return one text or a list of texts as a tuple; everything else is left out."""
    items = value if isinstance(value, list) else [value]
    return tuple(str(item) for item in items if isinstance(item, str | int | float))


# --- the value of a file that nothing is wrong with


def pipeline_of(plain: Map, name: str, source: str, requires: Requires) -> Pipeline:
    """Return the pipeline that the value of a good file says."""
    jobs = cast(int | None, plain.get("jobs"))
    parallel = plain.get("parallel")
    return Pipeline(
        name=name,
        steps=tuple(_step(as_map(item)) for item in as_list(plain["steps"])),
        env=_env(plain.get("env")),
        shell=_words(plain.get("shell")) or DEFAULT_SHELL,
        timeout=seconds(plain.get("timeout")),
        parallel=bool(parallel) if parallel is not None else (jobs or 1) > 1,
        jobs=jobs,
        fail_fast=plain.get("fail_fast") is not False,
        secrets=_texts(plain.get("secrets")) if plain.get("secrets") else (),
        requires=requires,
        source=source,
    )


def _step(plain: Map) -> Step:
    command = plain.get("command", plain.get("run"))
    reports = _map_or(plain.get("reports"))
    return Step(
        name=str(plain["name"]),
        command=tuple(str(word) for word in command) if isinstance(command, list) else str(command),
        env=_env(plain.get("env")),
        dir=maybe(plain, "dir"),
        timeout=seconds(plain.get("timeout")),
        needs=_several(plain, "needs"),
        retry=_retry(plain.get("retry")),
        matrix=_matrix(plain["matrix"]) if isinstance(plain.get("matrix"), dict) else None,
        when=_when(plain.get("when")),
        inputs=_several(plain, "inputs"),
        junit=_several(reports, "junit"),
        artifacts=_several(plain, "artifacts"),
        allow_failure=_allowed(plain.get("allow_failure")),
        always=plain.get("always") is True,
        exclusive=plain.get("exclusive") is True,
    )


def _several(plain: Map, key: str) -> tuple[str, ...]:
    return () if plain.get(key) is None else _texts(plain[key])


def _retry(value: Plain) -> Retry | None:
    if value is None:
        return None
    if not isinstance(value, dict):
        return Retry(int(cast(int, value)))
    return Retry(
        max=int(cast(int, value["max"])),
        on=_several(value, "on"),
        delay=seconds(value.get("delay")) or 0.0,
        backoff=float(cast(float, value.get("backoff") or 1)),
    )


_NO_AXES = ("include", "exclude")


def _matrix(value: Plain) -> Matrix:
    plain = as_map(value)
    return Matrix(
        axes=tuple((key, _texts(item)) for key, item in plain.items() if key not in _NO_AXES),
        include=tuple(_env(item) for item in _list_or(plain.get("include"))),
        exclude=tuple(_env(item) for item in _list_or(plain.get("exclude"))),
    )


def _when(value: Plain) -> When | None:
    if value is None:
        return None
    plain = as_map(value)
    return When(
        change_type=tuple(
            kind.value for word in _several(plain, "change_type") if (kind := change_type(word))
        ),
        paths=_several(plain, "paths"),
        branch=_several(plain, "branch"),
        event=_several(plain, "event"),
        env=_env(plain.get("env")),
    )


def _allowed(value: Plain) -> bool | tuple[int, ...]:
    if isinstance(value, list):
        return tuple(int(cast(int, code)) for code in value)
    return value is True


def _env(value: Plain) -> Pairs:
    return tuple((key, str(item)) for key, item in _map_or(value).items())


def _words(value: Plain) -> tuple[str, ...]:
    """Return a shell: a list as it is; a text in words, with -c for the command that follows."""
    if value is None:
        return ()
    if isinstance(value, list):
        return tuple(str(word) for word in value)
    words = tuple(str(value).split())
    return words if words[-1:] == ("-c",) else (*words, "-c")


def _requires(value: Plain, document: "Document") -> Requires:
    plain = _map_or(value)

    def place(*path: str | int) -> tuple[int, int]:
        at = document.position(("requires", *path))
        return at.line, at.column

    variables = [
        Variable(item, place("env", index))
        for index, item in enumerate(_list_or(plain.get("env")))
        if isinstance(item, str)
    ]
    tools = []
    for index, item in enumerate(_list_or(plain.get("tools"))):
        fields = item if isinstance(item, dict) else {"name": item}
        name, least = fields.get("name"), fields.get("min")
        if isinstance(name, str):
            tools.append(Tool(name, None if least is None else str(least), place("tools", index)))
    return Requires(tuple(variables), tuple(tools))
