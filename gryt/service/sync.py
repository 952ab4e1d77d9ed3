"""The ledger and its remotes: which one, in what mode, and how both stand to each other."""

from collections.abc import Iterable, Sequence

from gryt.errors import Corrupt, InvalidInput, NotFound, RemoteFailed
from gryt.model.names import parse_version
from gryt.model.state import Generation
from gryt.model.sync import Clash, Line, Mode, Overview, Problem, Reason, Side, Standing
from gryt.service import contracts
from gryt.service.messages import commit_message
from gryt.service.session import Session
from gryt.service.tags import candidate_message
from gryt.store import remotes, sync_fetch
from gryt.store.layout import TAGS
from gryt.store.sync_fetch import Contact, Rewound
from gryt.store.sync_settle import Wording
from gryt.store.sync_unite import standing, state_there, unite_ref

WORDING = Wording(candidate_message, commit_message)
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


def clash(session: Session, remote: str, ref: str) -> Clash:
    """Return both generations of one version; raise Corrupt where the other does not read."""
    ledger = session.ledger
    there = state_there(ledger, remote, ref)
    here = ledger.state(ref)
    return Clash(here.version, remote, _side(here), _side(there))


def _side(state: Generation) -> Side:
    if state.promotion is not None:
        return Side(state.gid, state.status.value, state.promotion.by, state.promotion.at)
    return Side(state.gid, state.status.value, state.created_by, state.created_at)


# --- status


def status(session: Session, *, remote: str | None, version: str | None, offline: bool) -> Overview:
    """Return how every generation stands; where the remote cannot be asked, as last known."""
    name = prepare(session, remote, version)
    reached, contact = not offline, sync_fetch.known(session.ledger, name)
    if not offline:
        try:
            contact = sync_fetch.contact(session.ledger, name, session.network)
        except RemoteFailed as error:
            reached = False
            session.say(f"notice: {error.message}: this is what was last known")
            for line in error.details:
                session.say(f"  {line}")
    return overview(session, contact, version, reached=reached)


def overview(session: Session, contact: Contact, version: str | None, *, reached: bool) -> Overview:
    """Return how what is here stands to what a remote is known to have."""
    ledger = session.ledger
    refs = in_scope(session, [*ledger.refs, *contact.tips], version)
    if version is not None and not refs:
        raise ledger.unknown_version(version)
    lines, clashes, problems = [], [], []
    known = {line.ref: line.status for line in ledger.summaries()}
    for ref in refs:
        here, there = ledger.refs.get(ref), contact.tips.get(ref)
        problem = None
        try:
            state = standing(ledger, ref, here, there)
            if ref in contact.rewound:
                state = Standing.REWOUND
                problem = rewound_problem(session, contact, ref, contact.rewound[ref])
            elif state is Standing.CONFLICT:
                clashes.append(clash(session, contact.remote, ref))
            elif state in {Standing.BEHIND, Standing.DIVERGED}:
                unite_ref(ledger, ref, here, there)
        except Corrupt as error:
            state, problem = Standing.UNREADABLE, unreadable_problem(session, contact, ref, error)
        if problem is not None:
            problems.append(problem)
        tracking = ledger.layout.tracking(contact.remote, ref)
        lines.append(
            Line(
                version=label(session, ref),
                standing=state,
                remote_id=there,
                synced_at=remotes.moved_at(ledger, tracking) if there else None,
                local_status=known.get(ref),
                message=problem.message if problem else None,
            )
        )
    lines.sort(key=lambda line: _order(line.version))
    return Overview(contact.remote, tuple(lines), reached, tuple(clashes), tuple(problems))


def _order(version: str) -> tuple[int, str]:
    from gryt.model.names import Version  # lazy: sorting

    return (1, version) if version == META else (0, Version(version).sort_key)


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
