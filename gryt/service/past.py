"""Generations as they were: at a snapshot, at a commit of their ledger ref, or on a date."""

import re
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

from gryt.errors import InvalidInput, NotFound
from gryt.model.state import Generation
from gryt.service.session import Session
from gryt.store.times import commit_time_named, ledger_commit
from gryt.values import Value

if TYPE_CHECKING:
    from gryt.model.records import Record

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_AGO = re.compile(r"(?P<count>\d{1,6})[ .](?P<unit>second|minute|hour|day|week)s?[ .]ago")
_WORDS = {"now": 0, "today": 0, "yesterday": 1}
_HINT = (
    "a snapshot, a commit of the generation's ref, 2024-01-20, 2024-01-20T14:30, or '2 hours ago'"
)


class Past(Value):
    """A generation as it was."""

    state: Generation
    at: str
    """What was asked for, in words."""


def at(session: Session, version: str, wanted: str) -> Past:
    """Return the state of a generation at a point; raise NotFound where it did not exist then."""
    from gryt.store import snapshots  # lazy: libgit2

    names = {snapshot.id for snapshot in snapshots.every(session.ledger)}
    if wanted in names or any(name.startswith(wanted) for name in names if "_" in wanted):
        return _at_snapshot(session, version, wanted)
    moment = _moment(session, wanted)
    if moment is not None:
        return _at_moment(session, version, moment)
    return _at_commit(session, version, wanted)


def _at_snapshot(session: Session, version: str, wanted: str) -> Past:
    from gryt.store import snapshots, states  # lazy: libgit2

    ledger = session.ledger
    found = snapshots.find(ledger, wanted)
    tree = snapshots.generations_in(ledger, found).get(version)
    if tree is None:
        raise NotFound(
            f"generation '{version}' is not in '{found.id}'",
            hints=[f"gryt audit show-snapshot {found.id}"],
        )
    return Past(states.state_in(ledger, tree, f"{found.id}/{version}"), found.id)


def _at_commit(session: Session, version: str, wanted: str) -> Past:
    from gryt.store import states  # lazy: libgit2

    ledger = session.ledger
    ref = ledger.get(version).ref
    commit = ledger_commit(ledger, ref, wanted)
    if commit is not None:
        tree = ledger.objects.tree_of(commit)
        return Past(states.state_in(ledger, tree, f"{commit[:10]}:{version}"), f"commit {commit}")
    code = commit_time_named(ledger, wanted)
    if code is not None:
        then = datetime.fromtimestamp(code, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        raise NotFound(
            f"'{wanted}' is no commit of '{ref}'",
            hints=[f"as of when it was made: --at {then}", f"git log --oneline {ref}"],
        )
    raise InvalidInput(f"'{wanted}' is no point in time that gryt knows", hints=[_HINT])


def _at_moment(session: Session, version: str, moment: datetime) -> Past:
    """Return the state that the records come to which were made until then, by their own clocks."""
    from gryt.model.fold import fold  # lazy: the record classes
    from gryt.model.records import Created  # lazy: the record classes

    ledger = session.ledger
    records = ledger.records(ledger.get(version).ref)
    until = [record for record in records if _when(record) <= moment]
    shown = moment.astimezone().strftime("%Y-%m-%d %H:%M:%S")
    if not any(isinstance(record.body, Created) for record in until):
        raise NotFound(
            f"generation '{version}' did not exist at {shown}",
            hints=[f"it was created at {records[0].at}"],
        )
    return Past(fold(until), shown)


def _when(record: "Record") -> datetime:
    return datetime.fromisoformat(record.at)


def _moment(session: Session, wanted: str) -> datetime | None:
    """Return the moment that a text names; a day alone means its end. None for no moment."""
    now = datetime.fromtimestamp(session.ledger.now_ms() / 1000, UTC).astimezone()
    ago = _AGO.fullmatch(wanted)
    if ago is not None:
        return now - timedelta(**{f"{ago['unit']}s": int(ago["count"])})
    if wanted in _WORDS:
        day = now.date() - timedelta(days=_WORDS[wanted])
        return now if not _WORDS[wanted] else datetime.combine(day, time.max).astimezone()
    if _DAY.match(wanted) is None:
        return None
    try:
        moment = datetime.fromisoformat(wanted)
    except ValueError:
        raise InvalidInput(f"'{wanted}' is not a date", hints=[_HINT]) from None
    if _DAY.fullmatch(wanted):
        moment = datetime.combine(moment.date(), time.max)
    return moment.astimezone() if moment.tzinfo is None else moment
