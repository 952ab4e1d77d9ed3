"""Signed records: what a promotion rests on, and whether who is named in it has signed it."""

from collections.abc import Iterable, Mapping, Sequence

from gryt.model.names import RecordId
from gryt.model.records import EvolutionStarted, Record, RunFinished
from gryt.model.state import Generation
from gryt.model.verdict import Outcome, Verdict

GATE = "SignaturesGate"


def relied_on(generation: Generation, records: Iterable[Record]) -> tuple[Record, ...]:
    """Return the records that a promotion rests on: the contract in force, and every proof."""
    proofs = [state.proof for state in generation.changes if state.proof is not None]
    wanted: set[RecordId] = {*generation.heads}
    wanted |= {proof.run for proof in proofs} | {proof.evolution for proof in proofs}
    runs = {proof.run for proof in proofs}
    return tuple(
        record
        for record in records
        if record.id in wanted or (isinstance(record.body, RunFinished) and record.body.run in runs)
    )


def signatures_gate(
    generation: Generation,
    records: Sequence[Record],
    distrusted: Mapping[RecordId, str],
    untold: Mapping[RecordId, str],
    *,
    name: str = GATE,
) -> Verdict:
    """Every record that the promotion rests on is signed by who is named in it."""
    bad = [(record, distrusted[record.id]) for record in records if record.id in distrusted]
    unclear = [(record, untold[record.id]) for record in records if record.id in untold]
    reasons = tuple(
        f"{_what(generation, record)} by {record.by}: {why}" for record, why in (*bad, *unclear)
    )
    if not reasons:
        return Verdict(name, Outcome.PASS)
    if not bad:
        return Verdict(name, Outcome.INCONCLUSIVE, reasons, "git fetch --unshallow --tags")
    first = next((s.change.id for s in generation.changes), "ID")
    again = f"gryt evolution start {generation.version} --change {first} && gryt run"
    return Verdict(name, Outcome.FAIL, reasons, f"git config gryt.sign true && {again}")


def _what(generation: Generation, record: Record) -> str:
    """Return what a record is, with the candidate that it is about."""
    body = record.body
    about = record.id if isinstance(body, EvolutionStarted) else getattr(body, "evolution", None)
    evolution = generation.evolution(about) if isinstance(about, str) else None
    of = f" of {evolution.tag}" if evolution is not None else ""
    return f"{record.kind.value}{of} ({record.id})"
