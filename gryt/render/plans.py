"""What a run would do, as text and as a JSON document."""

from collections.abc import Sequence
from typing import Any

from gryt.model.foreseen import Foreseen
from gryt.render.safe import cell
from gryt.render.table import table

_WORDS = {"run": "run", "skip": "skip", "reuse": "reuse", "take": "take over"}


def plan_text(pipeline: str, steps: Sequence[Foreseen], *, explain: bool) -> str:
    """Return a line for each step: whether it would be run, and why not; with `explain`, why."""
    rows = []
    for step in steps:
        needs = f"after {', '.join(step.needs)}" if step.needs and step.what == "run" else ""
        why = step.why if step.why and (explain or step.what != "run") else needs
        rows.append((_WORDS[step.what], step.name, why))
    runs = sum(step.what == "run" for step in steps)
    lines = [f"Pipeline {cell(pipeline)}: {runs} of {len(steps)} steps would be run"]
    return "\n".join([*lines, *table((), rows, gaps=(2, 2))]) + "\n"


def plan_document(pipeline: str, steps: Sequence[Foreseen]) -> dict[str, Any]:
    """Return what a run would do, for programs."""
    return {
        "schema": "gryt/run-plan/1",
        "pipeline": pipeline,
        "steps": [
            {
                "name": step.name,
                "what": step.what,
                "why": step.why,
                "needs": list(step.needs),
                "command": step.command,
            }
            for step in steps
        ],
    }
