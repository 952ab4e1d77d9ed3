"""The fold: from a generation's records to its state.

Pure and total over any set of records that the codec accepts: the same set gives the same state in
every clone, in whatever order the records arrived.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from gryt.errors import Corrupt
from gryt.model.contract import Change, Contract
from gryt.model.merge import merge
from gryt.model.names import ChangeId, RecordId, Version
from gryt.model.pipeline import RunStatus
from gryt.model.records import (
    ContractRecorded,
    Created,
    EvolutionStarted,
    Kind,
    Promoted,
    Record,
    Renamed,
    Renumbered,
    RolledBack,
    RunFinished,
    RunStarted,
    Withdrawn,
)
from gryt.model.state import (
    ChangeState,
    ChangeStatus,
    Evolution,
    EvolutionStatus,
    Generation,
    GenerationStatus,
    Promotion,
    Proof,
)


def fold(records: Iterable[Record]) -> Generation:
    """Return the state that these records of one generation come to.

    Raises Corrupt where there is no created record, which every ledger ref begins with.
    """
    ordered = in_order(records)
    created = next((r for r in ordered if isinstance(r.body, Created)), None)
    if created is None:
        raise Corrupt("a generation has no created record")
    gone = superseded(ordered)
    counting = [r for r in ordered if r.id not in gone or r is created]
    promotion = _promotion(counting)
    version = promotion.tag if promotion else name_of(created, ordered)
    contract, heads, conflicts = contract_in_force(counting, version)
    attempts = _attempts(counting, version)
    withdrawn = _last_reason(counting, Kind.GENERATION_ABANDONED)
    return Generation(
        gid=created.id,
        version=version,
        status=_status(promotion, withdrawn),
        contract=contract,
        heads=heads,
        conflicts=conflicts,
        changes=tuple(_changes(contract, attempts, _revisions(ordered))),
        evolutions=tuple(sorted((a.state for a in attempts), key=lambda e: (e.number, e.id))),
        created_at=created.at,
        created_by=created.by,
        newest=ordered[-1].id,
        next_number=1 + max(_numbers(ordered), default=0),
        promotion=promotion,
        reason=withdrawn,
    )


def in_order(records: Iterable[Record]) -> list[Record]:
    """Return records by id, each once; two under one id (a forgery) in an order of their own."""
    ordered = sorted(records, key=lambda record: record.id)
    if len({record.id for record in ordered}) == len(ordered):
        return ordered
    each = {repr(record): record for record in ordered}
    return [record for _, record in sorted(each.items(), key=lambda item: (item[1].id, item[0]))]


def superseded(ordered: list[Record]) -> set[RecordId]:
    """Return the ids that a rollback which itself counts took out of force.

    A later rollback may take back an earlier one, so the newest is asked first.
    """
    gone: set[RecordId] = set()
    for record in reversed(ordered):
        if isinstance(record.body, RolledBack) and record.id not in gone:
            gone |= record.body.supersedes
    return gone


def name_of(created: Record, ordered: list[Record]) -> str:
    """Return the version it goes by until promoted: like a number, no rollback takes it back."""
    assert isinstance(created.body, Created)
    renames = [r.body.new for r in ordered if isinstance(r.body, Renamed)]
    return renames[-1] if renames else created.body.version


def _numbers(ordered: list[Record]) -> list[int]:
    return [r.body.number for r in ordered if isinstance(r.body, EvolutionStarted | Renumbered)]


def _revisions(records: list[Record]) -> dict[RecordId, ContractRecorded]:
    return {r.id: r.body for r in records if isinstance(r.body, ContractRecorded)}


def _ancestors(revision: RecordId, revisions: Mapping[RecordId, ContractRecorded]) -> set[RecordId]:
    seen: set[RecordId] = set()
    todo = [revision]
    while todo:
        current = todo.pop()
        if current not in seen and current in revisions:
            seen.add(current)
            todo.extend(revisions[current].replaces)
    return seen


def combine(
    heads: tuple[RecordId, ...], revisions: Mapping[RecordId, ContractRecorded], version: str
) -> tuple[Contract, tuple[tuple[str, tuple[str, ...]], ...]]:
    """Merge contract revisions three ways; return the contract and the fields in conflict."""
    known = [head for head in heads if head in revisions]
    if not known:
        return Contract(version), ()
    merged = revisions[known[0]].contract
    conflicts: dict[str, set[str]] = {}
    common = _ancestors(known[0], revisions)
    for head in known[1:]:
        common &= _ancestors(head, revisions)
        base = revisions[max(common)].contract if common else Contract(version)
        outcome = merge(base, merged, revisions[head].contract)
        merged = outcome.contract
        for conflict in outcome.conflicts:
            conflicts.setdefault(conflict.where, set()).update(conflict.values)
    shown = tuple((where, tuple(sorted(values))) for where, values in sorted(conflicts.items()))
    return merged._replace(version=version), shown


def contract_in_force(
    records: list[Record], version: str
) -> tuple[Contract, tuple[RecordId, ...], tuple[tuple[str, tuple[str, ...]], ...]]:
    """Return the contract, the revisions that make it up, and the fields in conflict."""
    revisions = _revisions(records)
    replaced = {old for body in revisions.values() for old in body.replaces}
    heads = tuple(sorted(set(revisions) - replaced))
    contract, conflicts = combine(heads, revisions, version)
    return contract, heads, conflicts


def _last_reason(counting: list[Record], kind: Kind) -> str | None:
    reasons = [r.body.reason for r in counting if r.kind is kind and isinstance(r.body, Withdrawn)]
    return reasons[-1] if reasons else None


def _status(promotion: Promotion | None, withdrawn: str | None) -> GenerationStatus:
    if promotion is not None:
        return GenerationStatus.PROMOTED
    return GenerationStatus.DRAFT if withdrawn is None else GenerationStatus.ABANDONED


def _promotion(counting: list[Record]) -> Promotion | None:
    """Return the first promotion that counts: later ones lost the race."""
    for record in counting:
        body = record.body
        if isinstance(body, Promoted):
            return Promotion(
                record=record.id,
                at=record.at,
                by=record.by,
                commit=body.commit,
                tag=body.tag,
                tag_object=body.tag_object,
                proofs=body.proofs,
            )
    return None


@dataclass
class _Attempt:
    """One evolution while its records are gathered."""

    state: Evolution
    finished: dict[RecordId, tuple[Record, RunFinished]] = field(default_factory=dict)
    """Every run that ended, by the id of its started record."""


_AFTER_RUN = {
    RunStatus.PASS: EvolutionStatus.PASS,
    RunStatus.FAIL: EvolutionStatus.FAIL,
    RunStatus.CANCELLED: EvolutionStatus.CANCELLED,
    RunStatus.VOID: EvolutionStatus.VOID,
}
_WITHDRAWN = {
    Kind.EVOLUTION_ABANDONED: EvolutionStatus.ABANDONED,
    Kind.INVALIDATED: EvolutionStatus.INVALIDATED,
}


def _attempts(counting: list[Record], version: str) -> list[_Attempt]:
    attempts: dict[RecordId, _Attempt] = {}
    for record in counting:
        body = record.body
        if isinstance(body, EvolutionStarted):
            attempts[record.id] = _Attempt(_started(record, body, version))
        elif isinstance(body, Renumbered | RunStarted | RunFinished | Withdrawn):
            attempt = attempts.get(body.evolution) if body.evolution else None
            if attempt is not None:
                _advance(attempt, record, version)
    return list(attempts.values())


def _started(record: Record, body: EvolutionStarted, version: str) -> Evolution:
    return Evolution(
        id=record.id,
        number=body.number,
        tag=Version(version).candidate(body.number),
        changes=body.changes,
        status=EvolutionStatus.PENDING,
        head=body.head,
        branch=body.branch,
        pipeline=body.pipeline,
        by=record.by,
        team=body.team,
        started_at=record.at,
    )


def _advance(attempt: _Attempt, record: Record, version: str) -> None:
    """Apply one later record to its evolution."""
    state, body = attempt.state, record.body
    if isinstance(body, Renumbered):
        tag = Version(version).candidate(body.number)
        attempt.state = state._replace(number=body.number, tag=tag)
    elif isinstance(body, RunStarted):
        attempt.state = state._replace(
            run=record.id,
            runs=state.runs + 1,
            commit=body.commit,
            tree=body.tree,
            pipeline=body.pipeline.name,
            finished_at=None,
            reasons=(),
            status=_unless_withdrawn(state, EvolutionStatus.RUNNING),
        )
    elif isinstance(body, RunFinished):
        attempt.finished[body.run] = (record, body)
        if body.run == state.run:
            attempt.state = state._replace(
                finished_at=record.at,
                tag_object=body.tag_object or state.tag_object,
                reasons=body.void or state.reasons,
                status=_unless_withdrawn(state, _AFTER_RUN[body.status]),
            )
    elif isinstance(body, Withdrawn):
        attempt.state = state._replace(status=_WITHDRAWN[record.kind], reasons=(body.reason,))


def _unless_withdrawn(state: Evolution, status: EvolutionStatus) -> EvolutionStatus:
    return state.status if state.status in _WITHDRAWN.values() else status


def _promised(
    change_id: ChangeId, body: RunFinished, revisions: Mapping[RecordId, ContractRecorded]
) -> Change | None:
    """Return what the contract said of a change when the run took place."""
    return combine(body.contract, revisions, "")[0].change(change_id)


def _changes(
    contract: Contract,
    attempts: list[_Attempt],
    revisions: Mapping[RecordId, ContractRecorded],
) -> Iterable[ChangeState]:
    passes = [
        (attempt.state, body)
        for attempt in attempts
        if attempt.state.status not in _WITHDRAWN.values()
        for _, body in attempt.finished.values()
        if body.status is RunStatus.PASS
    ]
    passes.sort(key=lambda pair: pair[1].run, reverse=True)
    for change in contract.changes:
        about = [(state, body) for state, body in passes if change.id in state.changes]
        valid = [
            (state, body)
            for state, body in about
            if (then := _promised(change.id, body, revisions)) and change.promises_the_same(then)
        ]
        if not about:
            yield ChangeState(change, ChangeStatus.UNPROVEN)
            continue
        state, body = (valid or about)[0]
        proof = Proof(run=body.run, evolution=state.id, tag=state.tag, commit=body.commit)
        yield ChangeState(change, ChangeStatus.PROVEN if valid else ChangeStatus.STALE, proof)
