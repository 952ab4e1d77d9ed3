"""A step that is over leaves nothing behind, and one that takes too long is ended."""

import sys
import time
from pathlib import Path

import pytest

from gryt.model.pipeline import Execution, RunStatus, Step, StepStatus
from tests.runner.harness import Drive, IsRunning, Recorder, Run

pytestmark = pytest.mark.slow  # many processes

STUBBORN = "trap '' TERM INT HUP; echo $$ >{0}; while :; do sleep 0.05; done"
"""A shell script that no polite signal ends; its process id goes to a file."""
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")


def stubborn(top: Path, name: str) -> str:
    """Return a command that starts the stubborn script and goes on when it has set its traps."""
    (top / f"{name}.sh").write_text(STUBBORN.format(name))
    return f"sh {name}.sh & until [ -s {name} ]; do sleep 0.01; done"


def pid(top: Path, name: str) -> int:
    return int((top / name).read_text())


def printed(execution: Execution) -> str:
    log = execution.steps[0].log
    assert log is not None
    return log.tail


def test_a_step_that_takes_too_long_times_out(run: Run) -> None:
    execution = run(Step("slow", "printf working; sleep 60", timeout=0.3), "true")

    assert execution.status is RunStatus.FAIL
    assert execution.steps[0].status is StepStatus.TIMEOUT
    assert execution.steps[0].exit_code is None
    assert execution.steps[1].status is StepStatus.SKIPPED
    assert printed(execution) == "working\ngryt: step 'slow' timed out after 0.3 s\n"


def test_a_step_that_ended_while_gryt_was_held_up_did_not_time_out(
    run: Run, seen: Recorder, top: Path
) -> None:
    def at_finish(name: str) -> None:
        if name == "s1":  # the next one is at work already
            while not (top / "done").exists():
                time.sleep(0.01)
            time.sleep(0.5)

    seen.at_finish = at_finish
    execution = run("true", Step("s2", "touch done", timeout=0.3))

    assert [step.status for step in execution.steps] == [StepStatus.PASS, StepStatus.PASS]


def test_a_step_that_ends_politely_within_the_grace_still_timed_out(run: Run) -> None:
    execution = run(Step("s", "trap 'echo bye; exit 0' TERM; sleep 60 & wait", timeout=0.3))

    assert execution.steps[0].status is StepStatus.TIMEOUT
    assert printed(execution).startswith("bye\n")


def test_a_step_that_closed_its_output_times_out_too(run: Run) -> None:
    execution = run(Step("s", "exec >/dev/null 2>&1; sleep 60", timeout=0.1))

    assert execution.steps[0].status is StepStatus.TIMEOUT


def test_a_step_that_closed_its_output_is_waited_for(run: Run) -> None:
    assert run("exec >/dev/null 2>&1; sleep 0.1; exit 3").steps[0].exit_code == 3


def test_the_pipelines_time_ends_the_running_step_and_the_run(run: Run) -> None:
    execution = run("true", Step("s", "sleep 60", timeout=50), "true", timeout=0.2)

    assert execution.status is RunStatus.FAIL
    assert [step.status for step in execution.steps] == [
        StepStatus.PASS,
        StepStatus.TIMEOUT,
        StepStatus.SKIPPED,
    ]
    log = execution.steps[1].log
    assert log is not None
    assert log.tail == "gryt: pipeline 'p' timed out after 0.2 s\n"


def test_what_ignores_sigterm_is_killed_after_the_grace(
    run: Run, top: Path, is_running: IsRunning
) -> None:
    started = time.monotonic()

    execution = run(Step("s", f"{stubborn(top, 'a')}; exec sh a.sh", timeout=0.4), grace=0.2)

    assert execution.steps[0].status is StepStatus.TIMEOUT
    assert 0.6 <= time.monotonic() - started < 5
    assert not is_running(pid(top, "a"))


def test_a_background_process_that_holds_the_pipe_does_not_hold_gryt(
    run: Run, is_running: IsRunning
) -> None:
    started = time.monotonic()

    execution = run("sleep 60 & echo $!", grace=30)

    assert execution.status is RunStatus.PASS
    assert time.monotonic() - started < 10
    assert not is_running(int(printed(execution)))


@pytest.mark.parametrize("redirect", ["", ">/dev/null 2>&1"])
def test_a_background_process_that_ignores_sigterm_is_gone_after_the_grace(
    run: Run, top: Path, is_running: IsRunning, redirect: str
) -> None:
    execution = run(f"{{ {stubborn(top, 'a')}; }} {redirect}", "true", grace=0.1)

    assert execution.status is RunStatus.PASS
    assert not is_running(pid(top, "a"))


def test_a_failed_steps_background_process_is_ended_too(run: Run, is_running: IsRunning) -> None:
    execution = run("sleep 60 >/dev/null 2>&1 & echo $!; exit 4")

    assert execution.steps[0].exit_code == 4
    assert not is_running(int(printed(execution)))


@linux_only
def test_a_child_with_a_process_group_of_its_own_is_ended_too(
    run: Run, is_running: IsRunning
) -> None:
    step = Step("s", "timeout 50 sh -c 'echo $$; sleep 60; :'; true", timeout=0.4)

    execution = run(step)

    assert execution.steps[0].status is StepStatus.TIMEOUT
    assert not is_running(int(printed(execution).split()[0]))


def test_what_a_background_process_prints_at_once_is_kept(run: Run) -> None:
    assert printed(run("{ sleep 0.02; echo late; } & echo early")) == "early\nlate\n"


def test_all_that_a_step_printed_before_it_ended_is_read(run: Run) -> None:
    # 64 KiB fit into the pipe, so the step is over long before they are read.
    assert printed(run("head -c 65536 /dev/zero | tr '\\0' x")) == "x" * 65536


def test_an_endless_printer_left_behind_is_ended(run: Run) -> None:
    execution = run("yes & true")

    assert execution.status is RunStatus.PASS
    assert execution.steps[0].seconds < 5


@linux_only
def test_orphans_that_become_our_children_are_reaped(drive: Drive) -> None:
    process = drive("""
import ctypes
PR_SET_CHILD_SUBREAPER = 36  # what process 1 of a container is without asking
assert ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0
report(run("sleep 60 >/dev/null 2>&1 &", "true &", "true"))
try:
    print(os.waitpid(-1, os.WNOHANG))
except ChildProcessError:
    print("no children")
""")

    assert process.communicate(timeout=20)[0].splitlines()[1] == "no children"
