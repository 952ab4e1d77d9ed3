"""The rows that tell what a generation has come to, for `store/tables_of_states.py`."""

from collections.abc import Sequence

from gryt.model.names import ChangeId
from gryt.model.state import Evolution, Generation
from gryt.store.sqlite import sqlite3
from gryt.store.table_shape import Table
from gryt.store.tables_of_states import CHANGES, EVOLUTION_CHANGES, EVOLUTIONS, GENERATIONS

_Row = tuple[str | int | float | None, ...]


def draw(connection: sqlite3.Connection, ref: str, tip: str, state: Generation) -> None:
    """Write the rows of a generation anew; the rows of its runs are there already."""
    erase(connection, ref)
    _put(connection, GENERATIONS, [_generation(ref, tip, state)])
    _put(connection, EVOLUTIONS, [_evolution(ref, state, each) for each in state.evolutions])
    pairs = [(ref, each.id, change) for each in state.evolutions for change in each.changes]
    _put(connection, EVOLUTION_CHANGES, dict.fromkeys(pairs))
    _put(connection, CHANGES, _changes(connection, ref, state))
    connection.execute(
        "UPDATE evolutions SET seconds = (SELECT seconds FROM runs"
        " WHERE runs.ref = evolutions.ref AND runs.id = evolutions.run_id) WHERE ref = ?",
        (ref,),
    )
    draw_nothing(connection, ref, tip)


def draw_nothing(connection: sqlite3.Connection, ref: str, tip: str) -> None:
    """Note that the rows of a ref are those of its tip."""
    connection.execute("INSERT OR REPLACE INTO drawn VALUES (?, ?)", (ref, tip))


def draw_corrupt(connection: sqlite3.Connection, ref: str, tip: str, version: str) -> None:
    """Write the one row of a generation whose records do not read."""
    erase(connection, ref)
    row = (ref, "", version, "corrupt", *[None] * (len(GENERATIONS.columns) - 5), tip)
    _put(connection, GENERATIONS, [row])
    draw_nothing(connection, ref, tip)


def erase(connection: sqlite3.Connection, ref: str) -> None:
    """Drop the rows of a ref."""
    for table in (GENERATIONS, CHANGES, EVOLUTIONS, EVOLUTION_CHANGES):
        connection.execute(f"DELETE FROM {table.name} WHERE ref = ?", (ref,))


def _put(
    connection: sqlite3.Connection, table: Table, rows: "Sequence[_Row] | dict[_Row, None]"
) -> None:
    marks = ", ".join("?" * len(table.columns))
    connection.executemany(f"INSERT OR REPLACE INTO {table.name} VALUES ({marks})", rows)


def _generation(ref: str, tip: str, state: Generation) -> _Row:
    promotion = state.promotion
    return (
        *(ref, state.gid, state.version, state.status.value, state.contract.description),
        *(state.created_at, state.created_by),
        *(
            (promotion.at, promotion.by, promotion.commit, promotion.tag)
            if promotion is not None
            else (None,) * 4
        ),
        *(len(state.changes), state.proven, len(state.evolutions), len(state.conflicts)),
        state.contract.pipeline_template,
        *((1, state.hotfix.base, state.hotfix.issue) if state.hotfix else (0, None, None)),
        *(state.reason, tip),
    )


def _evolution(ref: str, state: Generation, evolution: Evolution) -> _Row:
    e = evolution
    return (
        *(ref, e.id, state.gid, state.version, e.number, e.tag, ",".join(e.changes)),
        *(e.status.value, e.started_at, e.by, e.finished_at, None, e.runs, e.run, e.pipeline),
        *(e.commit, e.head, e.branch, e.team, "; ".join(e.reasons) or None),
    )


def _changes(connection: sqlite3.Connection, ref: str, state: Generation) -> list[_Row]:
    asked = connection.execute(
        "SELECT change_id, created_at, created_by FROM promised WHERE ref = ?", (ref,)
    )
    first = {ChangeId(change): (at, by) for change, at, by in asked}
    ended = {each.id: each.finished_at for each in state.evolutions}
    rows: list[_Row] = []
    for position, each in enumerate(state.changes, 1):
        change, proof = each.change, each.proof
        rows.append(
            (
                *(ref, state.gid, state.version, change.id, change.type.value, change.title),
                *(change.description, change.pipeline, each.status.value),
                *first.get(change.id, (state.created_at, state.created_by)),
                *(
                    (proof.tag, ended.get(proof.evolution), proof.run, proof.commit)
                    if proof is not None
                    else (None,) * 4
                ),
                position,
            )
        )
    return rows
