"""The cache: records by ledger ref and folded states by tip, in SQLite.

Disposable: everything in it is derived from git objects and named by their ids, so deleting,
losing or corrupting it changes no answer. It is brought up to date by tree differences. The tables
that people ask with SQL are in the same file, see `store/tables.py`.
"""

from collections.abc import Container, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from gryt.store.database import Database
from gryt.values import Value

if TYPE_CHECKING:
    from gryt.store.folding import Parcel
    from gryt.store.reading import Read

CACHE_VERSION = 6
"""Raised with every change of what the documents and states in here look like."""
VERSION = 912122003
"""What a cache file carries, the check sum of `CACHE_VERSION` and all tables; a file that carries
another is thrown away. It stands here since most commands never need to see the tables."""

_TABLES = """
CREATE TABLE tip (
    ref TEXT PRIMARY KEY, oid TEXT NOT NULL, tree TEXT NOT NULL, newest TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE record (
    n INTEGER PRIMARY KEY, ref TEXT NOT NULL, path TEXT NOT NULL, blob TEXT NOT NULL,
    kind TEXT, doc TEXT, problem TEXT, tails TEXT
);
CREATE INDEX record_of ON record (ref);
CREATE TABLE state (
    ref TEXT PRIMARY KEY, oid TEXT NOT NULL, state TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE folded (
    tree TEXT PRIMARY KEY, state TEXT NOT NULL
);
CREATE TABLE summary (
    ref TEXT PRIMARY KEY, oid TEXT NOT NULL, sort_key TEXT NOT NULL, version TEXT NOT NULL,
    gid TEXT NOT NULL, status TEXT NOT NULL, description TEXT NOT NULL, proven INTEGER NOT NULL,
    changes INTEGER NOT NULL, evolutions INTEGER NOT NULL, created_at TEXT NOT NULL,
    promoted_at TEXT, conflicts TEXT NOT NULL
) WITHOUT ROWID;
"""

_FORGET = (
    "DELETE FROM tip WHERE ref = ?",
    "DELETE FROM state WHERE ref = ?",
    "DELETE FROM summary WHERE ref = ?",
)

_MAX_FOLDED = 8000
"""How many states of snapshots are kept."""
_WITH_TEXT = "SELECT DISTINCT ref FROM record WHERE instr(doc, ?) > 0 ORDER BY ref"


def all_tables() -> str:
    """Return the statements that make an empty cache."""
    from gryt.store import origins, tables  # lazy: most find a cache that is there

    return f"{_TABLES}{tables.DDL};{origins.DDL}"


def check_sum() -> int:
    """Return what `VERSION` has to be."""
    import zlib  # lazy: only a test wants to know

    from gryt.store import tables  # lazy: as above

    return zlib.crc32(f"{CACHE_VERSION}{all_tables()}{tables.FILL}".encode()) & 0x7FFFFFFF


class Summary(Value):
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


class Row(Value):
    """One record as the cache has it: its document as JSON, or why it does not read."""

    path: str
    blob: str
    doc: str | None
    problem: str | None
    kind: str | None = None
    tails: str | None = None
    """What its steps printed, left out of the document: a JSON list with a text for each step."""


class Index:
    """The cache of one repository."""

    def __init__(self, path: Path, *, persist: bool) -> None:
        self.database = Database(path, persist=persist, tables=all_tables, version=VERSION)
        self._unsound: dict[str, str] = {}
        """Tips that this process has read, and of which something did not read."""
        self._query = self.database.query
        self._write = self.database.write

    def together(self) -> AbstractContextManager[bool]:
        """Make one transaction of what is put inside; tells whether that can be written."""
        return self.database.together()

    # --- reading

    def tip(self, ref: str) -> tuple[str, str] | None:
        """Return the commit and tree that the records of a ref were read from."""
        rows = self._query("SELECT oid, tree FROM tip WHERE ref = ?", ref)
        return (rows[0][0] or self._unsound.get(ref, ""), rows[0][1]) if rows else None

    def newest(self) -> str | None:
        """Return the newest record id of all refs."""
        newest: str | None = self._query("SELECT max(newest) FROM tip")[0][0]
        return newest

    def rows(self, ref: str) -> list[Row]:
        """Return the records of one ref by path."""
        sql = "SELECT path, blob, doc, problem, kind, tails FROM record WHERE ref = ? ORDER BY path"
        return [Row(*row) for row in self._query(sql, ref)]

    def tips(self) -> dict[str, str]:
        """Return the commit that each ref's records were read from."""
        return dict(self._query("SELECT ref, oid FROM tip"))

    def trees(self) -> dict[str, tuple[str, str]]:
        """Return the commit and the tree that each ref's records were read from."""
        known = self._query("SELECT ref, oid, tree FROM tip")
        return {ref: (oid, tree) for ref, oid, tree in known}

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
    ) -> bool:
        """Store what was read of a ref at `tip` (commit, tree) and is not in the tree `since`.

        Without `since` it replaces all that was known. Nothing is stored where another process
        has brought the ref elsewhere meanwhile: that process knows better. Returns whether it could
        be written at all.
        """

        def work() -> None:
            execute = self.database.connection.execute
            known = execute("SELECT tree, newest FROM tip WHERE ref = ?", (ref,)).fetchone()
            if since is None and known is not None:
                self._forget_drawn(ref)
            elif since is not None and (known is None or known[0] != since):
                return
            self.database.connection.executemany(
                "INSERT INTO record (ref, path, blob, doc, problem, kind, tails)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                ((ref, *row) for row in rows),
            )
            last = newest if since is None else max(newest, known[1])
            execute("INSERT OR REPLACE INTO tip VALUES (?, ?, ?, ?)", (ref, *tip, last))

        return self._write(work)

    def put_read(self, read: "Read | Parcel") -> None:
        """Store what was read of a ref.

        Where something did not read, it is not taken to be known: an object that was missing may
        be there the next time.
        """
        rows: Sequence[Row] = read.rows
        tip = (read.tip, read.tree)
        if read.problem is not None:
            rows = [Row("", "", None, str(read.problem))]
        is_sound = all(row.problem is None for row in rows)
        if not is_sound:
            tip = ("", read.tree)
        is_kept = self.put_records(read.ref, tip, since=read.since, rows=rows, newest=read.newest)
        if is_kept and not is_sound:
            self._unsound[read.ref] = read.tip

    def put_state(self, summary: Summary, state: str) -> None:
        """Store the folded state of a ref."""

        def work() -> None:
            row = (summary.ref, summary.oid, state)
            execute = self.database.connection.execute
            execute("INSERT OR REPLACE INTO state VALUES (?, ?, ?)", row)
            execute(
                "INSERT OR REPLACE INTO summary VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                summary,
            )

        self._write(work)

    def folded(self, tree: str) -> str | None:
        """Return the state folded from a tree, as `statecodec` wrote it."""
        rows = self._query("SELECT state FROM folded WHERE tree = ?", tree)
        return rows[0][0] if rows else None

    def put_folded(self, states: Sequence[tuple[str, str]]) -> None:
        """Store what trees come to; those that were stored long ago go."""

        def work() -> None:
            connection = self.database.connection
            connection.executemany("INSERT OR REPLACE INTO folded VALUES (?, ?)", states)
            newest = connection.execute("SELECT max(rowid) FROM folded").fetchone()[0] or 0
            connection.execute("DELETE FROM folded WHERE rowid <= ?", (newest - _MAX_FOLDED,))

        self._write(work)

    def forget(self, present: Container[str]) -> None:
        """Drop what is known of refs that are no longer there."""
        gone = [row for row in self._query("SELECT ref FROM tip") if row[0] not in present]

        def work() -> None:
            for statement in _FORGET:
                self.database.connection.executemany(statement, gone)
            for (ref,) in gone:
                self._forget_drawn(ref)

        if gone:
            self._write(work)

    def _forget_drawn(self, ref: str) -> None:
        from gryt.store import tables  # lazy: few have anything to take back

        tables.forget(self.database.connection, ref)
