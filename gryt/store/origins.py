"""Which commit put each record into the ledger, and which of those commits are signed.

Both never change, so the cache keeps them. Whether a signature is good may change with every key
that is listed or revoked, so that is asked anew each time (`git/signatures.py`).
"""

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from gryt.store.layout import record_id_in

if TYPE_CHECKING:
    from gryt.git.batch import Batch
    from gryt.git.entering import Entered
    from gryt.store.ledger import Ledger

DDL = """
CREATE TABLE entered (
    id TEXT PRIMARY KEY, oid TEXT NOT NULL, signed INTEGER NOT NULL, seconds INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE walked (ref TEXT PRIMARY KEY, oid TEXT NOT NULL) WITHOUT ROWID"""
"""`entered`: the commit that put a record in. `walked`: how far each ref was looked at."""

_TOGETHER = 5000
_MAX_COMMIT = 1 << 20


def find_origins(ledger: "Ledger") -> bool:
    """Have the cache know what put each record in, up to the refs; tell whether it could."""
    from gryt.git.batch import Batch  # lazy: most commands only want the names of the tables
    from gryt.git.entering import entered  # lazy: the same
    from gryt.store.current import tips_of  # lazy: the same

    database = ledger.index.database
    tips = tips_of(ledger)
    known = dict(database.query("SELECT ref, oid FROM walked"))
    if known == tips:
        return True
    new = [tip for ref, tip in tips.items() if known.get(ref) != tip]
    found = entered(ledger.repository, new, sorted(set(known.values())))
    batch = Batch(ledger.repository.git)
    try:
        while commits := list(islice(found, _TOGETHER)):
            _put(ledger, commits, batch)
    finally:
        batch.close()

    def work() -> None:
        database.connection.execute("DELETE FROM walked")
        database.connection.executemany("INSERT INTO walked VALUES (?, ?)", tips.items())

    return database.write(work)


def _put(ledger: "Ledger", commits: "list[Entered]", batch: "Batch") -> None:
    heads = batch.read((each.commit for each in commits), limit=_MAX_COMMIT)
    rows = [
        (name, each.commit, signed, each.seconds)
        for each, head in zip(commits, heads, strict=True)
        for signed in (_is_signed(head.data),)
        for path in each.paths
        if (name := record_id_in(path)) is not None
    ]

    def work() -> None:
        put = (  # of several that put the same record in, the first, however they are found
            "INSERT INTO entered VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET"
            " oid = excluded.oid, signed = excluded.signed, seconds = excluded.seconds"
            " WHERE (excluded.seconds, excluded.oid) < (seconds, oid)"
        )
        ledger.index.database.connection.executemany(put, rows)

    ledger.index.database.write(work)


def _is_signed(commit: bytes | None) -> bool:
    if commit is None:
        return True  # too big to look at: git may say
    return b"\ngpgsig" in b"\n" + commit.partition(b"\n\n")[0]


def signed_commits(ledger: "Ledger") -> Iterator[str]:
    """Yield every commit that put a record in and has a signature."""
    for (oid,) in ledger.index.database.query("SELECT DISTINCT oid FROM entered WHERE signed"):
        yield oid
