"""The ledger and its remotes: which one, in what mode, and how both stand to each other."""

from collections.abc import Iterable, Sequence

from gryt.errors import Corrupt, InvalidInput, NotFound
from gryt.model.names import parse_version
from gryt.model.state import GenerationStatus
from gryt.model.sync import Clash, Mode, Problem, Reason
from gryt.service import contracts
from gryt.service.session import Session
from gryt.store import remotes
from gryt.store.index import Summary
from gryt.store.layout import NOTES_REF, TAGS
from gryt.store.ledger import Ledger
from gryt.store.sync_fetch import Contact, Rewound

META = "meta"


def mode(session: Session) -> Mode:
    """Return the mode: as configured, else hybrid where there is a remote."""
    said = session.ledger.repository.config.get("gryt.mode")
    if said is None:
        return Mode.HYBRID if remotes.names(session.ledger) else Mode.LOCAL
    try:
        return Mode(said.lower())
    except ValueError:
        raise InvalidInput(
            f"'{said}' is not a mode", hints=["gryt sync config --mode local|hybrid|cloud"]
        ) from None


def configure(session: Session, *, wanted: Mode | None, remote: str | None) -> None:
    """Store the mode and the remote in git's config."""
    if remote is not None:
        remotes.need(session.ledger, remote)
    pairs = (("gryt.mode", wanted and wanted.value), ("gryt.remote", remote))
    for key, value in pairs:
        if value is not None:
            remotes.set_config(session.ledger, key, value)


def chosen(session: Session) -> str | None:
    """Return the remote that is talked to; None where there is none."""
    return remotes.choose(session.ledger)


def prepare(session: Session, remote: str | None, version: str | None) -> str:
    """Let everything that a sync needs be seen; return the remote.

    Edits of contract files are taken up first: they are what a user means to share.
    """
    ledger = session.ledger
    ledger.reread()
    remotes.watch(ledger)
    ledger.watch(TAGS)
    ledger.watch(NOTES_REF)
    name = remotes.need(ledger, remote)
    if version is None:
        contracts.take_up_all(session)
    elif (
        session.ledger.find(parse_version(version).text) is not None
        or contracts.read_file(session, version) is not None
    ):
        contracts.current(session, version)
    return name


def label(session: Session, ref: str) -> str:
    """Return what to call a ledger ref: its version, or 'meta'."""
    return session.ledger.layout.version(ref) or META


def in_scope(session: Session, refs: Iterable[str], version: str | None) -> list[str]:
    """Return the ledger refs among these that a command is about."""
    layout = session.ledger.layout
    wanted = None if version is None else layout.generation(version)
    return sorted(
        ref for ref in set(refs) if (layout.is_ledger(ref) if wanted is None else ref == wanted)
    )


def lacks_tags(ledger: Ledger, ref: str, line: Summary | None) -> bool:
    """Tell whether a generation looks as if its tags had never come here."""
    version = ledger.layout.version(ref)
    if version is None or line is None or not line.evolutions:
        return False
    is_there = f"{TAGS}{version}" in ledger.refs
    if line.status == GenerationStatus.PROMOTED.value and not is_there:
        return True
    first = f"{TAGS}{version}-rc."
    return line.proven > 0 and not any(name.startswith(first) for name in ledger.refs)


# --- what stands against syncing a ref


def rewound_problem(session: Session, contact: Contact, ref: str, found: Rewound) -> Problem:
    """Say that a remote has gone back, with both ids and what the remote's owner can do."""
    name = label(session, ref)
    now = f"is at {found.now}" if found.now is not None else "is gone"
    back = f"git push {contact.remote} {found.was}:{ref}"
    return Problem(
        name,
        Reason.REWOUND,
        f"{contact.remote} has gone back: {ref} was at {found.was} and {now}",
        f"ask who rewrote it; to put it back: {back}",
    )


def unreadable_problem(session: Session, contact: Contact, ref: str, error: Corrupt) -> Problem:
    """Say that what a remote has of a ref cannot be taken in."""
    tracking = session.ledger.layout.tracking(contact.remote, ref)
    return Problem(
        label(session, ref),
        Reason.UNREADABLE,
        f"{contact.remote} has what cannot be united with what is here",
        f"look at it: git log --stat {tracking}",
        (error.message, *error.details),
    )


def conflict_problem(clash: Clash) -> Problem:
    """Say that a version is taken, by whom, and how to go on."""
    is_promoted = clash.there.status == "promoted"
    verb = "promoted" if is_promoted else f"{clash.there.status}, begun"
    return Problem(
        clash.version,
        Reason.CONFLICT,
        f"Version {clash.version} already exists in {clash.remote}"
        f" ({verb} by {clash.there.by} at {clash.there.at})",
        "Use different version or pull to sync:"
        f" gryt generation rename {clash.version} VERSION, gryt sync pull",
    )


def need_local(session: Session, version: str | None) -> None:
    """Raise NotFound where a version that is to be pushed is not here."""
    if version is not None and session.ledger.find(version) is None:
        raise session.ledger.unknown_version(version)


def all_remotes(session: Session) -> Sequence[str]:
    """Return every remote; raise NotFound where there is none."""
    found = remotes.names(session.ledger)
    if not found:
        raise NotFound("there is no remote to sync with", hints=["git remote add origin URL"])
    return found
