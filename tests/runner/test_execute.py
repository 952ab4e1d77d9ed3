"""What a run of a pipeline promises: order, status, environment, directory."""

import os
import sys
import threading
from pathlib import Path

import pytest

from gryt.model.pipeline import Execution, RunStatus, Step, StepStatus
from tests.runner.harness import Drive, IsRunning, Recorder, Run


def statuses(execution: Execution) -> list[StepStatus]:
    return [step.status for step in execution.steps]


def tail(execution: Execution) -> str:
    log = execution.steps[-1].log
    assert log is not None
    return log.tail


def test_steps_run_in_order_and_the_run_passes(run: Run, seen: Recorder, top: Path) -> None:
    execution = run("echo one >>order", "echo two >>order", "cat order")

    assert execution.status is RunStatus.PASS
    assert execution.signal is None
    assert tail(execution) == "one\ntwo\n"
    assert [step.attempts for step in execution.steps] == [1, 1, 1]
    assert seen.started == [("s1", 1, 3), ("s2", 2, 3), ("s3", 3, 3)]
    assert seen.finished == list(execution.steps)


def test_the_first_failure_skips_the_later_steps(run: Run, seen: Recorder, top: Path) -> None:
    execution = run("true", "exit 7", "touch reached", "touch reached")

    assert execution.status is RunStatus.FAIL
    assert statuses(execution) == [
        StepStatus.PASS,
        StepStatus.FAIL,
        StepStatus.SKIPPED,
        StepStatus.SKIPPED,
    ]
    assert execution.steps[1].exit_code == 7
    skipped = execution.steps[2]
    assert (skipped.exit_code, skipped.attempts, skipped.seconds, skipped.log) == (None, 0, 0, None)
    assert not (top / "reached").exists()
    assert [name for name, _, _ in seen.started] == ["s1", "s2"]
    assert seen.finished == list(execution.steps)


def test_a_step_killed_by_a_signal_fails_with_its_negative_number(run: Run) -> None:
    execution = run("kill -9 $$")

    assert execution.status is RunStatus.FAIL
    assert execution.steps[0].exit_code == -9


def test_a_string_goes_to_the_shell_which_stops_at_errors_and_unset_names(run: Run) -> None:
    assert run("false; true").status is RunStatus.FAIL
    assert run("echo $nowhere").status is RunStatus.FAIL
    assert tail(run("echo a | tr a b")) == "b\n"


def test_the_pipeline_chooses_the_shell(run: Run) -> None:
    assert tail(run("print('hi')", shell=(sys.executable, "-c"))) == "hi\n"


def test_a_tuple_runs_without_a_shell(run: Run) -> None:
    assert tail(run(Step("s", ("echo", "$HOME;", "a b")))) == "$HOME; a b\n"


@pytest.mark.parametrize(
    ("command", "exit_code", "message"),
    [
        (("no-such-command", "x"), 127, "gryt: cannot run 'no-such-command': No such file"),
        (("./plain",), 126, "gryt: cannot run './plain': Permission denied"),
        (("echo", "a\0b"), None, "gryt: cannot run 'echo': embedded null byte"),
    ],
)
def test_a_command_that_cannot_be_run_fails_and_says_why(
    run: Run, top: Path, command: tuple[str, ...], exit_code: int | None, message: str
) -> None:
    (top / "plain").touch(mode=0o644)

    execution = run(Step("s", command), "true")

    assert statuses(execution) == [StepStatus.FAIL, StepStatus.SKIPPED]
    first = execution.steps[0]
    assert first.exit_code == exit_code
    assert first.log is not None
    assert first.log.tail.startswith(message)


def test_a_command_that_the_shell_does_not_find_fails_with_127(run: Run) -> None:
    assert run("no-such-command").steps[0].exit_code == 127


def test_the_step_overrides_the_pipeline_which_overrides_the_environment(run: Run) -> None:
    step = Step("s", "echo $A $B $C", env=(("C", "step"),))

    execution = run(step, env=(("B", "pipeline"), ("C", "pipeline")))

    assert tail(execution) == "base pipeline step\n"


def test_a_step_knows_its_name_and_attempt_whatever_the_pipeline_says(run: Run) -> None:
    step = Step("unit tests", "echo $GRYT_STEP $GRYT_ATTEMPT", env=(("GRYT_STEP", "lie"),))

    assert tail(run(step)) == "unit tests 1\n"


def test_a_step_reads_nothing_from_gryts_stdin(drive: Drive) -> None:
    process = drive("""
reader, writer = os.pipe()
os.write(writer, b"typed")
os.close(writer)
os.dup2(reader, 0)
run("echo got $(cat)")
""")

    assert process.communicate(timeout=20)[0] == "got\n"


def test_a_step_leads_a_session_of_its_own(run: Run) -> None:
    command = (sys.executable, "-c", "import os; print(os.getsid(0) == os.getpid())")

    assert tail(run(Step("s", command))) == "True\n"


def test_a_step_runs_in_its_directory(run: Run, top: Path) -> None:
    (top / "sub").mkdir()

    assert tail(run("pwd -P")) == f"{top.resolve()}\n"
    assert tail(run(Step("s", "pwd -P", dir="sub"))) == f"{top.resolve()}/sub\n"


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("..", "is outside the work tree"),
        ("sub/../../top2", "is outside the work tree"),
        ("/", "is outside the work tree"),
        ("link", "is outside the work tree"),
        ("missing", "does not exist"),
        ("file", "does not exist"),
        ("circle", "does not exist"),
    ],
)
def test_a_directory_that_is_not_of_the_work_tree_fails_the_step(
    run: Run, top: Path, name: str, complaint: str
) -> None:
    (top / "file").touch()
    (top / "link").symlink_to(top.parent)
    (top / "circle").symlink_to("circle")
    (top.parent / "top2").mkdir()

    execution = run(Step("s", "touch reached", dir=name))

    assert execution.status is RunStatus.FAIL
    assert execution.steps[0].exit_code is None
    assert tail(execution) == f"gryt: directory '{name}' {complaint}\n"


def test_seconds_are_the_time_that_the_step_took(run: Run) -> None:
    assert 0.05 <= run("sleep 0.05").steps[0].seconds < 5


def test_a_run_outside_the_main_thread_works(run: Run) -> None:
    results: list[Execution] = []
    thread = threading.Thread(target=lambda: results.append(run("echo hi", "exit 3")))
    thread.start()
    thread.join()

    assert statuses(results[0]) == [StepStatus.PASS, StepStatus.FAIL]


def test_what_the_observer_raises_ends_the_step_and_is_passed_on(
    run: Run, seen: Recorder, top: Path, is_running: IsRunning
) -> None:
    def output(_data: bytes) -> None:
        raise BrokenPipeError

    seen.at_output = output
    with pytest.raises(BrokenPipeError):
        run("trap '' TERM; echo $$; sleep 60 & wait")

    assert not is_running(int(seen.printed))


def test_what_happens_is_told_in_its_order(run: Run, seen: Recorder) -> None:
    told: list[object] = []
    seen.at_start = lambda name: told.append(f"{name} starts")
    seen.at_output = told.append
    seen.at_finish = lambda name: told.append(f"{name} is over")

    run("echo 1", ("no-such-command",), "echo 3", keep_going=True)

    assert told == [
        *("s1 starts", b"1\n", "s1 is over"),
        *("s2 starts", b"gryt: cannot run 'no-such-command': No such file or directory\n"),
        *("s2 is over", "s3 starts", b"3\n", "s3 is over"),
    ]


def test_what_could_have_become_a_secret_is_told_before_the_next_step(
    run: Run, seen: Recorder
) -> None:
    told: list[object] = []
    seen.at_start = lambda name: told.append(f"{name} starts")
    seen.at_output = told.append

    run("printf secr", "printf 2", env=(("TOKEN", "secret"),), secrets=("TOKEN",))

    assert told == ["s1 starts", b"secr", "s2 starts", b"2"]


@pytest.mark.parametrize("folder", [None, "sub"])
def test_a_step_has_no_descriptor_that_gryt_was_given(
    run: Run, seen: Recorder, top: Path, folder: str | None
) -> None:
    (top / "sub").mkdir()
    with (top / "given").open("w") as file:
        os.set_inheritable(file.fileno(), True)  # noqa: FBT003 - positional only
        run(Step("s", ("ls", "-l", "/proc/self/fd"), dir=folder))

    assert b"given" not in seen.printed
    assert b"/null" in seen.printed


def test_200_steps_leave_no_descriptor_and_no_zombie(drive: Drive) -> None:
    process = drive("""
before = sorted(os.listdir("/dev/fd"))
status = run(*["echo x"] * 199, ("no-such-command",), observer=Quiet()).steps[198].status.value
try:
    left = os.waitpid(-1, os.WNOHANG)
except ChildProcessError:
    left = None
print(status, sorted(os.listdir("/dev/fd")) == before, left)
""")

    assert process.communicate(timeout=20)[0] == "pass True None\n"
