"""Gates: every reason against a promotion, and the command that would mend it."""

import pytest

from gryt.model.contract import ChangeType
from gryt.model.fold import fold
from gryt.model.gates import (
    Containment,
    all_changes_proven,
    contract_gates,
    min_evolutions,
    no_failed_evolutions,
    proofs_contained,
    ready,
)
from gryt.model.names import Oid
from gryt.model.pipeline import RunStatus
from gryt.model.policy import Policy, Rule
from gryt.model.records import Record, Withdrawn
from gryt.model.state import Generation
from gryt.model.verdict import Outcome, Verdict
from tests.model.build import (
    COMMIT,
    OTHER,
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

PROMOTED = Oid("9" * 40)
START = "gryt evolution start v1.0.0 --change {} && gryt run"


def generation(*records: Record, changes: tuple[str, ...] = ("A", "B")) -> Generation:
    return fold([created(), promised(1, contract(*changes)), *records])


def proven(*names: str, at: int = 10, rc: int = 1, commit: Oid = COMMIT) -> list[Record]:
    """An evolution of these changes that passed."""
    return [started(at, rc, *names), *ran(at + 1, at, commit=commit)]


def failed(*names: str, at: int = 20, rc: int = 2) -> list[Record]:
    return [started(at, rc, *names), *ran(at + 1, at, RunStatus.FAIL)]


def at_least(count: int) -> Policy:
    return Policy(rules=(Rule("several", min_evolutions=count),))


READY = generation(*proven("A", "B"))


def against(verdict: Verdict) -> tuple[str, ...]:
    """The reasons of a gate that said no, after checking that it is whole."""
    assert verdict.outcome is Outcome.FAIL
    assert verdict.mend is not None
    return verdict.reasons


def test_what_is_ready_passes_every_gate() -> None:
    gates = contract_gates(READY, Policy())
    assert [(gate.name, gate.outcome.value) for gate in gates] == [
        ("AllChangesProvenGate", "pass"),
        ("NoFailedEvolutionsGate", "pass"),
        ("MinEvolutionsGate", "pass"),
    ]
    assert all(gate.reasons == () and gate.mend is None for gate in gates)
    assert ready(READY, Policy()) == ()


def test_every_unproven_change_is_named() -> None:
    verdict = all_changes_proven(generation())
    assert against(verdict) == ("A is not proven", "B is not proven")
    assert verdict.mend == START.format("A")
    assert all_changes_proven(generation(*proven("A"))).mend == START.format("B")


def test_a_stale_change_says_which_proof_counts_no_more() -> None:
    edited = promised(30, contract(change("A", kind=ChangeType.FIX), "B"), 1)
    verdict = all_changes_proven(generation(*proven("A", "B"), edited))
    [reason] = against(verdict)
    assert reason.startswith("A is stale")
    assert "v1.0.0-rc.1" in reason
    assert verdict.mend == START.format("A")


def test_a_contract_without_changes_promises_nothing() -> None:
    verdict = all_changes_proven(generation(changes=()))
    assert against(verdict) == ("the contract promises no change",)
    assert verdict.mend == "gryt generation edit v1.0.0"


def test_a_conflict_stands_against_it_although_all_is_proven() -> None:
    edits = [
        promised(30, contract("A", "B", description="one"), 1),
        promised(31, contract("A", "B", description="two"), 1),
    ]
    verdict = all_changes_proven(generation(*proven("A", "B"), *edits))
    assert against(verdict) == ("description: concurrent edits disagree: one / two",)
    assert verdict.mend == "gryt generation edit v1.0.0"


@pytest.mark.parametrize(
    ("records", "reasons"),
    [
        (failed("A"), ("v1.0.0-rc.2 failed (A)",)),
        ([*proven("A"), *failed("A")], ("v1.0.0-rc.2 failed (A)",)),
        ([*failed("A", at=10, rc=1), *proven("A", at=20, rc=2)], ()),
        (failed("A", "B"), ("v1.0.0-rc.2 failed (A, B)",)),
        (
            [*failed("A"), *failed("B", at=30, rc=3)],
            ("v1.0.0-rc.2 failed (A)", "v1.0.0-rc.3 failed (B)"),
        ),
        (failed("GONE"), ()),
        ([*failed("A"), record(40, Withdrawn("x", rid(20)))], ()),
        ([*proven("A"), started(20, 2, "A"), *ran(21, 20, RunStatus.CANCELLED)], ()),
        ([*proven("A"), started(20, 2, "A"), *ran(21, 20, RunStatus.VOID)], ()),
        ([started(20, 2, "A"), *ran(21, 20, RunStatus.FAIL), *ran(23, 20)], ()),
    ],
)
def test_the_evolution_that_finished_last_counts(
    records: list[Record], reasons: tuple[str, ...]
) -> None:
    verdict = no_failed_evolutions(generation(*records))
    assert sorted(verdict.reasons) == sorted(reasons)
    assert (verdict.outcome is Outcome.PASS) is (verdict.mend is None) is (reasons == ())


def test_the_policy_says_how_many_evolutions_must_have_passed() -> None:
    assert against(min_evolutions(generation(), Policy())) == ("0 of at least 1 evolutions passed",)
    two = at_least(2)
    assert against(min_evolutions(READY, two)) == ("1 of at least 2 evolutions passed ('several')",)
    assert min_evolutions(READY, two).mend == START.format("A")
    more = generation(*proven("A"), *proven("B", at=20, rc=2), *failed("B", at=30, rc=3))
    assert min_evolutions(more, two).outcome is Outcome.PASS
    assert min_evolutions(generation(changes=()), two).mend == START.format("ID")


def test_a_failed_evolution_can_be_run_again() -> None:
    verdict = no_failed_evolutions(generation(*failed("A")))
    assert verdict.mend == "gryt run --evolution v1.0.0-rc.2"


TWO = generation(*proven("A"), *proven("B", at=20, rc=2, commit=OTHER))
YES, NO, PERHAPS = Containment.CONTAINED, Containment.MISSING, Containment.UNKNOWN


@pytest.mark.parametrize(
    ("contained", "outcome", "tags"),
    [
        ({COMMIT: YES, OTHER: YES}, Outcome.PASS, []),
        ({COMMIT: YES, OTHER: NO}, Outcome.FAIL, ["v1.0.0-rc.2"]),
        ({COMMIT: NO, OTHER: NO}, Outcome.FAIL, ["v1.0.0-rc.1", "v1.0.0-rc.2"]),
        ({COMMIT: NO, OTHER: PERHAPS}, Outcome.FAIL, ["v1.0.0-rc.1"]),
        ({COMMIT: YES, OTHER: PERHAPS}, Outcome.INCONCLUSIVE, ["v1.0.0-rc.2"]),
        ({COMMIT: YES}, Outcome.INCONCLUSIVE, ["v1.0.0-rc.2"]),
        ({}, Outcome.INCONCLUSIVE, ["v1.0.0-rc.1", "v1.0.0-rc.2"]),
    ],
)
def test_every_proof_must_be_in_the_commit(
    contained: dict[Oid, Containment], outcome: Outcome, tags: list[str]
) -> None:
    verdict = proofs_contained(TWO, PROMOTED, contained)
    assert (verdict.name, verdict.outcome) == ("ProofsContainedGate", outcome)
    assert len(verdict.reasons) == len(tags)
    assert all(tag in reason for tag, reason in zip(tags, verdict.reasons, strict=True))
    assert (verdict.mend is None) is (outcome is Outcome.PASS)


def test_what_mends_a_missing_or_unknown_proof() -> None:
    missing = proofs_contained(TWO, PROMOTED, {COMMIT: YES, OTHER: NO})
    assert missing.mend == "git merge v1.0.0-rc.2"
    assert missing.reasons == (f"9999999999 does not contain v1.0.0-rc.2 ({OTHER[:10]})",)
    assert proofs_contained(TWO, PROMOTED, {}).mend == "git fetch --unshallow --tags"


def test_a_stale_proof_need_not_be_contained() -> None:
    edited = promised(30, contract(change("A", "x"), "B"), 1)
    state = generation(*proven("A"), edited)
    assert proofs_contained(state, PROMOTED, {COMMIT: NO}).outcome is Outcome.PASS


def test_all_reasons_are_told_at_once() -> None:
    state = generation(*failed("A"))
    assert ready(state, at_least(2)) == (
        "A is not proven",
        "B is not proven",
        "v1.0.0-rc.2 failed (A)",
        "0 of at least 2 evolutions passed ('several')",
    )


def test_what_is_no_draft_is_ready_for_nothing() -> None:
    assert ready(generation(promoted(5)), Policy()) == ("it is promoted already",)
    abandoned = generation(record(5, Withdrawn("x")))
    assert ready(abandoned, Policy()) == ("it is abandoned already",)
