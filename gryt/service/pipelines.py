"""Which pipeline is meant."""

import re
from collections.abc import Sequence

from gryt.errors import NotFound
from gryt.model.names import nearest, parse_name
from gryt.model.state import Generation
from gryt.service.session import Session
from gryt.store.workspace import PIPELINES, pipeline_path


def pipeline_for_start(
    session: Session, state: Generation, wanted: Sequence[str], asked: str | None
) -> str | None:
    """Return the pipeline's name; where one was asked for, it must exist."""
    name = default_pipeline(session, state, wanted, asked)
    if name is None or session.workspace is None:
        return name
    there = session.workspace.names(PIPELINES)
    if name not in there:
        missing = f"pipeline '{name}' does not exist"
        near = [f"did you mean '{other}'?" for other in nearest(name, there)[:1]]
        if asked is not None:
            raise NotFound(missing, hints=[*near, f"write '{pipeline_path(name)}'"])
        session.say(f"warning: {missing} yet: write '{pipeline_path(name)}'")
    return name


def default_pipeline(
    session: Session, state: Generation | None, changes: Sequence[str], asked: str | None
) -> str | None:
    """Return the pipeline to run; None where nothing says which.

    The one asked for, else the change's own, the contract's, the configured one, the only one.
    """
    if asked is not None:
        return parse_name(asked, what="pipeline name")
    if state is not None:
        own = {s.change.pipeline for name in changes if (s := state.change(name)) is not None}
        if len(own) == 1 and (only := own.pop()) is not None:
            return only
        if state.contract.pipeline_template is not None:
            return state.contract.pipeline_template
    configured = session.ledger.repository.config.get("gryt.defaultpipeline")
    if configured:
        return configured
    there = session.workspace.names(PIPELINES) if session.workspace is not None else []
    return there[0] if len(there) == 1 else None


def line_of_step(session: Session, path: str, step: str) -> int | None:
    """Return the line of a pipeline file on which a step gets its name, to point to it."""
    data = session.files.read(path)
    pattern = re.compile(rf"[\s{{-]*name:\s*(['\"]?){re.escape(step)}\1\s*(?:[,}}#].*)?")
    lines = (data or b"").decode("utf-8", "replace").splitlines()
    named = [number for number, line in enumerate(lines, 1) if pattern.fullmatch(line)]
    return named[-1] if named else None
