"""Pushing: the remote is asked first, and where it lacks anything, it is pushed."""

from gryt.model.sync import Pushed
from gryt.service.session import Session
from gryt.service.sync import in_scope, need_local, prepare
from gryt.store import remotes, sync_fetch
from gryt.store.layout import NOTES_REF, TAGS

Owed = dict[str, list[tuple[str, str]]]
"""By ledger ref, object and ref of tags that the remote lacks."""


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
    remotes.follow_rename(session.ledger, name)
    owed: Owed | None = None
    if former is None and _is_level(session, name, version):
        there, tags = sync_fetch.look(session.ledger, name, session.network)
        if there == remotes.tracked(session.ledger, name):
            owed = _owed(session, version, tags)
            if not owed:
                return Pushed(name)
    contact = sync_fetch.contact(session.ledger, name, session.network)
    from gryt.service.sync_pushing import push_all  # lazy: libgit2

    return push_all(session, contact, version=version, former=former, owed=owed)


def _is_level(session: Session, remote: str, version: str | None) -> bool:
    """Tell from names and ids alone that there is nothing to push, as far as is known."""
    ledger = session.ledger
    known = remotes.tracked(ledger, remote)
    notes = ledger.refs.get(NOTES_REF)
    if notes is not None and notes != known.get(NOTES_REF):
        return False
    refs = in_scope(session, ledger.refs, version)
    return all(ledger.refs[ref] == known.get(ref) for ref in refs)


def _owed(session: Session, version: str | None, tags: dict[str, str]) -> Owed:
    """Return the tags that a remote lacks of the generations that it has."""
    ledger = session.ledger
    if all(tag in tags for tag in ledger.refs if tag.startswith(TAGS)):
        return {}
    from gryt.store.sync_tags import owed  # lazy: it reads records

    return owed(ledger, in_scope(session, ledger.refs, version), tags)
