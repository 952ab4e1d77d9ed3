"""Asking the ledger with SQL, which can do nothing but read.

What a statement may touch is a list of what is allowed: `SELECT` over the tables of
`store/tables.py`, with functions that only compute. SQLite asks the list while it compiles, before
anything runs. There is nothing to attach, no file to write, no setting to change; size, depth and
time are limited, so that a question cannot take the machine either.
"""

import os
import sqlite3
import sys
import threading
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from gryt.errors import GrytError, InvalidInput, Refused
from gryt.model.names import nearest
from gryt.store.current import is_current
from gryt.store.database import Database, is_broken
from gryt.store.guard import guard
from gryt.store.tables import TABLES
from gryt.values import Value

if TYPE_CHECKING:
    from gryt.store.ledger import Ledger

Entry = str | int | float | bytes | None

DEFAULT_TIMEOUT = 10.0
_MAX_ROWS = 500_000
_MAX_BYTES = 64 * 1024 * 1024
_GRACE = 2.0
"""Seconds after which a single function that never looks at the clock is ended with the process."""


class Answer(Value):
    """What a question came to."""

    columns: tuple[str, ...]
    rows: list[tuple[Entry, ...]]


def bring_up(ledger: "Ledger") -> None:
    """Have the tables for SQL tell what is at the refs now."""
    if not is_current(ledger):
        from gryt.store.refresh import refresh_tables  # lazy: the record classes

        refresh_tables(ledger)


def ask(ledger: "Ledger", sql: str, *, timeout: float = DEFAULT_TIMEOUT) -> Answer:
    """Return the rows that one SELECT statement gives.

    Raises InvalidInput where SQLite does not understand it, and Refused where it wants to do
    anything but read, or takes too long or gives too much.
    """
    bring_up(ledger)
    database = ledger.index.database
    try:
        return _ask(database, sql, timeout)
    except sqlite3.DatabaseError as error:
        if not _may_be_the_cache(error):
            raise _refusal(error, sql, timeout) from None
    database.discard()
    bring_up(ledger)
    try:
        return _ask(database, sql, timeout)
    except sqlite3.DatabaseError as error:
        raise _refusal(error, sql, timeout) from None


def _may_be_the_cache(error: sqlite3.DatabaseError) -> bool:
    """Tell whether it is the file that is broken, or lacks what it should have."""
    if is_broken(error) or getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_CANTOPEN:
        return True
    message = str(error)
    return message.startswith("no such") and any(table.name in message for table in TABLES)


def _ask(database: Database, sql: str, timeout: float) -> Answer:
    connection = reader(database)
    watch = threading.Timer(timeout + _GRACE, _give_up, [timeout])
    watch.daemon = True
    limits: dict[int, int] = {}
    try:
        limits = guard(connection, timeout)
        watch.start()
        cursor = connection.execute(sql)
        if cursor.description is None:
            raise InvalidInput("there is no statement in it", hints=["gryt db query 'SELECT ...'"])
        return Answer(_names([column[0] for column in cursor.description]), _collected(cursor))
    except (sqlite3.Warning, sqlite3.ProgrammingError):
        raise Refused("there is more than one statement in it, or half of one") from None
    except MemoryError:
        raise Refused("the question needs too much memory", hints=["ask for less"]) from None
    finally:
        watch.cancel()
        release(database, connection, limits)


def reader(database: Database) -> sqlite3.Connection:
    """Return a connection that cannot write, where that is possible, else the one there is."""
    if not database.is_file:
        return database.connection
    uri = f"{database.path.as_uri()}?mode=ro"
    return sqlite3.connect(uri, uri=True, timeout=5.0, isolation_level=None)


def release(
    database: Database, connection: sqlite3.Connection, limits: Mapping[int, int] | None = None
) -> None:
    """Give a reader back, without what `guard` has made of it."""
    if connection is not database.connection:
        connection.close()
        return
    connection.set_authorizer(None)
    connection.set_progress_handler(None, 0)
    for limit, most in (limits or {}).items():
        connection.setlimit(limit, most)
    connection.execute("PRAGMA query_only=OFF")


def _give_up(timeout: float) -> None:
    """End the process: SQLite is inside one function, and looks at no clock."""
    sys.stderr.write(f"gryt: the question took more than {timeout:g} seconds\n")
    sys.stderr.flush()
    os._exit(Refused.exit_status)


def _names(columns: Sequence[str]) -> tuple[str, ...]:
    """Return the names of columns, each of them once."""
    seen: dict[str, int] = {}
    names = []
    for column in columns:
        seen[column] = seen.get(column, 0) + 1
        names.append(column if seen[column] == 1 else f"{column}_{seen[column]}")
    return tuple(names)


def _collected(cursor: sqlite3.Cursor) -> list[tuple[Entry, ...]]:
    rows: list[tuple[Entry, ...]] = []
    left = _MAX_BYTES
    for row in cursor:
        left -= sum(len(value) for value in row if isinstance(value, str | bytes))
        if len(rows) == _MAX_ROWS or left < 0:
            raise Refused(
                f"the answer has more than {_MAX_ROWS} rows or {_MAX_BYTES >> 20} MiB",
                hints=["ask for less: LIMIT 1000", "gryt db export FILE.db has everything"],
            )
        rows.append(row)
    return rows


def _refusal(error: sqlite3.DatabaseError, sql: str, timeout: float) -> GrytError:
    """Return SQLite's complaint in gryt's words."""
    message = str(error)
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    if code == sqlite3.SQLITE_INTERRUPT:
        return Refused(
            f"the question took more than {timeout:g} seconds",
            hints=["ask for less, or give it time: --timeout SECONDS"],
        )
    if code == sqlite3.SQLITE_AUTH or "not authorized" in message or "prohibited" in message:
        word = sql.split(None, 1)[0] if sql.split() else ""
        return Refused(
            "SQL can only read here",
            details=[message if message != "not authorized" else f"not allowed: {word[:40]}"],
            hints=["gryt db schema shows what can be asked", "gryt db export FILE.db makes a copy"],
        )
    return InvalidInput(
        f"SQLite cannot answer that: {message}", hints=[*_near(message), "gryt db schema"]
    )


def _near(message: str) -> list[str]:
    """Return what a name that does not exist may have meant."""
    what, _, name = message.partition(": ")
    if what == "no such table":
        found = nearest(name, [table.name for table in TABLES])
    elif what == "no such column":
        names = {column.name for table in TABLES for column in table.columns}
        found = nearest(name.rpartition(".")[2], sorted(names))
    else:
        return []
    return [f"did you mean '{each}'?" for each in found[:1]]
