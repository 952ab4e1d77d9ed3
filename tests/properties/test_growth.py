"""What a state becomes by newer records is what a fold of all the records says."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gryt.model.fold import fold
from gryt.model.growth import grown
from gryt.model.names import RecordId
from gryt.model.pipeline import RunStatus
from gryt.model.records import (
    ContractRecorded,
    Created,
    Kind,
    Record,
    RolledBack,
    RunFinished,
    Withdrawn,
)
from tests.properties.histories import IDS, STEPS, Clone, Step, begun, clones, take, united
from tests.properties.test_rollback import MOVES, History, histories, move


def agrees(records: list[Record], new: int = 1) -> bool:
    """Hold that the shorter way, where there is one, ends where the fold does."""
    ordered = sorted(records, key=lambda record: record.id)
    after = grown(fold(ordered[:-new]), ordered[-new:])
    assert after in (None, fold(ordered))
    return after is not None


@given(clones(), st.randoms(use_true_random=False))
def test_of_any_records_the_newest_can_come_last(
    clones: list[Clone], chance: random.Random
) -> None:
    created, *others = sorted(united(clones), key=lambda record: record.id)
    assert isinstance(created.body, Created)
    while others:
        agrees([created, *others])
        if chance.random() < 0.3:  # as they arrive from elsewhere: not every one is here
            others.pop(chance.randrange(len(others)))
        others = others[:-1]


@given(histories(), st.lists(MOVES, max_size=8), histories(1))
def test_rollbacks_do_not_matter_to_what_comes_after(
    history: History, later: list[Step | str | int], other: History
) -> None:
    for what in later:
        move(history, what)
    records = history.clone.records
    for end in range(2, len(records) + 1):
        agrees(records[:end])
    both = {r.id: r for r in [*records, *other.clone.records]}
    agrees(list(both.values()))


@given(st.lists(STEPS, max_size=6), st.sampled_from(list(RunStatus)))
def test_evolutions_and_runs_need_no_fold(steps: list[Step], status: RunStatus) -> None:
    clone = begun(*IDS)
    for step in steps:
        take(clone, step)
    evolution = clone.start(IDS[0], IDS[1])
    assert agrees(clone.records)
    clone.run(evolution, status)
    assert agrees(clone.records, 2)
    assert agrees(clone.records)
    assert agrees(clone.records[:-1])


def test_what_is_not_told_by_the_newest_alone_is_left_to_the_fold() -> None:
    clone = begun(IDS[0])
    evolution = clone.prove(IDS[0])
    run = clone.records[-2].id
    finished = clone.records[-1].body
    assert isinstance(finished, RunFinished)
    state = clone.state

    def left(kind: Kind, body: object, identity: str = "Z" * 26) -> bool:
        record = clone.records[-1]._replace(id=RecordId(identity), kind=kind, body=body)  # type: ignore[arg-type]
        return grown(state, [record]) is None

    assert left(Kind.RUN_FINISHED, finished), "a run that ended before"
    assert left(Kind.RUN_FINISHED, finished._replace(run=RecordId("Y" * 26))), "another run"
    assert left(Kind.CONTRACT, ContractRecorded(state.contract, state.heads))
    assert left(Kind.ROLLED_BACK, RolledBack("s1", frozenset({run})))
    assert left(Kind.EVOLUTION_ABANDONED, Withdrawn("no use", evolution))
    assert left(clone.records[-2].kind, clone.records[-2].body, state.newest), "not a newer one"


def test_an_end_that_does_not_fit_the_beginning_is_left_to_the_fold() -> None:
    clone = begun(IDS[0])
    clone.prove(IDS[0])
    *before, begin, end = clone.records
    assert isinstance(end.body, RunFinished)
    again = begin._replace(id=RecordId("7" * 26))
    late = end._replace(id=RecordId("8" * 26))
    assert grown(fold([*before, begin, again]), [late]) is None, "an end of the run before"

    early = end._replace(id=RecordId(before[-1].id[:-1] + "z"))
    assert early.id < begin.id
    failed = late._replace(body=end.body._replace(status=RunStatus.FAIL))
    assert grown(fold([*before, early, begin]), [failed]) is None, "an end that was there before"


def test_a_pass_is_bound_to_the_contract_that_it_ran_under() -> None:
    clone = begun(IDS[0])
    evolution = clone.start(IDS[0])
    clone.run(evolution, RunStatus.PASS)
    *_, begin, end = clone.records
    change = clone.state.contract.changes[0]
    edited = Clone(1, clone.records[:-1])
    edited.edit(clone.state.contract._replace(changes=(change._replace(title="Another"),)))
    late = end._replace(id=RecordId("Z" * 26))
    assert begin.id < late.id
    assert grown(edited.state, [late]) is None
    assert fold([*edited.records, late]).changes[0].status.value == "stale"


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_of_two_proofs_the_newest_run_counts(order: tuple[int, int]) -> None:
    clone = begun(IDS[0])
    first, second = clone.start(IDS[0]), clone.start(IDS[0])
    runs = []
    for evolution in (first, second):
        clone.run(evolution, RunStatus.PASS)
        runs.append(clone.records.pop())
    ended = [runs[n]._replace(id=RecordId(str(7 + at) * 26)) for at, n in enumerate(order)]
    assert agrees([*clone.records, *ended], 2)
    assert agrees([*clone.records, *ended])
    proof = fold([*clone.records, *ended]).changes[0].proof
    assert proof is not None
    assert proof.evolution == second
