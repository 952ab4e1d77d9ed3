"""Whole answers from states: what is shown of each, and what only where it is needed."""

from gryt.model.fold import fold
from gryt.model.gates import contract_gates, ready
from gryt.model.pipeline import RunStatus, StepResult, StepStatus
from gryt.model.policy import Policy
from gryt.model.records import EvolutionStarted, Record, Withdrawn
from gryt.model.state import Generation
from gryt.model.verdict import Outcome, Verdict
from gryt.render import gates, generations, runs
from tests.model.build import (
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

PROVEN = [created(), promised(1, contract("A", "B", description="D")), started(2, 1, "A", "B")]
PROVEN += ran(3, 2)


def state(*records: Record) -> Generation:
    return fold([*PROVEN, *records])


def lines(text: str) -> list[str]:
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    return text.splitlines()


def test_a_generation_that_is_not_ready_says_why() -> None:
    edited = state(promised(5, contract(change("A", "x"), "C"), 1))
    shown = lines(generations.show_text(edited, ready(edited, Policy())))
    assert shown[3:] == [
        "  ! A (stale: the contract changed after v1.0.0-rc.1)",
        "  - C (unproven)",
        "",
        "Ready for promotion: NO",
        *(f"  {reason}" for reason in ready(edited, Policy())),
    ]


def test_an_empty_contract_shows_that_it_is() -> None:
    empty = fold([created()])
    assert "  (none)" in lines(generations.show_text(empty, ()))
    assert lines(generations.evolutions_text(empty, ())) == [
        "Generation: v1.0.0 (draft)",
        "",
        "Evolutions:",
        "  (none)",
        "",
        "Changes:",
        "  (none)",
        "",
        "Ready for promotion: YES",
    ]


def test_nothing_is_said_of_readiness_once_it_is_promoted() -> None:
    done = state(promoted(9))
    for text in (generations.show_text(done, ()), generations.evolutions_text(done, ())):
        assert "Ready" not in text


def test_conflicts_are_shown_with_every_value() -> None:
    edits = [promised(n, contract(change("A", f"t{n}"), "B"), 1) for n in (5, 6)]
    shown = generations.evolutions_text(state(*edits), ())
    assert "\nContract conflicts:\n  A: title: t5 / t6\n" in shown


def test_people_are_named_where_there_is_more_than_one() -> None:
    alone = generations.evolutions_text(state(), ())
    assert "By" not in alone
    other = started(6, 2, "A")._replace(by="Grace Hopper <grace@example.com>")
    shown = lines(generations.evolutions_text(state(other), ()))
    assert shown[4].endswith("  By            Timestamp")
    assert "  Ada Lovelace  " in shown[5]
    assert "  Grace Hopper  " in shown[6]


def test_teams_are_named_always() -> None:
    begun = started(6, 2, "A")
    assert isinstance(begun.body, EvolutionStarted)
    shown = lines(
        generations.evolutions_text(
            state(begun._replace(body=begun.body._replace(team="Team A"))), ()
        )
    )
    assert "  Team A  " in shown[6]


def test_an_abandoned_evolution_says_why() -> None:
    withdrawn = state(record(5, Withdrawn("too\nearly", rid(2))))
    [evolution] = withdrawn.evolutions
    shown = lines(generations.evolution_text(withdrawn, evolution, []))
    assert "Status: abandoned" in shown
    assert r"Reason: too\nearly" in shown
    assert "Steps:" not in shown


def test_a_started_evolution_names_its_pipeline_if_it_has_one() -> None:
    [evolution] = state().evolutions
    assert lines(generations.started_text(evolution)) == [
        "Evolution started: v1.0.0-rc.1",
        "Change: A, B",
        "Pipeline: full-ci",
    ]
    assert "Pipeline" not in generations.started_text(evolution._replace(pipeline=None))


def test_a_gate_that_says_no_gives_every_reason_and_what_mends_it() -> None:
    verdicts = [
        Verdict("One", Outcome.PASS),
        Verdict("Two", Outcome.FAIL, ("first", "second"), "do this"),
        Verdict("Three", Outcome.INCONCLUSIVE, ("cannot tell",)),
    ]
    assert lines(gates.promotion_text("v1.0.0", verdicts, promoted=False, dry_run=False)) == [
        "Running promotion gates...",
        "  One: PASS",
        "  Two: FAIL",
        "    first",
        "    second",
        "    mend: do this",
        "  Three: INCONCLUSIVE",
        "    cannot tell",
        "",
        "Generation v1.0.0 not promoted",
    ]


def test_a_dry_run_never_says_that_anything_was_done() -> None:
    passed = contract_gates(state(), Policy())
    for verdicts in (passed, [Verdict("Two", Outcome.FAIL, ("x",))]):
        text = gates.promotion_text("v1.0.0", verdicts, promoted=False, dry_run=True)
        assert "successfully" not in text
        assert "Creating" not in text


def test_a_run_says_what_it_came_to() -> None:
    step = StepResult("unit", "x", StepStatus.FAIL, 1, 1, 0.1, None)
    [evolution] = state().evolutions
    shown = runs.outcome_text(
        pipeline="full-ci",
        status=RunStatus.FAIL,
        steps=[step._replace(status=StepStatus.PASS), step],
        reasons=(),
        tag=None,
        evolution=evolution,
        recorded=True,
    )
    assert lines(shown) == [
        "",
        "Failed:",
        "  unit: fail (0.1s, exit 1)",
        "",
        "Pipeline full-ci: FAILED (1/2 steps)",
        "Evolution v1.0.0-rc.1: does not prove A, B",
    ]


def test_a_void_run_says_why_it_proves_nothing() -> None:
    shown = runs.outcome_text(
        pipeline="full-ci",
        status=RunStatus.VOID,
        steps=[],
        reasons=("HEAD moved during the run",),
        tag=None,
        evolution=None,
        recorded=False,
    )
    assert lines(shown)[1:] == [
        "Pipeline full-ci: VOID (0/0 steps)",
        "  proves nothing: HEAD moved during the run",
        "Nothing was recorded.",
    ]
