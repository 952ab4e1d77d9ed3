"""Signals to gryt cancel a run at any moment, and end what it started."""

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest

from gryt.model.pipeline import RunStatus, StepStatus
from gryt.runner.interrupts import SIGNALS, Interrupts
from tests.runner.harness import Drive, IsRunning, Recorder, Run

STUBBORN = """
run_it = "trap '' INT TERM HUP; echo $$; while :; do sleep 0.05; done"
command = "trap '' INT TERM HUP; sh -c \\"$S\\" & sh -c \\"$S\\" & " + run_it
env = {**os.environ, "S": run_it}
"""
"""A step and two grandchildren which all ignore every polite signal and print their ids."""


def ids(process: "subprocess.Popen[str]", count: int) -> list[int]:
    assert process.stdout is not None
    return [int(process.stdout.readline()) for _ in range(count)]


@pytest.mark.parametrize("signum", SIGNALS)
def test_a_signal_cancels_the_run_and_ends_everything_in_it(
    drive: Drive, is_running: IsRunning, signum: signal.Signals
) -> None:
    process = drive(STUBBORN + "report(run('true', command, 'true', env=env, grace=0.1))")
    children = ids(process, 3)

    os.killpg(process.pid, signum)  # as the terminal does it: to the whole foreground group

    expected = ["cancelled", signum, [["pass", 0], ["cancelled", None], ["skipped", None]]]
    assert json.loads(process.communicate(timeout=20)[0]) == expected
    assert not any(map(is_running, children))


def test_a_second_signal_does_not_wait_for_the_grace(drive: Drive, is_running: IsRunning) -> None:
    process = drive(STUBBORN + "report(run(command, env=env, grace=600))")
    children = ids(process, 3)

    for _ in range(200):
        process.send_signal(signal.SIGINT)
        try:
            process.wait(timeout=0.05)
            break
        except subprocess.TimeoutExpired:
            pass

    assert json.loads(process.communicate(timeout=20)[0])[0] == "cancelled"
    assert not any(map(is_running, children))


def test_a_step_that_obeys_sigterm_ends_within_the_grace(drive: Drive) -> None:
    process = drive(
        'report(run(\'trap "echo bye; exit 0" TERM; sh -c "echo 1; exec sleep 60" & wait\'))'
    )
    ids(process, 1)

    process.send_signal(signal.SIGTERM)

    bye, result = process.communicate(timeout=4)[0].splitlines()
    assert bye == "bye"
    assert json.loads(result) == ["cancelled", signal.SIGTERM, [["cancelled", None]]]


def test_a_signal_while_a_step_is_told_of_cancels_the_next(
    run: Run, seen: Recorder, top: Path
) -> None:
    def at_finish(name: str) -> None:
        if name == "s1":
            signal.raise_signal(signal.SIGINT)

    seen.at_finish = at_finish
    execution = run("true", "sleep 60; touch reached", "touch reached")

    assert execution.status is RunStatus.CANCELLED
    assert execution.signal == signal.SIGINT
    assert [step.status for step in execution.steps] == [
        StepStatus.PASS,
        StepStatus.CANCELLED,
        StepStatus.SKIPPED,
    ]
    assert not (top / "reached").exists()


def test_a_signal_that_comes_before_the_end_of_a_step_lets_nothing_start(
    run: Run, top: Path
) -> None:
    execution = run(f"kill -INT {os.getpid()}; sleep 60", "touch reached")

    assert execution.status is RunStatus.CANCELLED
    assert not (top / "reached").exists()


def test_a_signal_just_before_a_step_begins_cancels_it(run: Run, seen: Recorder) -> None:
    seen.at_start = lambda _name: signal.raise_signal(signal.SIGINT)

    execution = run("sleep 60", "true")

    assert [step.status for step in execution.steps] == [StepStatus.CANCELLED, StepStatus.SKIPPED]
    assert execution.steps[0].seconds < 10


def test_a_signal_after_the_last_step_is_not_lost(run: Run, seen: Recorder) -> None:
    seen.at_finish = lambda _name: signal.raise_signal(signal.SIGINT)

    execution = run("true")

    assert execution.status is RunStatus.CANCELLED
    assert [step.status for step in execution.steps] == [StepStatus.PASS]


def test_a_step_hit_by_the_same_signal_as_gryt_is_cancelled_not_failed(drive: Drive) -> None:
    process = drive("report(run('{ sleep 0.02; kill -TERM $PPID; } & kill -TERM $$'))")

    assert json.loads(process.communicate(timeout=20)[0])[2] == [["cancelled", None]]


def test_handlers_and_wakeup_are_as_before_after_a_run(run: Run) -> None:
    before = [signal.getsignal(signum) for signum in SIGNALS]
    during: list[object] = []

    run("true")
    with Interrupts():
        during = [signal.getsignal(signum) for signum in SIGNALS]

    assert during != before
    assert [signal.getsignal(signum) for signum in SIGNALS] == before
    assert signal.set_wakeup_fd(-1) == -1


def test_a_signal_that_is_ignored_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as nohup does
    try:
        with Interrupts() as interrupts:
            signal.raise_signal(signal.SIGHUP)
        assert interrupts.first is None
    finally:
        signal.signal(signal.SIGHUP, before)


def test_the_echo_of_a_signal_is_not_a_second_one() -> None:
    with Interrupts() as interrupts:
        signal.raise_signal(signal.SIGTERM)
        signal.raise_signal(signal.SIGTERM)

    assert interrupts.first == signal.SIGTERM
    assert not interrupts.urgent
