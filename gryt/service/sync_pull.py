"""Pulling: what a remote has is fetched and, where that is anything new, taken in."""

from gryt.model.sync import Pulled
from gryt.service.session import Session
from gryt.service.sync import in_scope, lacks_tags, prepare
from gryt.store import sync_fetch
from gryt.store.layout import NOTES_REF
from gryt.store.sync_fetch import Contact


def pull(session: Session, *, remote: str | None = None, version: str | None = None) -> Pulled:
    """Fetch what a remote has, and unite it with what is here; raise RemoteFailed."""
    name = prepare(session, remote, version)
    contact = sync_fetch.contact(session.ledger, name, session.network)
    if version is not None and session.ledger.layout.generation(version) not in contact.tips:
        session.ledger.get(version)
    if _is_level(session, contact, version):
        return Pulled(name)
    from gryt.service.sync_taking import take_in  # lazy: libgit2

    return take_in(session, contact, version)


def _is_level(session: Session, contact: Contact, version: str | None) -> bool:
    """Tell from names and ids alone that there is nothing to take in."""
    ledger = session.ledger
    refs = in_scope(session, contact.tips, version)
    if contact.rewound or any(ledger.refs.get(ref) != contact.tips[ref] for ref in refs):
        return False
    if contact.tips.get(NOTES_REF, ledger.refs.get(NOTES_REF)) != ledger.refs.get(NOTES_REF):
        return False
    lines = {line.ref: line for line in ledger.summaries()}
    return not any(lacks_tags(ledger, ref, lines.get(ref)) for ref in refs)
