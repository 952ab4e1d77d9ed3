"""Where the JSON schemas are, and how one of them becomes complete without a network.

A schema names its parts in other files by `$ref`. `bundle` embeds those files under `$defs`, where
their `$id` lets every validator find them.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from gryt.store.plain import Plain

if TYPE_CHECKING:
    from pathlib import Path

Schema = dict[str, Plain]

_NAME = re.compile(r"[a-z]+(?:[.-][a-z]+)*")
_SUFFIX = ".schema.json"


@cache
def read(name: str) -> Schema:
    """Returns the schema called `name`, parsed once, or raises LookupError if there is none."""
    import json  # lazy: costs start-up

    if not _NAME.fullmatch(name):  # a record's kind gets here, and could name any file
        raise LookupError(name)
    try:
        text = (_folder() / f"{name}{_SUFFIX}").read_bytes()
    except FileNotFoundError:
        raise LookupError(name) from None
    schema: Schema = json.loads(text)
    return schema


def text(name: str) -> bytes:
    """Returns the schema called `name` as it lies on disk; raises LookupError if there is none."""
    read(name)
    return (_folder() / f"{name}{_SUFFIX}").read_bytes()


def stamp(name: str) -> list[Plain]:
    """Returns by what another version of the schema `name` is known without reading it."""
    status = (_folder() / f"{name}{_SUFFIX}").stat()
    return [status.st_mtime_ns, status.st_size]


def names() -> tuple[str, ...]:
    """Returns the names of all schemas, sorted."""
    return tuple(sorted(p.name.removesuffix(_SUFFIX) for p in _folder().glob(f"*{_SUFFIX}")))


def exists(name: str) -> bool:
    """Tells whether there is a schema called `name`."""
    try:
        return bool(read(name))
    except LookupError:
        return False


@cache
def bundle(name: str) -> Schema:
    """Returns the schema called `name` with every schema that it refers to embedded in it."""
    found: dict[str, Schema] = {}
    _collect(read(name), found)
    found.pop(name, None)
    parts: Schema = {f"{other}{_SUFFIX}": schema for other, schema in found.items()}
    own = read(name).get("$defs", {})
    assert isinstance(own, dict)  # our own files, see tests/store/test_schema.py
    return {**read(name), "$defs": {**own, **parts}}


def target(reference: str, base: str) -> tuple[str, Schema]:
    """Returns the name of the file that a `$ref` in `base` points into, and what it points at."""
    file, _, pointer = reference.partition("#")
    name = file.removesuffix(_SUFFIX) or base
    found: Plain = read(name)
    for part in pointer.split("/")[1:]:
        assert isinstance(found, dict)  # our own files, see tests/store/test_schema.py
        found = found[part]
    assert isinstance(found, dict)
    return name, found


def _collect(schema: Plain, found: dict[str, Schema]) -> None:
    for reference in _references(schema):
        other = reference.partition("#")[0].removesuffix(_SUFFIX)
        if other and other not in found:
            found[other] = read(other)
            _collect(found[other], found)


def _references(schema: Plain) -> Iterator[str]:
    if isinstance(schema, dict):
        reference = schema.get("$ref")
        if isinstance(reference, str):
            yield reference
    if isinstance(schema, dict | list):
        for below in schema.values() if isinstance(schema, dict) else schema:
            yield from _references(below)


@cache
def _folder() -> "Path":
    from pathlib import Path  # lazy: costs start-up

    package = Path(__file__).parent.parent
    installed = package / "_schemas"
    return installed if installed.is_dir() else package.parent / "schemas"
