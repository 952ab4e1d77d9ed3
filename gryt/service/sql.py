"""Asking the ledger with SQL, and taking a copy of it along as a SQLite file."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from gryt import __version__
from gryt.errors import NotFound
from gryt.model.metrics import BY_NAME, MEASURES, Measure
from gryt.model.names import nearest
from gryt.service import contracts
from gryt.service.session import Session
from gryt.store.archive import write_archive
from gryt.store.query import DEFAULT_TIMEOUT, Answer, ask
from gryt.store.tables import TABLES
from gryt.values import Value

__all__ = ["DEFAULT_TIMEOUT", "Answer", "Measured", "archive", "measure", "query", "schema"]


def query(session: Session, sql: str, *, timeout: float = DEFAULT_TIMEOUT) -> Answer:
    """Return the rows of one SELECT statement, over what the refs have now."""
    contracts.take_up_all(session)
    return ask(session.ledger, sql, timeout=timeout)


def schema() -> Sequence[tuple[str, str, Sequence[tuple[str, str, str]]]]:
    """Return name, description and columns of every table that can be asked."""
    return [
        (
            table.name,
            table.doc,
            [(c.name, c.type.removesuffix(" NOT NULL"), c.doc) for c in table.columns],
        )
        for table in TABLES
    ]


def archive(session: Session, path: Path) -> int:
    """Write every table into a new SQLite file; return how many rows there are."""
    contracts.take_up_all(session)
    at = datetime.fromtimestamp(session.ledger.now_ms() // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return write_archive(session.ledger, path, {"exported_at": at, "gryt": __version__})


class Measured(Value):
    """One number, and what it was taken from."""

    measure: Measure
    value: float | None
    """None where there is nothing to take it from."""
    population: int


def measure(session: Session, names: Sequence[str], *, version: str | None) -> list[Measured]:
    """Return these numbers, or all, over one generation or the whole ledger; raise NotFound."""
    for name in names:
        if name not in BY_NAME:
            near = [f"did you mean '{each}'?" for each in nearest(name, list(BY_NAME))[:1]]
            raise NotFound(
                f"there is no metric '{name}'", hints=[*near, f"metrics are {', '.join(BY_NAME)}"]
            )
    contracts.take_up_all(session)
    if version is not None:
        session.ledger.get(version)
    wanted = [BY_NAME[name] for name in names] or MEASURES
    return [_measured(session, each, version) for each in wanted]


def _measured(session: Session, wanted: Measure, version: str | None) -> Measured:
    only = "version IS NOT NULL" if version is None else f"version = '{version}'"
    answer = ask(session.ledger, wanted.sql.format(only=only))
    value, count = answer.rows[0]
    assert isinstance(count, int)
    return Measured(
        wanted, float(value) if isinstance(value, int | float) and count else None, count
    )
