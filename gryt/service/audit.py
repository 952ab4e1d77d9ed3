"""The audit trail: its records, newest first."""

from typing import TYPE_CHECKING

from gryt.service import contracts
from gryt.service.session import Session
from gryt.values import Value

if TYPE_CHECKING:
    from gryt.model.names import RecordId
    from gryt.store.fields import Map


class Entry(Value):
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
