"""`gryt verify` and `gryt check`: whether the ledger is sound, whether a commit is proven."""

from typing import TYPE_CHECKING

import click

from gryt.cli import options

if TYPE_CHECKING:
    from gryt.cli.context import App


@click.command(short_help="Check the ledger against its laws")
@click.option("--repair", is_flag=True, help="Finish what an interrupted command left.")
@options.as_json
@click.pass_obj
def verify(app: "App", repair: bool, as_json: bool) -> int:
    """Check ledger laws, schemas, tags and notes against the records."""
    from gryt.render.verify import report_document, report_text, status
    from gryt.service.verify import verify as service

    report = service(app.session, repair=repair)
    app.emit_json(report_document(report)) if as_json else app.emit(report_text(report))
    return status(report)


@click.command(short_help="Tell whether a commit is proven")
@click.argument("commit", required=False)
@click.option("--require", "steps", multiple=True, metavar="STEP", help="A step that passed.")
@options.as_json
@click.pass_obj
def check(app: "App", commit: str | None, steps: tuple[str, ...], as_json: bool) -> int:
    """Tell whether a commit is proven: exit status 0 for yes, 1 for no.

    \b
    Example:
      gryt check HEAD --require test
    """  # noqa: D301 - for click, a backspace keeps lines apart
    from gryt.render.verify import check_document, check_text
    from gryt.service.check import check as service

    answer = service(app.session, commit, require=steps)
    app.emit_json(check_document(answer)) if as_json else app.emit(check_text(answer))
    return 0 if answer.proven else 1
