"""Past runs as text and as JSON documents."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gryt.model.results import StepResult
from gryt.render.runs import step_document
from gryt.render.safe import cell
from gryt.render.steps import counted, ending
from gryt.render.table import table
from gryt.render.times import duration, local, size

if TYPE_CHECKING:
    from pathlib import PurePath
    from typing import Protocol

    class Past(Protocol):
        """A run that is on record."""

        @property
        def id(self) -> str: ...
        @property
        def version(self) -> str: ...
        @property
        def evolution(self) -> str: ...
        @property
        def changes(self) -> tuple[str, ...]: ...
        @property
        def pipeline(self) -> str: ...
        @property
        def status(self) -> str: ...
        @property
        def commit(self) -> str: ...
        @property
        def started_at(self) -> str: ...
        @property
        def finished_at(self) -> str | None: ...
        @property
        def seconds(self) -> float | None: ...
        @property
        def host(self) -> str: ...
        @property
        def by(self) -> str: ...
        @property
        def passed(self) -> int: ...
        @property
        def steps(self) -> int: ...

    class Printed(Protocol):
        """What one step printed."""

        @property
        def name(self) -> str: ...
        @property
        def path(self) -> PurePath | None: ...
        @property
        def tail(self) -> str: ...
        @property
        def bytes(self) -> int | None: ...
        @property
        def sha256(self) -> str | None: ...
        @property
        def agrees(self) -> bool | None: ...


Document = dict[str, Any]
_KEYS = (
    *("id", "version", "evolution", "pipeline", "status", "commit", "started_at", "finished_at"),
    *("seconds", "host", "by", "passed"),
)


def list_text(runs: "Sequence[Past]") -> str:
    """Return a line for each run."""
    if not runs:
        return "No runs on record yet.\n"
    rows = [
        (
            run.id,
            run.evolution,
            run.status,
            f"{run.passed}/{run.steps}" if run.steps else "",
            run.pipeline,
            run.commit[:10],
            "" if run.seconds is None else duration(run.seconds),
            local(run.started_at),
        )
        for run in runs
    ]
    header = ("Run", "Of", "Status", "Steps", "Pipeline", "Commit", "Took", "Started")
    return "\n".join(table(header, rows, gaps=(2,) * 7, indent=0)) + "\n"


def list_document(runs: "Sequence[Past]") -> Document:
    """Return runs for programs."""
    return {"schema": "gryt/run-list/1", "runs": [_document(run) for run in runs]}


def _document(run: "Past") -> Document:
    document = {key: getattr(run, key) for key in _KEYS}
    return {**document, "changes": list(run.changes), "steps_total": run.steps}


def show_text(
    run: "Past",
    steps: Sequence[StepResult],
    reasons: Sequence[str],
    environment: Mapping[str, Any],
) -> str:
    """Return one run with its steps and what they left."""
    pairs = [
        ("Run", run.id),
        ("Evolution", f"{run.evolution} ({', '.join(run.changes)})"),
        ("Pipeline", run.pipeline),
        ("Status", run.status),
        ("Commit", run.commit),
        ("By", run.by),
        ("Host", run.host),
        ("Started", local(run.started_at)),
        ("Finished", local(run.finished_at) if run.finished_at else None),
        ("Took", None if run.seconds is None else duration(run.seconds)),
        ("Build", environment.get("url") or environment.get("ci")),
        ("Steps", counted(steps) if steps else None),
    ]
    lines = [f"{name}: {cell(str(value))}" for name, value in pairs if value]
    lines += [f"Proves nothing: {cell(reason)}" for reason in reasons]
    if steps:
        rows = [(step.name, ending(step)) for step in steps]
        lines += ["", *table(("Step", "Result"), rows, gaps=(2,), indent=2)]
        for step in steps:
            lines += _left(step)
    if steps and any(step.log is not None for step in steps):
        lines += ["", f"What they printed: gryt log {run.id} [STEP]"]
    return "\n".join(lines) + "\n"


def _left(step: StepResult) -> list[str]:
    """Return what a step left beside its output."""
    said = [f"{metric.name} = {metric.value:g} {metric.unit or ''}" for metric in step.metrics]
    said += [f"{key} = {value}" for key, value in step.outputs]
    if step.junit is not None:
        found = step.junit
        bad = found.failures + found.errors
        said.append(f"{found.tests} tests, {bad} failed, {found.skipped} skipped")
        said += [f"failed: {name}" for name in found.failed]
    said += [f"{made.path} ({size(made.bytes)})" for made in step.artifacts]
    said += [
        f"attempt {number}: {one.status.value} ({duration(one.seconds)})"
        for number, one in enumerate(step.tries, 1)
    ]
    said += step.notes
    return (
        ["", f"  {cell(step.name)}:", *(f"    {cell(line.rstrip())}" for line in said)]
        if said
        else []
    )


def show_document(
    run: "Past",
    steps: Sequence[StepResult],
    reasons: Sequence[str],
    environment: Mapping[str, Any],
) -> Document:
    """Return one run for programs, with the recorded end of what each step printed."""
    return {
        "schema": "gryt/run-show/1",
        **_document(run),
        "reasons": list(reasons),
        "environment": dict(environment),
        "steps": [step_document(step) for step in steps],
    }


# --- logs


def source_text(run: str, found: "Printed") -> str:
    """Return where what is shown of a step's output comes from."""
    where = f"step '{cell(found.name)}' of run {run}"
    if found.bytes == 0:
        return f"{where}: it printed nothing"
    if found.path is None:
        kept = len(found.tail.encode())
        if kept >= (found.bytes or 0):
            return f"{where}: the whole, from the record"
        much = f"{size(kept)} of {size(found.bytes or 0)}"
        return f"{where}: the recorded end, {much}; the whole is not on this disk"
    known = {True: ", as recorded", False: ", WHICH IS NOT WHAT THE RECORD SAYS", None: ""}
    return f"{where}: the whole{known[found.agrees]}, from {cell(str(found.path))}"


def log_document(run: "Past", found: "Sequence[Printed]", texts: Sequence[str]) -> Document:
    """Return what steps printed for programs; a text may be the end of a long one."""
    return {
        "schema": "gryt/log/1",
        "run": run.id,
        "evolution": run.evolution,
        "steps": [
            {
                "name": each.name,
                "source": "record" if each.path is None else "disk",
                "path": None if each.path is None else str(each.path),
                "agrees": each.agrees,
                "bytes": each.bytes,
                "sha256": each.sha256,
                "text": text,
            }
            for each, text in zip(found, texts, strict=True)
        ],
    }
