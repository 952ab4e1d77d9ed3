"""The tables that people ask with SQL, in the cache's file and as disposable.

Rows have two origins. Some come from the records themselves and only ever grow: SQLite's own JSON
functions add those of the records that are new (`store/tables_of_records.py`). The others tell what
a generation has come to, and are written anew whenever it has a new state
(`store/tables_of_states.py`). Every table begins with the ledger ref that its rows came from, so
that a ref's rows can go when it does.
"""

import sqlite3

from gryt.store.tables_of_records import (
    APPROVALS,
    DETAILS,
    EVENTS,
    FIRST_PROMISED,
    GATES,
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
_RECORDS = (RUNS, STEPS, GATES, APPROVALS, OVERRIDES, SNAPSHOTS, POLICIES, EVENTS)
_SHOWN = tuple(column for column in EVENTS.columns if column.name != "n")
_NAMES = ", ".join(column.name for column in _SHOWN)
_DETAILS = "(SELECT doc FROM record WHERE record.n = event.n)"
AUDIT_EVENTS = EVENTS._replace(name="audit_events", columns=(*_SHOWN, DETAILS))

TABLES = (*_STATES, *_RECORDS[:-1], AUDIT_EVENTS)
"""What may be asked."""

DDL = ";\n".join(
    [
        *(table.create for table in (*_STATES, *_RECORDS)),
        PROMISED,
        f"CREATE VIEW audit_events AS SELECT {_NAMES}, {_DETAILS} AS details FROM event",
        "CREATE TABLE filled (n INTEGER NOT NULL)",
        "INSERT INTO filled VALUES (0)",
        "CREATE TABLE drawn (ref TEXT PRIMARY KEY, oid TEXT NOT NULL) WITHOUT ROWID",
    ]
)
"""`filled`: the last record that has its rows. `drawn`: the state of each ref that has its rows."""

FILL = (RUNS_BEGUN, *(table.insert for table in _RECORDS), WITHDRAWN, FIRST_PROMISED)
"""The statements that add the rows of new records."""

_HAVE_REF = (*(table.name for table in (*_STATES, *_RECORDS)), "promised", "drawn")


_OWN = "substr({0}.ref, instr({0}.ref, '/generations/') + 13) = {0}.version"
_FORMER = (
    "SELECT old.ref, own.ref FROM generations AS old JOIN generations AS own ON old.id = own.id"
    f" WHERE {_OWN.format('own')} AND NOT {_OWN.format('old')}"
)
_TWICE = (
    "DELETE FROM event WHERE ref = ? AND EXISTS (SELECT 1 FROM event AS own"
    " WHERE own.ref = ? AND own.path = event.path AND own.blob = event.blob)"
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
    """Drop the rows of a ref whose records have been dropped."""
    for name in _HAVE_REF:
        connection.execute(f"DELETE FROM {name} WHERE ref = ?", (ref,))
    connection.execute("UPDATE filled SET n = min(n, (SELECT coalesce(max(n), 0) FROM record))")


def drop_former(connection: sqlite3.Connection) -> None:
    """Drop what refs of former names repeat: a renamed generation has its rows once."""
    for old, own in connection.execute(_FORMER).fetchall():
        for table in (*_STATES, *_RECORDS[:-1]):
            connection.execute(f"DELETE FROM {table.name} WHERE ref = ?", (old,))
        connection.execute(_TWICE, (old, own))
