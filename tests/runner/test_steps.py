"""What the keys of a step do: needs, retries, matrices, conditions, and what is handed on."""

import sys
import time
from pathlib import Path

import pytest

from gryt.model.pipeline import Execution, Matrix, Retry, RunStatus, Step, StepStatus
from gryt.model.results import Metric
from gryt.runner.interrupts import ECHO_SECONDS
from tests.runner.harness import Drive, Recorder, Run

PASS, FAIL, SKIPPED = StepStatus.PASS, StepStatus.FAIL, StepStatus.SKIPPED
BLOCKED, SOFT = StepStatus.BLOCKED, StepStatus.SOFT_FAIL


def descriptors() -> list[str]:
    return sorted(path.name for path in Path("/dev/fd").iterdir())


def outcome(execution: Execution) -> list[tuple[str, StepStatus]]:
    return [(step.name, step.status) for step in execution.steps]


def test_needs_decide_the_order_and_the_results_keep_that_of_the_file(run: Run, top: Path) -> None:
    execution = run(
        Step("b", "echo b >>order", needs=("c", "a")),
        Step("c", "echo c >>order", needs=("a",)),
        Step("a", "echo a >>order"),
    )
    assert (top / "order").read_text() == "a\nc\nb\n"
    assert outcome(execution) == [("b", PASS), ("c", PASS), ("a", PASS)]


def test_a_failed_need_blocks_and_a_failure_keeps_the_rest_from_starting(run: Run) -> None:
    execution = run(
        Step("a", "false"),
        Step("b", "true", needs=("a",)),
        Step("c", "true", needs=("b",)),
        Step("d", "true"),
    )
    assert outcome(execution) == [("a", FAIL), ("b", BLOCKED), ("c", BLOCKED), ("d", SKIPPED)]
    assert [step.reason for step in execution.steps[1:]] == [
        "it needs 'a', which failed",
        "it needs 'b', which was blocked",
        "'a' did not pass",
    ]


@pytest.mark.parametrize("how", [{"keep_going": True}, {"fail_fast": False}])
def test_what_keeps_going_runs_all_that_is_not_blocked(run: Run, how: dict[str, bool]) -> None:
    execution = run(Step("a", "false"), Step("b", "true", needs=("a",)), Step("c", "true"), **how)
    assert execution.status is RunStatus.FAIL
    assert outcome(execution) == [("a", FAIL), ("b", BLOCKED), ("c", PASS)]


def test_steps_that_always_run_come_last_and_turn_nothing_green(run: Run, top: Path) -> None:
    execution = run(
        Step("down", "echo down >>order", always=True),
        Step("up", "echo up >>order; false"),
        Step("never", "echo never >>order"),
        Step("report", "echo report >>order", always=True, needs=("down",)),
    )
    assert execution.status is RunStatus.FAIL
    assert (top / "order").read_text() == "up\ndown\nreport\n"
    assert outcome(execution)[0] == ("down", PASS)


def test_a_failing_cleanup_turns_a_run_red(run: Run) -> None:
    assert run("true", Step("down", "false", always=True)).status is RunStatus.FAIL


def test_a_step_that_may_fail_fails_softly_and_nothing_is_blocked(run: Run) -> None:
    execution = run(
        Step("any", "exit 3", allow_failure=True),
        Step("some", "exit 3", allow_failure=(3,), needs=("any",)),
        Step("other", "exit 4", allow_failure=(3,)),
        Step("slow", "sleep 60", allow_failure=True, timeout=0.05),
        keep_going=True,
    )
    assert [status for _, status in outcome(execution)] == [SOFT, SOFT, FAIL, SOFT]
    assert execution.status is RunStatus.FAIL


def test_a_run_of_soft_failures_is_green(run: Run) -> None:
    execution = run(Step("a", "false", allow_failure=True))
    assert execution.status is RunStatus.PASS


def test_a_retry_that_passes_is_flaky_and_every_attempt_is_recorded(run: Run, top: Path) -> None:
    command = 'echo $GRYT_ATTEMPT >>tries; echo k=$GRYT_ATTEMPT >>"$GRYT_OUTPUT"; '
    execution = run(Step("s", command + "[ $GRYT_ATTEMPT = 3 ] || exit 42", retry=Retry(5)))
    [step] = execution.steps
    assert (step.status, step.attempts, step.flaky) == (PASS, 3, True)
    assert [(each.status, each.exit_code) for each in step.tries] == [
        (FAIL, 42),
        (FAIL, 42),
        (PASS, 0),
    ]
    assert step.outputs == (("k", "3"),)
    assert step.log is not None
    assert "gryt: attempt 1 of 6 ended with exit code 42\n" in step.log.tail


@pytest.mark.parametrize(
    ("command", "on", "attempts"),
    [
        ("exit 42", ("exit:42",), 3),
        ("exit 41", ("exit:42",), 1),
        ("exit 41", ("timeout", "signal"), 1),
        ("exit 41", ("fail",), 3),
        ("kill -9 $$", ("signal",), 3),
        ("kill -9 $$", ("fail",), 1),
        ("sleep 60", ("timeout",), 3),
        ("sleep 60", ("fail",), 1),
        ("sleep 60", (), 3),
    ],
)
def test_a_retry_has_its_conditions(
    run: Run, command: str, on: tuple[str, ...], attempts: int
) -> None:
    [step] = run(Step("s", command, retry=Retry(2, on=on), timeout=0.05)).steps
    assert step.attempts == attempts
    assert not step.flaky


def test_a_retry_waits_longer_each_time(run: Run) -> None:
    [step] = run(Step("s", "false", retry=Retry(2, delay=0.05, backoff=3))).steps
    assert step.seconds >= 0.2
    assert step.log is not None
    assert "again in 0.15 s" in step.log.tail


def test_cells_of_a_matrix_know_their_values_and_all_must_pass(run: Run) -> None:
    matrix = Matrix((("py", ("3.11", "3.12")),))
    execution = run(
        Step("t", 'echo "$py $GRYT_MATRIX_PY $GRYT_STEP"; [ "$py" = 3.11 ]', matrix=matrix),
        Step("after", "true", needs=("t",)),
    )
    assert outcome(execution) == [
        ("t[py=3.11]", PASS),
        ("t[py=3.12]", FAIL),
        ("after", BLOCKED),
    ]
    first = execution.steps[0]
    assert (first.step, first.matrix) == ("t", (("py", "3.11"),))
    assert first.log is not None
    assert first.log.tail == "3.11 3.11 t[py=3.11]\n"


def test_outputs_reach_later_steps_and_the_result(run: Run) -> None:
    execution = run(
        Step("my-build", 'printf "version=1.2\\nnotes<<END\\na\\nb=c\\nEND\\n" >>"$GRYT_OUTPUT"'),
        Step("use", 'echo "$GRYT_OUT_MY_BUILD_VERSION:$GRYT_OUT_MY_BUILD_NOTES"'),
    )
    assert execution.steps[0].outputs == (("version", "1.2"), ("notes", "a\nb=c"))
    assert execution.steps[1].log is not None
    assert execution.steps[1].log.tail == "1.2:a\nb=c\n"


def test_in_a_parallel_pipeline_only_what_is_needed_is_heard(run: Run) -> None:
    execution = run(
        Step("a", 'echo k=1 >>"$GRYT_OUTPUT"'),
        Step("b", "echo ${GRYT_OUT_A_K-nothing}", needs=("a",)),
        Step("c", "sleep 0.1; echo ${GRYT_OUT_A_K-nothing}"),
        Step("d", "echo ${GRYT_OUT_A_K-nothing}", needs=("c",)),
        parallel=True,
        jobs=2,
    )
    assert [step.log and step.log.tail for step in execution.steps[1:]] == [
        "1\n",
        "nothing\n",
        "nothing\n",
    ]


@pytest.mark.parametrize(
    ("script", "words"),
    [
        (
            'head -c 70000 /dev/zero | tr "\\0" x >"$GRYT_OUTPUT"',
            "more than 64 KiB to $GRYT_OUTPUT",
        ),
        ('echo nonsense >"$GRYT_OUTPUT"', "line 1 in $GRYT_OUTPUT is no 'key=value': 'nonsense'"),
        ('echo "a b=1" >"$GRYT_OUTPUT"', "'a b' in $GRYT_OUTPUT is no name"),
        ('printf "a<<E\\n1\\n" >"$GRYT_OUTPUT"', "'a<<E' in $GRYT_OUTPUT has no end"),
        ('printf "a=\\377" >"$GRYT_OUTPUT"', "is not UTF-8 text"),
        ('seq -f k%g=1 200 >"$GRYT_OUTPUT"', "more than 100 names"),
        ('head -c 70000 /dev/zero >"$GRYT_SUMMARY"', "more than 64 KiB to $GRYT_SUMMARY"),
        ('echo "{}" >"$GRYT_METRICS"', "is no metric"),
    ],
)
def test_a_step_that_hands_over_nonsense_fails_and_says_why(
    run: Run, script: str, words: str
) -> None:
    [step] = run(script).steps
    assert step.status is FAIL
    assert words in (step.reason or "")


def test_links_and_pipes_are_not_read_as_outputs(run: Run) -> None:
    execution = run(
        'ln -s /etc/passwd "$GRYT_OUTPUT"; mkfifo "$GRYT_SUMMARY"; ln -s /dev/zero "$GRYT_METRICS"'
    )
    assert execution.status is RunStatus.PASS
    assert execution.steps[0].outputs == ()


def test_a_summary_and_metrics_are_kept(run: Run) -> None:
    [step] = run(
        'echo "# Done" >>"$GRYT_SUMMARY"; '
        """echo '{"name": "coverage", "value": 81.5, "unit": "%"}' >>"$GRYT_METRICS" """
    ).steps
    assert step.summary == "# Done\n"
    assert step.metrics == (Metric("coverage", 81.5, "%"),)


def test_what_is_handed_over_does_not_stay_on_the_disk(run: Run, top: Path) -> None:
    run('dirname "$GRYT_OUTPUT" >where; echo k=1 >>"$GRYT_OUTPUT"')
    assert not Path((top / "where").read_text().strip()).exists()


def test_reports_and_artifacts_are_recorded(run: Run, top: Path) -> None:
    (top / "sub").mkdir()
    (top / "sub" / "old.xml").write_text("<testsuite><testcase name='old'/></testsuite>")
    report = "<testsuite><testcase name='a'/><testcase name='b'><failure/></testcase></testsuite>"
    [step] = run(
        Step(
            "s",
            f'echo "{report}" >new.xml; mkdir d; echo x >d/a.whl; ln -s /etc/passwd d/b.whl; false',
            dir="sub",
            junit=("*.xml",),
            artifacts=("d/*.whl",),
        )
    ).steps
    assert step.junit is not None
    assert (step.junit.tests, step.junit.failures, step.junit.failed) == (2, 1, ("b",))
    assert [(a.path, a.bytes) for a in step.artifacts] == [("sub/d/a.whl", 2)]
    assert step.notes == (
        "report 'old.xml' was there before and is not counted",
        "artifact 'sub/d/b.whl' is left out: Too many levels of symbolic links",
    )


def test_what_was_to_be_written_and_was_not_is_noted(run: Run) -> None:
    [step] = run(Step("s", "true", junit=("r.xml",), artifacts=("*.whl",))).steps
    assert step.notes == ("no report was written: r.xml", "no artifact was made: *.whl")


def test_secrets_are_masked_wherever_they_would_appear(run: Run, seen: Recorder, top: Path) -> None:
    secret = "hunter2-hunter2"
    command = (
        'echo "$T" "log"; echo "key=$T" >>"$GRYT_OUTPUT"; echo "$T" >>"$GRYT_SUMMARY"; '
        'echo "$T" >"$T.bin"; printf "%s" "$T" | base64; sleep 0.01; printf "%s" "$T" | head -c 9'
    )
    execution = run(
        Step("s", command + f"; : {secret}", artifacts=("*.bin",)),
        Step("t", 'printf "%s" "$GRYT_OUT_S_KEY" | wc -c'),
        env=(("T", secret),),
        secrets=("T",),
        logs=top / "logs",
    )
    step, after = execution.steps
    assert secret not in repr(execution)
    assert secret.encode() not in seen.printed
    assert secret.encode() not in (top / "logs" / "01-s.log").read_bytes()
    assert "aHVudGVy" not in repr(execution)
    assert step.outputs == (("key", "***"),)
    assert step.artifacts[0].sha256 is None
    assert step.artifacts[0].path == "***.bin"
    assert after.log is not None
    assert after.log.tail.strip() == str(len(secret)), "later steps get the value itself"


def test_parallel_steps_run_together_as_far_as_jobs_allow(run: Run) -> None:
    meet = "touch {me}; for i in $(seq 500); do [ -e {you} ] && exit; sleep 0.01; done; exit 1"
    steps = (Step("a", meet.format(me="a", you="b")), Step("b", meet.format(me="b", you="a")))

    assert run(*steps, parallel=True, jobs=2).status is RunStatus.PASS


@pytest.mark.parametrize("how", [{"jobs": 1}, {"parallel": False, "jobs": 4}])
def test_without_parallel_or_with_one_job_steps_run_alone(
    run: Run, top: Path, how: dict[str, object]
) -> None:
    alone = "[ ! -e busy ] && touch busy && sleep 0.03 && rm busy"
    execution = run(*[alone] * 3, **{"parallel": True, **how})
    assert execution.status is RunStatus.PASS


def test_an_exclusive_step_has_the_machine_for_itself(run: Run) -> None:
    slow = "touch busy-$GRYT_STEP; sleep 0.05; rm busy-$GRYT_STEP"
    execution = run(
        slow, slow, Step("x", "! ls busy-*", exclusive=True), slow, parallel=True, jobs=4
    )
    assert execution.status is RunStatus.PASS


@pytest.mark.parametrize("is_short", [True, False])
def test_what_leaves_its_session_ends_with_its_step_all_the_same(
    run: Run, top: Path, monkeypatch: pytest.MonkeyPatch, *, is_short: bool
) -> None:
    import _ctypes

    if not is_short:  # as on a Python that is not CPython
        monkeypatch.delattr(_ctypes, "call_function")
    daemon = "setsid sh -c 'trap \"\" TERM; echo $$ >pid; exec sleep 60' & "
    # a process that was killed is there until the kernel is done with it
    gone = "for n in $(seq 100); do kill -0 $(cat pid) || exit 1; sleep 0.02; done"
    execution = run(daemon + "while [ ! -s pid ]; do :; done", gone)

    assert [step.status for step in execution.steps] == [PASS, FAIL]


def test_a_daemon_without_variables_ends_with_the_run_at_the_latest(run: Run, top: Path) -> None:
    daemon = (
        "env -i setsid /bin/sh -c 'echo $$ >pid; exec sleep 60' & while [ ! -s pid ]; do :; done"
    )
    run(Step("a", daemon), Step("b", "sleep 0.1"), parallel=True, jobs=2)

    assert not Path(f"/proc/{(top / 'pid').read_text().strip()}").exists()


def test_a_failure_is_one_even_where_the_parent_ignores_its_children(drive: Drive) -> None:
    process = drive("signal.signal(signal.SIGCHLD, signal.SIG_IGN); report(run('exit 3'))")

    assert process.communicate(timeout=20)[0] == '["fail", null, [["fail", 3]]]\n'


def test_what_always_runs_runs_after_an_interrupt_and_not_after_a_second(drive: Drive) -> None:
    script = """
always = Step("down", "echo down; sleep 60", always=True, timeout=60)
settings = Settings(grace=0.1)
pipeline = Pipeline("p", (Step("s", "echo up; sleep 60"), Step("t", "true"), always))
more = {"cwd": Path.cwd(), "env": os.environ, "logs": None}
report(execute(pipeline, observer=Show(), settings=settings, **more))
"""
    process = drive(script)
    assert process.stdout is not None
    assert process.stdout.readline() == "up\n"
    process.send_signal(2)
    assert process.stdout.readline() == "down\n"
    time.sleep(2 * ECHO_SECONDS)  # closer to the first it would be an echo of it
    process.send_signal(2)
    assert process.stdout.readline() == (
        '["cancelled", 2, [["cancelled", null], ["skipped", null], ["cancelled", null]]]\n'
    )


def test_the_time_of_the_pipeline_ends_all_but_what_always_runs(run: Run) -> None:
    execution = run(
        Step("a", "sleep 60", allow_failure=True),
        Step("b", "true"),
        Step("down", "sleep 0.1; echo down", always=True),
        timeout=0.05,
        keep_going=True,
    )
    assert execution.status is RunStatus.FAIL
    assert [step.status for step in execution.steps] == [StepStatus.TIMEOUT, SKIPPED, PASS]
    assert execution.steps[1].reason == "pipeline 'p' timed out"


def test_cells_side_by_side_leave_no_descriptor(run: Run) -> None:
    before = descriptors()
    matrix = Matrix((("n", tuple(map(str, range(30)))),))
    execution = run(Step("s", (sys.executable, "-c", ""), matrix=matrix), parallel=True, jobs=8)

    assert {step.status for step in execution.steps} == {PASS}
    assert descriptors() == before


def test_a_pause_between_attempts_ends_with_the_time_of_the_pipeline(run: Run) -> None:
    execution = run(Step("s", "false", retry=Retry(3, delay=600)), timeout=0.1)
    [step] = execution.steps
    assert (step.status, step.attempts) == (StepStatus.TIMEOUT, 1)
    assert step.reason == "pipeline 'p' timed out after 0.1 s"


def test_a_pause_between_attempts_ends_with_an_interrupt(drive: Drive) -> None:
    process = drive("""
step = Step("s", "echo go; false", retry=Retry(3, delay=600))
more = {"cwd": Path.cwd(), "env": os.environ, "logs": None}
report(execute(Pipeline("p", (step,)), observer=Show(), **more))
""")
    assert process.stdout is not None
    assert process.stdout.readline() == "go\n"
    assert "again in 600 s" in process.stdout.readline()
    process.send_signal(2)
    assert process.communicate(timeout=20)[0] == '["cancelled", 2, [["cancelled", null]]]\n'


def test_a_step_may_do_as_it_likes_with_the_files_to_hand_over(run: Run) -> None:
    execution = run(
        'mkdir "$GRYT_OUTPUT"; mkdir -p "$GRYT_SUMMARY/x"; echo "$GRYT_OUTPUT"',
        'rm -rf "$(dirname "$GRYT_OUTPUT")"',
    )
    assert execution.status is RunStatus.PASS
    log = execution.steps[0].log
    assert log is not None
    assert not Path(log.tail.strip()).parent.exists()


def test_more_jobs_than_descriptors_is_no_trouble(drive: Drive) -> None:
    process = drive("""
import resource
resource.setrlimit(resource.RLIMIT_NOFILE, (100, 100))
steps = tuple(Step(f"s{n}", "sleep 0.02; echo x") for n in range(40))
settings = Settings(jobs=1000)
more = {"cwd": Path.cwd(), "env": os.environ, "logs": Path("logs")}
done = execute(Pipeline("p", steps, parallel=True), observer=Silent(), settings=settings, **more)
print(done.status.value, {step.status.value for step in done.steps})
""")
    assert process.communicate(timeout=60)[0] == "pass {'pass'}\n"


def test_a_temporary_directory_that_is_not_there_is_no_trouble(drive: Drive) -> None:
    process = drive("report(run('true', env={**os.environ, 'TMPDIR': '/no/such/place'}))")
    assert process.communicate(timeout=20)[0] == '["pass", null, [["pass", 0]]]\n'
