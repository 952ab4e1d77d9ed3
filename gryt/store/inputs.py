"""Files that people write, as values: contracts and pipelines (policy: see policy_files).

Every problem of a file is reported at once, each with line and column.
"""

import re
from collections import Counter
from typing import TYPE_CHECKING

from gryt.errors import InvalidInput
from gryt.model.contract import Change, Contract, change_type
from gryt.model.names import ChangeId, parse_version
from gryt.model.pipeline import DEFAULT_SHELL, Pipeline, Step
from gryt.store import schema, yaml
from gryt.store.contracts import contract_to_plain
from gryt.store.fields import Map, as_list, as_map, maybe

if TYPE_CHECKING:
    from gryt.store.plain import Plain

_UNITS = {"": 1.0, "ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
_DURATION = re.compile(r"(?P<number>[0-9]+(?:\.[0-9]+)?)\s*(?P<unit>ms|s|m|h|d|w|)")


def read_contract(data: bytes, source: str, *, version: str | None = None) -> Contract:
    """Return the contract in a file; `version` is what it must be a contract of.

    Raises InvalidInput with every problem.
    """
    document = yaml.parse(data, source)
    plain = as_map(schema.check(document, "generation"))
    found = str(plain["version"])
    parse_version(found)
    problems = []
    if version is not None and found != version:
        at = document.position(("version",))
        problems.append(
            f"{source}:{at.line}:{at.column}: /version: found '{found}', expected '{version}'"
        )
    changes = [as_map(item) for item in as_list(plain.get("changes") or [])]
    ids = [str(change.get("id") or change.get("change_id")) for change in changes]
    for name, count in Counter(ids).items():
        if count > 1:
            last = len(ids) - 1 - ids[::-1].index(name)
            at = document.position(("changes", last))
            problems.append(
                f"{source}:{at.line}:{at.column}: /changes/{last}: the id '{name}' is there already"
            )
    if problems:
        raise invalid(source, problems)
    return Contract(
        version=found,
        description=str(plain.get("description") or ""),
        changes=tuple(_change(change, name) for change, name in zip(changes, ids, strict=True)),
        pipeline_template=maybe(plain, "pipeline_template"),
    )


def invalid(source: str, problems: list[str]) -> InvalidInput:
    """Return the error for a file with these problems."""
    return InvalidInput(
        f"'{source}' is not valid", details=problems, hints=[f"mend '{source}' and try again"]
    )


def _change(plain: Map, change_id: str) -> Change:
    kind = change_type(str(plain["type"]))
    assert kind is not None, "the schema allows no other type"
    return Change(
        id=ChangeId(change_id),
        type=kind,
        title=str(plain["title"]),
        description=maybe(plain, "description"),
        pipeline=maybe(plain, "pipeline"),
    )


_HEADER = """\
# yaml-language-server: $schema=../schemas/generation.schema.json
# The contract of {version}: what this release promises. gryt records every edit of this file.
"""
_SAMPLE = """\
#  - type: add          # add, fix, refine or remove
#    id: FEAT-1
#    title: "What a user gets"
"""


def write_contract(contract: Contract) -> bytes:
    """Return the working file of a contract."""
    plain = contract_to_plain(contract)
    if not contract.changes:
        plain["description"] = contract.description
        order = {key: plain[key] for key in plain if key != "changes"}
        text = yaml.dump({**order, "changes": []}).decode() + _SAMPLE
    else:
        text = yaml.dump(plain).decode()
    return (_HEADER.format(version=contract.version) + text).encode()


def read_pipeline(data: bytes, source: str, *, name: str) -> Pipeline:
    """Return the pipeline in a file called `name`; raise InvalidInput with every problem.

    It goes by the name of its file, whatever its own `name` says: that is how it is found again.
    """
    document = yaml.parse(data, source)
    plain = as_map(schema.check(document, "pipeline"))
    steps = [as_map(item) for item in as_list(plain["steps"])]
    problems = []
    for step_name, count in Counter(str(step["name"]) for step in steps).items():
        if count > 1:
            last = max(i for i, step in enumerate(steps) if step["name"] == step_name)
            at = document.position(("steps", last, "name"))
            problems.append(
                f"{source}:{at.line}:{at.column}: /steps/{last}/name: found '{step_name}',"
                " which another step has"
            )
    if problems:
        raise invalid(source, problems)
    return Pipeline(
        name=name,
        steps=tuple(_step(step) for step in steps),
        env=_env(plain.get("env")),
        shell=_words(plain.get("shell")) or DEFAULT_SHELL,
        timeout=seconds(plain.get("timeout")),
    )


def _step(plain: Map) -> Step:
    command = plain.get("command", plain.get("run"))
    return Step(
        name=str(plain["name"]),
        command=tuple(str(word) for word in command) if isinstance(command, list) else str(command),
        env=_env(plain.get("env")),
        dir=maybe(plain, "dir"),
        timeout=seconds(plain.get("timeout")),
    )


def _env(value: "Plain") -> tuple[tuple[str, str], ...]:
    return tuple((key, str(item)) for key, item in as_map(value or {}).items())


def _words(value: "Plain") -> tuple[str, ...]:
    """Return a shell: a list as it is; a text in words, with -c for the command that follows."""
    if value is None:
        return ()
    if isinstance(value, list):
        return tuple(str(word) for word in value)
    words = tuple(str(value).split())
    return words if words[-1:] == ("-c",) else (*words, "-c")


def seconds(value: "Plain") -> float | None:
    """Return a duration in seconds; None where there is none."""
    if value is None:
        return None
    match = _DURATION.fullmatch(str(value))
    assert match is not None, "the schema allows no other duration"
    return float(match["number"]) * _UNITS[match["unit"]]
