"""What became of steps: in a few words, in a few lines, and for build machines."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import PurePath

from gryt.model.printed import clean
from gryt.model.results import NOT_STARTED, RED, StepResult, StepStatus
from gryt.render.safe import cell
from gryt.render.table import table
from gryt.render.times import duration

END_LINES = 20
"""How much of the end of a failure is shown where the whole is not."""
_LINE_LENGTH = 500
_ANNOTATED = 10
"""Lines of output in an annotation."""
_SLOWEST = 3
_WORTH_TELLING = 1.0
"""Seconds below which nobody asks what was slow."""


def ending(step: StepResult) -> str:
    """Return how a step ended, in a few words: `fail (0.3s, exit 1)`."""
    if step.status in NOT_STARTED:
        return f"{step.status.value} ({step.reason})" if step.reason else step.status.value
    if step.reused_from is not None:
        return f"{step.status.value} (reused from {step.reused_from})"
    parts = [duration(step.seconds)]
    if step.exit_code is not None and step.exit_code < 0:
        parts.append(f"signal {-step.exit_code}")
    elif step.exit_code:
        parts.append(f"exit {step.exit_code}")
    if step.attempts > 1:
        parts.append(f"{'flaky, ' if step.flaky else ''}{step.attempts} attempts")
    if step.reason:
        parts.append(step.reason)
    return f"{step.status.value} ({', '.join(parts)})"


def annotation(step: StepResult) -> tuple[str, str, str] | None:
    """Return level, title and text of what a build machine should point out; None for nothing."""
    if step.status is StepStatus.BLOCKED:
        return None  # what it needs has one
    if step.status in RED:
        level = "error"
    elif step.status is StepStatus.SOFT_FAIL or step.flaky:
        level = "warning"
    else:
        return None
    title = text = f"{step.name}: {ending(step)}"
    if step.junit is not None and step.junit.failed:
        text = "\n".join(("failed tests:", *step.junit.failed[:_ANNOTATED]))
    elif step.log is not None and (printed := clean(step.log.tail).strip()):
        text = "\n".join(printed.split("\n")[-_ANNOTATED:])
    return level, title, text


def last_lines(step: StepResult, count: int = END_LINES) -> list[str]:
    """Return the end of what a step printed, safe to show."""
    printed = clean(step.log.tail).rstrip() if step.log is not None else ""
    if not printed:
        return []
    lines = [
        line if len(line) <= _LINE_LENGTH else f"{line[:_LINE_LENGTH]}..."
        for line in printed.split("\n")
    ]
    more = len(lines) - count
    return [f"... {more} more lines before", *lines[-count:]] if more > 0 else lines


def counted(steps: Sequence[StepResult]) -> str:
    """Return how many of the steps passed, and what else there was."""
    passed = sum(step.status is StepStatus.PASS for step in steps)
    others = Counter(step.status.value for step in steps if step.status in _OTHERS)
    others["flaky"] = sum(step.flaky for step in steps)
    others["reused"] = sum(step.reused_from is not None for step in steps)
    parts = [f"{passed}/{len(steps)} steps"]
    parts += [f"{count} {what}" for what, count in others.items() if count]
    return ", ".join(parts)


_OTHERS = (*sorted(NOT_STARTED, key=lambda status: status.value), StepStatus.SOFT_FAIL)


def failed_lines(
    steps: Sequence[StepResult], logs: Mapping[str, PurePath], *, with_ends: bool
) -> list[str]:
    """Return what failed and where its whole output is, with the end of that if asked for."""
    lines = []
    for step in steps:
        if step.status not in RED or step.status is StepStatus.BLOCKED:
            continue
        lines.append(f"  {cell(step.name)}: {ending(step)}")
        if with_ends:
            lines += [f"    | {line}" for line in last_lines(step)]
        if step.junit is not None and step.junit.failed:
            lines.append(
                f"    failed tests: {', '.join(map(cell, step.junit.failed[:_ANNOTATED]))}"
            )
        if step.log is not None and step.log.bytes and step.name in logs:
            lines.append(f"    whole log: {cell(str(logs[step.name]))}")
    return ["Failed:", *lines, ""] if lines else []


def slowest_lines(steps: Sequence[StepResult]) -> list[str]:
    """Return the steps that took longest, where it is worth telling."""
    ran = sorted((s for s in steps if s.reused_from is None), key=lambda step: -step.seconds)
    slow = [step for step in ran[:_SLOWEST] if step.seconds >= _WORTH_TELLING]
    if len(ran) <= 1 or not slow:
        return []
    rows = [(duration(step.seconds), step.name) for step in slow]
    return ["Slowest:", *table((), rows, gaps=(2,)), ""]


def summary_markdown(
    pipeline: str, headline: str, steps: Sequence[StepResult], lines: Sequence[str]
) -> str:
    """Return a run as the summary page of a build machine shows it."""
    page = [
        f"## {_markdown(pipeline)}: {_markdown(headline)}",
        "",
        "| step | result |",
        "|---|---|",
    ]
    page += [f"| {_markdown(step.name)} | {_markdown(ending(step))} |" for step in steps]
    page += ["", *(f"{_markdown(line)}  " for line in lines)]
    for step in [step for step in steps if step.status in RED][: _SLOWEST * 10]:
        shown = last_lines(step)
        fence = "`" * max(3, 1 + max((_ticks(line) for line in shown), default=0))
        if shown:
            page += ["", f"### {_markdown(step.name)}", "", f"{fence}text", *shown, fence]
    for step in steps:
        if step.summary:
            page += ["", f"### {_markdown(step.name)}", "", clean(step.summary)]
    return "\n".join(page) + "\n\n"


def _ticks(line: str) -> int:
    return max(
        (len(run) for run in "".join(c if c == "`" else " " for c in line).split()), default=0
    )


def _markdown(text: str) -> str:
    """Return text that means nothing to Markdown, for one cell of a table."""
    text = cell(text).replace("&", "&amp;").replace("<", "&lt;")
    return "".join(f"\\{char}" if char in "\\`*_[]|#~!" else char for char in text)
