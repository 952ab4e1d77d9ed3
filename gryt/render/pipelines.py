"""Pipelines as text, as JSON documents, and as graphs for other programs."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from gryt.model.pipeline import Pipeline, Step, cells, combinations
from gryt.model.stages import edges, stages
from gryt.render.safe import cell
from gryt.render.table import table
from gryt.render.times import duration

if TYPE_CHECKING:
    from typing import Protocol

    class Listed(Protocol):
        """One pipeline file."""

        @property
        def name(self) -> str: ...
        @property
        def path(self) -> str: ...
        @property
        def pipeline(self) -> Pipeline | None: ...
        @property
        def problems(self) -> tuple[str, ...]: ...


Document = dict[str, Any]


def list_text(found: "Sequence[Listed]") -> str:
    """Return a line for each pipeline."""
    if not found:
        return "No pipelines yet: gryt pipeline new NAME\n"
    rows = []
    for each in found:
        if each.pipeline is None:
            rows.append((each.name, "-", f"not valid: gryt pipeline check {each.name}"))
        else:
            names = ", ".join(step.name for step in each.pipeline.steps)
            rows.append((each.name, str(len(cells(each.pipeline))), names))
    return "\n".join(table(("Name", "Steps", "What runs"), rows, gaps=(2, 2), indent=0)) + "\n"


def list_document(found: "Sequence[Listed]", *, schema: str) -> Document:
    """Return pipelines for programs, with what is wrong with each."""
    return {
        "schema": f"gryt/{schema}/1",
        "pipelines": [
            {
                "name": each.name,
                "path": each.path,
                "valid": each.pipeline is not None,
                "steps": None
                if each.pipeline is None
                else [one.name for one in cells(each.pipeline)],
                "problems": [_problem(text) for text in each.problems],
            }
            for each in found
        ],
    }


def _problem(text: str) -> Document:
    """Return a problem in parts: `file:line:column: what`."""
    where, _, what = text.partition(": ")
    _, line, column = where.rsplit(":", 2) if where.count(":") > 1 else (where, "1", "1")
    return {"line": int(line), "column": int(column), "message": what}


def check_text(found: "Sequence[Listed]") -> str:
    """Return what is said of pipelines that nothing is wrong with."""
    if not found:
        return "No pipelines yet: gryt pipeline new NAME\n"
    return "".join(
        f"{each.path}: valid ({_steps(len(cells(each.pipeline)))})\n"
        for each in found
        if each.pipeline is not None
    )


def _steps(count: int) -> str:
    return f"{count} step{'' if count == 1 else 's'}"


# --- one


def show_text(pipeline: Pipeline) -> str:
    """Return a pipeline, a paragraph for each step."""
    lines = [f"Pipeline: {cell(pipeline.name)}", f"File: {cell(pipeline.source)}"]
    lines += [f"{key}: {text}" for key, text in _whole(pipeline)]
    for step in pipeline.steps:
        first, *more = step.command_text.strip().splitlines() or [""]
        lines += ["", f"  {cell(step.name)}", f"    $ {cell(first)}"]
        lines += [f"      {cell(line)}" for line in more]
        lines += [f"    {key}: {cell(text)}" for key, text in _said(step)]
    return "\n".join(lines) + "\n"


def _whole(pipeline: Pipeline) -> list[tuple[str, str]]:
    jobs = "" if pipeline.jobs is None else f", {pipeline.jobs} at a time"
    said = [
        (
            "Order",
            f"together where needs allow{jobs}" if pipeline.parallel else "one after another",
        ),
        ("Timeout", _seconds(pipeline.timeout)),
        ("After a failure", "" if pipeline.fail_fast else "the others still run"),
        ("Environment", _pairs(pipeline.env)),
        ("Secrets", ", ".join(pipeline.secrets)),
        ("Requires", ", ".join(_required(pipeline))),
        ("Shell", "" if pipeline.shell == ("sh", "-eu", "-c") else " ".join(pipeline.shell)),
    ]
    return [(key, cell(text)) for key, text in said if text]


def _required(pipeline: Pipeline) -> list[str]:
    tools = [
        tool.name + (f" {tool.min} or newer" if tool.min else "")
        for tool in pipeline.requires.tools
    ]
    return [*tools, *(f"${variable.name}" for variable in pipeline.requires.env)]


def _said(step: Step) -> list[tuple[str, str]]:
    """Return what a step says beyond its command."""
    said = [
        ("needs", ", ".join(step.needs)),
        ("when", "; ".join(_conditions(step))),
        ("matrix", _cells(step)),
        ("dir", step.dir or ""),
        ("env", _pairs(step.env)),
        ("timeout", _seconds(step.timeout)),
        ("retry", _retry(step)),
        ("inputs", ", ".join(step.inputs)),
        ("junit", ", ".join(step.junit)),
        ("artifacts", ", ".join(step.artifacts)),
        ("allow_failure", _allowed(step)),
        ("always", "yes" if step.always else ""),
        ("exclusive", "yes" if step.exclusive else ""),
    ]
    return [(key, text) for key, text in said if text]


def _cells(step: Step) -> str:
    if step.matrix is None:
        return ""
    axes = (f"{axis}: {', '.join(values)}" for axis, values in step.matrix.axes)
    return f"{'; '.join(axes)} ({len(combinations(step.matrix))} in all)".lstrip()


def _conditions(step: Step) -> list[str]:
    when = step.when
    if when is None:
        return []
    said = [
        ("change_type", when.change_type),
        ("paths", when.paths),
        ("branch", when.branch),
        ("event", when.event),
        ("env", tuple(f"{key}={value}" for key, value in when.env)),
    ]
    return [f"{key} {' or '.join(values)}" for key, values in said if values]


def _retry(step: Step) -> str:
    if step.retry is None or not step.retry.max:
        return ""
    on = f" on {', '.join(step.retry.on)}" if step.retry.on else ""
    pause = f", after {_seconds(step.retry.delay)}" if step.retry.delay else ""
    return f"up to {step.retry.max} times{on}{pause}"


def _allowed(step: Step) -> str:
    if isinstance(step.allow_failure, tuple):
        return ", ".join(f"exit {code}" for code in step.allow_failure)
    return "yes" if step.allow_failure else ""


def _seconds(seconds: float | None) -> str:
    return "" if seconds is None else duration(seconds)


def _pairs(pairs: tuple[tuple[str, str], ...]) -> str:
    return ", ".join(f"{key}={value}" for key, value in pairs)


def show_document(pipeline: Pipeline) -> Document:
    """Return a pipeline for programs: what its file says, defaults filled in."""
    return {
        "schema": "gryt/pipeline/1",
        "name": pipeline.name,
        "path": pipeline.source,
        "parallel": pipeline.parallel,
        "jobs": pipeline.jobs,
        "fail_fast": pipeline.fail_fast,
        "timeout": pipeline.timeout,
        "shell": list(pipeline.shell),
        "env": dict(pipeline.env),
        "secrets": list(pipeline.secrets),
        "requires": {
            "env": [variable.name for variable in pipeline.requires.env],
            "tools": [{"name": tool.name, "min": tool.min} for tool in pipeline.requires.tools],
        },
        "steps": [_step_document(step) for step in pipeline.steps],
    }


def _step_document(step: Step) -> Document:
    allowed = step.allow_failure
    return {
        "name": step.name,
        "command": list(step.command) if isinstance(step.command, tuple) else step.command,
        "needs": list(step.needs),
        "cells": [dict(pairs) for pairs in combinations(step.matrix)] if step.matrix else None,
        "when": None if step.when is None else {**step.when._asdict(), "env": dict(step.when.env)},
        "dir": step.dir,
        "env": dict(step.env),
        "timeout": step.timeout,
        "retry": None if step.retry is None else dict(step.retry._asdict()),
        "inputs": list(step.inputs),
        "junit": list(step.junit),
        "artifacts": list(step.artifacts),
        "allow_failure": list(allowed) if isinstance(allowed, tuple) else allowed,
        "always": step.always,
        "exclusive": step.exclusive,
    }


# --- graphs


def graph_text(pipeline: Pipeline) -> str:
    """Return the stages, in which what stands together may run together."""
    found = stages(pipeline)
    width = len(str(len(found.stages)))
    lines = []
    for number, stage in enumerate(found.stages, 1):
        heads = [str(number).rjust(width), *(" " * width for _ in stage[1:])]
        lines += [f"{head}  {_node(step)}" for head, step in zip(heads, stage, strict=True)]
    lines += [f"{'*'.rjust(width)}  {_node(step)}" for step in found.last]
    return "\n".join(lines) + "\n"


def _node(step: Step) -> str:
    count = f" (x{len(combinations(step.matrix))})" if step.matrix is not None else ""
    needs = f"  <- {', '.join(step.needs)}" if step.needs else ""
    always = "  always, after all others" if step.always else ""
    return f"{step.name}{count}{needs}{always}"


def graph_dot(pipeline: Pipeline) -> str:
    """Return the graph as Graphviz reads it; a dashed arrow is order without need."""
    lines = [f'digraph "{pipeline.name}" {{', "  rankdir=LR;", "  node [shape=box];"]
    lines += [
        f'  "{step.name}" [label="{_label(step)}"{", style=rounded" if step.always else ""}];'
        for step in pipeline.steps
    ]
    lines += [
        f'  "{first}" -> "{second}"{"" if asked else " [style=dashed]"};'
        for first, second, asked in edges(pipeline)
    ]
    return "\n".join([*lines, "}"]) + "\n"


def graph_mermaid(pipeline: Pipeline) -> str:
    """Return the graph as Markdown pages show it; a dotted arrow is order without need."""
    ids = {step.name: f"s{number}" for number, step in enumerate(pipeline.steps, 1)}
    lines = ["graph LR"]
    lines += [
        f'  {ids[step.name]}{"([" if step.always else "["}"{_label(step)}"'
        f"{'])' if step.always else ']'}"
        for step in pipeline.steps
    ]
    lines += [
        f"  {ids[first]} {'-->' if asked else '-.->'} {ids[second]}"
        for first, second, asked in edges(pipeline)
    ]
    return "\n".join(lines) + "\n"


def _label(step: Step) -> str:
    return step.name + (f" x{len(combinations(step.matrix))}" if step.matrix is not None else "")


def graph_document(pipeline: Pipeline) -> Document:
    """Return the graph for programs."""
    found = stages(pipeline)
    return {
        "schema": "gryt/pipeline-graph/1",
        "pipeline": pipeline.name,
        "stages": [[step.name for step in stage] for stage in found.stages],
        "always": [step.name for step in found.last],
        "edges": [
            {"from": first, "to": second, "needed": asked}
            for first, second, asked in edges(pipeline)
        ],
    }
