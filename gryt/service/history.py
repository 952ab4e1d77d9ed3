"""Runs that are on record, newest first: the list, and one with all that it left."""

from typing import TYPE_CHECKING

from gryt.errors import Ambiguous, NotFound
from gryt.model.names import RecordId, nearest, parse_candidate
from gryt.model.results import StepResult, StepStatus
from gryt.model.state import Evolution
from gryt.service import contracts, lookup
from gryt.service.session import Session
from gryt.store.fields import Map, as_list, as_map
from gryt.store.steps import step_from_plain
from gryt.values import Value

if TYPE_CHECKING:
    from gryt.store.plain import Plain

_LEAST_PREFIX = 4


class Past(Value):
    """A run that is on record."""

    id: str
    version: str
    evolution: str
    """The candidate that it was to prove."""
    changes: tuple[str, ...]
    pipeline: str
    status: str
    """What came of it; running or interrupted where no end is on record."""
    commit: str
    started_at: str
    finished_at: str | None
    seconds: float | None
    host: str
    by: str
    passed: int
    """How many of its steps passed."""
    steps: int


class Whole(Value):
    """One run with what its record holds."""

    past: Past
    steps: tuple[StepResult, ...]
    """With the recorded end of what each printed; empty where no end is on record."""
    reasons: tuple[str, ...]
    """Why it proves nothing, though its steps passed."""
    environment: Map


def listed(session: Session, of: str | None, *, limit: int | None) -> list[Past]:
    """Return the runs of a generation, of one evolution, or all, newest first."""
    tag = of if of is not None and parse_candidate(of) is not None else None
    if tag is not None:
        view, _ = lookup.find(session, tag)
        versions = [view.state.version]
    elif of is not None:
        versions = [contracts.current(session, of).state.version]
    else:
        versions = session.ledger.versions()
    found: dict[str, Past] = {}
    for version in versions:
        for past in _runs(session, version):
            if tag is None or past.evolution == tag:
                found.setdefault(past.id, past)
    return sorted(found.values(), key=lambda past: past.id, reverse=True)[:limit]


def one(session: Session, wanted: str) -> Whole:
    """Return the run of an id, of the beginning of one, or the latest of a candidate."""
    if parse_candidate(wanted) is not None:
        view, evolution = lookup.find(session, wanted)
        runs = [past for past in _runs(session, view.state.version) if past.id == evolution.run]
        if not runs:
            hint = f"gryt run --evolution {evolution.tag}"
            raise NotFound(f"evolution '{wanted}' has not been run yet", hints=[hint])
        return _whole(session, runs[-1])
    fitting = [
        past
        for past in listed(session, None, limit=None)
        if past.id == wanted or (len(wanted) >= _LEAST_PREFIX and past.id.startswith(wanted))
    ]
    if len(fitting) == 1:
        return _whole(session, fitting[0])
    if fitting:
        raise Ambiguous(
            f"{len(fitting)} runs begin with '{wanted}'",
            details=[f"{past.id}  {past.evolution}" for past in fitting[:10]],
        )
    raise NotFound(f"run '{wanted}' does not exist", hints=["gryt run list"])


def steps_named(whole: Whole, name: str) -> list[StepResult]:
    """Return the step of this name, or every cell of it; raise NotFound with the nearest."""
    found = [step for step in whole.steps if name in {step.name, step.step_name}]
    if not found:
        names = [step.name for step in whole.steps]
        raise NotFound(
            f"step '{name}' is not in run '{whole.past.id}'",
            hints=[
                *(f"did you mean '{near}'?" for near in nearest(name, names)[:1]),
                f"gryt run show {whole.past.id}",
            ],
        )
    return found


def _runs(session: Session, version: str) -> list[Past]:
    view = session.ledger.get(version)
    evolutions = {evolution.id: evolution for evolution in view.state.evolutions}
    documents = session.ledger.documents(view.ref)
    ended = {str(doc["run"]): doc for doc in documents if doc["kind"] == "run.finished"}
    return [
        _past(
            doc, ended.get(str(doc["id"])), evolutions.get(RecordId(str(doc["evolution"]))), version
        )
        for doc in documents
        if doc["kind"] == "run.started"
    ]


def _past(begun: Map, ended: Map | None, evolution: Evolution | None, version: str) -> Past:
    status = "interrupted"
    if ended is not None:
        status = str(ended["status"])
    elif evolution is not None and evolution.run == begun["id"]:
        status = evolution.status.value
    steps = [] if ended is None else [as_map(item) for item in as_list(ended.get("steps") or [])]
    return Past(
        id=str(begun["id"]),
        version=version,
        evolution=str(begun["evolution"]) if evolution is None else evolution.tag,
        changes=() if evolution is None else tuple(evolution.changes),
        pipeline=str(as_map(begun["pipeline"])["name"]),
        status=status,
        commit=str(begun["commit"]),
        started_at=str(begun["at"]),
        finished_at=None if ended is None else str(ended["at"]),
        seconds=None if ended is None else _number(ended.get("seconds")),
        host=str(begun["host"]),
        by=str(begun["by"]),
        passed=sum(step["status"] == StepStatus.PASS.value for step in steps),
        steps=len(steps),
    )


def _number(value: "Plain") -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _whole(session: Session, past: Past) -> Whole:
    view = session.ledger.get(past.version)
    ended = next(
        (
            doc
            for doc in session.ledger.documents(view.ref)
            if doc["kind"] == "run.finished" and doc["run"] == past.id
        ),
        None,
    )
    if ended is None:
        return Whole(past, (), (), {})
    whole = session.ledger.record(view.ref, RecordId(str(ended["id"])))
    return Whole(
        past,
        tuple(step_from_plain(item) for item in as_list(whole["steps"])),
        tuple(str(item) for item in as_list(whole.get("void") or [])),
        as_map(whole.get("environment") or {}),
    )
