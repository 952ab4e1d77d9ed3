"""Runs as text and as JSON documents."""

from collections.abc import Mapping, Sequence
from pathlib import PurePath

from gryt.model.results import RunStatus, StepResult
from gryt.model.state import Evolution
from gryt.render.safe import cell
from gryt.render.steps import counted, failed_lines, slowest_lines, summary_markdown
from gryt.typed import Any

Document = dict[str, Any]


def outcome_text(
    *,
    pipeline: str,
    status: RunStatus,
    steps: Sequence[StepResult],
    reasons: Sequence[str],
    tag: str | None,
    evolution: Evolution | None,
    recorded: bool,
    logs: Mapping[str, PurePath] | None = None,
    with_ends: bool = False,
) -> str:
    """Return the end of a run: what came of it, and why where it is not a proof."""
    lines = ["", *failed_lines(steps, logs or {}, with_ends=with_ends), *slowest_lines(steps)]
    lines.append(f"Pipeline {cell(pipeline)}: {RUN_WORDS[status]} ({counted(steps)})")
    lines += _proof_lines(status, reasons, tag, evolution, recorded=recorded)
    return "\n".join(lines) + "\n"


def outcome_markdown(
    *,
    pipeline: str,
    status: RunStatus,
    steps: Sequence[StepResult],
    reasons: Sequence[str],
    tag: str | None,
    evolution: Evolution | None,
    recorded: bool,
) -> str:
    """Return a run for the summary page of a build machine."""
    headline = f"{RUN_WORDS[status]} ({counted(steps)})"
    lines = _proof_lines(status, reasons, tag, evolution, recorded=recorded)
    return summary_markdown(pipeline, headline, steps, lines)


def _proof_lines(
    status: RunStatus,
    reasons: Sequence[str],
    tag: str | None,
    evolution: Evolution | None,
    *,
    recorded: bool,
) -> list[str]:
    lines = [f"  proves nothing: {cell(reason)}" for reason in reasons]
    if evolution is not None and recorded:
        changes = ", ".join(evolution.changes)
        word = "proves" if status is RunStatus.PASS else "does not prove"
        lines.append(f"Evolution {evolution.tag}: {word} {changes}")
    if tag is not None:
        lines.append(f"Tag created: {tag}")
    if not recorded:
        lines.append("Nothing was recorded.")
    return lines


RUN_WORDS = {
    RunStatus.PASS: "PASSED",
    RunStatus.FAIL: "FAILED",
    RunStatus.CANCELLED: "CANCELLED",
    RunStatus.VOID: "VOID",
}


def outcome_document(
    *,
    pipeline: str,
    status: RunStatus,
    steps: Sequence[StepResult],
    reasons: Sequence[str],
    tag: str | None,
    evolution: Evolution | None,
    recorded: bool,
    commit: str | None,
    run: str | None,
) -> Document:
    """Return a run for programs."""
    return {
        "schema": "gryt/run/1",
        "pipeline": pipeline,
        "status": status.value,
        "reasons": list(reasons),
        "recorded": recorded,
        "run": run,
        "commit": commit,
        "tag": tag,
        "evolution": None if evolution is None else evolution.tag,
        "changes": [] if evolution is None else list(evolution.changes),
        "steps": [step_document(step) for step in steps],
    }


def step_document(step: StepResult) -> Document:
    """Return what became of a step for programs."""
    return {
        "name": step.name,
        "command": step.command,
        "status": step.status.value,
        "exit_code": step.exit_code,
        "attempts": step.attempts,
        "seconds": round(step.seconds, 3),
        "step": step.step_name,
        "matrix": dict(step.matrix),
        "reason": step.reason,
        "flaky": step.flaky,
        "tries": [{**attempt._asdict(), "status": attempt.status.value} for attempt in step.tries],
        "reused_from": step.reused_from,
        "outputs": dict(step.outputs),
        "summary": step.summary,
        "metrics": [dict(metric._asdict()) for metric in step.metrics],
        "junit": None
        if step.junit is None
        else {**step.junit._asdict(), "failed": list(step.junit.failed)},
        "artifacts": [dict(artifact._asdict()) for artifact in step.artifacts],
        "notes": list(step.notes),
        "log": None if step.log is None else dict(step.log._asdict()),
    }
