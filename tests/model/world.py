"""A repository in which everything was done by the book, as evidence for the compliance rules.

`world()` meets every control that records can meet. What is asked for is put out of order by
`without`, `changed` and `replace`.
"""

from collections.abc import Callable
from dataclasses import replace

from gryt.model.compliance.evidence import (
    Commits,
    Evidence,
    Fact,
    Period,
    Release,
    SnapshotFact,
    TagFact,
    Trust,
)
from gryt.model.contract import Change, ChangeType, Contract
from gryt.model.fold import fold
from gryt.model.gates import Containment
from gryt.model.hotfix import Hotfix
from gryt.model.names import ChangeId, Oid, RecordId
from gryt.model.pipeline import RunStatus, StepLog, StepResult, StepStatus
from gryt.model.records import (
    Approved,
    Body,
    ContractRecorded,
    Created,
    Environment,
    EvolutionStarted,
    Kind,
    PipelineRef,
    Promoted,
    Record,
    Reviewed,
    RunFinished,
    RunStarted,
    SnapshotTaken,
    Unread,
)
from gryt.model.records import Refused as RefusedRecord
from gryt.model.verdict import Outcome, Verdict
from gryt.store.clock import ulid

ADA, BOB = "Ada Lovelace <ada@example.com>", "Bob <bob@example.com>"
COMMIT, FIXED, TREE, BLOB, POLICY = (Oid(digit * 40) for digit in "12345")
PIPELINE = PipelineRef("full-ci", BLOB)
PLACE = Environment("host", "0.1.0", "2.39.5", "3.11.2", "Linux")
META = "refs/gryt/meta"
MONTHS = ("2026-01", "2026-02")
SCAN = "security-scan"

_KINDS: dict[type, Kind] = {
    Created: Kind.CREATED,
    ContractRecorded: Kind.CONTRACT,
    EvolutionStarted: Kind.STARTED,
    RunStarted: Kind.RUN_STARTED,
    RunFinished: Kind.RUN_FINISHED,
    Promoted: Kind.PROMOTED,
    Approved: Kind.APPROVED,
    RefusedRecord: Kind.REFUSED,
    Reviewed: Kind.REVIEWED,
    SnapshotTaken: Kind.SNAPSHOT,
    Unread: Kind.POLICY,
}


def _step(name: str) -> StepResult:
    return StepResult(name, "true", StepStatus.PASS, 0, 1, 0.1, StepLog("", "a" * 64, 0))


class Book:
    """Records in the making."""

    def __init__(self) -> None:
        self.facts: list[Fact] = []

    def add(self, version: str | None, body: Body, month: str, by: str = ADA) -> RecordId:
        """Adds a record, signed well by who made it."""
        number = len(self.facts)
        name = ulid(1_767_225_600_000 + number, number)
        gid = next((f.record.id for f in self.facts if f.version == version), name)
        at = f"{month}-05T09:00:{number:02}Z"
        kind = _KINDS[type(body)]
        record = Record(name, kind, at, by, gid if version else None, body)
        ref = META if version is None else f"refs/gryt/generations/{version}"
        is_decision = kind in {Kind.STARTED, Kind.PROMOTED, Kind.REFUSED}
        self.facts.append(
            Fact(
                *(record, ref, version, f"generation/{name}-x.yaml", Oid(f"{number:040x}")),
                *(Trust.GOOD, by.partition("<")[2].rstrip(">")),
                policy=POLICY if is_decision else None,
            )
        )
        return name

    def release(self, version: str, month: str, *changes: Change, hotfix: Hotfix | None) -> None:
        """Adds a generation from contract to promotion: Ada works, Bob approves and promotes."""
        self.add(version, Created(version, hotfix), month)
        contract = Contract(version, changes=changes)
        revision = (self.add(version, ContractRecorded(contract, ()), month),)
        names = tuple(change.id for change in changes)
        self.add(version, Approved("promote", revision, ()), month, BOB)
        evolution = self.add(version, EvolutionStarted(1, names, COMMIT, revision), month)
        about = (COMMIT, TREE, revision, PIPELINE)
        run = self.add(version, RunStarted(evolution, *about, "host"), month)
        finished = RunFinished(
            *(evolution, run, *about, RunStatus.PASS, 1.0, (_step("test"), _step(SCAN)), PLACE),
            tag=f"{version}-rc.1",
            tag_object=_object(f"{version}-rc.1"),
        )
        self.add(version, finished, month)
        promoted = Promoted(
            version=version,
            commit=FIXED,
            tag=version,
            tag_object=_object(version),
            contract=revision,
            proofs=tuple((name, run) for name in names),
            gates=(Verdict("AllChangesProvenGate", Outcome.PASS), Verdict("F", Outcome.PASS)),
        )
        self.add(version, promoted, month, BOB)


def _object(tag: str) -> Oid:
    return Oid(tag.encode().hex().ljust(40, "0")[:40])


def _tag(name: str, target: Oid, *, candidate: bool) -> TagFact:
    signer = "ada@example.com"
    return TagFact(name, _object(name), target, name, Trust.GOOD, signer, candidate)


def world() -> Evidence:
    """Everything by the book."""
    book = Book()
    book.add(None, Unread(), MONTHS[0], BOB)  # the policy is published
    add = Change(ChangeId("FEAT-1"), ChangeType.ADD, "A feature")
    fix = Change(ChangeId("BUG-2"), ChangeType.FIX, "A fix")
    book.release("v1.0.0", MONTHS[0], add, fix, hotfix=None)
    urgent = Hotfix("v1.0.0", COMMIT, ChangeId("CRIT-3"))
    crit = Change(ChangeId("CRIT-3"), ChangeType.FIX, "An urgent fix")
    book.release("v1.0.1", MONTHS[1], crit, hotfix=urgent)
    book.add(None, SnapshotTaken("snapshot_1", "kept", 2), MONTHS[1])
    book.add(None, Reviewed(0, 0, 0, ()), MONTHS[1])
    return built(Period(), tuple(book.facts))


def built(period: Period, facts: tuple[Fact, ...]) -> Evidence:
    """The evidence that these records make, with tags and everything else as they say."""
    versions = ("v1.0.0", "v1.0.1")
    states = [
        fold([f.record for f in facts if f.version == version])
        for version in versions
        if any(f.version == version for f in facts)
    ]
    releases = [
        Release(
            generation=state,
            fact=fact,
            tag=_tag(state.version, FIXED, candidate=False),
            contained={c.change.id: Containment.CONTAINED for c in state.changes},
            commits=Commits(frozenset({"ada@example.com"}), 3, 3),
            in_snapshot=True,
        )
        for state in states
        for fact in facts
        if state.promotion is not None and fact.record.id == state.promotion.record
    ]
    refs = tuple(dict.fromkeys(fact.ref for fact in facts))
    tags = [_tag(r.generation.version, FIXED, candidate=False) for r in releases]
    tags += [
        _tag(f.record.body.tag, COMMIT, candidate=True)
        for f in facts
        if isinstance(f.record.body, RunFinished) and f.record.body.tag
    ]
    return Evidence(
        period=period,
        everything=facts,
        unreadable=(),
        generations=tuple(states),
        releases=tuple(releases),
        tags=tuple(tags),
        findings=(),
        refs=refs,
        snapshots=tuple(
            SnapshotFact(f, ()) for f in facts if isinstance(f.record.body, SnapshotTaken)
        ),
        copies=dict.fromkeys(refs, ("origin",)),
        purposes={name: frozenset({SCAN}) for name in ("RA-5", "PW.4.4", "PW.7.2")},
        freezes=frozenset({"F"}),
        separates=True,
    )


Change_ = Callable[[Evidence], Evidence]


def nothing(_: Evidence) -> Evidence:
    """An empty repository."""
    return replace(
        built(Period(), ()), copies=None, purposes=None, freezes=frozenset(), separates=False
    )


def facts(pick: Callable[[Fact], bool], change: Callable[[Fact], Fact]) -> Change_:
    """Changes some records, and nothing that was made of them."""

    def changed(evidence: Evidence) -> Evidence:
        new = tuple(change(f) if pick(f) else f for f in evidence.everything)
        return replace(evidence, everything=new, releases=_released(evidence, new))

    return changed


def _released(evidence: Evidence, new: tuple[Fact, ...]) -> tuple[Release, ...]:
    by_id = {fact.record.id: fact for fact in new}
    return tuple(r._replace(fact=by_id.get(r.fact.record.id, r.fact)) for r in evidence.releases)


def bodies(kind: type, change: Callable[[Body], Body], *, first: bool = False) -> Change_:
    """Changes what records of one kind say; all of them, or the first."""

    def changed(evidence: Evidence) -> Evidence:
        chosen = [f.record.id for f in evidence.everything if isinstance(f.record.body, kind)]
        names = set(chosen[:1] if first else chosen)
        return facts(
            lambda f: f.record.id in names,
            lambda f: f._replace(record=f.record._replace(body=change(f.record.body))),
        )(evidence)

    return changed


def without(*kinds: type) -> Change_:
    """Takes records away."""

    def changed(evidence: Evidence) -> Evidence:
        left = tuple(f for f in evidence.everything if not isinstance(f.record.body, kinds))
        return replace(evidence, everything=left)

    return changed


def releases(change: Callable[[Release], Release], *, first: bool = False) -> Change_:
    """Changes what git says of releases."""

    def changed(evidence: Evidence) -> Evidence:
        new = [
            change(release) if number == 0 or not first else release
            for number, release in enumerate(evidence.releases)
        ]
        return replace(evidence, releases=tuple(new))

    return changed


def tags(change: Callable[[TagFact], TagFact], *, first: bool = False) -> Change_:
    """Changes release tags."""

    def changed(evidence: Evidence) -> Evidence:
        new = [
            change(tag) if not tag.candidate and (number == 0 or not first) else tag
            for number, tag in enumerate(evidence.tags)
        ]
        return replace(evidence, tags=tuple(new))

    return changed


def fields(**new: object) -> Change_:
    """Changes what evidence has beside records."""
    return lambda evidence: replace(evidence, **new)  # type: ignore[arg-type]


def trust(value: Trust, *, first: bool = False) -> Change_:
    """Changes the signatures of records."""

    def changed(evidence: Evidence) -> Evidence:
        kinds = {Kind.PROMOTED, Kind.RUN_FINISHED, Kind.POLICY, Kind.STARTED, Kind.CONTRACT}
        chosen = [f.record.id for f in evidence.everything if f.record.kind in kinds]
        per_kind = {f.record.kind: f.record.id for f in reversed(evidence.everything)}
        names = set(per_kind.values()) if first else {f.record.id for f in evidence.everything}
        assert chosen
        return facts(lambda f: f.record.id in names, lambda f: f._replace(trust=value))(evidence)

    return changed
