"""The audit trail and snapshots as text and as JSON documents."""

import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from gryt.render.safe import cell
from gryt.render.table import table
from gryt.render.times import ago, local, size

if TYPE_CHECKING:
    from typing import Protocol

    class Entry(Protocol):
        """One record of the trail."""

        @property
        def ref(self) -> str: ...
        @property
        def version(self) -> str | None: ...
        @property
        def document(self) -> dict[str, Any]: ...
        @property
        def evolution(self) -> str | None: ...

    class Snapshot(Protocol):
        """One snapshot."""

        @property
        def id(self) -> str: ...
        @property
        def label(self) -> str: ...
        @property
        def created_at(self) -> str: ...
        @property
        def by(self) -> str: ...
        @property
        def generations(self) -> int: ...
        @property
        def bytes(self) -> int: ...

    class Bundled(Protocol):
        """What was put into a bundle."""

        @property
        def file(self) -> str: ...
        @property
        def generations(self) -> int: ...
        @property
        def tags(self) -> int: ...
        @property
        def is_shallow(self) -> bool: ...


Document = dict[str, Any]


def log_text(entries: "Sequence[Entry]") -> str:
    """Return the trail, a line per record."""
    if not entries:
        return "No records yet.\n"
    rows = [
        (
            local(str(entry.document["at"])),
            str(entry.document["kind"]),
            entry.evolution or entry.version or "",
            _gist(entry.document),
            str(entry.document["by"]),
        )
        for entry in entries
    ]
    header = ("When", "What", "Of", "Details", "By")
    return "\n".join(table(header, rows, gaps=(2, 2, 2, 2), indent=0)) + "\n"


def _gist(document: dict[str, Any]) -> str:
    """Return what matters most about a record, in a few words."""
    match document["kind"]:
        case "audit.refused" | "audit.approved" | "audit.withdrawn" | "audit.overridden":
            return _opinion(document)
        case "generation.contract":
            changes = document["contract"].get("changes") or []
            return f"{len(changes)} change{'' if len(changes) == 1 else 's'}"
        case "generation.promoted":
            return _promotion(document)
        case "evolution.started":
            return ", ".join(document["changes"])
        case "run.started":
            return f"{document['pipeline']['name']} on {document['commit'][:10]}"
        case "run.finished":
            return f"{document['status']} on {document['commit'][:10]}"
        case "audit.reviewed":
            found = f"{document['tampered']} tampered, {document['unfinished']} unfinished"
            return f"{found}: {document['comment']}" if document.get("comment") else found
        case "policy.published":
            return str(document["policy"])[:10]
        case "snapshot.taken" | "generation.rolled-back" | "rollback.performed":
            return _looking_back(document)
    moved = " -> ".join(str(document[name]) for name in ("from", "to") if name in document)
    return moved or str(document.get("reason") or document.get("version") or "")


def _promotion(document: dict[str, Any]) -> str:
    fast = " by the fast track" if document.get("fast_track") else ""
    replaced = ", its tag replaced" if document.get("replaces_tag") else ""
    return f"{document['commit'][:10]}{fast}{replaced}"


def _looking_back(document: dict[str, Any]) -> str:
    match document["kind"]:
        case "generation.rolled-back":
            return f"{document['snapshot']}: {len(document['supersedes'])} records"
        case "rollback.performed":
            return f"{len(document['generations'])} generations to {document['snapshot']}"
    return f"{document['snapshot']} {document['label']}".strip()


def _opinion(document: dict[str, Any]) -> str:
    """Return what was said for or against a release."""
    match document["kind"]:
        case "audit.approved":
            about = str(document.get("change") or "the release")
            return f"{about}: {document['comment']}" if document.get("comment") else about
        case "audit.withdrawn":
            return str(document.get("reason") or f"{len(document['approvals'])} approvals")
        case "audit.overridden":
            policy = f" (policy {document['policy'][:10]})" if document.get("policy") else ""
            return f"{document['gate']}: {document['reason']}{policy}"
    policy = f" (policy {document['policy'][:10]})" if document.get("policy") else ""
    return "; ".join(document["reasons"]) + policy


def log_document(entries: "Sequence[Entry]") -> Document:
    """Return the trail for programs: every record with the ref that holds it."""
    records = [
        {"ref": entry.ref, "version": entry.version, "candidate": entry.evolution, **entry.document}
        for entry in entries
    ]
    return {"schema": "gryt/audit-log/1", "records": records}


def snapshot_text(snapshot: "Snapshot") -> str:
    """Return what is shown when a snapshot is taken."""
    lines = [f"Snapshot created: {snapshot.id}"]
    if snapshot.label:
        lines.append(f"  Label: {cell(snapshot.label)}")
    lines += [f"  Generations: {snapshot.generations}", f"  Size: {size(snapshot.bytes)}"]
    return "\n".join(lines) + "\n"


def snapshots_text(snapshots: "Sequence[Snapshot]", *, now: float) -> str:
    """Return the listing of Workflow 6."""
    if not snapshots:
        return "No snapshots yet.\n"
    rows = [
        (s.id, s.label, local(s.created_at), size(s.bytes), ago(s.created_at, now))
        for s in snapshots
    ]
    header = ("ID", "Label", "Created", "Size", "Age")
    lines = ["Snapshots:", "", *table(header, rows, gaps=(2, 2, 4, 2), indent=0)]
    return "\n".join(lines) + "\n"


def snapshots_document(snapshots: "Sequence[Snapshot]", *, schema: str) -> Document:
    """Return snapshots for programs; sizes are exact."""
    keys = ("id", "label", "created_at", "by", "generations", "bytes")
    rows = [{key: getattr(snapshot, key) for key in keys} for snapshot in snapshots]
    return {"schema": f"gryt/{schema}/1", "snapshots": rows}


def bundle_text(done: "Bundled") -> str:
    """Return what is shown when the ledger was backed up, and how it comes back."""
    file = cell(done.file)
    lines = [
        f"Bundle created: {file}",
        f"  Generations: {done.generations}",
        f"  Tags: {done.tags}{' (left out: this clone is shallow)' if done.is_shallow else ''}",
        f"Restore with: git fetch {shlex.quote(file)} 'refs/*:refs/*'",
    ]
    return "\n".join(lines) + "\n"


def bundle_document(done: "Bundled") -> Document:
    """Return the same for programs."""
    return {
        "schema": "gryt/audit-bundle/1",
        "file": done.file,
        "generations": done.generations,
        "tags": done.tags,
        "shallow": done.is_shallow,
    }
