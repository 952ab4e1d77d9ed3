"""Bringing the whole cache up to the refs at once: records, states and the tables for SQL."""

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from gryt.errors import Corrupt
from gryt.model.state import Generation
from gryt.store import statecodec, tables
from gryt.store.current import is_current, is_filled, tips_of
from gryt.store.folding import state_of
from gryt.store.locks import building
from gryt.store.reading import Read, Wanted, read_refs
from gryt.store.rows import summary_of
from gryt.store.table_rows import draw, draw_corrupt, draw_nothing

if TYPE_CHECKING:
    from gryt.store.ledger import Ledger

_MANY = 20
"""From so many refs on, one process builds and the others wait for it."""
_TOGETHER = 64
"""How many refs are written in one transaction."""


def refresh(ledger: "Ledger") -> None:
    """Read every ref that has moved since the cache knew it, and fold it."""
    _refresh(ledger, with_tables=False)


def refresh_tables(ledger: "Ledger") -> None:
    """Bring the tables for SQL up to the refs; in private where the cache cannot be had."""
    for _ in range(2):
        _refresh(ledger, with_tables=True)
        if is_current(ledger):
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
    reads = read_refs(ledger.repository.git, wanted)
    for _ in range(0, len(wanted) + 1, _TOGETHER):
        with ledger.index.together() as can_write:
            states = {read.ref: _put(ledger, read) for read in islice(reads, _TOGETHER)}
            if with_tables and can_write:
                _fill(ledger, states)


def _put(ledger: "Ledger", read: Read) -> Generation | None:
    """Store what was read of a ref, and return what its generation has come to."""
    ledger.index.put_read(read)
    if read.problem is not None or ledger.layout.version(read.ref) is None:
        return None
    try:
        is_whole = read.since is None and len(read.records) == len(read.rows)
        state = state_of(read.ref, read.records if is_whole else ledger.records(read.ref))
    except Corrupt:
        return None
    ledger.index.put_state(summary_of(read.ref, read.tip, state), statecodec.dump(state))
    return state


def _fill(ledger: "Ledger", states: Mapping[str, Generation | None]) -> None:
    """Add the rows that are missing in the tables for SQL."""
    connection = ledger.index.database.connection
    tables.fill(connection)
    for ref, tip in connection.execute(tables.NOT_DRAWN).fetchall():
        version = ledger.layout.version(ref)
        if version is None:
            draw_nothing(connection, ref, tip)
            continue
        try:
            draw(connection, ref, tip, states.get(ref) or ledger.state(ref))
        except Corrupt:
            draw_corrupt(connection, ref, tip, version)
    tables.drop_former(connection)
