"""The folded state of a generation: what its records come to, as `model/fold.py` computes it.

These values are what commands show, so they stay cheap to load: reading one from the cache needs
neither the records nor their classes.
"""

import enum

from gryt.model.contract import Change, Contract
from gryt.model.hotfix import Hotfix
from gryt.model.names import ChangeId, Oid, RecordId
from gryt.values import Value


class GenerationStatus(enum.Enum):
    """Where a generation is in its life."""

    DRAFT = "draft"
    PROMOTED = "promoted"
    ABANDONED = "abandoned"
    YANKED = "yanked"
    """Promoted, and not to be used."""


class EvolutionStatus(enum.Enum):
    """What an evolution has come to: that of its latest run, unless it was withdrawn."""

    PENDING = "pending"
    RUNNING = "running"
    INTERRUPTED = "interrupted"
    PASS = "pass"
    FAIL = "fail"
    CANCELLED = "cancelled"
    VOID = "void"
    """The run ended but proves nothing: HEAD moved, or tracked files changed meanwhile."""
    ABANDONED = "abandoned"
    INVALIDATED = "invalidated"


OPEN = frozenset(
    {
        EvolutionStatus.PENDING,
        EvolutionStatus.INTERRUPTED,
        EvolutionStatus.FAIL,
        EvolutionStatus.CANCELLED,
        EvolutionStatus.VOID,
    }
)
"""An evolution in one of these can be run (again)."""


class ChangeStatus(enum.Enum):
    """Whether a change is shown to be done."""

    PROVEN = "proven"
    STALE = "stale"
    """There is a passing run, but the contract promises something else by now."""
    UNPROVEN = "unproven"


class Evolution(Value):
    """One attempt to prove changes, with its latest run."""

    id: RecordId
    number: int
    tag: str
    """The release candidate's name; the tag itself exists once the evolution has passed."""
    changes: tuple[ChangeId, ...]
    status: EvolutionStatus
    head: Oid
    """HEAD when it was started."""
    branch: str | None
    pipeline: str | None
    by: str
    team: str | None
    started_at: str
    run: RecordId | None = None
    """The latest run's started record."""
    runs: int = 0
    commit: Oid | None = None
    """The commit of the latest run."""
    tree: Oid | None = None
    finished_at: str | None = None
    tag_object: Oid | None = None
    reasons: tuple[str, ...] = ()
    """Why it is void, abandoned or invalidated."""

    @property
    def is_open(self) -> bool:
        """Tell whether it can be run (again)."""
        return self.status in OPEN


class Proof(Value):
    """The passing run that proves a change."""

    run: RecordId
    evolution: RecordId
    tag: str
    commit: Oid


class ChangeState(Value):
    """A promised change and what is known of it."""

    change: Change
    status: ChangeStatus
    proof: Proof | None = None
    """The proof; of a stale change, the one that counts no more."""


class Promotion(Value):
    """The promotion that counts."""

    record: RecordId
    at: str
    by: str
    commit: Oid
    tag: str
    tag_object: Oid
    proofs: tuple[tuple[ChangeId, RecordId], ...]
    fast_track: bool = False
    """Whether only the HotfixGate was asked."""
    overrides: tuple[tuple[str, str], ...] = ()
    """Gates that had said no, and why it went on."""


class Generation(Value):
    """A release contract as its records have it."""

    gid: RecordId
    version: str
    status: GenerationStatus
    contract: Contract
    heads: tuple[RecordId, ...]
    """The contract revisions in force; more than one after concurrent edits."""
    conflicts: tuple[tuple[str, tuple[str, ...]], ...]
    """Fields that concurrent edits set differently, with both values."""
    changes: tuple[ChangeState, ...]
    evolutions: tuple[Evolution, ...]
    """By number."""
    created_at: str
    created_by: str
    newest: RecordId
    next_number: int
    """One more than any number that a record ever gave out, superseded ones included."""
    promotion: Promotion | None = None
    reason: str | None = None
    """Why it was abandoned or yanked."""
    hotfix: Hotfix | None = None
    """Which release it fixes, where it is a hot-fix."""

    @property
    def proven(self) -> int:
        """How many of its changes are proven."""
        return sum(state.status is ChangeStatus.PROVEN for state in self.changes)

    def change(self, change_id: str) -> ChangeState | None:
        """Return the state of one change."""
        return next((state for state in self.changes if state.change.id == change_id), None)

    def evolution(self, wanted: str) -> Evolution | None:
        """Return the evolution with this record id or rc tag."""
        return next((e for e in self.evolutions if wanted in (e.id, e.tag)), None)
