"""What a question in SQL may touch: a list of what is allowed, asked before anything runs."""

import sqlite3
import time

from gryt.store.tables import TABLES

_MEMORY = 200 * 1024 * 1024

_LIMITS = {
    sqlite3.SQLITE_LIMIT_LENGTH: 8 * 1024 * 1024,
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: 100_000,
    sqlite3.SQLITE_LIMIT_COLUMN: 500,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 200,
    sqlite3.SQLITE_LIMIT_COMPOUND_SELECT: 50,
    sqlite3.SQLITE_LIMIT_VDBE_OP: 100_000,
    sqlite3.SQLITE_LIMIT_FUNCTION_ARG: 50,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
    sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH: 200,
    sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER: 0,
    sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH: 0,
    sqlite3.SQLITE_LIMIT_WORKER_THREADS: 0,
}
_CATALOGUE = frozenset({"sqlite_master", "sqlite_schema", "json_each", "json_tree"})
_READABLE = frozenset(table.name for table in TABLES) | _CATALOGUE
_INSIDE = {"audit_events": frozenset({"event", "record"})}
"""What a view of ours may read on behalf of whoever asks it."""
_FUNCTIONS = frozenset(
    [
        "abs",
        "avg",
        "char",
        "coalesce",
        "concat",
        "concat_ws",
        "count",
        "cume_dist",
        "date",
        "datetime",
        "dense_rank",
        "first_value",
        "glob",
        "group_concat",
        "hex",
        "ifnull",
        "iif",
        "instr",
        "json",
        "json_array",
        "json_array_length",
        "json_extract",
        "json_group_array",
        "json_group_object",
        "json_object",
        "json_quote",
        "json_type",
        "json_valid",
        "julianday",
        "lag",
        "last_value",
        "lead",
        "length",
        "like",
        "lower",
        "ltrim",
        "max",
        "min",
        "nth_value",
        "ntile",
        "nullif",
        "octet_length",
        "percent_rank",
        "quote",
        "rank",
        "replace",
        "round",
        "row_number",
        "rtrim",
        "sign",
        "string_agg",
        "strftime",
        "substr",
        "substring",
        "sum",
        "time",
        "timediff",
        "total",
        "trim",
        "typeof",
        "unhex",
        "unicode",
        "unixepoch",
        "upper",
        "->",
        "->>",
    ]
) | frozenset(
    [
        "acos",
        "asin",
        "atan",
        "ceil",
        "ceiling",
        "cos",
        "degrees",
        "exp",
        "floor",
        "ln",
        "log",
        "log10",
        "log2",
        "mod",
        "pi",
        "pow",
        "power",
        "radians",
        "sin",
        "sqrt",
        "tan",
        "trunc",
    ]
)
_WAYS = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_RECURSIVE})


def guard(connection: sqlite3.Connection, timeout: float) -> dict[int, int]:
    """Let a connection do nothing but read, for a while; return the limits that it had."""
    connection.execute("PRAGMA query_only=ON")
    connection.execute(f"PRAGMA hard_heap_limit={_MEMORY}")
    before = {limit: connection.setlimit(limit, most) for limit, most in _LIMITS.items()}
    deadline = time.monotonic() + timeout
    connection.set_progress_handler(lambda: time.monotonic() > deadline, 10_000)
    connection.set_authorizer(_may)
    return before


def _may(
    way: int, first: str | None, second: str | None, _base: str | None, via: str | None
) -> int:
    """Return whether SQLite may compile this: the only place where anything is allowed."""
    if way in _WAYS:
        return sqlite3.SQLITE_OK
    if way == sqlite3.SQLITE_READ:
        allowed = _is_readable(first or "", second or "", via or "")
    else:
        allowed = way == sqlite3.SQLITE_FUNCTION and (second or "").lower() in _FUNCTIONS
    return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY


def _is_readable(table: str, column: str, view: str) -> bool:
    """Tell whether a column may be read; without one, it is rows that are counted."""
    if table in _READABLE or table in _INSIDE.get(view, ()):
        return True
    # what WITH names, and what a view counts, come without a view or a column
    return not column and not table.startswith(("sqlite_", "pragma_"))
