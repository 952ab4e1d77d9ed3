"""Whether the records of one generation agree with each other.

Each record names others: its generation, its evolution, the run that it ends, the contract that it
is about, the runs that prove a release. A ledger that was only ever added to has every one of them.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from gryt.model.findings import Finding, tampered, unfinished
from gryt.model.fold import combine
from gryt.model.names import RecordId
from gryt.model.pipeline import RunStatus
from gryt.model.records import (
    ApprovalWithdrawn,
    Approved,
    ContractRecorded,
    Created,
    EvolutionStarted,
    Outrun,
    Overridden,
    Promoted,
    Record,
    Renamed,
    Renumbered,
    RolledBack,
    RunFinished,
    RunStarted,
    Withdrawn,
    Yanked,
)
from gryt.model.rollback import superseded


@dataclass(frozen=True)
class Book:
    """The records of one generation, by what others name."""

    version: str
    """The ref's."""
    records: Sequence[Record]
    where: Callable[[RecordId], str]
    """Says of a record where it lies, for messages."""

    @property
    def gid(self) -> RecordId | None:
        """The generation's identity: its created record, of several that of this version."""
        created = [r for r in self.records if isinstance(r.body, Created)]
        fitting = [
            r for r in created if isinstance(r.body, Created) and r.body.version == self.version
        ]
        return next((r.id for r in [*fitting, *created]), None)

    @property
    def versions(self) -> frozenset[str]:
        """Every version that the generation has gone by."""
        names = {r.body.version for r in self.records if isinstance(r.body, Created)}
        return frozenset(names | {r.body.new for r in self.records if isinstance(r.body, Renamed)})

    def numbers(self, evolution: RecordId) -> frozenset[int]:
        """Return every number that an evolution has held."""
        return frozenset(
            r.body.number
            for r in self.records
            if (isinstance(r.body, EvolutionStarted) and r.id == evolution)
            or (isinstance(r.body, Renumbered) and r.body.evolution == evolution)
        )


def disagreements(book: Book) -> Iterator[Finding]:
    """Yield everything that one record says and another does not bear out."""
    yield from _identity(book)
    yield from _dangling(book)
    yield from _runs(book)
    yield from _promotions(book)
    yield from _numbers(book)


def _identity(book: Book) -> Iterator[Finding]:
    gid = book.gid
    if gid is None:
        yield tampered("no-generation", book.version, "it has no created record")
        return
    for record in book.records:
        if record.generation != gid and not (
            record.generation is None and record.kind.value.startswith("audit.")
        ):
            message = f"it belongs to another generation, '{record.generation}'"
            yield tampered("grafted", book.where(record.id), message)
    if book.version not in book.versions:
        names = ", ".join(sorted(book.versions))
        message = f"the ref is called '{book.version}', its records say '{names}'"
        yield tampered("wrong-version", book.where(gid), message)
    known = book.versions | {r.body.old for r in book.records if isinstance(r.body, Renamed)}
    for record in book.records:
        body = record.body
        said = body.contract.version if isinstance(body, ContractRecorded) else None
        said = body.version if isinstance(body, Promoted) else said
        if said is not None and said not in known:
            message = f"it is about version '{said}', not '{book.version}'"
            yield tampered("wrong-version", book.where(record.id), message)


def _dangling(book: Book) -> Iterator[Finding]:
    """Yield each name of a record that is not here, or is of another kind."""
    by_type: dict[type, set[RecordId]] = {}
    for record in book.records:
        by_type.setdefault(type(record.body), set()).add(record.id)
    everything = {record.id for record in book.records}
    for record in book.records:
        for name, wanted in _names(record):
            if name not in (everything if wanted is None else by_type.get(wanted, set())):
                message = f"it names record '{name}', which is not here"
                yield tampered("missing-record", book.where(record.id), message)


def _names(record: Record) -> Iterable[tuple[RecordId, type | None]]:
    """Yield the records that one names, with what they must be."""
    body = record.body
    if isinstance(body, EvolutionStarted | RunStarted | RunFinished | Promoted | Approved):
        yield from ((name, ContractRecorded) for name in body.contract)
    if isinstance(body, ContractRecorded):
        yield from ((name, ContractRecorded) for name in body.replaces)
    if isinstance(body, Renumbered | RunStarted | RunFinished):
        yield body.evolution, EvolutionStarted
    if isinstance(body, Withdrawn) and body.evolution is not None:
        yield body.evolution, EvolutionStarted
    if isinstance(body, RunFinished):
        yield body.run, RunStarted
    if isinstance(body, ApprovalWithdrawn):
        yield from ((name, Approved) for name in body.approvals)
    if isinstance(body, Overridden | Yanked) and body.promotion is not None:
        yield body.promotion, Promoted
    if isinstance(body, Outrun):
        # what took the version is another generation, which other refs have
        yield from ((n, Promoted) for n in (body[:2] if body.version is None else body[:1]))
    if isinstance(body, RolledBack):
        yield from ((name, None) for name in sorted(body.supersedes))


def _runs(book: Book) -> Iterator[Finding]:
    """Yield each end of a run that does not fit its beginning, or is its second."""
    started = {r.id: r.body for r in book.records if isinstance(r.body, RunStarted)}
    ended: set[RecordId] = set()
    for record in book.records:
        body = record.body
        if not isinstance(body, RunFinished):
            continue
        if body.run in ended:
            message = f"run '{body.run}' has ended before"
            yield tampered("run-ended-twice", book.where(record.id), message)
        ended.add(body.run)
        begun = started.get(body.run)
        fields = ("evolution", "commit", "tree", "contract", "pipeline")
        odd = [f for f in fields if begun is not None and getattr(begun, f) != getattr(body, f)]
        if odd:
            message = f"it differs from its run's beginning in {', '.join(odd)}"
            yield tampered("run-mismatch", book.where(record.id), message)


def _promotions(book: Book) -> Iterator[Finding]:
    evolutions = {r.id: r.body for r in book.records if isinstance(r.body, EvolutionStarted)}
    runs: dict[RecordId, RunFinished] = {}
    for record in book.records:
        if isinstance(record.body, RunFinished):
            # the proof is named by its run's beginning; its end names the same run
            runs[record.id] = runs[record.body.run] = record.body
    for record in book.records:
        body = record.body
        if not isinstance(body, Promoted):
            continue
        for change, name in body.proofs:
            run = runs.get(name)
            evolution = evolutions.get(run.evolution) if run is not None else None
            if run is None:
                against = "is not here"
            elif run.status is not RunStatus.PASS:
                against = f"did not pass ({run.status.value})"
            elif evolution is None or change not in evolution.changes:
                against = f"is not about {change}"
            else:
                continue
            message = f"it rests {change} on run '{name}', which {against}"
            yield tampered("unproven-promotion", book.where(record.id), message)
        yield from _overridden(book, record, body)
        yield from _left_out(book, record, body)


def _overridden(book: Book, record: Record, body: Promoted) -> Iterator[Finding]:
    """Yield each gate that said no to a promotion, where nobody is on record for overriding it."""
    said = {
        (r.body.gate, r.body.reason)
        for r in book.records
        if isinstance(r.body, Overridden) and r.body.promotion == record.id
    }
    for verdict in body.gates:
        if verdict.opposes and not any((verdict.name, why) in said for _, why in body.overrides):
            message = f"{verdict.name} said {verdict.outcome.value}, and no record overrides it"
            yield tampered("against-gates", book.where(record.id), message)


def _left_out(book: Book, record: Record, body: Promoted) -> Iterator[Finding]:
    """Yield the promised changes for which a promotion names no proof, though no gate said no."""
    created = next((r.body for r in book.records if isinstance(r.body, Created)), None)
    if body.fast_track and created is not None and created.hotfix is None:
        message = "it took the fast track of hot-fixes, and is none"
        yield tampered("unproven-promotion", book.where(record.id), message)
    if body.fast_track or any(verdict.opposes for verdict in body.gates):
        return  # overridden, and the record says so
    revisions = {r.id: r.body for r in book.records if isinstance(r.body, ContractRecorded)}
    contract, _ = combine(body.contract, revisions, body.version)
    proven = {change for change, _ in body.proofs}
    left = [change.id for change in contract.changes if change.id not in proven]
    if left:
        message = f"it names no proof of {', '.join(left)}, which it promised"
        yield tampered("unproven-promotion", book.where(record.id), message)


def _numbers(book: Book) -> Iterator[Finding]:
    """Yield each number that two evolutions hold: a union that was not renumbered yet."""
    gone = superseded(sorted(book.records, key=lambda record: record.id))
    numbers: dict[RecordId, int] = {}
    for record in book.records:
        if record.id in gone:
            continue
        if isinstance(record.body, EvolutionStarted):
            numbers[record.id] = record.body.number
        elif isinstance(record.body, Renumbered) and record.body.evolution in numbers:
            numbers[record.body.evolution] = record.body.number
    holders: dict[int, RecordId] = {}
    for evolution, number in numbers.items():
        first = holders.setdefault(number, evolution)
        if first != evolution:
            message = f"it is candidate {number}, as is '{first}'"
            yield unfinished("number-twice", book.where(evolution), message)
