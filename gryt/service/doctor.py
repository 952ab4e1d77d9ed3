"""Whether gryt can work well in this clone, and which command or CI line mends what keeps it from.

Nothing is written, and nobody else is asked: that is `doctor_remote`.
"""

from collections.abc import Iterator

from gryt.model.health import Check, fine, wrong
from gryt.model.state import EvolutionStatus, GenerationStatus
from gryt.service import ci, ci_lines
from gryt.service.doctor_config import namespace, refspecs, remotes
from gryt.service.session import Session
from gryt.store.checkout import has_object
from gryt.store.leftovers import is_stale
from gryt.store.surroundings import NOTES_REF, Surroundings, surroundings

_OLDEST_GIT = (2, 31)
_MANY_LOOSE = 20_000


def doctor(session: Session) -> list[Check]:
    """Look at everything that can be told from here, in an order to be read."""
    found = surroundings(session.ledger)
    return [
        _git(found),
        _identity(session),
        *namespace(found),
        *_clone(session, found),
        *remotes(found),
        _fetched(session, found),
        *refspecs(found),
        *_leftovers(found),
        *([] if found.missing else _ledger(session, found)),
        _objects(found),
        *_files(found),
    ]


def _git(found: Surroundings) -> Check:
    if found.git_version < _OLDEST_GIT:
        oldest = ".".join(map(str, _OLDEST_GIT))
        return wrong(
            "git", f"git is {found.git_text}, and gryt needs {oldest}", f"install git {oldest}"
        )
    return fine("git", f"git {found.git_text}")


def _identity(session: Session) -> Check:
    identity = session.author.identity
    if not identity.fallback:
        return fine("identity", f"records say {identity}")
    job = ci.detect(session.environ)
    if job is not None:
        return fine(
            "identity", f"git knows nobody: records say {identity}, from the {job.system} job"
        )
    return wrong(
        "identity",
        f"git knows nobody: records would say {identity}",
        'git config --global user.name "Your Name"',
        "git config --global user.email you@example.com",
    )


def _clone(session: Session, found: Surroundings) -> Iterator[Check]:
    job = ci.detect(session.environ)
    system = job.system if job is not None else None
    if found.is_shallow:
        yield wrong(
            "shallow",
            "the clone is shallow: what contains what cannot be told, and nothing is promoted here",
            "git fetch --unshallow --tags",
            *ci_lines.whole_history(system),
        )
    else:
        yield fine("shallow", "the history is all here")
    partial = [remote for remote in found.remotes.values() if remote.filter is not None]
    for remote in partial:
        if found.missing:
            source, tracked = f"{found.namespace}/*", f"refs/gryt-remotes/{remote.name}/*"
            yield wrong(
                "partial",
                f"the clone is partial ({remote.filter}), and objects of the ledger are missing,"
                f" such as {found.missing[0][:10]}",
                f"git fetch --no-filter --refetch {remote.name} '{source}:{tracked}'",
                *ci_lines.whole_objects(system),
            )
        else:
            yield fine("partial", f"the clone is partial ({remote.filter}), the ledger is whole")
    if not partial:
        yield fine("partial", "the clone is not partial")


def _fetched(session: Session, found: Surroundings) -> Check:
    if found.remote is None:
        return fine("fetched", f"{_counted(len(found.refs), 'ref')} of the ledger")
    if not found.tracking.get(found.remote) and found.refs:
        return fine("fetched", f"nothing was seen of a ledger on '{found.remote}' yet")
    if not found.tracking.get(found.remote):
        job = ci.detect(session.environ)
        return wrong(
            "fetched",
            f"there is no ledger here: that of '{found.remote}' was never fetched",
            "gryt sync pull",
            *ci_lines.pull(job.system if job is not None else None),
        )
    seen = _counted(found.tracking[found.remote], "generation")
    return fine("fetched", f"{seen} of '{found.remote}' were seen here, {len(found.refs)} refs are")


def _leftovers(found: Surroundings) -> Iterator[Check]:
    checks = []
    for lock in found.locks:
        if lock.holder is None and is_stale(lock):
            message = f"'{lock.path}' is {lock.age:.0f} seconds old, and nobody has it open"
            checks.append(wrong("locks", message, "gryt verify --repair"))
    for ref in found.broken:
        message = f"the file of '{ref}' holds no object id"
        checks.append(wrong("refs", message, f"git reflog show {ref}", "gryt sync pull"))
    if found.scratch:
        message = f"'{found.scratch[0].path}' was left by a killed process"
        checks.append(wrong("scratch", message, "gryt verify --repair"))
    yield from checks or [fine("locks", "no killed process left a lock")]


def _ledger(session: Session, found: Surroundings) -> list[Check]:
    """Look into the ledger; where objects are missing, git would fetch what is looked at."""
    return [_runs(session), _tags(session, found), _notes(session, found)]


def _runs(session: Session) -> Check:
    interrupted = [
        evolution.tag
        for line in session.ledger.summaries()
        if line.status == GenerationStatus.DRAFT.value and line.evolutions
        for evolution in session.ledger.get(line.version).state.evolutions
        if evolution.status is EvolutionStatus.INTERRUPTED
    ]
    if interrupted:
        names = ", ".join(f"'{tag}'" for tag in interrupted)
        mends = (f"gryt run --evolution {tag}" for tag in interrupted)
        return wrong("runs", f"the run of {names} was killed", *mends)
    return fine("runs", "no run was interrupted")


def _tags(session: Session, found: Surroundings) -> Check:
    """Tell which recorded tags are not here; whether those here are genuine, verify tells."""
    wanted: dict[str, str] = {}
    for line in session.ledger.summaries():
        if not line.evolutions:
            continue
        state = session.ledger.get(line.version).state
        passed = (e for e in state.evolutions if e.status is EvolutionStatus.PASS)
        wanted |= {e.tag: e.tag_object for e in passed if e.tag_object is not None}
        if state.promotion is not None:
            wanted[state.promotion.tag] = state.promotion.tag_object
    absent = sorted(wanted.keys() - found.tags.keys())
    if not absent:
        return fine("tags", f"recorded tags: {len(wanted)}, all here")
    here = any(has_object(session.ledger, wanted[name]) for name in absent)
    local = here or found.remote is None
    mend = "gryt verify --repair" if local else f"git fetch --tags {found.remote}"
    shown = ", ".join(absent[:3]) + (", ..." if len(absent) > 3 else "")  # noqa: PLR2004
    return wrong("tags", f"recorded tags that are not here: {shown}", mend)


def _notes(session: Session, found: Surroundings) -> Check:
    runs = any(line.proven for line in session.ledger.summaries())
    if found.has_notes or not runs:
        return fine("notes", "git log --notes=gryt shows what is proven")
    source = found.remote
    mend = f"git fetch {source} {NOTES_REF}:{NOTES_REF}" if source else "gryt verify --repair"
    return wrong("notes", "the notes on proven commits are not here", mend)


def _objects(found: Surroundings) -> Check:
    expire = found.config.get("gc.pruneexpire", "")
    if expire in {"now", "all"}:
        return wrong(
            "objects",
            f"gc.pruneExpire is '{expire}': what is being written can be pruned before it is done",
            "git config --unset-all gc.pruneExpire",
        )
    if found.loose > _MANY_LOOSE:
        return wrong("objects", f"{found.loose} objects are loose: git is slow", "git gc")
    if found.garbage:
        return wrong("objects", f"{found.garbage} files among the objects are no objects", "git gc")
    return fine("objects", f"{_counted(found.loose, 'loose object')}")


def _files(found: Surroundings) -> Iterator[Check]:
    if found.tracked_contracts:
        name = found.tracked_contracts[0]
        yield wrong(
            "contracts",
            f"'{name}' is in commits: contract files are working copies of the ledger",
            "git rm --cached -r .gryt/generations",
        )
    if found.newest_is_ahead:
        yield wrong(
            "clock",
            "a record is from more than a day ahead: some clock, here or there, is wrong",
            "date",
            "gryt verify",
        )


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
