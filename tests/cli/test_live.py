"""The live view of a run, on a terminal of a test's own; and when there is none."""

import os
import pty
import select
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gryt.cli.live import LiveView
from gryt.cli.output import Output
from gryt.model.pipeline import Cell, Step
from gryt.model.results import Execution, RunStatus, StepLog, StepResult, StepStatus
from tests.support.git import Repo
from tests.support.screen import Screen


@pytest.fixture(autouse=True)
def a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")


class Played:
    """A view of a run that a test plays, second by second."""

    def __init__(self, screen: Screen, *names: str, verbosity: int = 0) -> None:
        self.now = 0.0
        self.cells = {
            name: Cell(Step(name, f"run {name} hunter2"), n) for n, name in enumerate(names, 1)
        }
        self.view = LiveView(
            Output(screen.stream),
            verbosity=verbosity,
            hide=lambda text: text.replace("hunter2", "***"),
            clock=lambda: self.now,
        )
        self.view.run_started(list(self.cells.values()), jobs=8)

    def start(self, *names: str) -> None:
        for name in names:
            self.view.step_started(self.cells[name], log=None)

    def output(self, name: str, data: bytes) -> None:
        self.view.output(self.cells[name], data)

    def tick(self, seconds: float = 1.0) -> None:
        self.now += seconds
        self.view.tick()

    def end(self, name: str, status: StepStatus, tail: str = "", reason: str | None = None) -> None:
        log = StepLog(tail, "", len(tail))
        code = 1 if status is StepStatus.FAIL else 0
        result = StepResult(name, "x", status, code, 1, self.now, log, reason=reason)
        self.view.step_finished(self.cells[name], result)

    def over(self) -> None:
        self.view.run_finished(Execution(RunStatus.PASS, ()))


@pytest.fixture
def screen() -> Iterator[Screen]:
    with Screen() as made:
        yield made


def test_what_runs_is_below_with_its_last_lines_and_what_is_over_above(screen: Screen) -> None:
    run = Played(screen, "lint", "test", "build")
    run.start("lint", "test")
    run.output("test", b"".join(b"line %d\n" % n for n in range(1, 8)) + b"10%\r20%")
    run.tick()
    assert screen.lines == [
        "⠙ lint  1.0s",
        "⠙ test  1.0s",
        *("  │ line 5", "  │ line 6", "  │ line 7", "  │ 20%"),
        "0/3  1 waiting  1.0s",
    ]
    run.end("lint", StepStatus.PASS)
    run.tick()
    assert screen.lines[:2] == ["✓ lint  pass (1.0s)", "⠹ test  2.0s"]
    assert screen.lines[-1] == "1/3  1 waiting  2.0s"
    run.end("test", StepStatus.FAIL, "1\n" * 30 + "the end")
    run.end("build", StepStatus.SKIPPED, reason="'test' did not pass")
    run.over()
    assert screen.lines == [
        "✓ lint  pass (1.0s)",
        "✗ test  fail (2.0s, exit 1)",
        "  │ ... 11 more lines before",
        *["  │ 1"] * 19,
        "  │ the end",
        "- build  skipped ('test' did not pass)",
    ]
    assert screen.raw.count("\x1b[?25l") == screen.raw.count("\x1b[?25h"), "the cursor is back"


def test_two_hundred_at_a_time_leave_room_for_the_end(screen: Screen) -> None:
    names = [f"step-{n}" for n in range(200)]
    run = Played(screen, *names)
    run.start(*names)
    run.tick()
    lines = screen.lines
    assert len(lines) == 22
    assert lines[-2] == "  and 180 more that run"
    for name in names:
        run.end(name, StepStatus.PASS)
    run.tick()
    run.over()
    assert [line.split()[1] for line in screen.lines] == names


@pytest.mark.parametrize("columns", [20, 1, 300])
def test_nothing_is_wider_than_the_terminal(columns: int, screen: Screen) -> None:
    screen.resize(8, columns)
    run = Played(screen, "n" * 100, "wide")
    run.start("n" * 100, "wide")
    run.output("n" * 100, "\t漢字".encode() * 200)
    run.output("wide", "👩‍🔬 é".encode() * 200 + b"\xff\x00\x1b[2J\x1b[31m" * 50)
    run.tick()
    assert screen.lines
    assert screen.widest <= columns


def test_the_picture_follows_the_size_of_the_terminal(screen: Screen) -> None:
    run = Played(screen, "a", "b")
    run.start("a", "b")
    for rows, columns in ((24, 80), (5, 20), (2, 10), (50, 200), (1, 1), (24, 80)):
        screen.resize(rows, columns)
        run.output("a", b"0123456789" * 30 + b"\n")
        run.tick()
    run.end("a", StepStatus.PASS)
    run.tick()
    assert screen.lines[-2].startswith("⠏ b") or screen.lines[-2][2:3] == "b"
    run.end("b", StepStatus.PASS)
    run.over()
    assert screen.lines[-2:] == ["✓ a  pass (6.0s)", "✓ b  pass (7.0s)"]


def test_no_trick_of_a_step_reaches_the_terminal(screen: Screen) -> None:
    tricks = "\x1b[2J\x1b]0;title\x07\x1b[?1049h\x1b[8mhidden\u202e\x9b31m"
    run = Played(screen, "evil", verbosity=1)
    run.start("evil")
    run.output("evil", tricks.encode())
    run.tick()
    run.end("evil", StepStatus.FAIL, tricks, reason=tricks)
    run.over()
    assert screen.lines
    for trick in ("\x1b[2J", "\x1b]", "\x1b[?1049h", "\x1b[8m", "\u202e", "\x9b"):
        assert trick not in screen.raw


def test_verbose_shows_commands_and_all_that_they_print(screen: Screen, tmp_path: Path) -> None:
    run = Played(screen, "test", verbosity=1)
    log = tmp_path / "test.log"
    log.write_text("".join(f"{n}\n" for n in range(100)), encoding="utf-8")
    run.view.step_started(run.cells["test"], log=log)
    run.tick()
    run.end("test", StepStatus.PASS, "99\n")
    run.over()
    assert screen.lines == ["✓ test  pass (1.0s)", "    $ run test ***", *map(str, range(100))]


def test_a_terminal_that_goes_away_does_not_end_the_run(screen: Screen) -> None:
    run = Played(screen, "test")
    run.start("test")
    os.dup2(os.open(os.devnull, os.O_RDONLY), screen.stream.fileno())
    run.tick()
    run.end("test", StepStatus.PASS)
    run.over()


# --- whole processes


def on_a_terminal(repo: Repo, *args: str, **env: str) -> tuple[int, str]:
    """Runs gryt on a pty and returns its status and what the terminal got."""
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "gryt", *args],
        cwd=repo,
        env={**os.environ, **env},
        stdin=slave,
        stdout=slave,
        stderr=slave,
    )
    os.close(slave)
    shown = b""
    while select.select([master], [], [], 60)[0]:
        try:
            data = os.read(master, 65536)
        except OSError:  # the last one has closed it
            break
        shown += data
    os.close(master)
    return process.wait(60), shown.decode()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("env", "is_live"),
    [({}, True), ({"TERM": "dumb"}, False), ({"TERM": ""}, False), ({"CI": "true"}, False)],
)
def test_a_terminal_gets_a_picture_where_it_can_show_one(
    env: dict[str, str],
    is_live: bool,  # noqa: FBT001
    repo: Repo,
) -> None:
    status, shown = on_a_terminal(repo, "run", "full-ci", **env)
    assert status == 0
    assert ("\x1b[?25l" in shown) is is_live
    assert ("==> unit (2/2)" in shown) is not is_live
    assert "Pipeline full-ci: PASSED (2/2 steps)" in shown


@pytest.mark.slow
def test_no_color_is_heard(repo: Repo) -> None:
    _, shown = on_a_terminal(repo, "run", "full-ci", NO_COLOR="1")
    assert "\x1b[32m" not in shown
    assert "\x1b[?25h" in shown


@pytest.mark.slow
def test_a_pipe_does_not_load_what_draws(repo: Repo) -> None:
    program = (
        "import sys; from gryt.cli.main import main; main(['run', 'full-ci']);"
        "print('rich' in sys.modules)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=repo, capture_output=True, text=True, check=True
    )
    assert ended.stdout.splitlines()[-1] == "False"


@pytest.mark.slow
def test_a_closed_pipe_ends_quietly_and_the_run_goes_on(repo: Repo) -> None:
    repo.write(
        {
            ".gryt/pipelines/two.yaml": "name: two\nsteps:\n  - {name: a, command: seq 100000}\n"
            "  - {name: b, command: touch done}\n"
        }
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "gryt", "run", "two"],
        cwd=repo,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    process.stdout.read(10)
    process.stdout.close()
    assert process.wait(60) == 141
    assert process.stderr is not None
    assert b"Traceback" not in process.stderr.read()
    process.stderr.close()
    assert (repo / "done").exists()
