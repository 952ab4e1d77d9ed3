"""The tables of the ledger as a SQLite file of their own, for archives and other tools."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from gryt.store.query import bring_up, reader, release
from gryt.store.tables import TABLES

if TYPE_CHECKING:
    from gryt.store.ledger import Ledger

_COLUMNS = "CREATE TABLE gryt_columns (of_table TEXT, name TEXT, type TEXT, doc TEXT)"
_ABOUT = "CREATE TABLE gryt_about (key TEXT PRIMARY KEY, value TEXT)"


def write_archive(ledger: "Ledger", path: Path, about: Mapping[str, str]) -> int:
    """Write every table into a new SQLite file; return how many rows there are.

    Beside the tables it has `gryt_columns`, which describes them, and `gryt_about`: when it was
    made, by what, and the commit that each ledger ref was at.
    """
    bring_up(ledger)
    source = reader(ledger.index.database)
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as target:
            return _copied(source, target, about)
    finally:
        release(ledger.index.database, source)


def _copied(
    source: sqlite3.Connection, target: sqlite3.Connection, about: Mapping[str, str]
) -> int:
    target.execute("PRAGMA journal_mode=OFF")
    target.execute("PRAGMA synchronous=OFF")
    target.execute("BEGIN")
    source.execute("BEGIN")  # one state of the ledger in all tables
    count = 0
    for table in TABLES:
        for statement in table.create.split(";"):
            target.execute(statement)
        names = ", ".join(column.name for column in table.columns)
        marks = ", ".join("?" * len(table.columns))
        rows = source.execute(f"SELECT {names} FROM {table.name}")
        done = target.executemany(f"INSERT INTO {table.name} VALUES ({marks})", rows)
        count += done.rowcount
    target.execute(_COLUMNS)
    described = [(t.name, c.name, c.type, c.doc) for t in TABLES for c in t.columns]
    target.executemany("INSERT INTO gryt_columns VALUES (?, ?, ?, ?)", described)
    target.execute(_ABOUT)
    tips = [(f"ref {ref}", tip) for ref, tip in source.execute("SELECT ref, oid FROM tip")]
    target.executemany("INSERT INTO gryt_about VALUES (?, ?)", [*about.items(), *tips])
    source.execute("COMMIT")
    target.execute("COMMIT")
    return count
