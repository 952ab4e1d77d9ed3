"""Runs the ```console blocks of a page, and compares what they print with what the page says.

A block is a list of steps:

    $ gryt generation show v9.9.9        a command, run by bash; `> ` continues it
    gryt: generation [..] does not exist what it prints, stdout and stderr together
    ? 3                                  its exit status, if that is not 0

In the expected output `[..]` stands for anything within a line, a line `...` for any lines; blank
lines at the end do not count. All blocks of a page run in one shell, so directory and variables
last; `<!-- fresh -->` before a block begins again in an empty directory.
"""

import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

FENCE = re.compile(r"(?P<indent> *)(?P<mark>`{3,}|~{3,})(?P<info>.*)")
STATUS = re.compile(r"\? (\d+)")
FRESH = "<!-- fresh -->"
TIMEOUT = 120


class PageError(Exception):
    """A page is not written as this module describes."""


@dataclass(frozen=True)
class Step:
    """One command with what is expected of it."""

    line: int
    command: str
    expected: tuple[str, ...] = ()
    status: int = 0


@dataclass(frozen=True)
class Section:
    """Steps that run in one shell, beginning in an empty directory."""

    steps: tuple[Step, ...] = ()


def sections_of(page: str) -> list[Section]:
    """Finds the console blocks of a page, joined where they share a shell."""
    sections: list[Section] = []
    lines = page.splitlines()
    number = 0
    before = ""
    while number < len(lines):
        opening = FENCE.fullmatch(lines[number])
        if opening is None:
            before = lines[number].strip() or before
            number += 1
            continue
        end = _end_of_block(lines, number, opening["mark"])
        if opening["info"].split()[:1] == ["console"]:
            indent = len(opening["indent"])
            body = [line[indent:] for line in lines[number + 1 : end]]
            if before == FRESH or not sections:
                sections.append(Section())
            steps = steps_of(body, first_line=number + 2)
            sections[-1] = Section((*sections[-1].steps, *steps))
        before = ""
        number = end + 1
    return sections


def _end_of_block(lines: Sequence[str], start: int, mark: str) -> int:
    for number in range(start + 1, len(lines)):
        if lines[number].strip() == mark:
            return number
    raise PageError(f"line {start + 1}: the block has no end")


def steps_of(body: Sequence[str], *, first_line: int) -> list[Step]:
    """Reads the lines of one block."""
    steps: list[Step] = []
    is_command = False
    for number, line in enumerate(body, first_line):
        if line.startswith("$ "):
            steps.append(Step(number, line[2:]))
            is_command = True
            continue
        if not steps:
            raise PageError(f"line {number}: a console block begins with '$ '")
        last = steps[-1]
        if is_command and (line == ">" or line.startswith("> ")):
            steps[-1] = replace(last, command=f"{last.command}\n{line[2:]}")
            continue
        is_command = False
        if status := STATUS.fullmatch(line):
            steps[-1] = replace(last, status=int(status[1]))
        else:
            steps[-1] = replace(last, expected=(*last.expected, line))
    return steps


@dataclass(frozen=True)
class Outcome:
    """What a command really did; status None if the shell did not come to its end."""

    lines: tuple[str, ...]
    status: int | None


def run(section: Section, directory: Path, env: Mapping[str, str]) -> list[Outcome]:
    """Runs the steps in one bash, in the new directory `directory`/page."""
    page = directory / "page"
    page.mkdir(parents=True)
    script = []
    for number, step in enumerate(section.steps):
        (directory / f"{number}.sh").write_text(f"{step.command}\n", encoding="utf-8")
        file = f'"$CONSOLE/{number}'
        script.append(f'. {file}.sh" >{file}.out" 2>&1 </dev/null; echo $? >{file}.status"')
    subprocess.run(
        ["bash", "-c", "\n".join(script)],
        cwd=page,
        env={**env, "CONSOLE": os.fspath(directory)},
        timeout=TIMEOUT,
        check=False,
    )
    return [_outcome(directory, number) for number in range(len(section.steps))]


def _outcome(directory: Path, number: int) -> Outcome:
    out = directory / f"{number}.out"
    status = directory / f"{number}.status"
    text = out.read_text(encoding="utf-8", errors="replace") if out.exists() else ""
    return Outcome(tuple(text.splitlines()), int(status.read_text()) if status.exists() else None)


def difference(step: Step, outcome: Outcome) -> str:
    """Says how the outcome differs from what the page promises, "" if it does not."""
    is_as_expected = matches(step.expected, outcome.lines)
    if is_as_expected and outcome.status == step.status:
        return ""
    shown = [f"line {step.line}: $ {step.command}"]
    if not is_as_expected:
        shown += ["expected:", *(f"  {line}" for line in step.expected)]
        shown += ["but it printed:", *(f"  {line}" for line in outcome.lines)]
    if outcome.status != step.status:
        shown.append(f"expected exit status {step.status}, but it was {outcome.status}")
        shown += [] if not is_as_expected else [f"  {line}" for line in outcome.lines]
    return "\n".join(shown)


def matches(expected: Sequence[str], actual: Sequence[str]) -> bool:
    """Compares line by line, with `...` for any lines and `[..]` for anything within one."""
    pattern = "".join(
        r"(?:.*\n)*?" if line.strip() == "..." else f"{_line_pattern(line)}\n"
        for line in _without_blank_end(expected)
    )
    text = "".join(f"{line}\n" for line in _without_blank_end(actual))
    return re.fullmatch(pattern, text) is not None


def _line_pattern(line: str) -> str:
    return ".*?".join(re.escape(part) for part in line.split("[..]"))


def _without_blank_end(lines: Sequence[str]) -> list[str]:
    kept = list(lines)
    while kept and not kept[-1].strip():
        kept.pop()
    return kept
