"""Records: the immutable things that happened, one class for the envelope and one per kind.

The stored form is described by `schemas/record.*.schema.json`; `store/codec.py` turns one into the
other. A record's order is its id's order (see `store/clock.py`).
"""

import enum

from gryt.model.contract import Contract
from gryt.model.hotfix import Hotfix
from gryt.model.names import ChangeId, Oid, RecordId
from gryt.model.opinions import ApprovalWithdrawn, Approved, Overridden
from gryt.model.outrun import Outrun
from gryt.model.policy import PolicyPublished, PolicyVerdict
from gryt.model.run_records import Environment, PipelineRef, RunFinished, RunStarted
from gryt.model.verdict import Verdict
from gryt.values import Value

__all__ = [
    "ApprovalWithdrawn",
    "Approved",
    "Body",
    "ContractRecorded",
    "Created",
    "Environment",
    "EvolutionStarted",
    "Kind",
    "Outrun",
    "Overridden",
    "PipelineRef",
    "Promoted",
    "Record",
    "Refused",
    "Renamed",
    "Renumbered",
    "Reviewed",
    "RollbackPerformed",
    "RolledBack",
    "RunFinished",
    "RunStarted",
    "SnapshotTaken",
    "Unread",
    "Withdrawn",
    "Yanked",
]


class Kind(enum.Enum):
    """What a record says that happened."""

    CREATED = "generation.created"
    CONTRACT = "generation.contract"
    PROMOTED = "generation.promoted"
    RENAMED = "generation.renamed"
    ROLLED_BACK = "generation.rolled-back"
    OUTRUN = "generation.outrun"
    GENERATION_ABANDONED = "generation.abandoned"
    YANKED = "generation.yanked"
    STARTED = "evolution.started"
    RENUMBERED = "evolution.renumbered"
    EVOLUTION_ABANDONED = "evolution.abandoned"
    INVALIDATED = "evolution.invalidated"
    RUN_STARTED = "run.started"
    RUN_FINISHED = "run.finished"
    REFUSED = "audit.refused"
    APPROVED = "audit.approved"
    APPROVAL_WITHDRAWN = "audit.withdrawn"
    OVERRIDDEN = "audit.overridden"
    REVIEWED = "audit.reviewed"
    SNAPSHOT = "snapshot.taken"
    POLICY = "policy.published"
    ROLLBACK = "rollback.performed"


class Created(Value):
    """A generation begins; the record's own id is the generation's identity."""

    version: str
    hotfix: Hotfix | None = None


class ContractRecorded(Value):
    """The whole contract as it then was."""

    contract: Contract
    replaces: tuple[RecordId, ...]
    """The revisions that its author had seen and that it takes the place of."""


class Promoted(Value):
    """All gates passed and the release was tagged."""

    version: str
    commit: Oid
    tag: str
    tag_object: Oid
    contract: tuple[RecordId, ...]
    proofs: tuple[tuple[ChangeId, RecordId], ...]
    gates: tuple[Verdict, ...]
    overrides: tuple[tuple[str, str], ...] = ()
    """Gates that had said no, and why the promotion went on."""
    fast_track: bool = False
    """Whether only the HotfixGate was asked."""
    replaces_tag: Oid | None = None
    """The tag object that stood under this name before; replaced because somebody said so."""
    policy: Oid | None = None
    """The blob of the policy that was judged by; None where there was none."""
    offline: bool = False
    """True where the remote was not asked who was first."""
    notes: bool = False
    """Whether the tag's message has release notes."""


class Renamed(Value):
    """The generation goes by another version from here on."""

    old: str
    new: str
    tags: tuple[tuple[str, Oid], ...] = ()
    """The candidates' tags under the new name, with their objects."""


class RolledBack(Value):
    """Records that no longer count, all of which this one had seen."""

    snapshot: str
    supersedes: frozenset[RecordId]
    rollback: RecordId | None = None
    """The rollback.performed record in the meta-branch that it is part of."""


class Yanked(Value):
    """A release that must not be used. It stays where it is."""

    reason: str
    promotion: RecordId
    """The promotion that is yanked; a later one of the same version is not."""
    tag: str
    commit: Oid


class RollbackPerformed(Value):
    """The ledger went back to a snapshot, going forward."""

    snapshot: str
    backup: str
    """The snapshot of what was before."""
    generations: tuple[str, ...]
    tags: tuple[tuple[str, Oid], ...] = ()
    """The unpublished release tags that went, with their objects."""


class Withdrawn(Value):
    """A generation or an evolution is abandoned, or a proof declared invalid."""

    reason: str
    evolution: RecordId | None = None


class EvolutionStarted(Value):
    """An attempt to prove changes begins; the record's own id is the evolution's identity."""

    number: int
    changes: tuple[ChangeId, ...]
    head: Oid
    contract: tuple[RecordId, ...]
    pipeline: str | None = None
    branch: str | None = None
    team: str | None = None
    policy: Oid | None = None
    """The blob of the policy that was judged by."""
    policies: tuple[PolicyVerdict, ...] = ()
    """What each policy that requires steps said."""


class Renumbered(Value):
    """An unpublished evolution takes another number because a published one holds its own."""

    evolution: RecordId
    number: int
    tag_object: Oid | None = None


class Refused(Value):
    """A gate said no. Refusals are the evidence that gates work."""

    action: str
    reasons: tuple[str, ...]
    gates: tuple[Verdict, ...] = ()
    commit: Oid | None = None
    policy: Oid | None = None
    """The blob of the policy that said no, or by which gates did."""
    evolution: RecordId | None = None
    """The evolution that was not run."""


class Reviewed(Value):
    """Somebody looked at the whole trail, and this is what there was to see."""

    tampered: int
    """How many findings spoke of forgery or corruption."""
    unfinished: int
    warnings: int
    refs: tuple[tuple[str, Oid], ...]
    """Every ledger ref that was looked at, with its tip."""
    findings: tuple[str, ...] = ()
    """The findings that matter, in words; not more than a few."""
    comment: str | None = None
    """What the reviewer has to say, such as the answer to what was found."""


class SnapshotTaken(Value):
    """The whole ledger was copied into the meta-branch."""

    snapshot: str
    label: str
    generations: int
    tree: Oid | None = None
    """The tree of the snapshot's folder: what it is known by, whatever else bears its name."""
    bytes: int | None = None


class Unread(Value):
    """A kind that this gryt knows to exist and does not interpret yet."""


Body = (
    Created
    | ContractRecorded
    | Promoted
    | Renamed
    | RolledBack
    | RollbackPerformed
    | Outrun
    | Withdrawn
    | Yanked
    | EvolutionStarted
    | Renumbered
    | RunStarted
    | RunFinished
    | Refused
    | Approved
    | ApprovalWithdrawn
    | Overridden
    | Reviewed
    | PolicyPublished
    | SnapshotTaken
    | Unread
)


class Record(Value):
    """One thing that happened: who, when, about what."""

    id: RecordId
    kind: Kind
    at: str
    """The author's wall clock, RFC 3339, UTC, whole seconds."""
    by: str
    """'Name <email>' as git has it."""
    generation: RecordId | None
    """The generation's identity; None for records about the whole repository."""
    body: Body


def evolution_in(record: Record) -> RecordId | None:
    """Return the evolution among whose records a record lies; None where it is of none."""
    body = record.body
    if isinstance(body, EvolutionStarted):
        return record.id
    if isinstance(body, Renumbered | RunStarted | RunFinished | Withdrawn):
        return body.evolution
    return None
