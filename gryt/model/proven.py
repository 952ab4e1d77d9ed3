"""The answer to what CI asks of a commit: whether it is proven, and by which runs."""

from gryt.model.names import ChangeId, Oid, RecordId
from gryt.values import Value


class RecordedRun(Value):
    """A run that ended on the commit, and whether it counts."""

    evolution: str
    """The candidate's tag."""
    changes: tuple[ChangeId, ...]
    pipeline: str
    run: RecordId
    status: str
    steps: tuple[str, ...]
    """The steps that passed."""
    generation: str
    counted: bool
    why_not: str | None = None
    """Why it does not count, or not for all of its changes."""


class Check(Value):
    """Whether a commit is proven, and by what."""

    commit: Oid
    proven: bool
    proofs: tuple[RecordedRun, ...]
    """Every run recorded on the commit, those that count first."""
    required: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    """Required steps that passed in no run that counts."""
    reasons: tuple[str, ...] = ()
    """Why it is not proven."""
    hints: tuple[str, ...] = ()
