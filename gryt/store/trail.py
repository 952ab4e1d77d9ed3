"""The whole audit trail, record by record: what it says, where it lies, who put it there."""

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from gryt.store.origins import find_origins
from gryt.store.query import bring_up, reader, release
from gryt.store.rows import with_tails
from gryt.values import Value

if TYPE_CHECKING:
    from gryt.store.ledger import Ledger

_PAGES = 2000
_ALL = """
SELECT event.id, record.ref, event.version, record.path, record.blob, record.kind, record.doc,
       record.problem, record.tails, entered.oid, entered.signed, evolutions.tag,
       event.created_at, event.actor, event.status, event.reason, event.commit_id
FROM event JOIN record ON record.n = event.n
LEFT JOIN entered ON entered.id = event.id
LEFT JOIN evolutions ON evolutions.ref = record.ref
  AND evolutions.id = coalesce(json_extract(record.doc, '$.evolution'), event.id)
"""
_ORDER = " ORDER BY event.id, record.ref, record.path"


class Line(Value):
    """One record of the trail."""

    id: str | None
    ref: str
    version: str | None
    path: str
    blob: str
    kind: str
    doc: str | None
    """The record as JSON; None where it does not read."""
    problem: str | None
    tails: str | None
    commit: str | None
    """The ledger commit that put it there; None where no commit here tells."""
    signed: bool
    candidate: str | None
    """The evolution that it is about, by rc tag."""
    at: str | None
    by: str | None
    status: str
    reason: str | None
    code: str | None
    """The code commit that it is about."""

    @property
    def whole(self) -> str | None:
        """The record as JSON, with what its steps printed."""
        if self.tails is None or self.doc is None:
            return self.doc
        return json.dumps(with_tails(json.loads(self.doc), self.tails), separators=(",", ":"))


class Filter(Value):
    """Which records are wanted; all where nothing is said."""

    since: str | None = None
    until: str | None = None
    version: str | None = None
    actor: str | None = None
    """A part of their name or address, in any case."""


def read_trail(ledger: "Ledger", wanted: Filter) -> tuple[Mapping[str, str], Iterator[Line]]:
    """Return the commit that each ledger ref is at, and every record that is wanted, by id."""
    bring_up(ledger)
    if not find_origins(ledger):
        ledger.index.database.detach()
        bring_up(ledger)
        find_origins(ledger)
    tips = dict(ledger.index.database.query("SELECT ref, oid FROM tip ORDER BY ref"))
    return tips, _lines(ledger, wanted)


def count_trail(ledger: "Ledger", wanted: Filter) -> list[tuple[str, int]]:
    """Return how many records of each kind are wanted; the cache is up to the refs."""
    where, values = _condition(ledger, wanted)
    counted = ledger.index.database.query(
        "SELECT event.event_type, count(*) FROM event JOIN record ON record.n = event.n"
        f"{where} GROUP BY 1 ORDER BY 1",
        *values,
    )
    return [(str(kind), int(number)) for kind, number in counted]


def count_months(ledger: "Ledger", wanted: Filter) -> list[tuple[str, int, int]]:
    """Return for each month how many of the wanted runs passed, and how many did not."""
    where, values = _condition(ledger, wanted)
    counted = ledger.index.database.query(
        "SELECT substr(event.created_at, 1, 7), sum(event.status = 'pass'),"
        " sum(event.status = 'fail') FROM event JOIN record ON record.n = event.n"
        f"{where} AND event.event_type = 'run.finished' GROUP BY 1 ORDER BY 1",
        *values,
    )
    return [(str(month), int(passed), int(failed)) for month, passed, failed in counted]


def _lines(ledger: "Ledger", wanted: Filter) -> Iterator[Line]:
    where, values = _condition(ledger, wanted)
    connection = reader(ledger.index.database)
    try:
        cursor = connection.execute(f"{_ALL}{where}{_ORDER}", values)
        while rows := cursor.fetchmany(_PAGES):
            for row in rows:
                yield _line(row)
    finally:
        release(ledger.index.database, connection)


def _line(row: tuple[str, ...]) -> Line:
    line = Line._make(row)
    return line._replace(id=line.id or None, kind=line.kind or "unreadable")


def _condition(ledger: "Ledger", wanted: Filter) -> tuple[str, list[str]]:
    parts, values = ["true"], []
    for text, value in (
        ("event.created_at >= ?", wanted.since),
        ("event.created_at < ?", wanted.until),
        ("instr(lower(event.actor), ?) > 0", wanted.actor and wanted.actor.lower()),
        ("record.ref = ?", wanted.version and ledger.layout.generation(wanted.version)),
    ):
        if value is not None:
            parts.append(text)
            values.append(value)
    return f" WHERE {' AND '.join(parts)}", values
