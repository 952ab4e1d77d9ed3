"""Whether a version may become a generation's name."""

from gryt.errors import Refused
from gryt.model.names import RecordId, Version
from gryt.service.session import Session
from gryt.store.naming import identities, tracked


def refuse_taken(session: Session, version: Version, *, gid: RecordId | None = None) -> None:
    """Raise Refused where a version is that of another generation, here or where it was fetched.

    A generation may take back a name of its own: its identity is `gid`.
    """
    ledger = session.ledger
    seen = tracked(ledger)
    bare = version.text.removeprefix("v")
    for name in dict.fromkeys((version.text, bare, f"v{bare}")):
        ref = ledger.layout.generation(name)
        places = {"": ledger.refs[ref]} if ref in ledger.refs else {}
        for remote, tip in {**places, **seen.get(name, {})}.items():
            if name == version.text and gid is not None and gid in identities(ledger, tip):
                continue
            raise taken(session, name, remote)


def taken(session: Session, name: str, remote: str) -> Refused:
    """Return the error for a version that is another generation's, on a remote or ('') here."""
    if remote:
        return Refused(
            f"generation '{name}' exists already on {remote}",
            hints=["gryt sync pull", "take another version"],
        )
    view = session.ledger.find(name)
    if view is None:
        now = session.ledger.unknown_version(name)
        return Refused(f"'{name}' was taken before: {now.message}", hints=now.hints)
    return Refused(
        f"generation '{name}' exists already ({view.state.status.value})",
        hints=[f"gryt generation show {name}", f"gryt generation edit {name}"],
    )
