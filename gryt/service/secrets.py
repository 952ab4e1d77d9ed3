"""What must not be shown: the values of a pipeline's secrets."""

from collections.abc import Callable

from gryt.model.pipeline import Pipeline
from gryt.runner.masking import Masker, secret_values
from gryt.service.session import Session


def hider(session: Session, pipeline: Pipeline) -> Callable[[str], str]:
    """Return what takes every secret of a pipeline out of a text."""
    own = (dict(pairs) for pairs in (pipeline.env, *(step.env for step in pipeline.steps)))
    return Masker(secret_values(pipeline.secrets, session.environ, *own)).mask_text
