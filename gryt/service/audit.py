"""The audit trail: its records, newest first, and snapshots of the whole ledger."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from gryt.errors import InvalidInput
from gryt.service import contracts
from gryt.service.messages import commit_message
from gryt.service.session import Session

if TYPE_CHECKING:
    from gryt.model.names import RecordId
    from gryt.store.fields import Map

_MAX_LABEL = 200


class Entry(NamedTuple):
    """One record of the trail."""

    ref: str
    version: str | None
    """Of its generation; None for records about the whole repository."""
    document: "Map"
    evolution: str | None
    """The candidate that it is about."""


def log(session: Session, version: str | None) -> list[Entry]:
    """Return the records of one generation, or of all refs, newest first."""
    ledger = session.ledger
    if version is not None:
        refs = [contracts.current(session, version).ref]
    else:
        contracts.take_up_all(session)
        refs = [line.ref for line in ledger.summaries()]
        refs += [ledger.layout.meta] if ledger.layout.meta in ledger.refs else []
    entries = [entry for ref in refs for entry in _entries(session, ref)]
    return sorted(entries, key=lambda entry: str(entry.document["id"]), reverse=True)


def _entries(session: Session, ref: str) -> list[Entry]:
    ledger = session.ledger
    version = ledger.layout.version(ref)
    documents = ledger.documents(ref)
    if version is None:
        return [Entry(ref, None, document, None) for document in documents]
    tags = {evolution.id: evolution.tag for evolution in ledger.get(version).state.evolutions}
    return [Entry(ref, version, document, tags.get(_subject(document))) for document in documents]


def _subject(document: "Map") -> "RecordId":
    """Return the evolution that a record is about, be it the evolution's own."""
    from gryt.model.names import RecordId  # lazy: only named here

    return RecordId(str(document.get("evolution") or document["id"]))


class Snapshot(NamedTuple):
    """A copy of the whole ledger."""

    id: str
    label: str
    created_at: str
    by: str
    generations: int
    bytes: int
    """What its records come to; in git it costs nearly nothing, the objects being the same."""


def snapshot(session: Session, label: str) -> Snapshot:
    """Copy every generation's records into the meta-branch, in one commit."""
    from gryt.model.records import Kind, SnapshotTaken  # lazy: the record classes
    from gryt.store import snapshots  # lazy: writing
    from gryt.store.append import Draft, act  # lazy: writing

    label = label.strip()
    if not label or len(label) > _MAX_LABEL or not label.isprintable():
        raise InvalidInput(f"{label[:60]!r} is not a label: one line of 1 to 200 characters")
    contracts.take_up_all(session)

    def decide(draft: Draft) -> str:
        taken = datetime.fromisoformat(draft.at).astimezone(UTC)
        name = snapshots.free_id(session.ledger, f"snapshot_{taken:%Y%m%d_%H%M%S}")
        count = snapshots.put(draft, name, label=label)
        draft.record(Kind.SNAPSHOT, SnapshotTaken(name, label, count), gid=None)
        draft.message = commit_message(
            f"snapshot {name}: {label}",
            [("Action", Kind.SNAPSHOT.value), ("Snapshot", name)],
        )
        return name

    meta = session.ledger.layout.meta
    name = act(session.ledger, meta, session.author, decide, reason="snapshot")
    return next(found for found in list_snapshots(session) if found.id == name)


def list_snapshots(session: Session) -> list[Snapshot]:
    """Return every snapshot, newest first."""
    from gryt.store import snapshots  # lazy: libgit2

    meta = session.ledger.layout.meta
    taken = [
        document
        for document in session.ledger.documents(meta)
        if document["kind"] == "snapshot.taken"
    ]
    return [
        Snapshot(
            id=str(document["snapshot"]),
            label=str(document["label"]),
            created_at=str(document["at"]),
            by=str(document["by"]),
            generations=int(str(document["generations"])),
            bytes=snapshots.size(session.ledger, str(document["snapshot"])),
        )
        for document in reversed(taken)
    ]
