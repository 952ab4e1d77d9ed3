"""`gryt db`: the ledger as tables."""

import sys
from typing import TYPE_CHECKING

import click

from gryt.cli import options

if TYPE_CHECKING:
    from gryt.cli.context import App

_MAX_SQL = 1024 * 1024


@click.group(short_help="Ask the ledger with SQL")
def db() -> None:
    """Ask the ledger with SQL.

    The tables are made from the records, for reading alone; 'gryt db schema' describes them.
    """


@db.command(short_help="Answer one SELECT statement")
@click.argument("sql")
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "csv", "tsv"]),
    default="table",
    show_default=True,
    help="How the rows are written.",
)
@click.option(
    "--timeout",
    type=click.FloatRange(min=0.1, max=3600),
    default=10.0,
    show_default=True,
    metavar="SECONDS",
    help="How long it may take.",
)
@options.as_json
@click.pass_obj
def query(app: "App", sql: str, form: str, timeout: float, as_json: bool) -> None:
    """Answer one SELECT statement; '-' reads it from standard input.

    Example: gryt db query "SELECT version, status FROM generations"
    """
    from gryt.render import rows
    from gryt.service.sql import query as service

    if sql == "-":
        sql = sys.stdin.read(_MAX_SQL)
    answer = service(app.session, sql, timeout=timeout)
    if as_json:
        app.emit_json(rows.rows_document(answer.columns, answer.rows))
        return
    render = {
        "table": rows.rows_table,
        "json": rows.rows_json,
        "csv": rows.rows_csv,
        "tsv": rows.rows_tsv,
    }[form]
    app.emit(render(answer.columns, answer.rows))


@db.command(short_help="Describe the tables")
@options.as_json
@click.pass_obj
def schema(app: "App", as_json: bool) -> None:
    """Describe the tables and their columns, a line each."""
    from gryt.render.rows import schema_document, schema_text
    from gryt.service.sql import schema as service

    tables = service()
    app.emit_json(schema_document(tables)) if as_json else app.emit(schema_text(tables))


@db.command(short_help="Write the tables into a SQLite file")
@click.argument("file")
@options.as_json
@click.pass_obj
def export(app: "App", file: str, as_json: bool) -> None:
    """Write the tables into a SQLite file, for archives and other tools.

    The file appears when it is complete; one that was there is replaced.
    """
    from gryt.cli.files import whole
    from gryt.service.sql import archive

    with whole(app, file) as path:
        count = archive(app.session, path)
        size = path.stat().st_size
    if as_json:
        app.emit_json({"schema": "gryt/db-export/1", "file": file, "rows": count, "bytes": size})
    else:
        app.emit(f"Exported: {file} ({count} rows)\n")


@db.command(short_help="Compute one number about releases")
@click.argument("name", required=False)
@click.option("--generation", "version", metavar="VERSION", help="Only of this generation.")
@options.as_json
@click.pass_obj
def metric(app: "App", name: str | None, version: str | None, as_json: bool) -> None:
    """Compute one number about releases, or list those that there are.

    Example: gryt db metric pass_rate --generation v1.5.0
    """
    from gryt.render.metrics import metric_text, metrics_document, metrics_list
    from gryt.service.sql import measure

    found = measure(app.session, [name] if name else [], version=version)
    if as_json:
        app.emit_json(metrics_document(found, version=version))
    else:
        app.emit(metric_text(found[0]) if name else metrics_list(found))
