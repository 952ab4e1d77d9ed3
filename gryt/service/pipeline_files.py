"""The pipelines of a work tree: what there is, what is wrong with it, and new ones."""

from gryt.errors import InvalidInput, NotFound, Refused
from gryt.model.names import nearest, parse_name
from gryt.model.pipeline import Pipeline
from gryt.service.pipeline_templates import TEMPLATES, guess
from gryt.service.session import Session
from gryt.store.pipeline_files import read_pipeline
from gryt.store.workspace import PIPELINES, pipeline_path
from gryt.values import Value

_OTHER_ENDING = ".yml"


class Listed(Value):
    """One pipeline file."""

    name: str
    path: str
    pipeline: Pipeline | None
    """None where something is wrong with it."""
    problems: tuple[str, ...]
    """What is wrong, each with file, line and column."""


def everything(session: Session) -> list[Listed]:
    """Return every pipeline of the work tree, also those that something is wrong with."""
    return [_listed(session, name) for name in session.files.names(PIPELINES)]


def one(session: Session, name: str) -> Pipeline:
    """Return a pipeline; raise InvalidInput with everything that is wrong with it."""
    path = pipeline_path(parse_name(name, what="pipeline name"))
    data = session.files.read(path)
    if data is None:
        raise _unknown(session, name)
    return read_pipeline(data, path, name=name)


def checked(session: Session, names: tuple[str, ...]) -> list[Listed]:
    """Return the named pipelines, or all, with what is wrong with each; raise NotFound."""
    there = session.files.names(PIPELINES)
    for name in names:
        if name not in there:
            raise _unknown(session, name)
    found = [_listed(session, name) for name in dict.fromkeys(names or there)]
    return found if names else [*found, *_misnamed(session)]


def new(session: Session, name: str, kind: str | None) -> tuple[str, str]:
    """Write a pipeline to begin with; return its path, and what it was made for."""
    path = pipeline_path(parse_name(name, what="pipeline name"))
    files = session.files
    if files.read(path) is not None:
        raise Refused(f"'{path}' exists already", hints=[f"gryt pipeline show {name}"])
    chosen = kind or guess(lambda file: (files.top / file).exists())
    text = TEMPLATES[chosen].format(name=name)
    read_pipeline(text.encode(), path, name=name)
    files.write(path, text.encode())
    return path, chosen


def _listed(session: Session, name: str) -> Listed:
    path = pipeline_path(name)
    try:
        parse_name(name, what="pipeline name")
        data = session.files.read(path)
        if data is None:
            raise _unknown(session, name)
        return Listed(name, path, read_pipeline(data, path, name=name), ())
    except InvalidInput as error:
        return Listed(name, path, None, error.details or (f"{path}: {error.message}",))


def _misnamed(session: Session) -> list[Listed]:
    """Return the files that look like pipelines and that nobody would ever find."""
    folder = session.files.top / PIPELINES
    names = sorted(path.name for path in folder.glob(f"*{_OTHER_ENDING}"))
    return [
        Listed(
            name.removesuffix(_OTHER_ENDING),
            f"{PIPELINES}/{name}",
            None,
            (f"{PIPELINES}/{name}:1:1: it is never read, since its name does not end in .yaml",),
        )
        for name in names
    ]


def _unknown(session: Session, name: str) -> NotFound:
    there = session.files.names(PIPELINES)
    hints = [f"did you mean '{near}'?" for near in nearest(name, there)[:1]]
    more = ["gryt pipeline list"] if there else [f"gryt pipeline new {name}"]
    return NotFound(f"pipeline '{name}' does not exist", hints=[*hints, *more])
