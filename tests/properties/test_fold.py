"""The fold as laws: of sets of records, whatever their order, however often they came."""

import random
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from gryt.model.contract import Change
from gryt.model.fold import fold
from gryt.model.names import ChangeId
from gryt.model.pipeline import RunStatus
from gryt.model.records import (
    ContractRecorded,
    EvolutionStarted,
    Kind,
    Promoted,
    Record,
    RolledBack,
    RunFinished,
    RunStarted,
    Withdrawn,
)
from gryt.model.state import ChangeStatus, EvolutionStatus, GenerationStatus
from tests.properties.histories import (
    BLOB,
    COMMIT,
    IDS,
    PIPELINE,
    TREE,
    Clone,
    begun,
    clones,
    united,
)

# --- a set of records


@given(clones(), st.randoms(use_true_random=False))
def test_the_order_in_which_records_arrive_is_no_matter(
    clones: list[Clone], chance: random.Random
) -> None:
    records = united(clones)
    expected = fold(records)
    for _ in range(3):
        chance.shuffle(records)
        assert fold(records) == expected


@given(clones(), st.randoms(use_true_random=False))
def test_a_record_that_arrives_twice_counts_once(
    clones: list[Clone], chance: random.Random
) -> None:
    records = united(clones)
    again = [*records, *chance.choices(records, k=5)]
    chance.shuffle(again)
    assert fold(again) == fold(records)


@given(clones())
def test_nobody_loses_anything_by_a_union(clones: list[Clone]) -> None:
    state = fold(united(clones))
    parts = [clone.state for clone in clones]
    assert {e.id for e in state.evolutions} == {e.id for part in parts for e in part.evolutions}
    assert sum(e.runs for e in state.evolutions) == sum(
        isinstance(record.body, RunStarted) for record in united(clones)
    )
    assert state.next_number == max(part.next_number for part in parts)
    assert state.newest == max(part.newest for part in parts)
    promotions = [part.promotion for part in parts if part.promotion is not None]
    assert state.promotion == min(promotions, key=lambda p: p.record, default=None)


def test_a_rollback_can_be_taken_back() -> None:
    clone = begun(*IDS[:1])
    clone.prove(IDS[0])
    proven = clone.state.changes
    back = clone.add(Kind.ROLLED_BACK, RolledBack("s1", frozenset(r.id for r in clone.records[2:])))
    assert clone.state.changes[0].status is ChangeStatus.UNPROVEN

    clone.add(Kind.ROLLED_BACK, RolledBack("s2", frozenset({back})))

    assert clone.state.changes == proven


def test_a_number_is_not_used_again_after_a_rollback() -> None:
    clone = begun(*IDS[:1])
    clone.start(IDS[0])
    clone.add(Kind.ROLLED_BACK, RolledBack("s1", frozenset({clone.records[-1].id})))
    assert clone.state.evolutions == ()
    assert clone.state.next_number == 2


def test_after_the_rollback_of_its_promotion_a_generation_is_a_draft() -> None:
    clone = begun(*IDS[:1])
    promoted = Promoted("v1.0.0", COMMIT, "v1.0.0", BLOB, clone.state.heads, (), ())
    record = clone.add(Kind.PROMOTED, promoted)
    promoted_state = clone.state
    clone.add(Kind.ROLLED_BACK, RolledBack("s1", frozenset({record})))
    assert promoted_state.status is GenerationStatus.PROMOTED
    assert clone.state.status is GenerationStatus.DRAFT


def test_the_first_promotion_wins_in_every_clone() -> None:
    one = begun(*IDS[:1])
    two = Clone(1, one.records)
    for clone, commit in ((one, COMMIT), (two, TREE)):
        promoted = Promoted("v1.0.0", commit, "v1.0.0", BLOB, clone.state.heads, (), ())
        clone.add(Kind.PROMOTED, promoted)
    promotion = fold(united([two, one])).promotion
    assert promotion is not None
    assert promotion.commit == COMMIT


def test_a_run_that_arrives_twice_is_one_run() -> None:
    clone = begun(*IDS[:1])
    clone.prove(IDS[0])
    assert fold([*clone.records, *clone.records]).evolutions[0].runs == 1


# --- proofs


@given(clones(count=1))
def test_a_change_is_proven_by_a_pass_for_the_same_promise(clones: list[Clone]) -> None:
    (clone,) = clones
    state = clone.state
    for promised in state.changes:
        assert promised.status is status_by_hand(clone.records, promised.change)
        if promised.proof is not None:
            proof = state.evolution(promised.proof.evolution)
            assert proof is not None
            assert proof.status not in {EvolutionStatus.ABANDONED, EvolutionStatus.INVALIDATED}


def status_by_hand(records: Sequence[Record], change: Change) -> ChangeStatus:
    """The definition of proven and stale, for a history in which nothing diverged."""
    contracts = {r.id: r.body.contract for r in records if isinstance(r.body, ContractRecorded)}
    gone = {r.body.evolution for r in records if isinstance(r.body, Withdrawn)}
    about = {
        r.id: r.body.changes
        for r in records
        if isinstance(r.body, EvolutionStarted) and r.id not in gone
    }
    then = [
        contracts[r.body.contract[-1]].change(change.id)
        for r in records
        if isinstance(r.body, RunFinished)
        and r.body.status is RunStatus.PASS
        and change.id in about.get(r.body.evolution, ())
    ]
    if any(old and (old.type, old.title) == (change.type, change.title) for old in then):
        return ChangeStatus.PROVEN
    return ChangeStatus.STALE if then else ChangeStatus.UNPROVEN


def status_of(clone: Clone, change_id: ChangeId) -> ChangeStatus:
    found = clone.state.change(change_id)
    assert found is not None
    return found.status


def test_a_retitled_change_makes_its_proof_stale_and_the_old_title_revives_it() -> None:
    clone = begun(*IDS[:2])
    clone.prove(*IDS[:2])
    before = clone.state.contract
    first, second = before.changes

    clone.edit(before._replace(changes=(first._replace(title="Something else"), second)))
    assert status_of(clone, IDS[0]) is ChangeStatus.STALE
    assert status_of(clone, IDS[1]) is ChangeStatus.PROVEN

    clone.edit(before)
    assert status_of(clone, IDS[0]) is ChangeStatus.PROVEN


def test_another_description_or_pipeline_leaves_a_proof_alone() -> None:
    clone = begun(*IDS[:1])
    clone.prove(IDS[0])
    contract = clone.state.contract
    other = contract.changes[0]._replace(description="More of it", pipeline="slow-ci")
    clone.edit(contract._replace(description="Another", changes=(other,)))
    assert status_of(clone, IDS[0]) is ChangeStatus.PROVEN


def test_an_abandoned_evolution_proves_nothing_even_if_a_run_ends_later() -> None:
    clone = begun(*IDS[:1])
    evolution = clone.prove(IDS[0])
    clone.add(Kind.EVOLUTION_ABANDONED, Withdrawn("wrong", evolution))
    clone.run(evolution, RunStatus.PASS)
    assert status_of(clone, IDS[0]) is ChangeStatus.UNPROVEN
    assert clone.state.evolutions[0].status is EvolutionStatus.ABANDONED
    assert clone.state.next_number == 2


def test_an_older_proof_steps_in_where_the_newest_is_withdrawn() -> None:
    clone = begun(*IDS[:1])
    first, second = clone.prove(IDS[0]), clone.prove(IDS[0])
    clone.add(Kind.INVALIDATED, Withdrawn("the runner was broken", second))
    proof = clone.state.changes[0].proof
    assert proof is not None
    assert proof.evolution == first


def test_a_run_that_did_not_pass_proves_nothing() -> None:
    for status in (RunStatus.FAIL, RunStatus.CANCELLED, RunStatus.VOID):
        clone = begun(*IDS[:1])
        clone.run(clone.start(IDS[0]), status)
        assert status_of(clone, IDS[0]) is ChangeStatus.UNPROVEN


def test_a_run_without_an_end_is_running() -> None:
    clone = begun(*IDS[:1])
    evolution = clone.start(IDS[0])
    body = RunStarted(evolution, COMMIT, TREE, clone.state.heads, PIPELINE, "host")
    clone.add(Kind.RUN_STARTED, body)
    assert clone.state.evolutions[0].status is EvolutionStatus.RUNNING
    assert not clone.state.evolutions[0].is_open
