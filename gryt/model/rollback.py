"""Rollback: which records still count, and what a rollback has to take out of force.

A rollback only adds. Its record names the records that it had seen and that no longer count;
whatever it had not seen, made at the same time elsewhere, still counts. So the state after it is
the state at the snapshot plus the unseen, in every clone and in whatever order things arrive.

Some things cannot be taken back. A generation's identity and names, and the numbers that candidates
have held, others may have seen and written down; and the beginning of an evolution counts for as
long as something that happens to it does.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

from gryt.model.names import RecordId
from gryt.model.records import (
    Created,
    EvolutionStarted,
    Kind,
    Outrun,
    Record,
    Renamed,
    Renumbered,
    RolledBack,
    RunFinished,
    RunStarted,
    Withdrawn,
)
from gryt.values import Value

_LASTING = (Created, Renamed, Renumbered, Outrun)


def superseded(ordered: Sequence[Record]) -> set[RecordId]:
    """Return the ids of the records that do not count: rolled back, or outrun by a promotion."""
    rollbacks: dict[RecordId, frozenset[RecordId]] = {}
    for record in ordered:
        if isinstance(record.body, RolledBack):
            before = rollbacks.get(record.id, frozenset())
            rollbacks[record.id] = before | record.body.supersedes
    outrun = {r.body.promotion for r in ordered if isinstance(r.body, Outrun)}
    if not rollbacks:
        return outrun
    gone = taken_back(rollbacks)
    gone.difference_update(r.id for r in ordered if isinstance(r.body, _LASTING))
    gone.difference_update(_needed(ordered, gone))
    return gone | outrun


def taken_back(rollbacks: Mapping[RecordId, frozenset[RecordId]]) -> set[RecordId]:
    """Return all that is superseded by those rollbacks that are not superseded themselves.

    A rollback is judged after every other that would take it back. Honest ones cannot form a ring,
    each having seen what it takes back; of a forged ring the newest is judged first.
    """
    if not rollbacks:
        return set()
    import heapq  # lazy: a rollback is rare

    judges = dict.fromkeys(rollbacks, 0)
    for identity, supersedes in rollbacks.items():
        for other in supersedes & rollbacks.keys():
            judges[other] += other != identity
    newest_first = sorted(rollbacks, reverse=True)
    place = {identity: n for n, identity in enumerate(newest_first)}
    free = [place[identity] for identity, count in judges.items() if count == 0]
    heapq.heapify(free)
    ring = iter(newest_first)
    gone: set[RecordId] = set()
    done: set[RecordId] = set()
    while len(done) < len(rollbacks):
        current = newest_first[heapq.heappop(free)] if free else next(i for i in ring)
        if current in done:
            continue
        done.add(current)
        if current not in gone:
            gone |= rollbacks[current]
        for other in rollbacks[current] & rollbacks.keys():
            judges[other] -= 1
            if judges[other] == 0 and other not in done:
                heapq.heappush(free, place[other])
    return gone


def _needed(ordered: Iterable[Record], gone: set[RecordId]) -> set[RecordId]:
    """Return the evolutions' beginnings that something which counts is about."""
    started = {r.id for r in ordered if isinstance(r.body, EvolutionStarted) and r.id in gone}
    if not started:
        return started
    about = (
        r.body.evolution
        for r in ordered
        if isinstance(r.body, RunStarted | RunFinished | Withdrawn) and r.id not in gone
    )
    return started.intersection(e for e in about if e is not None)


class Entry(Value):
    """What a rollback has to know of a record."""

    id: RecordId
    kind: Kind
    supersedes: frozenset[RecordId] = frozenset()
    """Of a rollback."""


_NOT_TAKEN_BACK = frozenset(
    {Kind.CREATED, Kind.RENAMED, Kind.RENUMBERED, Kind.REFUSED, Kind.OUTRUN}
)
"""What lasts, and refusals: they are evidence and change nothing."""


def to_supersede(now: Iterable[Entry], then: Collection[RecordId]) -> frozenset[RecordId]:
    """Return the records to take out of force, so that those in force at a snapshot are again.

    `then` are the records that the snapshot has; of those, `now` need only have the rollbacks.
    Nothing is returned where the same records are in force now as then, however often there was a
    rollback since.
    """
    entries = [entry for entry in now if entry.kind not in _NOT_TAKEN_BACK]
    rollbacks = {e.id: e.supersedes for e in entries if e.kind is Kind.ROLLED_BACK}
    new = frozenset(entry.id for entry in entries if entry.id not in then)
    gone = taken_back(rollbacks)
    gone_then = taken_back({i: ids for i, ids in rollbacks.items() if i in then})
    in_force = new - gone - rollbacks.keys()
    turned = (gone ^ gone_then) - new - rollbacks.keys()
    return new if in_force or turned else frozenset()
