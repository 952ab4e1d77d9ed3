"""What the rules of the compliance report are given: records, and what git says beside them.

Everything was read in the run that makes the report. Nothing here is a judgement; `rules_*.py` are.
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from gryt.model.findings import Finding, Severity
from gryt.model.gates import Containment
from gryt.model.names import ChangeId, Oid, RecordId
from gryt.model.pipeline import RunStatus
from gryt.model.records import (
    ContractRecorded,
    EvolutionStarted,
    Kind,
    Promoted,
    Record,
    Reviewed,
    RunFinished,
)
from gryt.model.state import Generation
from gryt.values import Value


class Trust(enum.Enum):
    """What is known of the signature of whatever put something into the repository."""

    GOOD = "good"
    """Signed by a key that is listed, of the very person who is named as the author."""
    OTHER = "other"
    """Signed by a listed key, but of somebody else than who is named."""
    BAD = "bad"
    """The signature is wrong, or its key was revoked."""
    UNKNOWN = "unknown"
    """It cannot be checked: an unlisted key, or a clone that lacks the commit."""
    UNSIGNED = "unsigned"


class Fact(Value):
    """One record, and how it came into the ledger."""

    record: Record
    ref: str
    version: str | None
    """Of its generation; None for the meta-branch."""
    path: str
    blob: Oid
    trust: Trust
    signer: str | None = None
    policy: Oid | None = None
    """The policy that a decision names."""

    @property
    def recheck(self) -> str:
        """The git command that shows it."""
        return f"git cat-file -p {self.blob}"


class Unreadable(Value):
    """A blob in the place of a record that does not read as one."""

    place: str
    """`<ref>:<path>`."""
    reason: str


class TagFact(Value):
    """A release or candidate tag as it is in this repository."""

    name: str
    object: Oid
    target: Oid | None
    """The commit that it leads to; None where it leads to none."""
    header: str | None
    """The name that the tag object carries; None for a tag without an object of its own."""
    trust: Trust
    signer: str | None = None
    candidate: bool = False
    """Whether its name is that of a release candidate."""

    @property
    def recheck(self) -> str:
        """The git command that checks it."""
        return f"git verify-tag {self.name}"


class Commits(Value):
    """The commits that a release adds to the releases before it."""

    authors: frozenset[str]
    """Their e-mail addresses, in lower case."""
    total: int
    trusted: int
    """How many are signed well by a listed key."""
    bad: tuple[Oid, ...] = ()
    """Those whose signature is wrong."""


class Release(Value):
    """A promotion that counts, and what git says of it."""

    generation: Generation
    fact: Fact
    """Its promoted record."""
    tag: TagFact | None
    contained: Mapping[ChangeId, Containment]
    """Whether the released commit has the work that proves each change."""
    lost: tuple[str, ...] = ()
    """What its records name and this repository does not have: pipelines, policies."""
    commits: Commits | None = None
    """None where the clone is too shallow to tell."""
    in_snapshot: bool = False
    """Whether a snapshot that reads has its promotion."""

    @property
    def body(self) -> Promoted:
        """The promotion itself."""
        assert isinstance(self.fact.record.body, Promoted)
        return self.fact.record.body


class SnapshotFact(Value):
    """A snapshot, and whether everything in it is there to be restored."""

    fact: Fact
    against: tuple[str, ...]
    """Why it could not be restored; () where it could."""


class Period(Value):
    """From when to when records are looked at; RFC 3339 in UTC, the end not included."""

    since: str | None = None
    until: str | None = None

    def has(self, at: str) -> bool:
        """Tell whether a moment lies in it."""
        return (self.since is None or at >= self.since) and (self.until is None or at < self.until)


@dataclass(frozen=True)
class Evidence:
    """A whole repository, as far as records and git tell, in one period."""

    period: Period
    everything: tuple[Fact, ...]
    """Every record that reads, oldest first, whenever it was made."""
    unreadable: tuple[Unreadable, ...]
    generations: tuple[Generation, ...]
    releases: tuple[Release, ...]
    """Every promotion that counts, whenever it was made."""
    tags: tuple[TagFact, ...]
    findings: tuple[Finding, ...]
    """What a verification in this very run found."""
    refs: tuple[str, ...]
    """The ledger refs that were verified."""
    snapshots: tuple[SnapshotFact, ...] = ()
    copies: Mapping[str, tuple[str, ...]] | None = None
    """Which remotes were last seen with the very tip of each ledger ref; None without remotes."""
    purposes: Mapping[str, frozenset[str]] | None = None
    """Which steps the policy says to be evidence of a control; None where it says nothing."""
    freezes: frozenset[str] = frozenset()
    """The names of the policy's rules that freeze promotion at times."""
    separates: bool = False
    """Whether the policy asks that somebody other than the author approves."""

    @cached_property
    def facts(self) -> tuple[Fact, ...]:
        """The records of the period."""
        return tuple(f for f in self.everything if self.period.has(f.record.at))

    @cached_property
    def by_id(self) -> Mapping[RecordId, Fact]:
        """Every record, by its id."""
        return {fact.record.id: fact for fact in self.everything}

    @cached_property
    def released(self) -> tuple[Release, ...]:
        """The releases of the period."""
        return tuple(r for r in self.releases if self.period.has(r.fact.record.at))

    @cached_property
    def finished(self) -> tuple[tuple[Fact, RunFinished], ...]:
        """The runs that ended in the period."""
        return tuple(
            (f, f.record.body) for f in self.facts if isinstance(f.record.body, RunFinished)
        )

    @cached_property
    def runs(self) -> Mapping[RecordId, tuple[Fact, RunFinished]]:
        """Every end of a run, by the id of the run's beginning."""
        return {
            fact.record.body.run: (fact, fact.record.body)
            for fact in self.everything
            if isinstance(fact.record.body, RunFinished)
        }

    @cached_property
    def started(self) -> Mapping[RecordId, tuple[Fact, EvolutionStarted]]:
        """Every evolution's beginning, by its id."""
        return {
            fact.record.id: (fact, fact.record.body)
            for fact in self.everything
            if isinstance(fact.record.body, EvolutionStarted)
        }

    @cached_property
    def passes(self) -> tuple[tuple[Fact, RunFinished], ...]:
        """Every run that passed, whenever it ended."""
        return tuple(pair for pair in self.runs.values() if pair[1].status is RunStatus.PASS)

    @cached_property
    def reviews(self) -> tuple[tuple[Fact, Reviewed], ...]:
        """The reviews of the period."""
        return tuple((f, f.record.body) for f in self.facts if isinstance(f.record.body, Reviewed))

    @cached_property
    def tampered(self) -> tuple[Finding, ...]:
        """What the verification found that no honest use leads to."""
        return tuple(f for f in self.findings if f.severity is Severity.TAMPERED)

    @cached_property
    def _tampered_by_subject(self) -> Mapping[str, tuple[Finding, ...]]:
        found: dict[str, list[Finding]] = {}
        for finding in self.tampered:
            for place in {finding.subject, finding.subject.partition(":")[0]}:
                found.setdefault(place, []).append(finding)
        return {place: tuple(each) for place, each in found.items()}

    def tampered_at(self, place: str) -> tuple[Finding, ...]:
        """Return such findings about a ref and anything in it, a record's place, or a tag."""
        return self._tampered_by_subject.get(place, ())

    @cached_property
    def first_promises(self) -> Mapping[tuple[RecordId | None, ChangeId], Fact]:
        """The first revision of a contract that promised a change, by generation and change."""
        found: dict[tuple[RecordId | None, ChangeId], Fact] = {}
        for fact in self.everything:
            if isinstance(fact.record.body, ContractRecorded):
                for change in fact.record.body.contract.changes:
                    found.setdefault((fact.record.generation, change.id), fact)
        return found

    @cached_property
    def first_tries(self) -> Mapping[tuple[RecordId | None, ChangeId], Fact]:
        """The first evolution that tried to prove a change, by generation and change."""
        found: dict[tuple[RecordId | None, ChangeId], Fact] = {}
        for fact, body in self.started.values():
            for change in body.changes:
                found.setdefault((fact.record.generation, change), fact)
        return found

    @cached_property
    def approvals(self) -> Mapping[RecordId | None, tuple[Fact, ...]]:
        """The approvals of each generation."""
        found: dict[RecordId | None, list[Fact]] = {}
        for fact in self.everything:
            if fact.record.kind is Kind.APPROVED:
                found.setdefault(fact.record.generation, []).append(fact)
        return {gid: tuple(each) for gid, each in found.items()}

    @cached_property
    def passed_generations(self) -> frozenset[RecordId | None]:
        """The generations in which a run has passed."""
        return frozenset(fact.record.generation for fact, _ in self.passes)
