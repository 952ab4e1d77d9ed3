"""The record of a run stays within its limits whatever its steps did."""

import pytest

from gryt.model.results import Artifact, Attempt, JUnit, Metric, StepLog, StepResult, StepStatus
from gryt.service.fitting import allot, fitting
from gryt.store import yaml
from gryt.store.steps import step_to_plain

BASE = StepResult("s", "x", StepStatus.PASS, 0, 1, 0.1, None)


def written(steps: tuple[StepResult, ...]) -> bytes:
    return yaml.dump({"steps": [step_to_plain(step) for step in steps]})


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("\x1b\n", 10),
        *(
            pytest.param(text, 100, marks=pytest.mark.slow)
            for text in ("x", "\n", "\x1b", "a\n", "\U000e0001", "é\n", "\x00\n")
        ),
    ],
)
def test_steps_with_too_much_of_everything_still_make_a_record(text: str, steps: int) -> None:
    much = text * 2000
    step = BASE._replace(
        command=much,
        status=StepStatus.FAIL,
        log=StepLog(text * 65_536, "0" * 64, 10**12),
        reason=much,
        outputs=tuple((f"k{n}", much) for n in range(10)),
        summary=much,
        metrics=tuple(Metric(f"m{n}", 1.0, "ms") for n in range(100)),
        junit=JUnit(9, 9, 9, 9, (text[:1].replace("\n", "x") * 200,) * 50),
        artifacts=tuple(Artifact(f"{much}{n}", 1, "0" * 64) for n in range(200)),
        tries=(Attempt(StepStatus.FAIL, 1, 0.1),) * 101,
        notes=(much,) * 5,
    )
    half = steps // 2
    found = fitting([step] * half + [step._replace(status=StepStatus.PASS)] * half)
    data = written(found)
    assert len(data) < 1_000_000
    assert len(found) == steps
    assert yaml.load(data, "x")


def test_a_thousand_plain_cells_fit_too() -> None:
    step = BASE._replace(
        name="s" * 100, log=StepLog("x" * 5000, "0" * 64, 1), step="s", matrix=(("py", "3.11"),)
    )
    assert len(written(fitting([step] * 1000))) < 1_000_000


def test_what_is_little_stays_as_it_is() -> None:
    steps = (BASE, BASE._replace(log=StepLog("x" * 65_536, "0" * 64, 65_536), summary="ok"))
    assert fitting(steps) == steps


def test_what_failed_keeps_its_log_before_what_passed() -> None:
    loud = BASE._replace(log=StepLog("x" * 65_536, "0" * 64, 65_536))
    failed = loud._replace(status=StepStatus.FAIL, name="f")
    *passed, last = fitting([loud] * 20 + [failed])
    assert last.log == failed.log
    assert all(step.log and 0 < len(step.log.tail) < 65_536 for step in passed)


def test_a_budget_is_shared_so_that_the_small_ones_stay_whole() -> None:
    assert allot([5, 100, 1000], 205) == [5, 100, 100]
    assert allot([], 10) == []
    assert allot([3, 3], 10) == [3, 3]
