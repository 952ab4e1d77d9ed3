"""The fold: from a generation's records to its state.

Pure and total over any set of records that the codec accepts: the same set gives the same state in
every clone, in whatever order the records arrived.
"""

from collections.abc import Collection, Iterable, Mapping

from gryt.errors import Corrupt
from gryt.model.attempts import WITHDRAWN, Attempt, attempts_in
from gryt.model.contract import Change, Contract
from gryt.model.names import ChangeId, RecordId
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
    RunFinished,
    Withdrawn,
    Yanked,
)
from gryt.model.rollback import superseded
from gryt.model.state import (
    ChangeState,
    ChangeStatus,
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
    assert isinstance(created.body, Created)
    gone = superseded(ordered)
    counting = [r for r in ordered if r.id not in gone]
    promotion = _promotion(counting)
    version = promotion.tag if promotion else name_of(created, ordered)
    contract, heads, conflicts = contract_in_force(ordered, gone, version)
    attempts = attempts_in(counting, version)
    withdrawn = _last_reason(counting, Kind.GENERATION_ABANDONED)
    yanked = _yanked(counting, promotion)
    return Generation(
        gid=created.id,
        version=version,
        status=_status(promotion, withdrawn, yanked),
        contract=contract,
        heads=heads,
        conflicts=conflicts,
        changes=tuple(_changes(contract, attempts, _revisions(ordered), gone)),
        evolutions=tuple(sorted((a.state for a in attempts), key=lambda e: (e.number, e.id))),
        created_at=created.at,
        created_by=created.by,
        newest=ordered[-1].id,
        next_number=1 + max(_numbers(ordered), default=0),
        promotion=promotion,
        reason=yanked if promotion is not None else withdrawn,
        hotfix=created.body.hotfix,
    )


def in_order(records: Iterable[Record]) -> list[Record]:
    """Return records by id, each once; two under one id (a forgery) in an order of their own."""
    ordered = sorted(records, key=lambda record: record.id)
    if len({record.id for record in ordered}) == len(ordered):
        return ordered
    each = {repr(record): record for record in ordered}
    return [record for _, record in sorted(each.items(), key=lambda item: (item[1].id, item[0]))]


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
    heads: tuple[RecordId, ...],
    revisions: Mapping[RecordId, ContractRecorded],
    version: str,
    gone: Collection[RecordId] = (),
) -> tuple[Contract, tuple[tuple[str, tuple[str, ...]], ...]]:
    """Merge contract revisions three ways; return the contract and the fields in conflict.

    An edit upon a revision that was rolled back (`gone`) is merged for what it changes itself: the
    revision below it was seen by the other side too, and taken back.
    """
    known = [head for head in heads if head in revisions]
    if not known:
        return Contract(version), ()
    merged = revisions[known[0]].contract
    if len(known) == 1:
        return merged._replace(version=version), ()
    from gryt.model.merge import merge  # lazy: few contracts were edited in two places at once

    conflicts: dict[str, set[str]] = {}
    common = _ancestors(known[0], revisions)
    seen = set(common)
    for head in known[1:]:
        ancestors = _ancestors(head, revisions)
        common &= ancestors
        seen |= ancestors
        bases = common | seen.intersection(gone)
        base = revisions[max(bases)].contract if bases else Contract(version)
        outcome = merge(base, merged, revisions[head].contract)
        merged = outcome.contract
        for conflict in outcome.conflicts:
            conflicts.setdefault(conflict.where, set()).update(conflict.values)
    shown = tuple((where, tuple(sorted(values))) for where, values in sorted(conflicts.items()))
    return merged._replace(version=version), shown


def contract_in_force(
    ordered: list[Record], gone: Collection[RecordId], version: str
) -> tuple[Contract, tuple[RecordId, ...], tuple[tuple[str, tuple[str, ...]], ...]]:
    """Return the contract, the revisions that make it up, and the fields in conflict."""
    revisions = _revisions(ordered)
    counting = {identity: body for identity, body in revisions.items() if identity not in gone}
    replaced = {old for body in counting.values() for old in body.replaces}
    heads = tuple(sorted(set(counting) - replaced))
    contract, conflicts = combine(heads, revisions, version, gone)
    return contract, heads, conflicts


def _last_reason(counting: list[Record], kind: Kind) -> str | None:
    reasons = [r.body.reason for r in counting if r.kind is kind and isinstance(r.body, Withdrawn)]
    return reasons[-1] if reasons else None


def _yanked(counting: list[Record], promotion: Promotion | None) -> str | None:
    """Return why the release must not be used; a yank of an earlier promotion is not of this."""
    about = [
        r.body.reason
        for r in counting
        if isinstance(r.body, Yanked) and promotion and r.body.promotion == promotion.record
    ]
    return about[-1] if about else None


def _status(
    promotion: Promotion | None, withdrawn: str | None, yanked: str | None
) -> GenerationStatus:
    if promotion is not None:
        return GenerationStatus.PROMOTED if yanked is None else GenerationStatus.YANKED
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
                fast_track=body.fast_track,
                overrides=body.overrides,
            )
    return None


def _promised(
    change_id: ChangeId,
    body: RunFinished,
    revisions: Mapping[RecordId, ContractRecorded],
    gone: Collection[RecordId],
) -> Change | None:
    """Return what the contract said of a change when the run took place."""
    return combine(body.contract, revisions, "", gone)[0].change(change_id)


def _changes(
    contract: Contract,
    attempts: list[Attempt],
    revisions: Mapping[RecordId, ContractRecorded],
    gone: Collection[RecordId],
) -> Iterable[ChangeState]:
    passes = [
        (attempt.state, body)
        for attempt in attempts
        if attempt.state.status not in WITHDRAWN.values()
        for _, body in attempt.finished.values()
        if body.status is RunStatus.PASS
    ]
    passes.sort(key=lambda pair: pair[1].run, reverse=True)
    for change in contract.changes:
        about = [(state, body) for state, body in passes if change.id in state.changes]
        valid = [
            (state, body)
            for state, body in about
            if (then := _promised(change.id, body, revisions, gone))
            and change.promises_the_same(then)
        ]
        if not about:
            yield ChangeState(change, ChangeStatus.UNPROVEN)
            continue
        state, body = (valid or about)[0]
        proof = Proof(run=body.run, evolution=state.id, tag=state.tag, commit=body.commit)
        yield ChangeState(change, ChangeStatus.PROVEN if valid else ChangeStatus.STALE, proof)
