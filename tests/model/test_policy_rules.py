"""Rules of a policy held against proofs: what each answers, and why."""

from dataclasses import dataclass
from typing import Any

import pytest

from gryt.model.contract import ChangeType
from gryt.model.fold import fold
from gryt.model.names import ChangeId
from gryt.model.pipeline import Pipeline, Step
from gryt.model.policy import (
    Metric,
    Policy,
    PolicyVerdict,
    RequiredStep,
    Rule,
)
from gryt.model.policy_gates import Evidence, judge_policy, spell
from gryt.model.required import ProofRun, judge_pipeline
from gryt.model.results import Metric as Measured
from gryt.model.results import StepResult, StepStatus
from gryt.model.verdict import Outcome, Verdict
from tests.model.build import COMMIT, OTHER, change, contract, created, promised, ran, rid, started

A, B = ChangeId("A"), ChangeId("B")
NOW = 1_000_000.0
GENERATION = fold(
    [
        created(),
        promised(1, contract(change("A"), change("B", kind=ChangeType.FIX))),
        started(2, 1, "A"),
        *ran(3, 2),
        started(5, 2, "B"),
        *ran(6, 5),
    ]
)


def step(name: str, status: StepStatus = StepStatus.PASS, **more: Any) -> StepResult:
    return StepResult(name, name, status, 0, 1, 0.1, None, **more)


CI = Pipeline("ci", (Step("test", "pytest"),))


@dataclass
class Scene:
    """Two proofs by one pipeline, and what rules say of them."""

    steps: tuple[StepResult, ...] = (step("test"),)
    pipeline: Pipeline | None = CI
    ci: str | None = None
    age: float = 100.0
    under: tuple[PolicyVerdict, ...] = ()

    def proof(self, name: ChangeId, number: int) -> ProofRun:
        return ProofRun(
            run=rid(number),
            tag=f"v1.0.0-rc.{number}",
            changes=(name,),
            commit=COMMIT,
            steps=self.steps,
            pipeline_name="ci",
            pipeline=self.pipeline,
            seconds=NOW - self.age,
            ci=self.ci,
            started_under=self.under,
        )

    def says(self, *rules: Rule, **more: Any) -> tuple[Verdict, ...]:
        proofs = {A: self.proof(A, 1), B: self.proof(B, 2)}
        return judge_policy(Policy(rules), Evidence(GENERATION, OTHER, NOW, proofs, **more))

    def answer(self, rule: Rule, **more: Any) -> tuple[Outcome, tuple[str, ...]]:
        (verdict,) = self.says(rule, **more)
        assert verdict.name == rule.name
        assert (verdict.outcome is Outcome.PASS) or verdict.mend
        return verdict.outcome, verdict.reasons


TEST = Rule("r", applies_to=(ChangeType.ADD,), required_steps=(RequiredStep("test"),))
PASS = (Outcome.PASS, ())


def test_a_step_that_passed_satisfies() -> None:
    assert Scene().answer(TEST) == PASS


@pytest.mark.parametrize(
    ("results", "reason"),
    [
        ((), "step 'test' is not in the run"),
        ((step("Test"),), "step 'test' is not in the run"),
        ((step("test", StepStatus.FAIL),), "step 'test' failed"),
        ((step("test", StepStatus.SKIPPED),), "step 'test' was skipped"),
        ((step("test", StepStatus.BLOCKED),), "step 'test' was blocked"),
        ((step("test", StepStatus.SOFT_FAIL),), "step 'test' failed and was allowed to"),
        ((step("test", StepStatus.TIMEOUT),), "step 'test' timed out"),
        ((step("test", reused_from="a run"),), "step 'test' was reused from a run"),
        (
            (step("test[a]", step="test"), step("test[b]", StepStatus.FAIL, step="test")),
            "step 'test[b]' failed",
        ),
    ],
)
def test_a_step_that_did_not_pass_by_itself_does_not(
    results: tuple[StepResult, ...], reason: str
) -> None:
    assert Scene(steps=results).answer(TEST) == (Outcome.FAIL, (f"A: in v1.0.0-rc.1 {reason}",))


def test_a_rule_may_accept_reused_results() -> None:
    scene = Scene(steps=(step("test", reused_from="a run"),))
    assert scene.answer(TEST._replace(accepts_reused=True)) == PASS


@pytest.mark.parametrize(
    ("made_of", "reason"),
    [
        (Step("test", "true"), "does nothing: true"),
        (Step("test", "pytest || true"), "cannot fail: pytest || true"),
        (Step("test", "pytest", allow_failure=True), "is allowed to fail"),
        (Step("test", "pytest", allow_failure=(5,)), "is allowed to fail"),
    ],
)
def test_a_step_that_was_emptied_does_not_although_it_passed(made_of: Step, reason: str) -> None:
    said = f"A: Pipeline 'ci' required step test {reason}"
    assert Scene(pipeline=Pipeline("ci", (made_of,))).answer(TEST) == (Outcome.FAIL, (said,))


def test_where_the_pipeline_is_not_here_nobody_can_tell() -> None:
    outcome, (reason,) = Scene(pipeline=None).answer(TEST)
    assert outcome is Outcome.INCONCLUSIVE
    assert reason == (
        "A: cannot judge step test: pipeline 'ci' as it ran in v1.0.0-rc.1 is missing"
    )
    assert Scene(pipeline=None, steps=()).answer(TEST)[0] is Outcome.FAIL


def in_shell(*shell: str) -> Pipeline:
    return Pipeline("ci", (Step("test", "pytest -q"),), shell=shell)


PINNED = (RequiredStep("test", "pytest -q"),)


@pytest.mark.parametrize(
    ("pipeline", "reason"),
    [
        (Pipeline("ci", (Step("test", "pytest -q"),)), None),
        (Pipeline("ci", (Step("test", "pytest"),)), "must have the command 'pytest -q'"),
        (Pipeline("ci", (Step("test", "pytest -q # no"),)), "must have the command"),
        (Pipeline("ci", (Step("test", ("pytest", "-q")),)), "must have the command"),
        (Pipeline("ci", (Step("test", "pytest -q", dir="empty"),)), "not in 'empty'"),
        (Pipeline("ci", (Step("test", "pytest -q", env=(("PATH", "fake"),)),)), "may set PATH"),
        (Pipeline("ci", (Step("test", "pytest -q"),), env=(("ENV", "x"),)), "may set ENV"),
        (in_shell("./sh.py"), "needs a plain shell"),
        (in_shell("sh", "-c", 'echo "$0"', "--"), "needs a plain shell"),
        (in_shell("bash", "-euo", "pipefail", "-c"), None),
    ],
)
def test_a_pinned_command_is_that_command(pipeline: Pipeline, reason: str | None) -> None:
    rule = TEST._replace(required_steps=PINNED)
    (said,) = judge_pipeline(Policy((rule,)), [ChangeType.ADD], pipeline, name="ci", touched=None)
    assert (said.verdict.outcome is Outcome.PASS) is (reason is None)
    assert reason is None or reason in said.verdict.reasons[0]


def test_what_was_required_at_the_start_still_is() -> None:
    under = PolicyVerdict(Verdict("e2e", Outcome.PASS), (ChangeType.ADD,), (RequiredStep("e2e"),))
    (verdict,) = Scene(under=(under,)).says()
    assert (verdict.name, verdict.outcome) == ("e2e", Outcome.FAIL)
    assert verdict.reasons == ("A: in v1.0.0-rc.1 step 'e2e' is not in the run",)
    warning = under._replace(verdict=Verdict("e2e", Outcome.FAIL, advisory=True))
    assert Scene(under=(warning,)).says() == ()


COVERAGE = (step("test", metrics=(Measured("coverage", 81.0),)),)


@pytest.mark.parametrize(
    ("metric", "previous", "expected"),
    [
        (Metric("coverage", min=80), None, PASS),
        (
            Metric("coverage", min=82),
            None,
            (Outcome.FAIL, ("coverage is 81 in v1.0.0-rc.1, less than 82",)),
        ),
        (
            Metric("coverage", max=80),
            None,
            (Outcome.FAIL, ("coverage is 81 in v1.0.0-rc.1, more than 80",)),
        ),
        (
            Metric("coverage", min=80, warn=85),
            None,
            (Outcome.PASS, ("coverage is 81 in v1.0.0-rc.1, near its threshold (85)",)),
        ),
        (Metric("coverage", not_worse_than_previous=True), {"coverage": (81.0,)}, PASS),
        (Metric("coverage", not_worse_than_previous=True), {}, PASS),
        (
            Metric("coverage", not_worse_than_previous=True),
            {"coverage": (90.0,)},
            (
                Outcome.FAIL,
                ("coverage is 81 in v1.0.0-rc.1, worse than 90 in the release before",),
            ),
        ),
        (
            Metric("coverage", max=90, not_worse_than_previous=True),
            {"coverage": (80.0,)},
            (Outcome.FAIL, ("coverage is 81 in v1.0.0-rc.1, worse than 80 in the release before",)),
        ),
        (Metric("speed", min=1), None, (Outcome.INCONCLUSIVE, ("no proof has recorded 'speed'",))),
    ],
)
def test_a_metric_is_held_against_its_thresholds(
    metric: Metric, previous: Any, expected: tuple[Outcome, tuple[str, ...]]
) -> None:
    rule = Rule("m", metrics=(metric,))
    assert Scene(steps=COVERAGE).answer(rule, previous=previous) == expected


def test_a_number_that_is_none_is_not_good_enough() -> None:
    nan = (step("test", metrics=(Measured("coverage", float("nan")),)),)
    assert Scene(steps=nan).answer(Rule("m", metrics=(Metric("coverage", min=1),)))[0] is (
        Outcome.FAIL
    )


def test_proofs_by_ci_only() -> None:
    rule = Rule("ci", proof_from_ci=True)
    assert Scene(ci="GitHub Actions").answer(rule) == PASS
    outcome, reasons = Scene().answer(rule)
    assert outcome is Outcome.FAIL
    assert sorted(reasons) == [f"v1.0.0-rc.{n} was not run by a CI system" for n in (1, 2)]


def test_the_tip_itself_is_proven() -> None:
    rule = Rule("tip", tip_proven=True)
    assert Scene().answer(rule, proven_here=frozenset({A, B})) == PASS
    outcome, reasons = Scene().answer(rule, proven_here=frozenset({B}))
    assert (outcome, reasons) == (Outcome.FAIL, (f"{OTHER[:10]} itself carries no proof of A",))


def test_proofs_soak_and_grow_old() -> None:
    assert Scene(age=3600).answer(Rule("s", soak=3600.0)) == PASS
    outcome, (reason,) = Scene(age=3599).answer(Rule("s", soak=3600.0))
    assert outcome is Outcome.FAIL
    assert reason.startswith("the last proof, v1.0.0-rc.1, is 59m 59s old; it soaks for 1h, until ")
    assert Scene(age=60).answer(Rule("o", max_age=60.0)) == PASS
    assert Scene(age=61).answer(Rule("o", max_age=60.0))[0] is Outcome.FAIL


def test_strict_forgets_no_failure() -> None:
    rule = Rule("s", strict=True)
    first = GENERATION.evolutions[0].id
    assert Scene().answer(rule) == PASS
    assert Scene().answer(rule, failed=frozenset({first})) == (
        Outcome.FAIL,
        ("v1.0.0-rc.1 failed (A)",),
    )


def test_a_rule_for_other_paths_or_types_asks_nothing() -> None:
    wanted = (RequiredStep("lint"),)
    elsewhere = Rule("r", paths=("docs/**",), required_steps=wanted)
    assert Scene().answer(elsewhere, touched=("src/a.py", "docs.txt")) == PASS
    assert Scene().answer(elsewhere, touched=("docs/a/b.md",))[0] is Outcome.FAIL
    assert Scene().answer(elsewhere, touched=None)[0] is Outcome.FAIL
    other = Rule("r", applies_to=(ChangeType.REMOVE,), required_steps=wanted)
    assert Scene().answer(other) == PASS


@pytest.mark.parametrize(
    ("pattern", "matching", "other"),
    [
        ("src/**", "src/a/b.py", "src2/a"),
        ("*.lock", "yarn.lock", "a/yarn.lock"),
        ("**/*.lock", "a/b/yarn.lock", "yarn.locks"),
        ("src/?.c", "src/a.c", "src/ab.c"),
        ("docs/", "docs/a", "docs"),
        ("a+b.txt", "a+b.txt", "aab.txt"),
    ],
)
def test_globs(pattern: str, matching: str, other: str) -> None:
    rule = Rule("r", paths=(pattern,))
    assert rule.touches([matching])
    assert not rule.touches([other])


def test_durations_are_spelled_in_two_units() -> None:
    assert [spell(s) for s in (0, 59, 61, 3600, 90_061, -5)] == [
        *("0s", "59s", "1m 1s", "1h", "1d 1h", "0s")
    ]
