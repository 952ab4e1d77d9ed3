"""The look at a pipeline before anything of it runs: everything that is wrong with it, at once."""

from gryt.errors import CannotJudge, InvalidInput
from gryt.model.pipeline import Pairs, Pipeline
from gryt.runner.environment import step_environment
from gryt.runner.masking import SHORTEST
from gryt.runner.preflight import Lack, inspect, which
from gryt.service.session import Session
from gryt.store.known_pipelines import KnownPipelines
from gryt.store.workspace import pipeline_path


def inspected(session: Session, data: bytes, name: str) -> tuple[Pipeline, Pairs]:
    """Return the pipeline in `data`, and the versions of the programs that it requires.

    Raises CannotJudge with everything against it, in the order of its file: what is wrong with the
    file, and what it requires and is not here.
    """
    source = pipeline_path(name)
    known = KnownPipelines(session.ledger.folder, persist=session.writes)
    try:
        found = known.examine(data, source, name=name)
    except InvalidInput as error:
        raise CannotJudge(error.message, details=error.details, hints=error.hints) from None
    own = () if found.pipeline is None else found.pipeline.env
    env = {**step_environment(session.environ, gryt={}), **dict(own)}
    lacks, versions = inspect(found.requires, env)
    if found.pipeline is not None and which(found.pipeline.shell[0], env) is None:
        lacks.append(Lack((1, 1), f"shell '{found.pipeline.shell[0]}' is not on PATH"))
    problems = [((at.line, at.column), text) for at, text in found.problems]
    problems += lacks
    if problems or found.pipeline is None:
        raise CannotJudge(
            f"pipeline '{name}' cannot be run",
            details=[f"{source}:{line}:{col}: {text}" for (line, col), text in sorted(problems)],
            hints=["mend what is listed above; nothing was run"],
        )
    for secret in found.pipeline.secrets:
        if 0 < len(env.get(secret, "").encode()) < SHORTEST:
            session.say(
                f"warning: secret '{secret}' has fewer than {SHORTEST} bytes and is not masked"
            )
    return found.pipeline, versions
