"""Evolutions, gathered from the records that tell what became of them."""

from gryt.model.names import RecordId, Version
from gryt.model.pipeline import RunStatus
from gryt.model.records import (
    EvolutionStarted,
    Kind,
    Record,
    Renamed,
    Renumbered,
    RunFinished,
    RunStarted,
    Withdrawn,
)
from gryt.model.state import Evolution, EvolutionStatus


class Attempt:
    """One evolution while its records are gathered."""

    def __init__(self, state: Evolution) -> None:
        self.state = state
        self.finished: dict[RecordId, tuple[Record, RunFinished]] = {}
        """Every run that ended, by the id of its started record."""
        self.begun: set[RecordId] = set()
        """Every run whose beginning counts."""


_AFTER_RUN = {
    RunStatus.PASS: EvolutionStatus.PASS,
    RunStatus.FAIL: EvolutionStatus.FAIL,
    RunStatus.CANCELLED: EvolutionStatus.CANCELLED,
    RunStatus.VOID: EvolutionStatus.VOID,
}
WITHDRAWN = {
    Kind.EVOLUTION_ABANDONED: EvolutionStatus.ABANDONED,
    Kind.INVALIDATED: EvolutionStatus.INVALIDATED,
}


def attempts_in(counting: list[Record], version: str) -> list[Attempt]:
    """Return the evolutions that these records tell of."""
    attempts: dict[RecordId, Attempt] = {}
    for record in counting:
        body = record.body
        if isinstance(body, EvolutionStarted):
            attempts[record.id] = Attempt(started(record, body, version))
        elif isinstance(body, Renamed) and body.new == version:
            for each in attempts.values():
                each.state = _with_tag_of(each.state, body)
        elif isinstance(body, Renumbered | RunStarted | RunFinished | Withdrawn):
            attempt = attempts.get(body.evolution) if body.evolution else None
            if attempt is not None:
                advance(attempt, record, version)
    return list(attempts.values())


def started(record: Record, body: EvolutionStarted, version: str) -> Evolution:
    """Return an evolution that has just begun."""
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


def advance(attempt: Attempt, record: Record, version: str) -> None:
    """Apply one later record to its evolution: a run, a new number, its end."""
    state, body = attempt.state, record.body
    if isinstance(body, Renumbered):
        tag = Version(version).candidate(body.number)
        made = body.tag_object or state.tag_object
        attempt.state = state._replace(number=body.number, tag=tag, tag_object=made)
    elif isinstance(body, RunStarted):
        attempt.begun.add(record.id)
        attempt.state = _with_run(state, record.id, body)
    elif isinstance(body, RunFinished):
        attempt.finished[body.run] = (record, body)
        if body.run not in attempt.begun and body.run > (state.run or ""):
            # its beginning was rolled back by somebody who had not seen its end
            state = _with_run(state, body.run, body)
        if body.run == state.run:
            attempt.state = state._replace(
                finished_at=record.at,
                tag_object=body.tag_object or state.tag_object,
                reasons=body.void or state.reasons,
                status=_unless_withdrawn(state, _AFTER_RUN[body.status]),
            )
    elif isinstance(body, Withdrawn):
        attempt.state = state._replace(status=WITHDRAWN[record.kind], reasons=(body.reason,))


def _with_tag_of(state: Evolution, renamed: Renamed) -> Evolution:
    """Return an evolution with the tag that it got under its generation's new name."""
    made = dict(renamed.tags).get(state.tag)
    return state if made is None else state._replace(tag_object=made)


def _with_run(state: Evolution, run: RecordId, body: RunStarted | RunFinished) -> Evolution:
    return state._replace(
        run=run,
        runs=state.runs + 1,
        commit=body.commit,
        tree=body.tree,
        pipeline=body.pipeline.name,
        finished_at=None,
        reasons=(),
        status=_unless_withdrawn(state, EvolutionStatus.RUNNING),
    )


def _unless_withdrawn(state: Evolution, status: EvolutionStatus) -> EvolutionStatus:
    return state.status if state.status in WITHDRAWN.values() else status
