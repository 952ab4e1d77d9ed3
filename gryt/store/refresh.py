"""Bringing the whole cache up to the refs at once: records, states and the tables for SQL."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from gryt.errors import Corrupt
from gryt.model.state import Generation
from gryt.store import statecodec, tables
from gryt.store.current import is_current, is_filled, tips_of
from gryt.store.folding import Parcel, parcel, state_of
from gryt.store.locks import building
from gryt.store.reading import Wanted, read_refs
from gryt.store.reading_beside import read_beside
from gryt.store.rows import summary_of
from gryt.store.table_rows import draw, draw_corrupt, draw_nothing

if TYPE_CHECKING:
    from gryt.store.ledger import Ledger

_MANY = 20
"""From so many refs on, one process builds and the others wait for it."""
_WORTH = 4000
"""From so many records in the first refs on, other processes are started for the others."""
_BESIDE = 2
"""How many: reading a record takes more than twice what putting it into the cache takes."""
_TOGETHER = 64
"""How many refs are written in one transaction."""


def refresh(ledger: "Ledger") -> None:
    """Read every ref that has moved since the cache knew it, and fold it."""
    _refresh(ledger, with_tables=False)


def refresh_tables(ledger: "Ledger") -> None:
    """Bring the tables for SQL up to the refs; in private where the cache cannot be had."""
    for _ in range(2):
        _refresh(ledger, with_tables=True)
        if is_current(ledger, as_read=True):
            return
    ledger.index.database.detach()
    _refresh(ledger, with_tables=True)


def _wanted(ledger: "Ledger") -> list[Wanted]:
    known = ledger.index.trees()
    tips = tips_of(ledger)
    if any(ref not in tips for ref in known):
        ledger.index.forget(tips)
    return [
        Wanted(ref, tip, known[ref][1] if ref in known and known[ref][0] else None)
        for ref, tip in tips.items()
        if ref not in known or known[ref][0] != tip
    ]


def _refresh(ledger: "Ledger", *, with_tables: bool) -> None:
    wanted = _wanted(ledger)
    if len(wanted) >= _MANY and ledger.index.database.is_file:
        with building(ledger.folder):
            _build(ledger, _wanted(ledger), with_tables=with_tables)
    elif wanted or (with_tables and not is_filled(ledger)):
        _build(ledger, wanted, with_tables=with_tables)


def _build(ledger: "Ledger", wanted: Sequence[Wanted], *, with_tables: bool) -> None:
    parcels = _parcels(ledger, wanted)
    for _ in range(0, len(wanted) + 1, _TOGETHER):
        with ledger.index.together() as can_write:
            for made in islice(parcels, _TOGETHER):
                _put(ledger, made)
            if with_tables and can_write:
                _fill(ledger)


def _parcels(ledger: "Ledger", wanted: Sequence[Wanted]) -> Iterator[Parcel]:
    """Yield what each ref has; from a process beside this one where that is worth its start."""
    git, count = ledger.repository.git, 0
    for read in read_refs(git, wanted[:_TOGETHER]):
        count += len(read.rows)
        yield parcel(read, is_generation=_is_generation(ledger, read.ref))
    left = wanted[_TOGETHER:]
    if left and count >= _WORTH:
        new = [(each, _is_generation(ledger, each.ref)) for each in left if each.since is None]
        done = set()
        for made in _in_turn([read_beside(git, new[n::_BESIDE]) for n in range(_BESIDE)]):
            done.add(made.ref)
            yield made
        left = [each for each in left if each.ref not in done]
    for read in read_refs(git, left):
        yield parcel(read, is_generation=_is_generation(ledger, read.ref))


def _in_turn(sources: list[Iterator[Parcel]]) -> Iterator[Parcel]:
    """Yield from each of them in turn until all have ended."""
    while sources:
        for source in [*sources]:
            made = next(source, None)
            if made is None:
                sources.remove(source)
            else:
                yield made


def _is_generation(ledger: "Ledger", ref: str) -> bool:
    return ledger.layout.version(ref) is not None


def _put(ledger: "Ledger", made: Parcel) -> None:
    """Store what was read of a ref, and what its generation has come to."""
    ledger.index.put_read(made)
    if made.summary is not None and made.state is not None:
        ledger.index.put_state(made.summary, made.state)
    elif made.problem is None and _is_generation(ledger, made.ref):
        try:
            state = state_of(made.ref, ledger.records(made.ref))
        except Corrupt:
            return
        ledger.index.put_state(summary_of(made.ref, made.tip, state), statecodec.dump(state))


def _state(ledger: "Ledger", ref: str, tip: str) -> Generation:
    """Return the state that was put, without keeping it: there may be many."""
    text = ledger.index.state(ref, tip)
    return ledger.state(ref) if text is None else statecodec.load(text)


def _fill(ledger: "Ledger") -> None:
    """Add the rows that are missing in the tables for SQL."""
    connection = ledger.index.database.connection
    tables.fill(connection)
    for ref, tip in connection.execute(tables.NOT_DRAWN).fetchall():
        version = ledger.layout.version(ref)
        if version is None:
            draw_nothing(connection, ref, tip)
            continue
        try:
            draw(connection, ref, tip, _state(ledger, ref, tip))
        except Corrupt:
            draw_corrupt(connection, ref, tip, version)
    tables.drop_former(connection)
