"""Generations and evolutions as text and as JSON documents."""

from collections.abc import Sequence

from gryt.model.state import (
    ChangeState,
    ChangeStatus,
    Evolution,
    EvolutionStatus,
    Generation,
    GenerationStatus,
)
from gryt.render.safe import cell
from gryt.render.table import table
from gryt.render.times import local
from gryt.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing import Protocol

    class Line(Protocol):
        """What a listing of generations shows of one."""

        @property
        def version(self) -> str: ...
        @property
        def gid(self) -> str: ...
        @property
        def status(self) -> str: ...
        @property
        def description(self) -> str: ...
        @property
        def proven(self) -> int: ...
        @property
        def changes(self) -> int: ...
        @property
        def evolutions(self) -> int: ...
        @property
        def created_at(self) -> str: ...
        @property
        def promoted_at(self) -> str | None: ...
        @property
        def conflicts(self) -> str: ...


Document = dict[str, Any]


def list_text(lines: "Sequence[Line]") -> str:
    """Return the listing of all generations."""
    if not lines:
        return "No generations yet.\n"
    rows = [
        (line.version, line.status, f"{line.proven}/{line.changes}", line.description)
        for line in lines
    ]
    header = ("Version", "Status", "Proven", "Description")
    told = [
        f"{line.version}: contract conflict: {cell(where)}: {cell(' / '.join(values))}"
        for line in lines
        for where, values in _conflicts(line)
    ]
    shown = [*table(header, rows, gaps=(2, 2, 2), indent=0), *([""] if told else []), *told]
    return "\n".join(shown) + "\n"


def _conflicts(line: "Line") -> list[tuple[str, list[str]]]:
    """Return the fields in conflict of one generation, with their values."""
    if line.conflicts == "[]":
        return []
    import json  # lazy: a conflict is rare

    found: list[tuple[str, list[str]]] = json.loads(line.conflicts)
    return found


def list_document(lines: "Sequence[Line]") -> Document:
    """Return the listing of all generations for programs."""
    keys = ("version", "gid", "status", "description", "created_at", "promoted_at")
    generations = [
        {
            **{key: getattr(line, key) for key in keys},
            "changes_total": line.changes,
            "changes_proven": line.proven,
            "evolutions_total": line.evolutions,
            "conflicts": [{"field": where, "values": v} for where, v in _conflicts(line)],
        }
        for line in lines
    ]
    return {"schema": "gryt/generation-list/1", "generations": generations}


def show_text(generation: Generation, ready: Sequence[str], *, as_of: str | None = None) -> str:
    """Return one generation with its changes; `as_of` says of the past when that was."""
    g = generation
    lines = [f"Generation: {g.version}", *([f"As of: {as_of}"] if as_of is not None else [])]
    lines.append(f"Status: {g.status.value}")
    if g.hotfix is not None:
        lines.append(f"Hot-fix of: {g.hotfix.base} ({g.hotfix.issue})")
    if g.promotion is not None:
        lines += [
            f"Promoted at: {g.promotion.at}",
            f"Promoted by: {cell(g.promotion.by)}",
            f"Commit: {g.promotion.commit}",
            *(["Fast track: HotfixGate alone"] if g.promotion.fast_track else []),
            *(f"Overridden: {cell(gate)} ({cell(why)})" for gate, why in g.promotion.overrides),
        ]
    if g.reason is not None:
        lines.append(f"Reason: {cell(g.reason)}")
    if g.contract.description:
        lines.append(f"Description: {cell(g.contract.description)}")
    if g.contract.pipeline_template:
        lines.append(f"Pipeline: {g.contract.pipeline_template}")
    lines.append("Changes:")
    lines += [_change_line(state) for state in g.changes] or ["  (none)"]
    lines += [f"  conflict: {cell(where)}: {cell(' / '.join(v))}" for where, v in g.conflicts]
    if g.status is GenerationStatus.DRAFT and as_of is None:
        lines += ["", *_ready_lines(ready)]
    return "\n".join(lines) + "\n"


_MARKS = {ChangeStatus.PROVEN: "✓", ChangeStatus.STALE: "!", ChangeStatus.UNPROVEN: "-"}


def _change_line(state: ChangeState) -> str:
    if state.status is ChangeStatus.PROVEN and state.proof is not None:
        word = f"proven by {state.proof.tag}"
    elif state.proof is not None:
        word = f"stale: the contract changed after {state.proof.tag}"
    else:
        word = "unproven"
    return f"  {_MARKS[state.status]} {state.change.id} ({word})"


def _ready_lines(ready: Sequence[str]) -> list[str]:
    if not ready:
        return ["Ready for promotion: YES"]
    return ["Ready for promotion: NO", *(f"  {cell(reason)}" for reason in ready)]


def evolutions_text(generation: Generation, ready: Sequence[str]) -> str:
    """Return the evolutions and changes of one generation, as Workflow 1 shows them."""
    g = generation
    lines = [f"Generation: {g.version} ({g.status.value})"]
    if g.contract.description:
        lines.append(f"Description: {cell(g.contract.description)}")
    lines += ["", "Evolutions:", *(_evolution_table(g.evolutions) or ["  (none)"])]
    changes = [(s.change.id, s.change.title, s.status.value) for s in g.changes]
    header = ("ID", "Title", "Status")
    lines += ["", "Changes:"]
    lines += table(header, changes, gaps=(2, 3)) if changes else ["  (none)"]
    if g.conflicts:
        lines += ["", "Contract conflicts:"]
        lines += [f"  {cell(where)}: {cell(' / '.join(values))}" for where, values in g.conflicts]
    if g.status is GenerationStatus.DRAFT:
        lines += ["", *_ready_lines(ready)]
    return "\n".join(lines) + "\n"


def who(evolution: Evolution) -> str:
    """Return the team that an evolution is of, else its author's name."""
    return evolution.team or evolution.by.rpartition(" <")[0] or evolution.by


def _evolution_table(evolutions: Sequence[Evolution]) -> list[str]:
    if not evolutions:
        return []
    header = ["Tag", "Change", "Status", "Timestamp"]
    rows = [
        [e.tag, ", ".join(e.changes), e.status.value, local(e.finished_at or e.started_at)]
        for e in evolutions
    ]
    people = [who(evolution) for evolution in evolutions]
    if len(set(people)) > 1 or any(evolution.team for evolution in evolutions):
        header.insert(3, "By")
        for row, person in zip(rows, people, strict=True):
            row.insert(3, person)
    return table(header, rows, gaps=(3, 3, 2, 2))


def evolution_text(generation: Generation, evolution: Evolution, steps: Sequence[Any]) -> str:
    """Return one evolution with the steps of its latest run."""
    e = evolution
    pairs = [
        ("Evolution", e.tag),
        ("Generation", f"{generation.version} ({generation.status.value})"),
        ("Change", ", ".join(e.changes)),
        ("Status", e.status.value),
        ("Pipeline", e.pipeline),
        ("Commit", e.commit or e.head),
        ("Branch", e.branch),
        ("By", e.by),
        ("Team", e.team),
        ("Started", local(e.started_at)),
        ("Finished", local(e.finished_at) if e.finished_at else None),
        ("Runs", str(e.runs)),
        ("Reason", "; ".join(e.reasons) or None),
    ]
    lines = [f"{name}: {cell(value)}" for name, value in pairs if value is not None]
    if steps:
        header = ("Step", "Status", "Exit", "Seconds")
        rows = [
            (
                step["name"],
                step["status"],
                str(step.get("exit_code", "")),
                f"{float(step['seconds']):.1f}",
            )
            for step in steps
        ]
        lines += ["", "Steps:", *table(header, rows, gaps=(2, 2, 2))]
    return "\n".join(lines) + "\n"


def started_text(evolution: Evolution) -> str:
    """Return what is shown when an evolution begins."""
    lines = [f"Evolution started: {evolution.tag}", f"Change: {', '.join(evolution.changes)}"]
    if evolution.pipeline is not None:
        lines.append(f"Pipeline: {evolution.pipeline}")
    return "\n".join(lines) + "\n"


def change_document(state: ChangeState) -> Document:
    """Return one change for programs."""
    proof = state.proof
    return {
        "id": state.change.id,
        "type": state.change.type.value,
        "title": state.change.title,
        "description": state.change.description,
        "status": state.status.value,
        "proof": None
        if proof is None
        else {
            "evolution": proof.tag,
            "evolution_id": proof.evolution,
            "run": proof.run,
            "commit": proof.commit,
        },
    }


def evolution_document(evolution: Evolution) -> Document:
    """Return one evolution for programs."""
    e = evolution
    return {
        "tag": e.tag,
        "number": e.number,
        "id": e.id,
        "changes": list(e.changes),
        "status": e.status.value,
        "pipeline": e.pipeline,
        "commit": e.commit,
        "tree": e.tree,
        "head": e.head,
        "branch": e.branch,
        "by": e.by,
        "team": e.team,
        "started_at": e.started_at,
        "finished_at": e.finished_at,
        "run": e.run,
        "runs": e.runs,
        "tag_object": e.tag_object,
        "reasons": list(e.reasons),
        "tagged": e.status is EvolutionStatus.PASS,
    }


def generation_document(generation: Generation, ready: Sequence[str], *, schema: str) -> Document:
    """Return one generation, whole, for programs."""
    g = generation
    promotion = g.promotion
    return {
        "schema": f"gryt/{schema}/1",
        "version": g.version,
        "gid": g.gid,
        "status": g.status.value,
        "description": g.contract.description,
        "pipeline_template": g.contract.pipeline_template,
        "contract": list(g.heads),
        "created_at": g.created_at,
        "created_by": g.created_by,
        "reason": g.reason,
        "hotfix": g.hotfix._asdict() if g.hotfix is not None else None,
        "fast_track": promotion.fast_track if promotion else False,
        "promoted_at": promotion.at if promotion else None,
        "promoted_by": promotion.by if promotion else None,
        "commit": promotion.commit if promotion else None,
        "tag_object": promotion.tag_object if promotion else None,
        "overrides": [
            {"gate": gate, "reason": reason}
            for gate, reason in (promotion.overrides if promotion else ())
        ],
        "changes": [change_document(state) for state in g.changes],
        "evolutions": [evolution_document(evolution) for evolution in g.evolutions],
        "conflicts": [{"field": where, "values": list(v)} for where, v in g.conflicts],
        "ready": not ready,
        "reasons": list(ready),
    }
