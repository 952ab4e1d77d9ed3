"""Every ```console block of README.md and docs/ is run, and prints what the page says."""

import os
from pathlib import Path
from shutil import which

import pytest

from tests.support.console import (
    Outcome,
    PageError,
    Step,
    difference,
    matches,
    run,
    sections_of,
    steps_of,
)

TOP = Path(__file__).parents[2]
README = TOP / "README.md"
PAGES = sorted(
    page
    for page in (*TOP.glob("README.md"), *(TOP / "docs").rglob("*.md"))
    if "```console" in page.read_text(encoding="utf-8")
)


def failures_of(page: str, directory: Path) -> list[str]:
    """Runs a page; a step after one that failed is not judged."""
    for number, section in enumerate(sections_of(page)):
        outcomes = run(section, directory / f"section-{number}", os.environ)
        for step, outcome in zip(section.steps, outcomes, strict=True):
            if found := difference(step, outcome):
                return [found]
    return []


def _judged(page: Path) -> object:
    """A page that says `<!-- slow -->` goes with the slow tests."""
    is_slow = "<!-- slow -->" in page.read_text(encoding="utf-8")
    marks = [pytest.mark.slow] if is_slow else []
    return pytest.param(page, id=str(page.relative_to(TOP)), marks=marks)


@pytest.mark.parametrize("page", [_judged(page) for page in PAGES])
def test_what_the_page_shows_is_what_happens(page: Path, tmp_path: Path) -> None:
    assert which("gryt"), "gryt is not installed beside this Python; run `make test`"
    for failure in failures_of(page.read_text(encoding="utf-8"), tmp_path):
        pytest.fail(f"{page.relative_to(TOP)}, {failure}", pytrace=False)


def test_the_readme_shows_commands_at_work() -> None:
    assert any(section.steps for section in sections_of(README.read_text(encoding="utf-8")))


def block(*lines: str) -> str:
    return "\n".join(["```console", *lines, "```", ""])


@pytest.mark.parametrize(
    "page",
    [
        block("$ echo one", "two"),
        block("$ echo one", "one", "two"),
        block("$ echo one"),
        block("$ false"),
        block("$ true", "? 1"),
        block("$ printf 'one\\ntwo\\n'", "one [..]"),
        block("$ exit 0"),
        block("$ true", "$ echo one", "two", "$ true"),
        block("$ true") + block("$ echo one", "two"),
    ],
)
def test_a_page_that_promises_something_else_fails(page: str, tmp_path: Path) -> None:
    assert failures_of(page, tmp_path) != []


@pytest.mark.parametrize(
    "page",
    [
        block("$ echo one", "one"),
        block("$ echo one", "one", "", "$ echo two", "two"),
        block("$ echo one; echo two >&2", "one", "two"),
        block("$ echo one 2 three", "one [..] three"),
        block("$ printf '1\\n2\\n3\\n'", "...", "3"),
        block("$ true", "..."),
        block("$ (exit 3)", "? 3"),
        block("$ echo one; false", "one", "? 1"),
        block("$ cat >a <<EOF", "> one", ">", "> two", "> EOF", "$ cat a", "one", "", "two"),
        block("$ mkdir a && cd a && x=1") + block('$ basename "$PWD" && echo $x', "a", "1"),
        block("$ touch a") + "\n<!-- fresh -->\n\n" + block("$ ls"),
        block("$ cat", "$ echo 'no input, no wait'", "no input, no wait"),
        "1. In a list:\n   ```console\n   $ echo one\n   one\n   ```\n",
        "```sh\nfalse\n```\n\n```text\n$ false\n```\n",
    ],
)
def test_a_page_that_tells_the_truth_passes(page: str, tmp_path: Path) -> None:
    assert failures_of(page, tmp_path) == []


def test_a_failure_names_line_command_and_both_outputs() -> None:
    step = Step(7, "gryt check", ("proven",), 0)
    assert difference(step, Outcome(("unproven",), 1)) == (
        "line 7: $ gryt check\nexpected:\n  proven\nbut it printed:\n  unproven\n"
        "expected exit status 0, but it was 1"
    )


@pytest.mark.parametrize("page", ["```console\nno command\n```\n", "```console\n$ true\n"])
def test_a_page_that_is_not_well_formed_is_refused(page: str) -> None:
    with pytest.raises(PageError, match="line "):
        sections_of(page)


def test_special_characters_in_the_output_stand_for_themselves() -> None:
    assert matches(["a.b (c) [d]*"], ["a.b (c) [d]*"])
    assert not matches(["a.b"], ["axb"])


def test_a_step_knows_its_line() -> None:
    steps = steps_of(["$ a", "out", "$ b"], first_line=10)
    assert [step.line for step in steps] == [10, 12]
