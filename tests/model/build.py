"""Records and states, said in few words."""

from gryt.model.contract import Change, ChangeType, Contract
from gryt.model.names import ChangeId, Oid, RecordId
from gryt.model.pipeline import RunStatus
from gryt.model.records import (
    Body,
    ContractRecorded,
    Created,
    Environment,
    EvolutionStarted,
    Kind,
    Outrun,
    PipelineRef,
    Promoted,
    Record,
    Renamed,
    Renumbered,
    Reviewed,
    RolledBack,
    RunFinished,
    RunStarted,
    SnapshotTaken,
    Unread,
    Withdrawn,
)
from gryt.model.records import Refused as RefusedRecord
from gryt.store.clock import ulid

BY = "Ada Lovelace <ada@example.com>"
COMMIT, OTHER, TREE, BLOB, TAG = (Oid(digit * 40) for digit in "1234f")
PIPELINE = PipelineRef("full-ci", BLOB)
PLACE = Environment("host", "0.1.0", "2.39.5", "3.11.2", "Linux")

_KINDS: dict[type, Kind] = {
    Created: Kind.CREATED,
    ContractRecorded: Kind.CONTRACT,
    Promoted: Kind.PROMOTED,
    Renamed: Kind.RENAMED,
    RolledBack: Kind.ROLLED_BACK,
    Outrun: Kind.OUTRUN,
    EvolutionStarted: Kind.STARTED,
    Renumbered: Kind.RENUMBERED,
    RunStarted: Kind.RUN_STARTED,
    RunFinished: Kind.RUN_FINISHED,
    RefusedRecord: Kind.REFUSED,
    Reviewed: Kind.REVIEWED,
    SnapshotTaken: Kind.SNAPSHOT,
    Unread: Kind.APPROVED,
}


def rid(number: int) -> RecordId:
    """The id of the record at this place in the order of things."""
    return ulid(1_705_741_200_000 + number, number)


def record(number: int, body: Body, kind: Kind | None = None) -> Record:
    """A record of the generation whose created record is number 0."""
    if kind is None:
        is_evolution = isinstance(body, Withdrawn) and body.evolution is not None
        fallback = Kind.EVOLUTION_ABANDONED if is_evolution else Kind.GENERATION_ABANDONED
        kind = _KINDS.get(type(body), fallback)
    return Record(rid(number), kind, f"2024-01-20T09:00:{number % 60:02}Z", BY, rid(0), body)


def change(name: str, title: str | None = None, kind: ChangeType = ChangeType.ADD) -> Change:
    return Change(ChangeId(name), kind, title or f"Title of {name}")


def contract(*changes: Change | str, **more: str) -> Contract:
    """A contract of these changes (or ids of changes)."""
    items = tuple(c if isinstance(c, Change) else change(c) for c in changes)
    return Contract("v1.0.0", changes=items, **more)


def created() -> Record:
    return record(0, Created("v1.0.0"))


def promised(number: int, what: Contract, *replaces: int) -> Record:
    """A revision of the contract."""
    return record(number, ContractRecorded(what, tuple(rid(old) for old in replaces)))


def started(number: int, rc: int, *changes: str) -> Record:
    """An evolution begins."""
    names = tuple(ChangeId(name) for name in changes)
    return record(number, EvolutionStarted(rc, names, COMMIT, (rid(1),), "full-ci", "main"))


def ran(
    number: int,
    evolution: int,
    status: RunStatus | None = RunStatus.PASS,
    *,
    commit: Oid = COMMIT,
    revision: int = 1,
    void: tuple[str, ...] = (),
) -> list[Record]:
    """A run of the evolution: its start at this number, and its end unless status is None."""
    about = (rid(evolution), commit, TREE, (rid(revision),), PIPELINE)
    begin = record(number, RunStarted(*about, host="host"))
    if status is None:
        return [begin]
    passed = status is RunStatus.PASS
    end = RunFinished(
        rid(evolution),
        begin.id,
        *about[1:],
        status=status,
        seconds=1.0,
        steps=(),
        environment=PLACE,
        void=void,
        tag="v1.0.0-rc.1" if passed else None,
        tag_object=TAG if passed else None,
    )
    return [begin, record(number + 1, end)]


def promoted(number: int, commit: Oid = COMMIT) -> Record:
    body = Promoted("v1.0.0", commit, "v1.0.0", TAG, (rid(1),), (), ())
    return record(number, body)
