"""A state and the records that come after it: what it becomes, without all that came before.

Only what happens all the time is told, of evolutions and their runs; whatever else a record may
mean, `model/fold.py` tells from all of them. Where both answer, they answer the same.
"""

from collections.abc import Iterable

from gryt.model.attempts import Attempt, advance, started
from gryt.model.pipeline import RunStatus
from gryt.model.records import EvolutionStarted, Record, RunFinished, RunStarted
from gryt.model.state import (
    ChangeState,
    ChangeStatus,
    Evolution,
    EvolutionStatus,
    Generation,
    Proof,
)


def grown(state: Generation, records: Iterable[Record]) -> Generation | None:
    """Return the state after these records too; None where that takes a fold of all records."""
    now: Generation | None = state
    for record in records:
        if now is None or record.id <= now.newest or record.generation != now.gid:
            return None
        now = _after(now, record)
    return now


def _after(state: Generation, record: Record) -> Generation | None:
    body = record.body
    if isinstance(body, EvolutionStarted):
        evolutions = (*state.evolutions, started(record, body, state.version))
        number = max(state.next_number, body.number + 1)
        return _with(state, record, evolutions)._replace(next_number=number)
    if not isinstance(body, RunStarted | RunFinished):
        return None
    before = next((e for e in state.evolutions if e.id == body.evolution), None)
    if before is None:  # it was rolled back, and what happens to it brings it back
        return None
    changes = state.changes
    attempt = Attempt(before)
    if isinstance(body, RunFinished):
        if before.status is not EvolutionStatus.RUNNING or body.run != before.run:
            return None
        attempt.begun.add(body.run)
        if any(c.proof is not None and c.proof.run == body.run for c in changes):
            return None  # it had ended before, and differently
        if body.status is RunStatus.PASS:
            if body.contract != state.heads:  # whether it still promises the same is to be seen
                return None
            changes = tuple(_proven(each, before, body) for each in changes)
    advance(attempt, record, state.version)
    evolutions = tuple(attempt.state if e is before else e for e in state.evolutions)
    return _with(state, record, evolutions)._replace(changes=changes)


def _with(state: Generation, record: Record, evolutions: tuple[Evolution, ...]) -> Generation:
    ordered = sorted(evolutions, key=lambda e: (e.number, e.id))
    return state._replace(evolutions=tuple(ordered), newest=record.id)


def _proven(before: ChangeState, evolution: Evolution, body: RunFinished) -> ChangeState:
    """Return a change after a pass under the contract as it is: the newest run counts."""
    if before.change.id not in evolution.changes:
        return before
    if before.status is ChangeStatus.PROVEN and before.proof and before.proof.run > body.run:
        return before
    proof = Proof(run=body.run, evolution=evolution.id, tag=evolution.tag, commit=body.commit)
    return ChangeState(before.change, ChangeStatus.PROVEN, proof)
