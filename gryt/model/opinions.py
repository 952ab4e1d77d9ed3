"""What people say for or against a release: approvals, and gates that were overridden."""

from gryt.model.names import ChangeId, Oid, RecordId
from gryt.model.verdict import Outcome
from gryt.values import Value


class Approved(Value):
    """Somebody vouches for the release as it is promised and proven, or for one change of it."""

    action: str
    contract: tuple[RecordId, ...]
    """The revisions that they had seen; another contract makes the approval stale."""
    proofs: tuple[tuple[ChangeId, RecordId], ...]
    """The runs that they had seen; another proof makes the approval stale."""
    change: ChangeId | None = None
    """The one change that it is about; None for the whole release."""
    commit: Oid | None = None
    """The only commit that it is for; None for any that has the proofs in it."""
    comment: str | None = None


class ApprovalWithdrawn(Value):
    """Somebody takes back what they approved."""

    approvals: tuple[RecordId, ...]
    reason: str | None = None


class Overridden(Value):
    """Somebody promoted although a gate said no, and said why."""

    gate: str
    reason: str
    promotion: RecordId | None = None
    """The promotion that it made possible."""
    outcome: Outcome | None = None
    """What the gate had said."""
    message: str | None = None
    commit: Oid | None = None
    policy: Oid | None = None
    """The blob of the policy that allowed it."""
