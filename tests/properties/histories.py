"""Histories of clones that began with the same records and went on without each other."""

from collections.abc import Iterable
from typing import NamedTuple

from hypothesis import strategies as st

from gryt.model.contract import Change, ChangeType, Contract
from gryt.model.fold import fold
from gryt.model.names import ChangeId, Oid, RecordId
from gryt.model.pipeline import RunStatus
from gryt.model.records import (
    Body,
    ContractRecorded,
    Created,
    Environment,
    EvolutionStarted,
    Kind,
    PipelineRef,
    Promoted,
    Record,
    Renumbered,
    RunFinished,
    RunStarted,
    Withdrawn,
)
from gryt.model.state import Generation
from gryt.store.clock import ulid

START_MS = 1_705_741_200_000
COMMIT, TREE, BLOB = (Oid(digit * 40) for digit in "cab")
PIPELINE = PipelineRef("full-ci", BLOB)
ENVIRONMENT = Environment("host", "0.1", "2.39.5", "3.11.2", "Linux")
IDS = [ChangeId(name) for name in ("A-1", "B-2", "C-3")]
BASE = Contract("v1.0.0", "A release", (Change(IDS[0], ChangeType.ADD, "First"),))


class Clone:
    """What one clone has recorded and seen, and the actions that add to it."""

    def __init__(self, number: int, seen: Iterable[Record] = ()) -> None:
        self.number = number
        self.records = list(seen)

    @property
    def state(self) -> Generation:
        return fold(self.records)

    def add(self, kind: Kind, body: Body) -> RecordId:
        """Record something, at a time that is this clone's own."""
        identity = ulid(START_MS + len(self.records), self.number)
        gid = self.records[0].id if self.records else identity
        at = "2024-01-20T09:00:00Z"
        by = f"Person {self.number} <p{self.number}@example.com>"
        self.records.append(Record(identity, kind, at, by, gid, body))
        return identity

    def begin(self, contract: Contract) -> None:
        self.add(Kind.CREATED, Created(contract.version))
        self.add(Kind.CONTRACT, ContractRecorded(contract, ()))

    def edit(self, contract: Contract) -> RecordId:
        return self.add(Kind.CONTRACT, ContractRecorded(contract, self.state.heads))

    def start(self, *changes: ChangeId) -> RecordId:
        state = self.state
        body = EvolutionStarted(state.next_number, changes, COMMIT, state.heads, "full-ci", "main")
        return self.add(Kind.STARTED, body)

    def run(self, evolution: RecordId, status: RunStatus) -> RecordId:
        """Record a run from beginning to end, and return its id."""
        heads = self.state.heads
        body = RunStarted(evolution, COMMIT, TREE, heads, PIPELINE, "host")
        run = self.add(Kind.RUN_STARTED, body)
        finished = (COMMIT, TREE, heads, PIPELINE, status, 0.1, (), ENVIRONMENT)
        self.add(Kind.RUN_FINISHED, RunFinished(evolution, run, *finished))
        return run

    def prove(self, *changes: ChangeId) -> RecordId:
        evolution = self.start(*changes)
        self.run(evolution, RunStatus.PASS)
        return evolution


def begun(*ids: ChangeId) -> Clone:
    """A clone whose generation promises these changes."""
    clone = Clone(0)
    changes = tuple(Change(i, ChangeType.ADD, f"Title of {i}") for i in ids)
    clone.begin(Contract("v1.0.0", "A release", changes))
    return clone


# --- histories


CHANGES = st.builds(
    Change,
    st.sampled_from(IDS),
    st.sampled_from([ChangeType.ADD, ChangeType.FIX]),
    st.sampled_from(["First", "Second", "Third"]),
    st.sampled_from([None, "why"]),
    st.sampled_from([None, "slow-ci"]),
)
CONTRACTS = st.builds(
    Contract,
    st.just("v1.0.0"),
    st.sampled_from(["A release", "Another", ""]),
    st.lists(CHANGES, max_size=3, unique_by=lambda change: change.id).map(tuple),
    st.sampled_from([None, "full-ci", "slow-ci"]),
)


class Step(NamedTuple):
    """Something that somebody does; `pick` chooses among what there is."""

    what: str
    pick: int
    contract: Contract
    status: RunStatus


STEPS = st.builds(
    Step,
    st.sampled_from(["edit", "start", "start", "run", "run", "abandon", "renumber", "promote"]),
    st.integers(0, 7),
    CONTRACTS,
    st.sampled_from([RunStatus.PASS, RunStatus.PASS, *RunStatus]),
)


def take(clone: Clone, step: Step) -> None:
    """Let a clone do something, where it can be done."""
    state = clone.state
    evolution = state.evolutions[step.pick % len(state.evolutions)] if state.evolutions else None
    if step.what == "edit":
        clone.edit(step.contract)
    elif step.what == "start":
        clone.start(IDS[step.pick % 3], *IDS[:1][: step.pick % 2])
    elif step.what == "promote" and step.pick == 0:
        promoted = Promoted("v1.0.0", COMMIT, "v1.0.0", BLOB, state.heads, (), ())
        clone.add(Kind.PROMOTED, promoted)
    elif evolution is None:
        return
    elif step.what == "run":
        clone.run(evolution.id, step.status)
    elif step.what == "abandon":
        clone.add(Kind.EVOLUTION_ABANDONED, Withdrawn("no use", evolution.id))
    elif step.what == "renumber":
        clone.add(Kind.RENUMBERED, Renumbered(evolution.id, state.next_number))


@st.composite
def clones(draw: st.DrawFn, *, count: int = 3) -> list[Clone]:
    """Clones with a common beginning and histories of their own after it."""
    first = Clone(0)
    first.begin(draw(CONTRACTS))
    for step in draw(st.lists(STEPS, max_size=8)):
        take(first, step)
    others = [Clone(number, first.records) for number in range(1, count)]
    for clone in (first, *others):
        for step in draw(st.lists(STEPS, max_size=8)):
            take(clone, step)
    return [first, *others]


def united(clones: Iterable[Clone]) -> list[Record]:
    return list({record.id: record for clone in clones for record in clone.records}.values())
