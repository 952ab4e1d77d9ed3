"""What a sync came to, as Workflow 8 shows it, and as JSON documents."""

from collections.abc import Sequence

from gryt.model.sync import (
    Clash,
    Mode,
    Overview,
    Problem,
    Pulled,
    Pushed,
    Renumbering,
    Side,
    Standing,
)
from gryt.render.safe import cell
from gryt.render.table import table
from gryt.render.times import day
from gryt.typed import Any

Document = dict[str, Any]
_SHORT = 10
_REMARKABLE = (Standing.BEHIND, Standing.DIVERGED, Standing.REWOUND, Standing.UNREADABLE)


def pushed_text(pushed: Pushed, *, named: bool) -> str:
    """Return what a push came to; `named` says which remote it is about."""
    lines = [
        f"Push complete{_to(pushed.remote, named=named)}",
        f"  Created: {len(pushed.created)}",
        f"  Updated: {len(pushed.updated)}",
        *_renumbered(pushed.renumbered),
        *_problems("Errors", pushed.problems),
    ]
    return "\n".join(lines) + "\n"


def pulled_text(pulled: Pulled, *, named: bool) -> str:
    """Return what a pull came to."""
    lines = [
        f"Pull complete{_to(pulled.remote, named=named)}",
        f"  New generations: {len(pulled.new)}",
        f"  Updated generations: {len(pulled.updated)}",
        f"  Conflicts: {len(pulled.clashes)}",
        *(f"    • {line}" for clash in pulled.clashes for line in clash_lines(clash)),
        *_renumbered(pulled.renumbered),
        *_problems("Errors", pulled.problems),
    ]
    return "\n".join(lines) + "\n"


def _to(remote: str, *, named: bool) -> str:
    return f" ({cell(remote)})" if named else ""


def clash_lines(clash: Clash) -> list[str]:
    """Return the two generations of one version, each with where it is."""
    pairs = ((clash.there, clash.remote), (clash.here, "local"))
    return [f"{clash.version} ({side.status}, {cell(where)})" for side, where in pairs]


def clashes_text(clashes: Sequence[Clash]) -> str:
    """Return what a listing says of versions that two generations go by; nothing for none."""
    if not clashes:
        return ""
    lines = ["", "Version conflicts:"]
    for clash in clashes:
        lines += [f"  {line}" for line in clash_lines(clash)]
        lines.append(f"  hint: gryt generation rename {clash.version} VERSION")
    return "\n".join(lines) + "\n"


def _renumbered(renumbered: Sequence[Renumbering]) -> list[str]:
    if not renumbered:
        return []
    lines = [f"    • {each.old} is now {each.new}" for each in renumbered]
    return [f"  Renumbered: {len(renumbered)}", *lines]


def _problems(title: str, problems: Sequence[Problem]) -> list[str]:
    if not problems:
        return []
    lines = [f"  {title}: {len(problems)}"]
    for problem in problems:
        lines.append(f"    • {cell(problem.version)}: {cell(problem.message)}")
        lines += [f"        {cell(line)}" for line in problem.details]
        lines.append(f"      Resolution: {cell(problem.resolution)}")
    return lines


def status_text(overview: Overview, *, named: bool) -> str:
    """Return the summary and the table of `sync status`."""
    lines = [
        f"Sync Status Summary{_to(overview.remote, named=named)}",
        f"  Total generations: {sum(line.version != 'meta' for line in overview.lines)}",
        f"  Synced: {_count(overview, Standing.SYNCED)}",
        f"  Pending: {_count(overview, Standing.PENDING)}",
        f"  Conflicts: {_count(overview, Standing.CONFLICT)}",
    ]
    counts = ((standing, _count(overview, standing)) for standing in _REMARKABLE)
    lines += [f"  {standing.value.capitalize()}: {number}" for standing, number in counts if number]
    lines += ["", "Generations:"]
    rows = [
        (
            line.version,
            line.standing.value,
            line.remote_id[:_SHORT] if line.remote_id else "—",
            day(line.synced_at) if line.synced_at is not None else "—",
        )
        for line in overview.lines
    ]
    header = ("Version", "Status", "Remote ID", "Last Synced")
    lines += table(header, rows, gaps=(4, 5, 5), indent=0) if rows else ["  (none)"]
    text = "\n".join(lines) + "\n" + clashes_text(overview.clashes)
    if overview.problems:
        text += "\n".join(["", *_problems("Errors", overview.problems)]) + "\n"
    return text


def _count(overview: Overview, standing: Standing) -> int:
    return sum(line.standing is standing and line.version != "meta" for line in overview.lines)


def exported_text(file: str, generations: int, tags: int) -> str:
    """Return what was put into a bundle."""
    lines = [
        "Export complete",
        f"  File: {cell(file)}",
        f"  Generations: {generations}",
        f"  Tags: {tags}",
    ]
    return "\n".join(lines) + "\n"


def exported_document(file: str, generations: int, tags: int) -> Document:
    """Return the same for programs."""
    counted = {"generations": generations, "tags": tags}
    return {"schema": "gryt/sync-export/1", "file": file, **counted}


def config_text(mode: Mode, remote: str | None) -> str:
    """Return the mode and the remote."""
    return f"Mode: {mode.value}\nRemote: {cell(remote) if remote is not None else '—'}\n"


# --- JSON


def pushed_document(pushed: Pushed) -> Document:
    """Return a push for programs."""
    return {
        "remote": pushed.remote,
        "created": list(pushed.created),
        "updated": list(pushed.updated),
        "renumbered": [each._asdict() for each in pushed.renumbered],
        "errors": [_problem(problem) for problem in pushed.problems],
        "notices": list(pushed.notices),
    }


def pulled_document(pulled: Pulled) -> Document:
    """Return a pull for programs."""
    return {
        "remote": pulled.remote,
        "new": list(pulled.new),
        "updated": list(pulled.updated),
        "conflicts": [clash_document(clash) for clash in pulled.clashes],
        "renumbered": [each._asdict() for each in pulled.renumbered],
        "errors": [_problem(problem) for problem in pulled.problems],
    }


def status_document(overview: Overview) -> Document:
    """Return how clone and remote stand, for programs."""
    return {
        "remote": overview.remote,
        "reached": overview.reached,
        "summary": {standing.value: _count(overview, standing) for standing in Standing},
        "generations": [
            {
                "version": line.version,
                "status": line.standing.value,
                "remote_id": line.remote_id,
                "synced_at": line.synced_at,
                "local_status": line.local_status,
                "message": line.message,
            }
            for line in overview.lines
        ],
        "conflicts": [clash_document(clash) for clash in overview.clashes],
        "errors": [_problem(problem) for problem in overview.problems],
    }


def clash_document(clash: Clash) -> Document:
    """Return two generations of one version for programs."""
    sides: dict[str, Side] = {"local": clash.here, "remote": clash.there}
    named = {where: side._asdict() for where, side in sides.items()}
    return {"version": clash.version, "remote_name": clash.remote, **named}


def _problem(problem: Problem) -> Document:
    return {
        "version": problem.version,
        "reason": problem.reason.value,
        "message": problem.message,
        "details": list(problem.details),
        "resolution": problem.resolution,
    }
