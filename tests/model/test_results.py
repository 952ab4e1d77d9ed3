"""Whether a step really passed in a run."""

import pytest

from gryt.model.results import StepResult, StepStatus, judge_step, passed_names

PASS = StepResult("s", "x", StepStatus.PASS, 0, 1, 0.1, None)


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (StepStatus.FAIL, "step 's' failed"),
        (StepStatus.TIMEOUT, "step 's' timed out"),
        (StepStatus.CANCELLED, "step 's' was cancelled"),
        (StepStatus.SKIPPED, "step 's' was skipped"),
        (StepStatus.BLOCKED, "step 's' was blocked"),
        (StepStatus.SOFT_FAIL, "step 's' failed and was allowed to"),
    ],
)
def test_only_a_pass_is_a_pass(status: StepStatus, reason: str) -> None:
    assert judge_step((PASS,), "s").passed
    assert judge_step((PASS._replace(status=status),), "s").reasons == (reason,)
    assert judge_step((PASS._replace(status=status, reason="so"),), "s").reasons == (
        f"{reason}: so",
    )


def test_a_step_that_is_not_in_the_run_did_not_pass() -> None:
    assert judge_step((PASS,), "t").reasons == ("step 't' is not in the run",)


def test_one_cell_that_did_not_pass_is_enough() -> None:
    cells = (
        PASS._replace(name="s[n=1]", step="s"),
        PASS._replace(name="s[n=2]", step="s", status=StepStatus.SKIPPED),
    )
    assert judge_step(cells, "s").reasons == ("step 's[n=2]' was skipped",)
    assert passed_names(cells) == ("s[n=1]",)
    assert passed_names(cells[:1]) == ("s[n=1]", "s")


def test_a_reused_result_counts_where_it_is_accepted_and_one_taken_over_always() -> None:
    reused = PASS._replace(reused_from="01run")
    assert judge_step((reused,), "s").passed
    assert judge_step((reused,), "s", accept_reused=False).reasons == (
        "step 's' was reused from 01run",
    )
    assert judge_step((PASS._replace(taken_from="01run"),), "s", accept_reused=False).passed


def test_a_pass_after_a_retry_is_flaky() -> None:
    assert PASS._replace(attempts=2).flaky
    assert not PASS.flaky
    assert not PASS._replace(attempts=2, status=StepStatus.FAIL).flaky
