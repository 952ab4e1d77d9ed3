"""Publishing by itself: what the mode asks for, before and after an action.

Always best effort. An action that is recorded here is done; where the remote cannot be reached, or
refuses, that is said and the next sync makes up for it.
"""

from typing import TYPE_CHECKING

from gryt.errors import GrytError
from gryt.service.session import Session
from gryt.store import remotes

if TYPE_CHECKING:
    from gryt.model.sync import Pushed

_PATIENCE = 30
"""Seconds for a conversation that nobody has asked for, where `gryt.timeout` says nothing else."""


def automatic(session: Session, version: str | None, *, edits: bool = False) -> str | None:
    """Return the remote that actions on a generation are published to; None where they are not.

    Edits of a contract, like whatever is about no generation, are published by themselves in the
    cloud mode alone.
    """
    if not session.writes or not remotes.names(session.ledger):
        return None
    from gryt.model.sync import Mode  # lazy: most clones have no remote
    from gryt.service.sync import mode  # lazy: most clones have no remote

    session.network = session.network._replace(limit=_PATIENCE)
    now = mode(session)
    remote = remotes.choose(session.ledger) if now is not Mode.LOCAL else None
    if remote is None or now is Mode.CLOUD:
        return remote
    is_due = version is not None and not edits and _is_shared(session, remote, version)
    return remote if is_due else None


def _is_shared(session: Session, remote: str, version: str) -> bool:
    """Tell whether a generation was ever seen at a remote: until then a draft is private."""
    layout = session.ledger.layout
    ref = layout.tracking(remote, layout.generation(version))
    return session.ledger.objects.ref(ref) is not None


def deciding(session: Session) -> str | None:
    """Return the remote at which promotions are decided; None where they are decided here."""
    if not remotes.names(session.ledger):
        return None
    from gryt.model.sync import Mode  # lazy: most clones have no remote
    from gryt.service.sync import mode  # lazy: most clones have no remote

    if mode(session) is Mode.LOCAL:
        return None
    return remotes.choose(session.ledger)


def before(session: Session, version: str) -> bool | None:
    """Take in what a remote has of a shared generation; None where there is none to ask.

    Returns False where it could not be asked: what is decided then is provisional.
    """
    remote = automatic(session, version)
    if remote is None:
        return None
    from gryt.service.sync_pull import pull  # lazy: only where something is shared

    layout = session.ledger.layout
    if session.ledger.objects.ref(layout.tracking(remote, layout.generation(version))) is None:
        return True  # nothing to take in: it will be new there
    try:
        pulled = pull(session, remote=remote, version=version)
    except GrytError as error:
        _say(session, error)
        return False
    for problem in pulled.problems:
        session.say(f"notice: {problem.version}: {problem.message}")
    return True


def fetch_for_job(session: Session) -> None:
    """Fetch the ledger into a CI job's clone that has none: no checkout brings it along."""
    from gryt.service import ci  # lazy: only `gryt run` needs it

    if ci.detect(session.environ) is None or session.ledger.refs:
        return
    remote = deciding(session)
    if remote is None:
        return
    from gryt.service.sync_pull import pull  # lazy: only where something is shared

    session.say(f"there is no ledger in this clone: fetching that of '{remote}'")
    try:
        pull(session, remote=remote)
    except GrytError as error:
        _say(session, error)


def after(session: Session, version: str | None, *, edits: bool = False) -> "Pushed | None":
    """Publish what was recorded, where the mode asks for it; return what came of it."""
    remote = automatic(session, version, edits=edits)
    if remote is None:
        return None
    from gryt.model.sync import Mode  # lazy: only where something is shared
    from gryt.service.sync import mode  # lazy: only where something is shared
    from gryt.service.sync_push import push  # lazy: only where something is shared

    version = None if mode(session) is Mode.CLOUD else version
    try:
        pushed = push(session, remote=remote, version=version)
    except GrytError as error:
        _say(session, error)
        session.say(f"notice: not published yet; later: gryt sync push{_only(version)}")
        return None
    for each in pushed.renumbered:
        session.say(f"notice: {each.old} is now {each.new}: the number was given out meanwhile")
    for problem in pushed.problems:
        session.say(f"notice: {problem.version}: {problem.message}")
        for line in problem.details:
            session.say(f"  {line}")
        session.say(f"hint: {problem.resolution}")
    for notice in pushed.notices:
        session.say(f"notice: {notice}")
    return pushed


def renamed(session: Session, old: str, new: str) -> None:
    """Publish a rename where the old name is shared, so that nobody goes on under it.

    Where the old name is another generation's at the remote, that one has its place here now: its
    tags are brought.
    """
    ledger = session.ledger
    remote = automatic(session, old)
    if remote is None:
        return
    from gryt.service.sync_push import push  # lazy: only where something is shared
    from gryt.store import sync_tags  # lazy: only where something is shared

    try:
        if ledger.find(old) is not None:
            sync_tags.bring(ledger, remote, old, network=session.network)
        else:
            for problem in push(session, remote=remote, version=new, former=old).problems:
                session.say(f"notice: {problem.version}: {problem.message}")
                session.say(f"hint: {problem.resolution}")
    except GrytError as error:
        _say(session, error)
        session.say("notice: not published yet; later: gryt sync push")


def _say(session: Session, error: GrytError) -> None:
    session.say(f"notice: {error.message}")
    for line in error.details:
        session.say(f"  {line}")


def _only(version: str | None) -> str:
    return "" if version is None else f" --version {version}"
