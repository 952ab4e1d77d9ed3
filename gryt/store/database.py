"""A SQLite file that may be lost at any time: opening, asking and writing without ever failing.

What is broken, foreign or unwritable is replaced by a new file, or by a private one that SQLite
keeps to this process, in memory and then on disk.

A file that anybody but gryt has written to is not believed: with every transaction the file's time
is set to one that is written inside, so that an edit by hand or a half restored backup shows, and
the cache is built anew.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from gryt.store.sqlite import sqlite3
from gryt.typed import Any

_PRIVATE = ""
_BROKEN = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_IOERR}
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_SEAL = "CREATE TABLE seal (ns INTEGER);INSERT INTO seal VALUES (NULL)"
_GRAIN = 2_000_000_000
"""Nanoseconds: every file system can keep a time of whole, even seconds."""
_LOOKS = 3
_FOREIGN = "somebody else has written to it"
_PAGES = "PRAGMA cache_size=-16000"


def is_broken(error: sqlite3.DatabaseError) -> bool:
    """Tell whether an error is about the file and not about what was asked."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    return code & 0xFF in _BROKEN or "UTF-8" in str(error)


class Database:
    """One disposable database."""

    def __init__(
        self, path: Path, *, persist: bool, tables: Callable[[], str], version: int
    ) -> None:
        self.path = path
        self._persist = persist
        self._make_tables = tables
        self._version = version
        self._is_together: bool | None = None
        """Whether the writes of now are parts of one transaction, or of none that could begin."""
        self.is_file = False
        """Whether others can see it."""
        self.connection = self._open()

    # --- opening

    @property
    def _tables(self) -> str:
        """The statements that make it, empty; whoever finds it made does without."""
        return f"{self._make_tables()};{_SEAL}"

    def _open(self) -> sqlite3.Connection:
        """Open the file; on a read-only disk, or where nothing may be written, a private one."""
        for attempt in range(2):
            try:
                connection = self._open_file() if self._persist else self._open_copy()
            except (sqlite3.DatabaseError, OSError) as error:
                # locked for long, unwritable, not a database at all, or not ours any more
                is_foreign = str(error) == _FOREIGN
                if self._persist and attempt == 0 and (is_foreign or not self._is_sound()):
                    with suppress(OSError):
                        self.path.unlink()
            else:
                self.is_file = self._persist
                return connection
        self.is_file = False
        return self._open_private()

    def _open_private(self) -> sqlite3.Connection:
        private = sqlite3.connect(_PRIVATE, isolation_level=None)
        private.executescript(self._tables)
        private.execute(_PAGES)
        return private

    def _open_file(self) -> sqlite3.Connection:
        with suppress(OSError):
            self.path.parent.mkdir(exist_ok=True)
        connection = sqlite3.connect(self.path, timeout=5.0, isolation_level=None)
        # losing the cache in a power cut costs a rebuild; syncing it would cost every command
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute(_PAGES)
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version != self._version:
            self._create(connection, version)
        elif not self._is_sealed(connection):
            connection.close()
            raise sqlite3.DatabaseError(_FOREIGN)
        return connection

    def _is_sealed(self, connection: sqlite3.Connection) -> bool:
        """Tell whether the last to write was gryt; it may be about to say so."""
        for _ in range(_LOOKS):
            (sealed,) = connection.execute("SELECT ns FROM seal").fetchone()
            if sealed is None or sealed == self.path.stat().st_mtime_ns:
                return True
            time.sleep(0.005)
        return False

    def _commit(self) -> None:
        """End a transaction, with the file's time inside, where we may set that."""
        sealed = time.time_ns() // _GRAIN * _GRAIN if self.is_file else None
        if sealed is not None and not self._set_time(sealed):
            sealed = None
        self.connection.execute("UPDATE seal SET ns = ?", (sealed,))
        self.connection.execute("COMMIT")
        if sealed is not None:
            self._set_time(sealed)

    def _set_time(self, ns: int) -> bool:
        try:
            os.utime(self.path, ns=(ns, ns))
        except OSError:  # of a repository that is shared, the file may be somebody else's
            return False
        return True

    def _create(self, connection: sqlite3.Connection, found: int) -> None:
        connection.execute("BEGIN IMMEDIATE")
        if connection.execute("PRAGMA user_version").fetchone()[0] == found:
            wanted = "type IN ('table', 'view') AND name NOT LIKE 'sqlite_%'"
            names = connection.execute(f"SELECT type, name FROM sqlite_master WHERE {wanted}")
            for kind, name in names.fetchall():
                quoted = name.replace('"', '""')
                connection.execute(f'DROP {kind} "{quoted}"')
            for statement in self._tables.split(";"):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version={self._version}")
        connection.execute("COMMIT")

    def _open_copy(self) -> sqlite3.Connection:
        """Return a private copy: for questions that must not write a byte."""
        copy = sqlite3.connect(_PRIVATE, isolation_level=None)
        source = sqlite3.connect(f"{self.path.as_uri()}?mode=ro&immutable=1", uri=True)
        try:
            source.backup(copy)
        finally:
            source.close()
        if copy.execute("PRAGMA user_version").fetchone()[0] != self._version:
            raise sqlite3.DatabaseError("another version's cache")
        copy.execute(_PAGES)
        return copy

    def _is_sound(self) -> bool:
        """Tell a cache that is merely busy from one that is broken."""
        try:
            with self.path.open("rb") as file:
                return file.read(16) in {b"", b"SQLite format 3\0"} and self._check()
        except OSError:
            return True

    def _check(self) -> bool:
        try:
            database = sqlite3.connect(f"{self.path.as_uri()}?mode=ro", uri=True, timeout=1.0)
            answer: tuple[str] = database.execute("PRAGMA quick_check(1)").fetchone()
            database.close()
        except sqlite3.OperationalError:
            return True
        except sqlite3.DatabaseError:
            return False
        return answer[0] == "ok"

    def discard(self) -> None:
        """Throw away what is there, and begin anew."""
        self.connection.close()
        if self._persist:
            with suppress(OSError):
                self.path.unlink()
        self.connection = self._open()

    def detach(self) -> None:
        """Go on with a private database: the file is not to be had."""
        self.connection.close()
        self._persist = self.is_file = False
        self.connection = self._open_private()

    # --- asking and writing

    def query(self, sql: str, *values: str | int) -> list[tuple[Any, ...]]:
        """Return all rows; a broken cache is thrown away and answers that it knows nothing."""
        try:
            return self.connection.execute(sql, values).fetchall()
        except sqlite3.DatabaseError as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF in _BUSY:
                self.detach()
            else:
                self.discard()
            return self.connection.execute(sql, values).fetchall()

    def write(self, work: Callable[[], None]) -> bool:
        """Write in one transaction; return whether it was possible to."""
        if self._is_together is not None:
            if self._is_together:
                work()
            return self._is_together
        try:
            self.connection.execute("BEGIN IMMEDIATE")
            work()
            self._commit()
        except sqlite3.DatabaseError as error:
            self._fail(error)
            return False
        return True

    @contextmanager
    def together(self) -> Iterator[bool]:
        """Make one transaction of all writes inside; yields whether it could be begun."""
        try:
            self.connection.execute("BEGIN IMMEDIATE")
            self._is_together = True
        except sqlite3.DatabaseError:
            self._is_together = False
        try:
            yield self._is_together
            if self._is_together:
                self._commit()
        except sqlite3.DatabaseError as error:
            self._fail(error)
        except BaseException:
            self._roll_back()
            raise
        finally:
            self._is_together = None

    def _fail(self, error: sqlite3.DatabaseError) -> None:
        """Undo what was begun; what is broken is thrown away."""
        self._roll_back()
        if is_broken(error):
            self.discard()

    def _roll_back(self) -> None:
        with suppress(sqlite3.DatabaseError):
            self.connection.execute("ROLLBACK")
