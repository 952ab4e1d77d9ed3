"""`gryt run`: running a pipeline, and proving with it."""

import sys
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from gryt.cli import options
from gryt.model.observer import Silent

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import PurePath

    from gryt.cli.context import App
    from gryt.model.pipeline import Cell, StepResult


class Printer(Silent):
    """Shows a run as it goes, in plain lines. A reader who has gone away does not end the run."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream: BinaryIO | None = stream
        self._at_line_start = True
        self._total = 0

    def run_started(self, cells: "Sequence[Cell]", *, jobs: int) -> None:
        """Count the steps."""
        self._total = len(cells)

    def step_started(self, cell: "Cell", *, log: "PurePath | None") -> None:
        """Name the step."""
        self._line(f"==> {cell.name} ({cell.number}/{self._total})")

    def output(self, cell: "Cell", data: bytes) -> None:
        """Pass on what the step prints, as it comes."""
        self._write(data)
        self._at_line_start = data.endswith(b"\n")

    def note(self, text: str) -> None:
        """Pass on what gryt has to say of the run."""
        self._line(f"gryt: {text}")

    def step_finished(self, cell: "Cell", result: "StepResult") -> None:
        """Say how it ended."""
        code = "" if result.exit_code in {0, None} else f", exit {result.exit_code}"
        if result.status.value == "skipped":
            self._line(f"{result.name}: skipped")
        else:
            self._line(f"{result.name}: {result.status.value} ({result.seconds:.1f}s{code})")

    def _line(self, text: str) -> None:
        from gryt.render.safe import cell

        start = b"" if self._at_line_start else b"\n"
        self._write(start + cell(text).encode("utf-8", "backslashreplace") + b"\n")
        self._at_line_start = True

    def _write(self, data: bytes) -> None:
        if self._stream is None:
            return
        try:
            self._stream.write(data)
            self._stream.flush()
        except BrokenPipeError:
            self._stream = None


@click.command(short_help="Run a pipeline; prove the current evolution")
@click.argument("pipeline", required=False)
@click.option("--evolution", metavar="RC", help="The evolution to prove.")
@options.as_json
@click.pass_obj
def run(app: "App", pipeline: str | None, evolution: str | None, as_json: bool) -> int:
    """Run a pipeline; prove the current evolution with it.

    The first step that fails ends the run. A run proves only on a clean work tree; without an
    evolution the pipeline just runs and nothing is recorded.
    """
    from gryt.render.runs import outcome_document, outcome_text
    from gryt.service import plans, runs

    plan = plans.plan(app.session, pipeline, evolution=evolution)
    if plan.evolution is None:
        app.say("no evolution is open here: nothing is recorded")
    for reason in plan.unprovable:
        app.say(f"this run proves nothing: {reason}")
    sys.stdout.flush()
    stream = sys.stderr.buffer if as_json else sys.stdout.buffer
    outcome = runs.run(app.session, plan, Printer(stream))
    facts: dict[str, Any] = {
        "pipeline": plan.pipeline.name,
        "status": outcome.status,
        "steps": outcome.execution.steps,
        "reasons": outcome.reasons,
        "tag": outcome.tag,
        "evolution": plan.evolution,
        "recorded": plan.is_recorded,
    }
    if as_json:
        app.emit_json(outcome_document(**facts, commit=plan.commit, run=outcome.run))
    else:
        app.emit(outcome_text(**facts))
    if outcome.execution.signal is not None:
        return 128 + outcome.execution.signal
    return 0 if outcome.status.value == "pass" and not outcome.reasons else 1
