"""Rollbacks and what snapshots hold, as text and as JSON documents."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gryt.model.state import Generation
from gryt.render.safe import cell
from gryt.render.table import table
from gryt.render.times import ago, local, size

if TYPE_CHECKING:
    from typing import Protocol

    from gryt.render.audit import Snapshot

    class Change(Protocol):
        """What becomes of one generation."""

        @property
        def version(self) -> str: ...
        @property
        def before(self) -> Generation | None: ...
        @property
        def after(self) -> Generation: ...
        @property
        def supersedes(self) -> frozenset[Any]: ...
        @property
        def restores(self) -> int: ...
        @property
        def is_abandoned(self) -> bool: ...

    class Fate(Protocol):
        """What becomes of one release tag."""

        @property
        def tag(self) -> str: ...
        @property
        def old(self) -> str | None: ...
        @property
        def new(self) -> str | None: ...
        @property
        def stays(self) -> str | None: ...

    class Difference(Protocol):
        """How one generation differs between two points."""

        @property
        def version(self) -> str: ...
        @property
        def before(self) -> Generation | None: ...
        @property
        def after(self) -> Generation | None: ...


Document = dict[str, Any]


def plan_text(target: str, changes: "Sequence[Change]", fates: "Sequence[Fate]") -> str:
    """Return what a rollback will change, generation by generation."""
    lines = [f"Rolling back to: {target}"]
    tags = {fate.tag: fate for fate in fates}
    for change in changes:
        lines.append(f"  {change.version}: {_becomes(change.before, change.after)}")
        lines += [f"    {line}" for line in _details(change)]
        fate = tags.get(change.version)
        lines += [f"    {_fate(fate)}"] if fate is not None else []
    return "\n".join(lines) + "\n"


def _becomes(before: Generation | None, after: Generation | None) -> str:
    """Return the state before and after, with as much of it as shows the difference."""
    if before is None or after is None:
        return " -> ".join(_words(state) if state else "not here" for state in (before, after))
    if before.status is not after.status:
        return f"{before.status.value} -> {after.status.value}"
    first, second = _words(before), _words(after)
    return f"{first} -> {second}" if first != second else first


def _words(state: Generation) -> str:
    count = len(state.evolutions)
    return (
        f"{state.status.value} ({state.proven}/{len(state.changes)} proven,"
        f" {count} evolution{'' if count == 1 else 's'})"
    )


def _details(change: "Change") -> list[str]:
    lines = []
    if change.is_abandoned:
        lines.append("the snapshot does not have it")
    gone = len(change.supersedes)
    if gone:
        lines.append(f"{gone} record{' no longer counts' if gone == 1 else 's no longer count'}")
    if change.restores:
        some = "1 record comes" if change.restores == 1 else f"{change.restores} records come"
        lines.append(f"{some} back")
    return lines


def _fate(fate: "Fate") -> str:
    if fate.stays is not None:
        return f"tag {fate.tag} stays: {fate.stays}"
    if fate.new is None:
        return f"tag {fate.tag} goes: nobody else has it"
    return f"tag {fate.tag} is put back"


def nothing_text(target: str) -> str:
    """Return what is shown where everything is as it was."""
    return f"Nothing to roll back: everything is as in {target}\n"


def question(changes: "Sequence[Change]") -> str:
    """Return the question before a rollback."""
    count = len(changes)
    return f"This records a rollback of {count} generation{'' if count == 1 else 's'}. Continue?"


def done_text(backup: str, fates: "Sequence[Fate]") -> str:
    """Return what is shown after a rollback."""
    lines = ["Rollback complete.", ""]
    for fate in fates:
        if fate.stays is not None:
            lines.append(f"Tag {fate.tag} stays: {fate.stays}. To release another commit under it:")
            lines.append(f"  gryt generation promote {fate.tag} --replace-tag")
    lines += ["To undo it:", f"  gryt audit rollback {backup}"]
    return "\n".join(lines) + "\n"


def rollback_document(
    target: str,
    changes: "Sequence[Change]",
    fates: "Sequence[Fate]",
    *,
    backup: str | None,
    record: str | None,
    dry_run: bool,
) -> Document:
    """Return a rollback for programs."""
    return {
        "schema": "gryt/rollback/1",
        "snapshot": target,
        "backup": backup,
        "record": record,
        "performed": record is not None,
        "dry_run": dry_run,
        "generations": [
            {
                "version": change.version,
                "before": change.before.status.value if change.before is not None else None,
                "after": change.after.status.value,
                "superseded": sorted(change.supersedes),
                "restored": change.restores,
            }
            for change in changes
        ],
        "tags": [
            {
                "tag": fate.tag,
                "before": fate.old,
                "after": fate.old if fate.stays is not None else fate.new,
                "stays": fate.stays,
            }
            for fate in fates
        ],
    }


# --- snapshots


def shown_text(
    snapshot: "Snapshot", generations: Sequence[Generation], refs: Mapping[str, str], *, now: float
) -> str:
    """Return one snapshot with what is in it."""
    tags = sum(name.startswith("refs/tags/") for name in refs)
    lines = [
        f"Snapshot: {snapshot.id}",
        f"Label: {cell(snapshot.label)}",
        f"Created: {local(snapshot.created_at)} ({ago(snapshot.created_at, now)})",
        f"By: {cell(snapshot.by)}",
        f"Size: {size(snapshot.bytes)}",
        f"Refs: {len(refs)}, {tags} of them tags",
        "",
        "Generations:",
    ]
    rows = [
        (g.version, g.status.value, f"{g.proven}/{len(g.changes)}", str(len(g.evolutions)))
        for g in generations
    ]
    header = ("Version", "Status", "Proven", "Evolutions")
    lines += table(header, rows, gaps=(2, 2, 2)) if rows else ["  (none)"]
    return "\n".join(lines) + "\n"


def shown_document(
    snapshot: "Snapshot", generations: Sequence[Generation], refs: Mapping[str, str]
) -> Document:
    """Return one snapshot for programs."""
    keys = ("id", "label", "created_at", "by", "bytes")
    return {
        "schema": "gryt/snapshot-contents/1",
        **{key: getattr(snapshot, key) for key in keys},
        "generations": [_state(state) for state in generations],
        "refs": dict(refs),
    }


def _state(state: Generation) -> Document:
    return {
        "version": state.version,
        "gid": state.gid,
        "status": state.status.value,
        "changes_total": len(state.changes),
        "changes_proven": state.proven,
        "evolutions": [
            {"tag": e.tag, "id": e.id, "status": e.status.value} for e in state.evolutions
        ],
        "promoted_at": state.promotion.at if state.promotion is not None else None,
        "commit": state.promotion.commit if state.promotion is not None else None,
    }


def difference_text(first: str, second: str, differences: "Sequence[Difference]") -> str:
    """Return how two points differ."""
    if not differences:
        return f"{first} and {second} are the same\n"
    lines = [f"From {first} to {second}:"]
    for each in differences:
        lines.append(f"  {each.version}: {_becomes(each.before, each.after)}")
        if each.before is not None and each.after is not None:
            lines += [f"    {line}" for line in _what_differs(each.before, each.after)]
    return "\n".join(lines) + "\n"


def _what_differs(before: Generation, after: Generation) -> list[str]:
    was = {state.change.id: state for state in before.changes}
    now = {state.change.id: state for state in after.changes}
    lines = []
    for change in dict.fromkeys([*was, *now]):
        old, new = was.get(change), now.get(change)
        if old is None or new is None:
            lines.append(f"{change}: {'promised' if old is None else 'no longer promised'}")
        elif old.status is not new.status:
            lines.append(f"{change}: {old.status.value} -> {new.status.value}")
        elif old.change != new.change:
            lines.append(f"{change}: promises something else")
    runs = {e.id: e for e in before.evolutions}
    for evolution in after.evolutions:
        earlier = runs.pop(evolution.id, None)
        if earlier is None:
            lines.append(f"{evolution.tag}: started ({evolution.status.value})")
        elif earlier.status is not evolution.status:
            lines.append(f"{evolution.tag}: {earlier.status.value} -> {evolution.status.value}")
    return [*lines, *(f"{e.tag}: no longer there" for e in runs.values())]


def difference_document(first: str, second: str, differences: "Sequence[Difference]") -> Document:
    """Return how two points differ for programs."""
    return {
        "schema": "gryt/snapshot-diff/1",
        "from": first,
        "to": second,
        "generations": [
            {
                "version": each.version,
                "before": _state(each.before) if each.before is not None else None,
                "after": _state(each.after) if each.after is not None else None,
                "details": _what_differs(each.before, each.after)
                if each.before is not None and each.after is not None
                else [],
            }
            for each in differences
        ],
    }
