"""The fold is total, and a function of the set of records alone."""

import random

from hypothesis import given
from hypothesis import strategies as st

from gryt.model.fold import fold
from gryt.model.names import ChangeId
from gryt.model.pipeline import RunStatus
from gryt.model.records import (
    Body,
    ContractRecorded,
    EvolutionStarted,
    Outrun,
    Record,
    Refused,
    Renamed,
    Renumbered,
    RolledBack,
    RunStarted,
    Unread,
    Withdrawn,
)
from gryt.model.state import ChangeStatus, EvolutionStatus
from tests.model.build import COMMIT, OTHER, PIPELINE, TREE, contract, created, ran, record, rid

IDS = st.integers(0, 14).map(rid)
CONTRACTS = st.lists(st.sampled_from("ABC"), unique=True).map(lambda names: contract(*names))
BODIES: st.SearchStrategy[Body] = st.one_of(
    st.builds(ContractRecorded, CONTRACTS, st.lists(IDS, max_size=2).map(tuple)),
    st.builds(
        EvolutionStarted,
        st.integers(1, 5),
        st.lists(st.sampled_from("ABC").map(ChangeId), min_size=1, unique=True).map(tuple),
        st.just(COMMIT),
        st.lists(IDS, max_size=2).map(tuple),
    ),
    st.builds(Renumbered, IDS, st.integers(1, 9)),
    st.builds(
        RunStarted,
        IDS,
        st.sampled_from([COMMIT, OTHER]),
        st.just(TREE),
        st.lists(IDS, max_size=2).map(tuple),
        st.just(PIPELINE),
        st.just("host"),
    ),
    st.builds(Withdrawn, st.just("why"), st.none() | IDS),
    st.builds(Outrun, IDS, IDS, st.sampled_from([None, "v1.0.0"])),
    st.builds(RolledBack, st.just("snapshot"), st.frozensets(IDS, max_size=4)),
    st.builds(Renamed, st.just("v1.0.0"), st.just("v2.0.0")),
    st.builds(Refused, st.just("x"), st.just(("y",))),
    st.just(Unread()),
)


@st.composite
def histories(draw: st.DrawFn) -> list[Record]:
    """Any records at all, with references to each other that need not make sense."""
    records = [created()]
    for number in range(1, draw(st.integers(1, 14))):
        if draw(st.booleans()):
            records.append(record(number, draw(BODIES)))
        else:
            status = draw(st.sampled_from(RunStatus))
            records += ran(number, draw(st.integers(0, 14)), status)[-1:]
    return records


@given(histories(), st.randoms(use_true_random=False))
def test_the_order_of_arrival_is_no_matter(records: list[Record], chance: random.Random) -> None:
    state = fold(records)
    chance.shuffle(records)
    assert fold(records) == state
    assert fold([*records, *records[:1]]) == state


@given(histories(), st.data())
def test_more_records_never_free_a_number(records: list[Record], data: st.DataObject) -> None:
    fewer = [r for r in records if r.id == rid(0) or data.draw(st.booleans())]
    assert fold(fewer).next_number <= fold(records).next_number
    used = [evolution.number for evolution in fold(records).evolutions]
    assert fold(records).next_number > max(used, default=0)


@given(histories())
def test_a_proven_change_names_a_run_that_passed_for_it(records: list[Record]) -> None:
    state = fold(records)
    for found in state.changes:
        assert (found.proof is None) is (found.status is ChangeStatus.UNPROVEN)
        if found.proof is not None:
            evolution = state.evolution(found.proof.evolution)
            assert evolution is not None
            assert found.change.id in evolution.changes
            assert evolution.status not in {
                *(EvolutionStatus.ABANDONED, EvolutionStatus.INVALIDATED)
            }
