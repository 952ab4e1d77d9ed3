"""What gryt keeps of what a step prints."""

import hashlib
import sys
from pathlib import Path

import pytest

from gryt.model.pipeline import Execution, RunStatus, Step, StepLog
from gryt.runner.capture import TAIL_BYTES
from tests.runner.harness import Drive, Recorder, Run


def log_of(execution: Execution) -> StepLog:
    log = execution.steps[0].log
    assert log is not None
    return log


def test_stdout_and_stderr_are_one_stream_in_order(run: Run, seen: Recorder) -> None:
    assert log_of(run("echo a; echo b >&2; echo c")).tail == "a\nb\nc\n"
    assert seen.printed == b"a\nb\nc\n"


def test_output_arrives_while_the_step_runs(run: Run, seen: Recorder, top: Path) -> None:
    seen.at_output = (top / "seen").write_bytes

    wait = "n=0; until [ -e seen ]; do n=$((n+1)); [ $n -lt 500 ]; sleep 0.01; done"
    assert run(f"echo first; {wait}").status is RunStatus.PASS


def test_a_silent_step_has_an_empty_log(run: Run) -> None:
    assert log_of(run("true")) == StepLog("", hashlib.sha256().hexdigest(), 0)


def test_the_log_tells_hash_and_size_of_everything_and_keeps_the_end(run: Run, top: Path) -> None:
    everything = b"".join(b"line %d\n" % number for number in range(50_000))
    (top / "big").write_bytes(everything)

    log = log_of(run("cat big"))

    assert log.bytes == len(everything)
    assert log.sha256 == hashlib.sha256(everything).hexdigest()
    assert log.tail == everything[-TAIL_BYTES:].decode()


def test_the_tail_begins_at_a_character(run: Run, top: Path) -> None:
    (top / "big").write_text("€" * 40_000 + "xx", encoding="utf-8")

    tail = log_of(run("cat big")).tail

    assert tail.strip("€") == "xx"
    assert len(tail.encode()) == TAIL_BYTES - 2  # the rest of a character went


def test_bytes_that_are_not_text_are_replaced(run: Run) -> None:
    assert log_of(run(r"printf 'a\377b'")).tail == "a\ufffdb"


def test_whole_logs_are_filed_by_number_and_name(run: Run, tmp_path: Path) -> None:
    logs = tmp_path / "deep" / "logs"

    run(Step("unit tests/π", "printf 'a\\377b'"), Step("../x", "echo two"), logs=logs)

    assert {path.name: path.read_bytes() for path in logs.iterdir()} == {
        "01-unit-tests--.log": b"a\xffb",
        "02-..-x.log": b"two\n",
    }


def test_a_log_directory_that_cannot_be_written_is_noted_once(
    run: Run, seen: Recorder, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()

    execution = run("echo a; echo b", "echo c", logs=tmp_path / "file" / "logs")

    assert execution.status is RunStatus.PASS
    assert log_of(execution).tail == "a\nb\n"
    assert [note.startswith("cannot write '") for note in seen.notes] == [True]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_costs_the_log_but_not_the_run(
    run: Run, seen: Recorder, tmp_path: Path
) -> None:
    (tmp_path / "01-s1.log").symlink_to("/dev/full")

    execution = run("echo a", "echo b", logs=tmp_path)

    assert execution.status is RunStatus.PASS
    assert log_of(execution).tail == "a\n"
    assert "No space left on device" in seen.notes[0]
    assert (tmp_path / "02-s2.log").read_bytes() == b"b\n"


def test_memory_stays_flat_over_64_megabytes_of_output(drive: Drive, tmp_path: Path) -> None:
    process = drive(f"""
import resource
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
run("echo warm", observer=Quiet())
before = peak()
log = run("head -c 67108864 /dev/zero", observer=Quiet(), logs=Path({str(tmp_path)!r})).steps[0].log
print(log.bytes, len(log.tail), peak() - before)
""")

    size, tail, growth = map(int, process.communicate(timeout=20)[0].split())
    megabyte = 1024 * 1024 if sys.platform == "darwin" else 1024
    assert (size, tail) == (64 * 1024 * 1024, TAIL_BYTES)
    assert (tmp_path / "01-s1.log").stat().st_size == size
    assert growth < 4 * megabyte
