"""Rollback as laws: for any history, snapshot, more history, and what others did meanwhile."""

import random
from typing import NamedTuple

from hypothesis import example, given
from hypothesis import strategies as st

from gryt.model.contract import Change, ChangeType, Contract
from gryt.model.fold import fold
from gryt.model.names import RecordId
from gryt.model.pipeline import RunStatus
from gryt.model.records import (
    ContractRecorded,
    EvolutionStarted,
    Kind,
    Promoted,
    Record,
    Renumbered,
    RolledBack,
    RunFinished,
    Withdrawn,
    Yanked,
)
from gryt.model.rollback import Entry, superseded, taken_back, to_supersede
from gryt.model.state import EvolutionStatus, Generation
from tests.properties.histories import (
    BASE,
    BLOB,
    COMMIT,
    CONTRACTS,
    IDS,
    STEPS,
    Clone,
    Step,
    begun,
    take,
    united,
)

Snapshot = frozenset[RecordId]


def entries(records: list[Record]) -> list[Entry]:
    return [
        Entry(r.id, r.kind, r.body.supersedes if isinstance(r.body, RolledBack) else frozenset())
        for r in records
    ]


def snapshot(clone: Clone) -> Snapshot:
    return frozenset(record.id for record in clone.records)


def roll_back(clone: Clone, to: Snapshot) -> RecordId | None:
    """Roll one generation back as the service does; None where there was nothing to do."""
    now = entries(clone.records)
    gone = to_supersede(now, to)
    needed = [entry for entry in now if entry.id not in to or entry.kind is Kind.ROLLED_BACK]
    assert to_supersede(needed, to) == gone
    return clone.add(Kind.ROLLED_BACK, RolledBack("snapshot_1", gone)) if gone else None


def shown(state: Generation) -> Generation:
    """The state, but for what a rollback must not take back."""
    return state._replace(newest=RecordId(""), next_number=0)


class History(NamedTuple):
    """What one clone did, with snapshots and rollbacks in between."""

    clone: Clone
    snapshots: list[Snapshot]


MOVES = st.one_of(STEPS, STEPS, STEPS, st.sampled_from(["snapshot", "yank"]), st.integers(0, 3))


def move(history: History, what: Step | str | int) -> None:
    clone, snapshots = history
    promotion = clone.state.promotion
    if isinstance(what, Step):
        take(clone, what)
    elif isinstance(what, int):
        if snapshots:
            roll_back(clone, snapshots[what % len(snapshots)])
    elif what == "snapshot":
        snapshots.append(snapshot(clone))
    elif promotion is not None:
        clone.add(Kind.YANKED, Yanked("bad", promotion.record, "v1.0.0", COMMIT))


@st.composite
def histories(draw: st.DrawFn, number: int = 0) -> History:
    history = History(Clone(number), [])
    history.clone.begin(draw(CONTRACTS))
    for what in draw(st.lists(MOVES, max_size=8)):
        move(history, what)
    return history


@given(histories(), st.lists(MOVES, max_size=8))
def test_the_state_is_again_what_it_was_at_the_snapshot(
    history: History, later: list[Step | str | int]
) -> None:
    clone = history.clone
    then, before = snapshot(clone), clone.state
    for what in later:
        move(history, what)
    moved = {r.body.evolution for r in clone.records if isinstance(r.body, Renumbered)}
    number = clone.state.next_number

    roll_back(clone, then)

    after = clone.state
    if moved:  # a number that was given up may be somebody else's by now
        before, after = (_without_numbers(state) for state in (before, after))
    assert shown(after) == shown(before)
    assert clone.state.next_number == number
    assert roll_back(clone, then) is None


def _without_numbers(state: Generation) -> Generation:
    evolutions = sorted(
        (e._replace(number=0, tag="", tag_object=None) for e in state.evolutions),
        key=lambda evolution: evolution.id,
    )
    changes = tuple(s._replace(proof=s.proof and s.proof._replace(tag="")) for s in state.changes)
    return state._replace(evolutions=tuple(evolutions), changes=changes)


@given(histories(), st.lists(MOVES, max_size=6), st.data())
def test_union_with_any_older_clone_gives_the_same(
    history: History, later: list[Step | str | int], data: st.DataObject
) -> None:
    clone = history.clone
    then = snapshot(clone)
    for what in later:
        move(history, what)
    seen = data.draw(st.integers(1, len(clone.records)))
    older = Clone(1, clone.records[:seen])
    roll_back(clone, then)
    records = united([older, clone])
    random.Random(seen).shuffle(records)
    assert fold(records) == clone.state


@given(histories(), st.lists(MOVES, max_size=6), st.lists(STEPS, max_size=6))
def test_what_the_rollback_had_not_seen_still_counts(
    history: History, later: list[Step | str | int], elsewhere: list[Step]
) -> None:
    clone = history.clone
    then = snapshot(clone)
    for what in later:
        move(history, what)
    other = Clone(1, clone.records)
    for step in elsewhere:
        take(other, step)
    unseen = [record for record in other.records if record not in clone.records]
    roll_back(clone, then)

    records = united([clone, other])
    state = fold(records)

    gone = superseded(sorted(records, key=lambda record: record.id))
    assert not gone.intersection(record.id for record in unseen)
    there = {evolution.id: evolution for evolution in state.evolutions}
    for record in unseen:
        body = record.body
        if isinstance(body, EvolutionStarted):
            assert record.id in there
        elif isinstance(body, RunFinished):
            assert there[body.evolution].runs
        elif isinstance(body, Withdrawn) and body.evolution is not None:
            assert there[body.evolution].status is EvolutionStatus.ABANDONED
        elif isinstance(body, ContractRecorded):
            assert record.id in state.heads or any(
                record.id in r.body.replaces for r in unseen if isinstance(r.body, ContractRecorded)
            )
    if any(isinstance(record.body, Promoted) for record in unseen):
        assert state.promotion is not None


@given(histories(), st.lists(MOVES, max_size=6))
def test_a_rollback_is_taken_back_by_a_rollback_to_its_backup(
    history: History, later: list[Step | str | int]
) -> None:
    clone = history.clone
    then = snapshot(clone)
    for what in later:
        move(history, what)
    backup, before = snapshot(clone), clone.state
    roll_back(clone, then)
    roll_back(clone, backup)
    assert shown(clone.state) == shown(before)


@given(
    st.dictionaries(
        st.integers(0, 9).map(lambda n: RecordId(f"{n:026}")),
        st.frozensets(st.integers(0, 9).map(lambda n: RecordId(f"{n:026}"))),
        max_size=10,
    )
)
@example({RecordId("0" * 26): frozenset({RecordId("0" * 26)})})
def test_any_web_of_rollbacks_is_judged_and_always_alike(
    rollbacks: dict[RecordId, frozenset[RecordId]],
) -> None:
    """Forged records may take back each other in a ring."""
    gone = taken_back(rollbacks)
    assert gone <= frozenset().union(*rollbacks.values())
    assert taken_back(dict(sorted(rollbacks.items()))) == gone


def test_a_rollback_by_somebody_whose_clock_is_ahead_can_be_taken_back() -> None:
    """An id far in the future pulls nobody along: what takes it back may sort before it."""
    back, undo = RecordId("7" + "z" * 25), RecordId("0" * 26)
    proof = RecordId("1" * 26)
    assert taken_back({back: frozenset({proof})}) == {proof}
    assert taken_back({back: frozenset({proof}), undo: frozenset({back})}) == {back}


# --- contracts


def _promise(title: str, *more: str) -> Contract:
    names = (title, *more)
    return BASE._replace(
        changes=tuple(Change(i, ChangeType.ADD, name) for i, name in zip(IDS, names, strict=False))
    )


def test_an_edit_upon_one_that_was_rolled_back_brings_only_itself() -> None:
    """Ada retitles A-1, Grace adds C-3 to that; rolling Ada's edit back leaves C-3."""
    ada = begun(IDS[0])
    then = snapshot(ada)
    ada.edit(_promise("Ada's title"))
    grace = Clone(1, ada.records)
    grace.edit(_promise("Ada's title", "Grace's own"))
    roll_back(ada, then)
    state = fold(united([ada, grace]))
    assert [c.change.title for c in state.changes] == ["Title of A-1", "Grace's own"]
    assert state.conflicts == ()


def test_the_next_edit_settles_what_a_rollback_and_an_edit_came_to() -> None:
    ada = begun(IDS[0])
    then = snapshot(ada)
    ada.edit(_promise("Ada's title"))
    grace = Clone(1, ada.records)
    grace.edit(_promise("Ada's title", "Grace's own"))
    roll_back(ada, then)
    both = Clone(2, united([ada, grace]))
    both.records.sort(key=lambda record: record.id)
    both.edit(_promise("Settled", "Both"))
    assert [c.change.title for c in both.state.changes] == ["Settled", "Both"]
    assert len(both.state.heads) == 1


# --- examples


def test_a_run_that_ends_after_the_rollback_of_its_beginning_counts() -> None:
    """The work of somebody whose run was under way while another rolled back."""
    ada = begun(IDS[0])
    evolution = ada.start(IDS[0])
    then = snapshot(ada)
    ada.run(evolution, RunStatus.PASS)
    end = ada.records.pop()
    roll_back(ada, then)
    assert ada.state.evolutions[0].status is EvolutionStatus.PENDING
    ada.records.append(end._replace(id=RecordId(max(r.id for r in ada.records)[:-1] + "z")))
    found = ada.state.evolutions[0]
    assert (found.status, found.commit, found.runs) == (EvolutionStatus.PASS, COMMIT, 1)
    assert ada.state.proven == 1


def test_a_yank_is_of_one_promotion() -> None:
    clone = begun(IDS[0])
    draft = snapshot(clone)
    for _ in range(2):
        body = Promoted("v1.0.0", COMMIT, "v1.0.0", BLOB, clone.state.heads, (), ())
        record = clone.add(Kind.PROMOTED, body)
        assert clone.state.status.value == "promoted"
        clone.add(Kind.YANKED, Yanked("leaks", record, "v1.0.0", COMMIT))
        assert (clone.state.status.value, clone.state.reason) == ("yanked", "leaks")
        roll_back(clone, draft)
        assert (clone.state.status.value, clone.state.reason) == ("draft", None)
