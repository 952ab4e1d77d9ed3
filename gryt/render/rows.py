"""Rows of an answer as a table, as JSON, and as CSV and TSV for spreadsheets."""

import csv
import json
import math
from collections.abc import Iterable, Sequence
from types import SimpleNamespace
from typing import Any

from gryt.render.safe import cell, in_json, visible
from gryt.render.table import table

Entry = str | int | float | bytes | None
Rows = Iterable[Sequence[Entry]]

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def rows_table(columns: Sequence[str], rows: Rows) -> str:
    """Return aligned columns; nothing stands for NULL."""
    shown = [[_word(value) for value in row] for row in rows]
    gaps = (2,) * len(columns)
    return "\n".join(table(columns, shown, gaps=gaps, indent=0)) + "\n"


def rows_json(columns: Sequence[str], rows: Rows) -> str:
    """Return a JSON list with an object for each row, a row a line."""
    lines = [
        json.dumps(dict(zip(columns, map(_plain, row), strict=True)), ensure_ascii=False)
        for row in rows
    ]
    return in_json("[" + ",\n ".join(lines) + "]\n")


def rows_document(columns: Sequence[str], rows: Rows) -> dict[str, Any]:
    """Return the answer as gryt's own JSON documents are."""
    listed = [dict(zip(columns, map(_plain, row), strict=True)) for row in rows]
    return {"schema": "gryt/query/1", "columns": list(columns), "rows": listed}


def rows_csv(columns: Sequence[str], rows: Rows) -> str:
    """Return CSV as RFC 4180 has it, safe to be opened by a spreadsheet."""
    lines: list[str] = []
    writer = csv.writer(SimpleNamespace(write=lines.append), lineterminator="\n")
    writer.writerow(safe_for_sheets(name) for name in columns)
    for row in rows:
        writer.writerow([_sheet(value) for value in row])
    return "".join(lines)


def rows_tsv(columns: Sequence[str], rows: Rows) -> str:
    """Return tab-separated values, a row a line; tabs and line ends in data become escapes."""
    lines = [columns, *([_sheet(value) for value in row] for row in rows)]
    return "".join("\t".join(map(_in_a_line, line)) + "\n" for line in lines)


def safe_for_sheets(text: str) -> str:
    """Return text that a spreadsheet shows and does not compute: no formula, no control character.

    A quote in front keeps it from being one; https://owasp.org calls it CSV injection.
    """
    shown = visible(text)
    return f"'{shown}" if text.lstrip(" \n").startswith(_FORMULA) else shown


def _in_a_line(text: str) -> str:
    return text.replace("\n", "\\n").replace("\t", "\\t")


def _sheet(value: Entry) -> str:
    return safe_for_sheets(value) if isinstance(value, str) else _word(value)


def _word(value: Entry) -> str:
    match value:
        case None:
            return ""
        case bytes():
            return f"x'{value.hex()}'"
        case str():
            return value
    return str(value)


def _plain(value: Entry) -> str | int | float | None:
    if isinstance(value, bytes):
        return value.hex()
    return None if isinstance(value, float) and not math.isfinite(value) else value


def schema_text(tables: Sequence[tuple[str, str, Sequence[tuple[str, str, str]]]]) -> str:
    """Return what can be asked, for people."""
    parts = []
    for name, doc, columns in tables:
        lines = table((), [[cell(word) for word in column] for column in columns], gaps=(2, 2, 2))
        parts.append("\n".join([f"{name}: {doc}", *lines]))
    return "\n\n".join(parts) + "\n"


def schema_document(
    tables: Sequence[tuple[str, str, Sequence[tuple[str, str, str]]]],
) -> dict[str, Any]:
    """Return what can be asked, for programs."""
    listed = [
        {
            "name": name,
            "doc": doc,
            "columns": [{"name": n, "type": t, "doc": d} for n, t, d in columns],
        }
        for name, doc, columns in tables
    ]
    return {"schema": "gryt/db-schema/1", "tables": listed}
