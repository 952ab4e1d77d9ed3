"""Policy files: both spellings, every place to ask in, and every problem with its place."""

from pathlib import Path

import pytest

from gryt.errors import InvalidInput
from gryt.model.contract import ChangeType
from gryt.model.names import Oid
from gryt.model.policy import Approvals, Metric, RequiredStep, Rule, Source
from gryt.store.policy_files import read_policy

SAMPLES = Path(__file__).parents[1] / "schemas" / "policy" / "valid"


def read(text: str) -> Source:
    return read_policy(text.encode(), "policy.yaml", where="work tree", blob=Oid("1" * 40))


def only(text: str) -> Rule:
    (rule,) = read(text).rules
    return rule


def test_both_spellings_say_the_same() -> None:
    ours = only("policies: [{name: e2e, applies_to: [add], required_steps: [e2e_test]}]")
    theirs = only(
        "policies: [{name: e2e, type: change_type, enabled: true,"
        " config: {change_types: [add], required_steps: [e2e_test]}}]"
    )
    assert ours == theirs
    assert ours.applies_to == (ChangeType.ADD,)


def test_a_policy_that_is_not_enabled_asks_for_nothing() -> None:
    assert read((SAMPLES / "predecessor.yaml").read_text()).rules == (
        Rule(
            "require_e2e_for_add",
            applies_to=(ChangeType.ADD,),
            required_steps=(RequiredStep("e2e_test"), RequiredStep("integration_test")),
        ),
    )


@pytest.mark.parametrize(
    "text",
    [
        "soak: 24h",
        "gates: {soak: 1d}",
        "gates: [{soak: 24h}]",
        "gates: [{name: SoakGate, soak: 1440m}]",
        "policies: [{name: SoakGate, soak: 86400}]",
    ],
)
def test_a_gate_may_be_asked_for_in_any_place(text: str) -> None:
    assert only(text) == Rule("SoakGate", soak=86400.0)


def test_everything_can_be_asked_for() -> None:
    source = read((SAMPLES / "everything.yaml").read_text())
    rules = {rule.name: rule for rule in source.rules}
    scan = rules["security-scan-always"]
    assert scan.required_steps == (
        RequiredStep("dependency-audit"),
        RequiredStep("security-scan", "trivy scan ."),
        RequiredStep("licences", ("check", "--all")),
    )
    assert (scan.advisory, scan.may_override, scan.accepts_reused) == (True, False, True)
    people = ("ada@example.com", "grace@example.com")
    assert rules["two-people"].approvals == Approvals(2, True, people, True)  # noqa: FBT003
    assert rules["no open blockers"].timeout == 30
    assert rules["coverage"].metrics == (
        Metric("coverage", min=80, warn=85, not_worse_than_previous=True),
    )
    assert rules["NoFailedEvolutionsGate"].strict
    assert rules["ApprovalsGate"].approvals == Approvals(1)
    holidays, friday = rules["FreezeGate"].freeze
    assert holidays.end - holidays.start == 14 * 86400
    assert friday.end - friday.start == 3 * 86400 + 5 * 3600
    assert rules["TipProvenGate"].tip_proven
    assert rules["ProofSourceGate"].proof_from_ci
    assert source.no_override == ("AllChangesProvenGate",)
    assert source.publish == Approvals(2)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("policies: [{name: a}]", "1:12: /policies/0: it asks for nothing, allowed: "),
        ("policies: [{name: a, config: {custom_hook: x.py}}]", "gryt loads no hook modules"),
        ("gates: [{command: x}]", "1:9: /gates/0: missing key 'name'"),
        ("gates: [{name: a, command: x, min: 3}]", "1:36: /gates/0/min: it goes with 'metric'"),
        ("gates: [{name: a, soak: 1h, timeout: 3s}]", "/gates/0/timeout: it goes with 'command'"),
        ("metrics: [{name: a}]", "/metrics/0: it has no threshold"),
        ("gates: [{name: a, metric: m}]", "/gates/0/metric: it has no threshold"),
        ("freeze: [{from: 2026-02-30, to: 2026-03-02}]", "/freeze/0: there is no such day"),
        ("freeze: [{from: 2026-02-03, to: 2026-02-02}]", "/freeze/0: it ends before it begins"),
        (
            "policies: [{name: a, soak: 1h}]\ngates: [{name: a, command: x}]",
            "2:16: /gates/0/name: found 'a', which a policy has",
        ),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_place(text: str, problem: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        read(text)
    assert any(problem in detail for detail in refusal.value.details), refusal.value.details


@pytest.mark.parametrize(
    "text",
    [
        "policies: &all\n  - {name: a, soak: 1h}\ngates: *all\n",
        "base: &base {soak: 1h}\npolicies: [{<<: *base, name: a}]",
        "policies: [{name: a, required_steps: [x], required_steps: []}]",
        "policies: []\npolicies: [{name: a, soak: 1h}]",
        "policies: []\n---\npolicies: []",
        "policies: [{name: a, required_steps: [e2e\u2010tests]}]",
        "policies: [{name: a, required_steps: [\u0435\u0432\u0435]}]",
        "policies: [{name: \u0430, soak: 1h}]",
        "policies: !!python/object:x []",
    ],
)
def test_what_two_readers_could_read_differently_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        read(text)
