"""The fold: the same records give the same state, and the state says what they come to."""

import pytest

from gryt.errors import Corrupt
from gryt.model.contract import ChangeType
from gryt.model.fold import fold
from gryt.model.pipeline import RunStatus
from gryt.model.records import (
    Kind,
    Record,
    Renamed,
    Renumbered,
    RolledBack,
    Withdrawn,
)
from gryt.model.state import EvolutionStatus, Generation, GenerationStatus
from tests.model.build import (
    COMMIT,
    OTHER,
    TAG,
    change,
    contract,
    created,
    promised,
    promoted,
    ran,
    record,
    rid,
    started,
)

BEGIN = [created(), promised(1, contract("A", "B"))]


def statuses(state: Generation) -> dict[str, str]:
    return {found.change.id: found.status.value for found in state.changes}


def evolution_of(records: list[Record]) -> tuple[str, str]:
    [evolution] = fold(records).evolutions
    return evolution.tag, evolution.status.value


def test_without_a_created_record_there_is_nothing() -> None:
    with pytest.raises(Corrupt, match="no created record"):
        fold([promised(1, contract())])


def test_a_new_generation_is_a_draft() -> None:
    state = fold(BEGIN)
    assert (state.gid, state.version, state.status) == (rid(0), "v1.0.0", GenerationStatus.DRAFT)
    assert (state.heads, state.next_number, state.newest) == ((rid(1),), 1, rid(1))
    assert (state.created_at, state.proven) == ("2024-01-20T09:00:00Z", 0)
    assert statuses(state) == {"A": "unproven", "B": "unproven"}
    assert (state.change("A"), state.change("X")) == (state.changes[0], None)


def test_a_generation_without_a_contract_promises_nothing() -> None:
    assert fold([created()]).contract == contract()


@pytest.mark.parametrize(
    ("status", "is_shown"),
    [
        (None, "running"),
        (RunStatus.PASS, "pass"),
        (RunStatus.FAIL, "fail"),
        (RunStatus.CANCELLED, "cancelled"),
        (RunStatus.VOID, "void"),
    ],
)
def test_an_evolution_is_what_its_latest_run_is(status: RunStatus | None, is_shown: str) -> None:
    begun = [*BEGIN, started(2, 1, "A")]
    assert evolution_of(begun) == ("v1.0.0-rc.1", "pending")
    assert evolution_of([*begun, *ran(3, 2, status)]) == ("v1.0.0-rc.1", is_shown)
    failed_before = [*begun, *ran(3, 2, RunStatus.FAIL), *ran(5, 2, status)]
    assert evolution_of(failed_before) == ("v1.0.0-rc.1", is_shown)


def test_an_evolution_shows_its_latest_run_and_counts_them() -> None:
    records = [*BEGIN, started(2, 1, "A"), *ran(3, 2, RunStatus.FAIL), *ran(5, 2, commit=OTHER)]
    [evolution] = fold(records).evolutions
    assert (evolution.runs, evolution.run, evolution.commit) == (2, rid(5), OTHER)
    assert (evolution.tag_object, evolution.finished_at) == (TAG, "2024-01-20T09:00:06Z")


def test_the_end_of_an_earlier_run_does_not_end_a_later_one() -> None:
    first, second = ran(3, 2, RunStatus.FAIL), ran(4, 2, None)
    late = first[1]._replace(id=rid(9))
    [evolution] = fold([*BEGIN, started(2, 1, "A"), first[0], *second, late]).evolutions
    assert (evolution.status, evolution.finished_at) == (EvolutionStatus.RUNNING, None)


def test_reasons_of_a_void_run_are_kept() -> None:
    records = [*BEGIN, started(2, 1, "A"), *ran(3, 2, RunStatus.VOID, void=("HEAD moved",))]
    [evolution] = fold(records).evolutions
    assert evolution.reasons == ("HEAD moved",)
    assert statuses(fold(records))["A"] == "unproven"


def test_a_passing_run_proves_its_changes_alone() -> None:
    state = fold([*BEGIN, started(2, 1, "A"), *ran(3, 2)])
    assert statuses(state) == {"A": "proven", "B": "unproven"}
    proof = state.changes[0].proof
    assert proof is not None
    assert (proof.run, proof.evolution, proof.commit) == (rid(3), rid(2), COMMIT)
    assert proof.tag == "v1.0.0-rc.1"


def test_a_proof_outlives_a_later_failure_of_its_evolution() -> None:
    state = fold([*BEGIN, started(2, 1, "A"), *ran(3, 2), *ran(5, 2, RunStatus.FAIL)])
    assert statuses(state)["A"] == "proven"
    assert state.evolutions[0].status is EvolutionStatus.FAIL


@pytest.mark.parametrize("kind", [Kind.EVOLUTION_ABANDONED, Kind.INVALIDATED])
def test_a_withdrawn_proof_proves_nothing_and_its_number_stays_used(kind: Kind) -> None:
    withdrawn = record(5, Withdrawn("why", rid(2)), kind)
    state = fold([*BEGIN, started(2, 1, "A"), *ran(3, 2), withdrawn])
    [evolution] = state.evolutions
    assert evolution.status.value == kind.value.rpartition(".")[2]
    assert (evolution.reasons, evolution.is_open) == (("why",), False)
    assert (statuses(state)["A"], state.next_number) == ("unproven", 2)


def test_a_run_that_ends_after_the_withdrawal_changes_nothing() -> None:
    begin, end = ran(3, 2)
    withdrawn = record(4, Withdrawn("why", rid(2)))
    records = [*BEGIN, started(2, 1, "A"), begin, withdrawn, end._replace(id=rid(9))]
    assert fold(records).evolutions[0].status is EvolutionStatus.ABANDONED


@pytest.mark.parametrize(
    "after",
    [change("A", "another title"), change("A", kind=ChangeType.FIX)],
)
def test_a_proof_of_another_promise_is_stale(after: object) -> None:
    records = [*BEGIN, started(2, 1, "A"), *ran(3, 2)]
    edited = promised(5, contract(after, "B"), 1)  # type: ignore[arg-type]
    assert statuses(fold([*records, edited])) == {"A": "stale", "B": "unproven"}
    back = promised(6, contract("A", "B"), 5)
    assert statuses(fold([*records, edited, back]))["A"] == "proven"


def test_a_description_or_a_neighbour_does_not_make_a_proof_stale() -> None:
    described = change("A")._replace(description="more", pipeline="other")
    edited = promised(5, contract(described, "C"), 1)
    assert statuses(fold([*BEGIN, started(2, 1, "A"), *ran(3, 2), edited]))["A"] == "proven"


def test_a_new_proof_mends_a_stale_one() -> None:
    edited = promised(5, contract(change("A", "x"), "B"), 1)
    again = [started(6, 2, "A"), *ran(7, 6, revision=5)]
    state = fold([*BEGIN, started(2, 1, "A"), *ran(3, 2), edited, *again])
    assert statuses(state)["A"] == "proven"
    assert state.changes[0].proof is not None
    assert state.changes[0].proof.tag == "v1.0.0-rc.2"


def test_concurrent_revisions_are_merged_and_conflicts_shown() -> None:
    one = promised(2, contract(change("A", "one"), "B", "C"), 1)
    two = promised(3, contract(change("A", "two"), "B", description="d"), 1)
    state = fold([*BEGIN, one, two])
    assert state.heads == (rid(2), rid(3))
    assert state.conflicts == (("A: title", ("one", "two")),)
    assert (state.contract.description, len(state.contract.changes)) == ("d", 3)
    settled = fold([*BEGIN, one, two, promised(4, contract("A"), 2, 3)])
    assert (settled.heads, settled.conflicts) == ((rid(4),), ())


def test_three_revisions_at_once() -> None:
    edits = [promised(n, contract(change("A", f"t{n}"), "B"), 1) for n in (2, 3, 4)]
    assert fold([*BEGIN, *edits]).conflicts == (("A: title", ("t2", "t3", "t4")),)


def test_a_revision_whose_base_is_not_here_is_merged_from_nothing() -> None:
    state = fold([*BEGIN, promised(2, contract("C"), 9)])
    assert {item.id for item in state.contract.changes} == {"A", "B", "C"}


def test_a_promotion_counts_once() -> None:
    first, second = promoted(5), promoted(6, OTHER)
    state = fold([*BEGIN, second, first])
    assert state.status is GenerationStatus.PROMOTED
    assert state.promotion is not None
    assert (state.promotion.record, state.promotion.commit) == (rid(5), COMMIT)


def test_an_abandoned_generation_says_why() -> None:
    state = fold([*BEGIN, record(5, Withdrawn("not needed"))])
    assert (state.status, state.reason) == (GenerationStatus.ABANDONED, "not needed")
    assert fold([*BEGIN, record(5, Withdrawn("x")), promoted(6)]).status is (
        GenerationStatus.PROMOTED
    )


def test_a_rollback_takes_back_what_it_had_seen_but_no_number() -> None:
    records = [*BEGIN, started(2, 1, "A"), *ran(3, 2), promoted(5)]
    gone = frozenset(r.id for r in records[2:])
    rolled = record(6, RolledBack("snapshot_1", gone))
    state = fold([*records, rolled])
    assert (state.status, state.evolutions) == (GenerationStatus.DRAFT, ())
    assert (statuses(state)["A"], state.next_number) == ("unproven", 2)
    unseen = promoted(7, OTHER)
    assert fold([*records, rolled, unseen]).promotion is not None


def test_a_rollback_can_be_taken_back() -> None:
    rolled = record(6, RolledBack("one", frozenset({rid(5)})))
    undone = record(7, RolledBack("two", frozenset({rid(6)})))
    assert fold([*BEGIN, promoted(5), rolled]).promotion is None
    assert fold([*BEGIN, promoted(5), rolled, undone]).promotion is not None


def test_a_rollback_never_takes_the_generation_itself() -> None:
    rolled = record(6, RolledBack("x", frozenset({rid(0), rid(1)})))
    state = fold([*BEGIN, rolled])
    assert (state.gid, state.contract) == (rid(0), contract())


def test_a_stale_proof_is_known_although_its_revision_was_rolled_back() -> None:
    edited = promised(2, contract(change("A", "x"), "B"), 1)
    records = [*BEGIN, edited, started(3, 1, "A"), *ran(4, 3, revision=2)]
    rolled = record(6, RolledBack("x", frozenset({rid(2)})))
    assert statuses(fold([*records, rolled]))["A"] == "stale"


def test_a_renumbered_evolution_has_another_tag_and_comes_in_its_order() -> None:
    records = [*BEGIN, started(2, 1, "A"), started(3, 2, "B"), record(4, Renumbered(rid(2), 3))]
    state = fold(records)
    assert [e.tag for e in state.evolutions] == ["v1.0.0-rc.2", "v1.0.0-rc.3"]
    assert state.next_number == 4
    found = state.evolution("v1.0.0-rc.3")
    assert found is not None
    assert found == state.evolution(rid(2))


def test_a_renamed_generation_has_another_version_everywhere() -> None:
    records = [*BEGIN, started(2, 1, "A"), record(3, Renamed("v1.0.0", "v1.1.0"))]
    state = fold(records)
    assert (state.version, state.contract.version) == ("v1.1.0", "v1.1.0")
    assert state.evolutions[0].tag == "v1.1.0-rc.1"


def test_what_is_about_nothing_known_is_left_out() -> None:
    strays = [*ran(5, 99), record(7, Renumbered(rid(98), 4)), record(8, Withdrawn("x", rid(97)))]
    state = fold([*BEGIN, *strays])
    assert (state.evolutions, state.status) == ((), GenerationStatus.DRAFT)
    assert state.next_number == 5
