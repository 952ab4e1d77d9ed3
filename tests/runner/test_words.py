"""Commands that are started without the shell that would only start them."""

import os
import shutil
from pathlib import Path

import pytest

from gryt.model.pipeline import Step
from gryt.model.results import StepStatus
from gryt.runner.words import program
from tests.runner.harness import Recorder, Run


@pytest.mark.parametrize(
    "text", ["pytest -q", "/bin/true", "ruff check .\n", "go test -run=A ./..."]
)
def test_plain_words_need_no_shell(text: str) -> None:
    assert program(text) == tuple(text.split())


@pytest.mark.parametrize(
    "text",
    [
        *("echo a", "test -f a", ". ./a", "exit 3", "A=1 b", "a; b", "a && b", "a | b", "a > b"),
        *(
            "a *",
            "a ~",
            "a $B",
            "a `b`",
            "a 'b'",
            'a "b"',
            "a # b",
            "a\nb",
            "a\tb",
            "a {b,c}",
            "! a",
        ),
        *("a\\b", "a &", "(a)", "a [b]", "a?", "", " a", "-a", "time a", "exec a", "a é"),
    ],
)
def test_the_least_thing_for_a_shell_is_left_to_it(text: str) -> None:
    assert program(text) is None


@pytest.mark.parametrize("place", ["step", "pipeline"])
def test_where_functions_are_handed_down_the_shell_looks(
    run: Run, seen: Recorder, top: Path, place: str
) -> None:
    bash = shutil.which("bash")
    assert bash is not None
    (top / "sh").symlink_to(bash)
    _tool(top, "#!/bin/sh\necho program\n")
    path = ("PATH", f"{top}:{os.defpath}")
    function = ("BASH_FUNC_tool%%", "() { echo function; }")

    run(Step("s", "tool"), env=(path,))
    if place == "step":
        run(Step("s", "tool", env=(function,)), env=(path,))
    else:
        run(Step("s", "tool"), env=(path, function))
    assert seen.printed == b"program\nfunction\n"


def test_a_word_is_looked_for_on_the_path_of_the_step(run: Run, seen: Recorder, top: Path) -> None:
    for folder, mode in (("a", 0o644), ("b", 0o755), ("c", 0o755)):
        (top / folder).mkdir()
        (top / folder / "tool").write_text(f"#!/bin/sh\necho {folder}\n")
        (top / folder / "tool").chmod(mode)
    (top / "d" / "tool").mkdir(parents=True)

    path = f"{top}/d:/no/such/place:{top}/a:b:{top}/c:{os.defpath}"
    for command in ("tool x", ("tool", "x")):
        assert run(Step("s", command, env=(("PATH", path),))).steps[0].status is StepStatus.PASS
    assert seen.printed == b"b\nb\n"


def _tool(top: Path, text: str) -> None:
    path = top / "tool"
    path.write_text(text)
    path.chmod(0o755)


def test_a_script_without_a_first_line_is_run_by_the_shell(run: Run, top: Path) -> None:
    _tool(top, 'test "$1" = b && exit 4\n')
    assert run("./tool b").steps[0].exit_code == 4


def test_what_is_not_there_is_told_by_the_shell(run: Run, seen: Recorder) -> None:
    execution = run("no-such-tool -q")
    assert (execution.steps[0].status, execution.steps[0].exit_code) == (StepStatus.FAIL, 127)
    assert b"no-such-tool" in seen.printed


def test_a_program_sees_what_it_would_see_below_the_shell(
    run: Run, seen: Recorder, top: Path
) -> None:
    (top / "sub").mkdir()
    _tool(top, "#!/bin/sh\nenv | grep -v GRYT_\nls -l /proc/self/fd | wc -l\necho $0 $@\npwd\n")
    seen_by = []
    for command in ("../tool a b", "../tool 'a' b"):
        seen.printed = b""
        step = Step("s", command, dir="sub", env=(("PWD", "/"), ("X", "1")))
        assert run(step).steps[0].status is StepStatus.PASS
        seen_by.append(sorted(line for line in seen.printed.splitlines() if line[:2] != b"_="))
    assert seen_by[0] == seen_by[1]
    assert b"PWD=" + str(top / "sub").encode() in seen_by[0]
