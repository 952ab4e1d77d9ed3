"""Pushing: the remote is asked first, and where it lacks anything, it is pushed."""

from gryt.model.sync import Pushed
from gryt.service.session import Session
from gryt.service.sync import in_scope, need_local, prepare
from gryt.store import sync_fetch
from gryt.store.layout import NOTES_REF
from gryt.store.sync_fetch import Contact


def push(
    session: Session,
    *,
    remote: str | None = None,
    version: str | None = None,
    former: str | None = None,
) -> Pushed:
    """Push what is only here; raise RemoteFailed where the remote cannot be talked to.

    `former` is a name that the generation went by: its ref goes along.
    """
    name = prepare(session, remote, version)
    need_local(session, version)
    contact = sync_fetch.contact(session.ledger, name, session.network)
    if former is None and _is_level(session, contact, version):
        return Pushed(name)
    from gryt.service.sync_pushing import push_all  # lazy: libgit2

    return push_all(session, contact, version=version, former=former)


def _is_level(session: Session, contact: Contact, version: str | None) -> bool:
    """Tell from names and ids alone that there is nothing to push."""
    ledger = session.ledger
    refs = in_scope(session, ledger.refs, version)
    if contact.rewound or contact.tips != contact.before:
        return False
    notes = ledger.refs.get(NOTES_REF)
    if notes is not None and notes != contact.tips.get(NOTES_REF):
        return False
    return all(ledger.refs[ref] == contact.tips.get(ref) for ref in refs)
