"""The cache: records by ledger ref and folded states by tip, in SQLite.

Disposable: everything in it is derived from git objects and named by their ids, so deleting,
losing or corrupting it changes no answer. It is brought up to date by tree differences.
"""

import sqlite3
from collections.abc import Callable, Container, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

CACHE_VERSION = 4
"""Raised with every change of what is stored here; another version's cache is thrown away."""

_TABLES = """
CREATE TABLE tip (
    ref TEXT PRIMARY KEY, oid TEXT NOT NULL, tree TEXT NOT NULL, newest TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE record (
    ref TEXT, path TEXT, blob TEXT NOT NULL, doc TEXT, problem TEXT, PRIMARY KEY (ref, path)
) WITHOUT ROWID;
CREATE TABLE state (
    ref TEXT PRIMARY KEY, oid TEXT NOT NULL, state TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE summary (
    ref TEXT PRIMARY KEY, oid TEXT NOT NULL, sort_key TEXT NOT NULL, version TEXT NOT NULL,
    gid TEXT NOT NULL, status TEXT NOT NULL, description TEXT NOT NULL, proven INTEGER NOT NULL,
    changes INTEGER NOT NULL, evolutions INTEGER NOT NULL, created_at TEXT NOT NULL,
    promoted_at TEXT, conflicts TEXT NOT NULL
) WITHOUT ROWID;
"""

_FORGET = (
    "DELETE FROM tip WHERE ref = ?",
    "DELETE FROM record WHERE ref = ?",
    "DELETE FROM state WHERE ref = ?",
    "DELETE FROM summary WHERE ref = ?",
)

_WITH_TEXT = "SELECT DISTINCT ref FROM record WHERE instr(doc, ?) > 0 ORDER BY ref"


class Summary(NamedTuple):
    """One line of a listing of generations."""

    ref: str
    oid: str
    sort_key: str
    version: str
    gid: str
    status: str
    description: str
    proven: int
    changes: int
    evolutions: int
    created_at: str
    promoted_at: str | None
    conflicts: str = "[]"
    """Fields that concurrent edits set differently, with their values, as JSON."""


class Row(NamedTuple):
    """One record as the cache has it: its document as JSON, or why it does not read."""

    path: str
    blob: str
    doc: str | None
    problem: str | None


class Index:
    """The cache of one repository."""

    def __init__(self, path: Path, *, persist: bool) -> None:
        self._path = path
        self._persist = persist
        self._database = self._open()

    def _open(self) -> sqlite3.Connection:
        """Open the file; on a read-only disk, or where nothing may be written, use memory."""
        for attempt in range(2):
            try:
                return self._open_file()
            except sqlite3.DatabaseError:
                # locked for long, unwritable, or not a database at all
                if self._persist and attempt == 0 and not self._is_sound():
                    with suppress(OSError):
                        self._path.unlink()
        memory = sqlite3.connect(":memory:", isolation_level=None)
        memory.executescript(_TABLES)
        return memory

    def _open_file(self) -> sqlite3.Connection:
        if not self._persist:
            return self._open_copy()
        with suppress(OSError):
            self._path.parent.mkdir(exist_ok=True)
        database = sqlite3.connect(self._path, timeout=5.0, isolation_level=None)
        # losing the cache in a power cut costs a rebuild; syncing it would cost every command
        database.execute("PRAGMA synchronous=OFF")
        version = database.execute("PRAGMA user_version").fetchone()[0]
        if version != CACHE_VERSION:
            self._create(database, version)
        return database

    def _create(self, database: sqlite3.Connection, found: int) -> None:
        database.execute("BEGIN IMMEDIATE")
        if database.execute("PRAGMA user_version").fetchone()[0] == found:
            names = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            for (name,) in names.fetchall():
                database.execute(f'DROP TABLE "{name}"')
            for statement in _TABLES.split(";"):
                database.execute(statement)
            database.execute(f"PRAGMA user_version={CACHE_VERSION}")
        database.execute("COMMIT")

    def _open_copy(self) -> sqlite3.Connection:
        """Return a copy in memory: for questions that must not write a byte."""
        memory = sqlite3.connect(":memory:", isolation_level=None)
        source = sqlite3.connect(f"file:{self._path}?mode=ro&immutable=1", uri=True)
        with source:
            source.backup(memory)
        source.close()
        if memory.execute("PRAGMA user_version").fetchone()[0] != CACHE_VERSION:
            raise sqlite3.DatabaseError("another version's cache")
        return memory

    def _is_sound(self) -> bool:
        """Tell a cache that is merely busy from one that is broken."""
        try:
            with self._path.open("rb") as file:
                return file.read(16) in {b"", b"SQLite format 3\0"} and self._check()
        except OSError:
            return True

    def _check(self) -> bool:
        try:
            database = sqlite3.connect(f"file:{self._path}?mode=ro", uri=True, timeout=1.0)
            answer: tuple[str] = database.execute("PRAGMA quick_check(1)").fetchone()
            database.close()
        except sqlite3.OperationalError:
            return True
        except sqlite3.DatabaseError:
            return False
        return answer[0] == "ok"

    def _query(self, sql: str, *values: str) -> list[tuple[Any, ...]]:
        """Return all rows; a broken cache is thrown away and answers that it knows nothing."""
        try:
            return self._database.execute(sql, values).fetchall()
        except sqlite3.DatabaseError:
            self._discard()
            return self._database.execute(sql, values).fetchall()

    def _discard(self) -> None:
        self._database.close()
        if self._persist:
            with suppress(OSError):
                self._path.unlink()
        self._database = self._open()

    def _write(self, work: Callable[[], None]) -> None:
        """Write in one transaction; a cache that cannot be written is only slower."""
        try:
            self._database.execute("BEGIN IMMEDIATE")
            work()
            self._database.execute("COMMIT")
        except sqlite3.DatabaseError:
            with suppress(sqlite3.DatabaseError):
                self._database.execute("ROLLBACK")

    # --- reading

    def tip(self, ref: str) -> tuple[str, str] | None:
        """Return the commit and tree that the records of a ref were read from."""
        rows = self._query("SELECT oid, tree FROM tip WHERE ref = ?", ref)
        return (rows[0][0], rows[0][1]) if rows else None

    def newest(self) -> str | None:
        """Return the newest record id of all refs."""
        newest: str | None = self._query("SELECT max(newest) FROM tip")[0][0]
        return newest

    def rows(self, ref: str) -> list[Row]:
        """Return the records of one ref by path."""
        sql = "SELECT path, blob, doc, problem FROM record WHERE ref = ? ORDER BY path"
        return [Row(*row) for row in self._query(sql, ref)]

    def tips(self) -> dict[str, str]:
        """Return the commit that each ref's records were read from."""
        return dict(self._query("SELECT ref, oid FROM tip"))

    def refs_with(self, text: str) -> list[str]:
        """Return the refs that have a record with this text in it."""
        return [row[0] for row in self._query(_WITH_TEXT, text)]

    def state(self, ref: str, oid: str) -> str | None:
        """Return the state folded at this tip, as `statecodec` wrote it."""
        rows = self._query("SELECT state FROM state WHERE ref = ? AND oid = ?", ref, oid)
        return rows[0][0] if rows else None

    def summaries(self) -> list[Summary]:
        """Return one line per folded generation, by version."""
        rows = self._query("SELECT * FROM summary ORDER BY sort_key, ref")
        return [Summary(*row) for row in rows]

    # --- writing

    def put_records(
        self, ref: str, tip: tuple[str, str], *, since: str | None, rows: Sequence[Row], newest: str
    ) -> None:
        """Store what was read of a ref at `tip` (commit, tree) and is not in the tree `since`.

        Without `since` it replaces all that was known. Nothing is stored where another process
        has brought the ref elsewhere meanwhile: that process knows better.
        """

        def work() -> None:
            known = self._database.execute("SELECT tree FROM tip WHERE ref = ?", (ref,)).fetchone()
            if since is None:
                self._database.execute("DELETE FROM record WHERE ref = ?", (ref,))
            elif known is None or known[0] != since:
                return
            self._database.executemany(
                "INSERT OR REPLACE INTO record VALUES (?, ?, ?, ?, ?)",
                ((ref, row.path, row.blob, row.doc, row.problem) for row in rows),
            )
            self._database.execute(
                "INSERT OR REPLACE INTO tip VALUES (?, ?, ?, ?)", (ref, *tip, newest)
            )

        self._write(work)

    def put_state(self, summary: Summary, state: str) -> None:
        """Store the folded state of a ref."""

        def work() -> None:
            row = (summary.ref, summary.oid, state)
            self._database.execute("INSERT OR REPLACE INTO state VALUES (?, ?, ?)", row)
            self._database.execute(
                "INSERT OR REPLACE INTO summary VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                summary,
            )

        self._write(work)

    def forget(self, present: Container[str]) -> None:
        """Drop what is known of refs that are no longer there."""
        gone = [row for row in self._query("SELECT ref FROM tip") if row[0] not in present]

        def work() -> None:
            for statement in _FORGET:
                self._database.executemany(statement, gone)

        if gone:
            self._write(work)
