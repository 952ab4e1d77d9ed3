"""`gryt approve`: vouch for a release."""

from typing import TYPE_CHECKING

import click

from gryt.cli import options

if TYPE_CHECKING:
    from gryt.cli.context import App


@click.command(short_help="Vouch for a release, or a change of it")
@options.version
@click.option("--change", metavar="ID", help="Only this change; the whole release if absent.")
@click.option("--commit", "revision", metavar="REV", help="Only this commit; any if absent.")
@click.option("--comment", metavar="TEXT", help="What else there is to say; it is recorded.")
@click.option("--withdraw", is_flag=True, help="Take back what you approved.")
@options.as_json
@click.pass_obj
def approve(
    app: "App",
    version: str,
    change: str | None,
    revision: str | None,
    comment: str | None,
    withdraw: bool,
    as_json: bool,
) -> None:
    """Vouch for a release as it is promised and proven now, or for one change of it.

    It is signed where git signs your commits. A contract or a proof that changes afterwards makes
    it stale.

    \b
    Example:
      gryt approve v1.5.0 --change FEAT-201 --comment "read it line by line"
    """  # noqa: D301 - for click, a backspace keeps lines apart
    from gryt.render.approvals import given_document, given_text
    from gryt.service import approvals as service
    from gryt.service import publish

    if withdraw and revision is not None:
        raise click.UsageError("--withdraw takes no --commit")
    if withdraw:
        done = service.withdraw(app.session, version, change=change, comment=comment)
    else:
        done = service.approve(
            app.session, version, change=change, revision=revision, comment=comment
        )
    publish.after(app.session, version)
    if as_json:
        app.emit_json(given_document(done, withdrawn=withdraw))
    else:
        app.emit(given_text(done, withdrawn=withdraw))
