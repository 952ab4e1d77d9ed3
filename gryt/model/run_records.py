"""What records of runs say: on what a pipeline ran, where, and what came out."""

from gryt.model.names import Oid, RecordId
from gryt.model.pipeline import RunStatus, StepResult
from gryt.values import Value


class PipelineRef(Value):
    """Which pipeline ran: its name and the blob that defines it."""

    name: str
    blob: Oid


class RunStarted(Value):
    """A pipeline begins for an evolution, on one commit."""

    evolution: RecordId
    commit: Oid
    tree: Oid
    contract: tuple[RecordId, ...]
    pipeline: PipelineRef
    host: str


class Environment(Value):
    """Where a run took place."""

    host: str
    gryt: str
    git: str
    python: str
    os: str
    ci: str | None = None
    url: str | None = None
    actor: str | None = None
    tools: tuple[tuple[str, str], ...] = ()
    """What the pipeline required, with the versions that were there."""


class RunFinished(Value):
    """A run ended: what ran, on what, and what came out."""

    evolution: RecordId
    run: RecordId
    commit: Oid
    tree: Oid
    contract: tuple[RecordId, ...]
    pipeline: PipelineRef
    status: RunStatus
    seconds: float
    steps: tuple[StepResult, ...]
    environment: Environment
    void: tuple[str, ...] = ()
    """Why a run that ended proves nothing."""
    tag: str | None = None
    tag_object: Oid | None = None
    taken_from: RecordId | None = None
    """The run whose passed steps were taken over."""
