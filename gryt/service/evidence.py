"""What the policy's rules are held against: the runs that prove, the tree, the release before."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from gryt.errors import Corrupt, InvalidInput
from gryt.model.fold import combine, in_order
from gryt.model.names import ChangeId, Oid, RecordId
from gryt.model.pipeline import Pipeline
from gryt.model.policy import PolicyVerdict
from gryt.model.policy_gates import Evidence
from gryt.model.records import (
    ContractRecorded,
    EvolutionStarted,
    PipelineRef,
    Record,
    RunFinished,
)
from gryt.model.required import ProofRun
from gryt.model.results import RunStatus
from gryt.model.state import ChangeStatus, EvolutionStatus, Generation
from gryt.service.touched import files_touched, release_before
from gryt.store.checkout import tree_named
from gryt.store.clock import time_of
from gryt.store.ledger import Ledger
from gryt.store.pipeline_files import read_pipeline
from gryt.store.workspace import MAX_FILE_BYTES, pipeline_path

if TYPE_CHECKING:
    from gryt.service.judging import Case

Finished = tuple[Record, RunFinished]


def evidence(case: "Case") -> Evidence:
    """Gather what the policy in force has to know, and no more."""
    ledger = case.session.ledger
    ends = _ends(case.records)
    rules = case.policy.rules
    needs_previous = any(m.not_worse_than_previous for rule in rules for m in rule.metrics)
    return Evidence(
        generation=case.generation,
        commit=case.commit,
        now=ledger.now_ms() / 1000,
        proofs=_proofs(ledger, case.generation, case.records, ends),
        failed=_failed(ends),
        proven_here=_proven_here(case, ends) if any(r.tip_proven for r in rules) else frozenset(),
        previous=_measured_before(case) if needs_previous else None,
        touched=files_touched(case.session, case.policy, case.generation.version, case.commit),
    )


def _ends(records: Iterable[Record]) -> list[Finished]:
    """Return the end of every run, oldest first."""
    return [(r, r.body) for r in in_order(records) if isinstance(r.body, RunFinished)]


def _failed(ends: Sequence[Finished]) -> frozenset[RecordId]:
    last = {body.evolution: body.status for _, body in ends}
    return frozenset(name for name, status in last.items() if status is RunStatus.FAIL)


def _proofs(
    ledger: Ledger, generation: Generation, records: Sequence[Record], ends: Sequence[Finished]
) -> dict[ChangeId, ProofRun]:
    started = {r.id: r.body for r in records if isinstance(r.body, EvolutionStarted)}
    by_run = {body.run: (record, body) for record, body in ends}
    found: dict[RecordId, ProofRun] = {}
    proofs: dict[ChangeId, ProofRun] = {}
    for state in generation.changes:
        proof = state.proof
        if proof is None or state.status is not ChangeStatus.PROVEN or proof.run not in by_run:
            continue
        if proof.run not in found:
            record, body = by_run[proof.run]
            begun = started.get(body.evolution)
            found[proof.run] = _proof(ledger, proof.tag, record, body, begun)
        proofs[state.change.id] = found[proof.run]
    return proofs


def _proof(
    ledger: Ledger, tag: str, record: Record, body: RunFinished, begun: EvolutionStarted | None
) -> ProofRun:
    policies: tuple[PolicyVerdict, ...] = begun.policies if begun is not None else ()
    return ProofRun(
        run=body.run,
        tag=tag,
        changes=begun.changes if begun is not None else (),
        commit=body.commit,
        steps=body.steps,
        pipeline_name=body.pipeline.name,
        pipeline=_pipeline(ledger, body.pipeline),
        seconds=_end_of(record),
        ci=body.environment.ci,
        started_under=policies,
    )


def _end_of(record: Record) -> float:
    """Return when a run ended, by its clock or by its id, which no clock set back can lower."""
    return max(datetime.fromisoformat(record.at).timestamp(), time_of(record.id) / 1000)


def _pipeline(ledger: Ledger, ref: PipelineRef) -> Pipeline | None:
    """Return the pipeline as it ran; None where its blob is not here, or does not read."""
    try:
        data = ledger.objects.blob(ref.blob, limit=MAX_FILE_BYTES)
        return read_pipeline(data, pipeline_path(ref.name), name=ref.name)
    except (Corrupt, InvalidInput):
        return None


def _proven_here(case: "Case", ends: Sequence[Finished]) -> frozenset[ChangeId]:
    """Return the changes that a run proves on this commit, as they are promised now."""
    tree: Oid | None = tree_named(case.session.ledger, case.commit)
    revisions = {r.id: r.body for r in case.records if isinstance(r.body, ContractRecorded)}
    passed = {e.id: e for e in case.generation.evolutions if e.status is EvolutionStatus.PASS}
    found = set()
    for _, body in ends:
        evolution = passed.get(body.evolution)
        if evolution is None or body.status is not RunStatus.PASS:
            continue
        if body.commit != case.commit and body.tree != tree:
            continue
        contract = combine(body.contract, revisions, "")[0]
        for name in evolution.changes:
            now, then = case.generation.change(name), contract.change(name)
            if now is not None and then is not None and now.change.promises_the_same(then):
                found.add(name)
    return frozenset(found)


def _measured_before(case: "Case") -> Mapping[str, tuple[float, ...]] | None:
    """Return what the proofs of the release before measured; None where there is none."""
    ledger = case.session.ledger
    before = release_before(case.session, case.generation.version, case.commit)
    if before is None:
        return None
    version, _ = before
    view = ledger.get(version)
    assert view.state.promotion is not None
    runs = {run for _, run in view.state.promotion.proofs}
    values: dict[str, tuple[float, ...]] = {}
    for _, body in _ends(ledger.records(view.ref)):
        for metric in (m for step in body.steps for m in step.metrics if body.run in runs):
            values[metric.name] = (*values.get(metric.name, ()), metric.value)
    return values
