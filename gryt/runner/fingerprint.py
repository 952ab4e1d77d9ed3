"""What the result of a step with `inputs` depends on, and in what two of these differ.

The key is what the file says the step depends on: the files that its `inputs` match and that git
does not ignore, as they are on the disk when it would begin; its definition; the variables that the
pipeline, the step, its matrix or `requires` name, and the outputs of earlier steps; and the
versions of the required programs.
"""

import stat
from collections.abc import Callable, Mapping
from pathlib import Path

from gryt.model.pipeline import Cell, Pairs, Pipeline
from gryt.runner.files import TooMany, digest, find
from gryt.values import Value

_MAX_NAMED = 5000
"""Of more input files than this only one digest is kept, so that no change can be named."""


class Fingerprint(Value):
    """What a result depends on, as digests."""

    definition: str
    env: Mapping[str, str]
    tools: Mapping[str, str]
    inputs: Mapping[str, str]


Ignored = Callable[[list[Path]], set[str]]
"""Tells which files git ignores: what a step or its tools leave behind is no input."""


def fingerprint(
    pipeline: Pipeline,
    cell: Cell,
    folder: Path,
    env: Mapping[str, str],
    tools: Pairs,
    *,
    ignored: Ignored,
) -> Fingerprint | str:
    """Return what the result of a cell depends on; or, in words, why that cannot be told."""
    step = cell.step
    try:
        found = find(folder, step.inputs)
    except TooMany as error:
        return str(error)
    out = ignored([folder / path for path, _ in found]) if found else set()
    found = [file for file in found if str(folder / file.path) not in out]
    if not found:
        return f"no file matches {', '.join(step.inputs)}"
    inputs: dict[str, str] = {}
    for path, status in found:
        try:
            inputs[path] = _file(folder / path, status.st_mode)
        except OSError as error:
            return f"cannot read '{path}': {error.strerror}"
    if len(inputs) > _MAX_NAMED:
        inputs = {"": _sha(repr(sorted(inputs.items())))}
    shell = pipeline.shell if isinstance(step.command, str) else ()
    definition = (shell, step.command, step.dir, step.inputs, step.junit, step.artifacts)
    return Fingerprint(
        definition=_sha(repr(definition)),
        env={name: _sha(env[name]) for name in sorted(_declared(pipeline, cell, env))},
        tools=dict(tools),
        inputs=inputs,
    )


def difference(old: Fingerprint, new: Fingerprint) -> str | None:
    """Return in what two differ, in words; None where they are the same."""
    if old.definition != new.definition:
        return "its definition is another"
    for what, before, after in (
        ("input", old.inputs, new.inputs),
        ("variable", old.env, new.env),
        ("program", old.tools, new.tools),
    ):
        changes = _changes(what, before, after)
        if changes:
            more = f" and {len(changes) - 1} more" if len(changes) > 1 else ""
            return f"{changes[0]}{more}"
    return None


def _changes(what: str, before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    changed = [name for name in after if name in before and after[name] != before[name]]
    return [
        *(f"{what} '{name}' has changed" if name else "inputs have changed" for name in changed),
        *(f"{what} '{name}' is new" for name in after if name not in before),
        *(f"{what} '{name}' is gone" for name in before if name not in after),
    ]


def _declared(pipeline: Pipeline, cell: Cell, env: Mapping[str, str]) -> set[str]:
    names = {name for name, _ in (*pipeline.env, *cell.step.env, *cell.matrix)}
    names |= {variable.name for variable in pipeline.requires.env}
    names |= {name for name in env if name.startswith("GRYT_OUT_")}
    names |= set(pipeline.secrets)
    return names & env.keys()


def _file(path: Path, mode: int) -> str:
    if stat.S_ISLNK(mode):
        return f"link {_sha(str(path.readlink()))}"
    executable = "x" if mode & stat.S_IXUSR else "-"
    return f"{executable} {digest(path)}"


def _sha(text: str) -> str:
    import hashlib  # lazy: loads OpenSSL

    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
