"""The tables that people ask with SQL, in the cache's file and as disposable.

Rows have two origins. Some come from the records themselves and only ever grow: SQLite's own JSON
functions add those of the records that are new (`store/tables_of_records.py`). The others tell what
a generation has come to, and are written anew whenever it has a new state
(`store/tables_of_states.py`). Every table begins with the ledger ref that its rows came from, so
that a ref's rows can go when it does.
"""

from gryt.store.sqlite import sqlite3
from gryt.store.tables_of_events import AUDIT_EVENTS, EVENTS, EVENTS_OF, VIEW
from gryt.store.tables_of_records import (
    APPROVALS,
    ARTIFACTS,
    FIRST_PROMISED,
    GATES,
    METRICS,
    OVERRIDES,
    POLICIES,
    PROMISED,
    RUNS,
    RUNS_BEGUN,
    SNAPSHOTS,
    STEPS,
    WITHDRAWN,
)
from gryt.store.tables_of_states import CHANGES, EVOLUTION_CHANGES, EVOLUTIONS, GENERATIONS

_STATES = (GENERATIONS, CHANGES, EVOLUTIONS, EVOLUTION_CHANGES)
_RECORDS = (
    RUNS,
    STEPS,
    METRICS,
    ARTIFACTS,
    GATES,
    APPROVALS,
    OVERRIDES,
    SNAPSHOTS,
    POLICIES,
    EVENTS,
)
TABLES = (*_STATES, *_RECORDS[:-1], AUDIT_EVENTS)
"""What may be asked."""

DDL = ";\n".join(
    [
        *(table.create for table in (*_STATES, *_RECORDS)),
        PROMISED,
        VIEW,
        "CREATE TABLE filled (n INTEGER NOT NULL)",
        "INSERT INTO filled VALUES (0)",
        "CREATE TABLE drawn (ref TEXT PRIMARY KEY, oid TEXT NOT NULL) WITHOUT ROWID",
    ]
)
"""`filled`: the last record that has its rows. `drawn`: the state of each ref that has its rows."""

FILL = (RUNS_BEGUN, *(table.insert for table in _RECORDS), WITHDRAWN, FIRST_PROMISED)
"""The statements that add the rows of new records."""

_HAVE_REF = (*(table.name for table in (*_STATES, *_RECORDS[:-1])), "promised", "drawn")


_OWN = "substr({0}.ref, instr({0}.ref, '/generations/') + 13) = {0}.version"
_FORMER = (
    "SELECT old.ref, own.ref FROM generations AS old JOIN generations AS own ON old.id = own.id"
    f" WHERE {_OWN.format('own')} AND NOT {_OWN.format('old')}"
)
_TWICE = (
    "DELETE FROM event WHERE n IN (SELECT old.n FROM record AS old JOIN record AS own"
    " ON own.path = old.path AND own.blob = old.blob WHERE old.ref = ? AND own.ref = ?)"
)

NOT_DRAWN = (
    "SELECT tip.ref, tip.oid FROM tip LEFT JOIN drawn USING (ref) WHERE drawn.oid IS NOT tip.oid"
)
"""The refs whose rows tell of an older state."""

IS_FILLED = (
    "SELECT (SELECT n FROM filled) = (SELECT coalesce(max(n), 0) FROM record)"
    f" AND NOT EXISTS ({NOT_DRAWN})"
)
"""Whether every record and every state has its rows."""


def fill(connection: sqlite3.Connection) -> None:
    """Add the rows of the records that have none yet."""
    since = connection.execute("SELECT n FROM filled").fetchone()[0]
    upto = connection.execute("SELECT coalesce(max(n), 0) FROM record").fetchone()[0]
    if upto > since:
        for statement in FILL:
            connection.execute(statement, {"since": since, "upto": upto})
        connection.execute("UPDATE filled SET n = ?", (upto,))


def forget(connection: sqlite3.Connection, ref: str) -> None:
    """Drop the records of a ref, and all rows that came from them."""
    connection.execute(f"DELETE FROM event WHERE (id, n) IN ({EVENTS_OF})", (ref,))
    connection.execute("DELETE FROM record WHERE ref = ?", (ref,))
    for name in _HAVE_REF:
        connection.execute(f"DELETE FROM {name} WHERE ref = ?", (ref,))
    connection.execute("UPDATE filled SET n = min(n, (SELECT coalesce(max(n), 0) FROM record))")


def drop_former(connection: sqlite3.Connection) -> None:
    """Drop what refs of former names repeat: a renamed generation has its rows once."""
    for old, own in connection.execute(_FORMER).fetchall():
        for table in (*_STATES, *_RECORDS[:-1]):
            connection.execute(f"DELETE FROM {table.name} WHERE ref = ?", (old,))
        connection.execute(_TWICE, (old, own))
