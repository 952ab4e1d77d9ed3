"""`gryt audit`: the trail and its snapshots."""

from typing import TYPE_CHECKING

import click

from gryt.cli import options
from gryt.cli.root import LazyGroup

if TYPE_CHECKING:
    from gryt.cli.context import App


@click.group(
    cls=LazyGroup,
    short_help="Read the trail, take snapshots, go back to one",
    lazy={
        "hotfix": "gryt.cli.hotfix:begin",
        "hotfix-promote": "gryt.cli.hotfix:hotfix_promote",
        "rollback": "gryt.cli.rollback:rollback",
        "show-snapshot": "gryt.cli.rollback:show_snapshot",
        "snapshot-diff": "gryt.cli.rollback:snapshot_diff",
    },
)
def audit() -> None:
    """Read the trail, take snapshots, go back to one."""


@audit.command(short_help="List the records, newest first")
@click.argument("version", required=False)
@options.as_json
@click.pass_obj
def log(app: "App", version: str | None, as_json: bool) -> None:
    """List the records of a generation, or of all, newest first."""
    from gryt.render.audit import log_document, log_text
    from gryt.service.audit import log as service

    entries = service(app.session, version)
    app.emit_json(log_document(entries)) if as_json else app.emit(log_text(entries))


@audit.command(short_help="Verify the trail, and record that it was done")
@click.option("--comment", metavar="TEXT", help="What you have to say; it is recorded.")
@options.as_json
@click.pass_obj
def review(app: "App", comment: str | None, as_json: bool) -> int:
    """Verify the whole trail, and record who did it and what was found.

    \b
    Example:
      gryt audit review --comment "quarterly review"
    """  # noqa: D301 - for click, a backspace keeps lines apart
    from gryt.render.verify import report_document, report_text, status
    from gryt.service.reviews import review as service

    report = service(app.session, comment=comment)
    app.emit_json(report_document(report)) if as_json else app.emit(report_text(report))
    return status(report)


@audit.command(short_help="Copy the whole ledger into the meta-branch")
@click.option(
    "--label", default="manual", show_default=True, metavar="TEXT", help="What the snapshot is for."
)
@options.as_json
@click.pass_obj
def snapshot(app: "App", label: str, as_json: bool) -> None:
    """Copy the whole ledger into the meta-branch, in one commit."""
    from gryt.render.audit import snapshot_text, snapshots_document
    from gryt.service import publish
    from gryt.service.snapshots import snapshot as service

    taken = service(app.session, label)
    publish.after(app.session, None, edits=True)
    if as_json:
        app.emit_json(snapshots_document([taken], schema="snapshot"))
    else:
        app.emit(snapshot_text(taken))


@audit.command("list-snapshots", short_help="List the snapshots, newest first")
@options.as_json
@click.pass_obj
def list_snapshots(app: "App", as_json: bool) -> None:
    """List the snapshots, newest first."""
    from gryt.render.audit import snapshots_document, snapshots_text
    from gryt.service.snapshots import list_snapshots as service

    found = service(app.session)
    if as_json:
        app.emit_json(snapshots_document(found, schema="snapshot-list"))
    else:
        app.emit(snapshots_text(found, now=app.session.ledger.now_ms() / 1000))


@audit.command(short_help="Write every record, for somebody else to look at")
@options.output
@click.option(
    "--format",
    "form",
    type=click.Choice(["json", "ndjson", "csv", "html"]),
    help="Instead of what the file's name says; json where it says nothing.",
)
@options.period
@click.option("--generation", "version", metavar="VERSION", help="Only of this generation.")
@click.option("--actor", metavar="TEXT", help="Only by whose name or address has this in it.")
@click.pass_obj
def export(
    app: "App",
    *,
    output: str,
    form: str | None,
    since: str | None,
    until: str | None,
    version: str | None,
    actor: str | None,
) -> None:
    """Write every record, where it lies and who signed it; oldest first.

    \b
    Examples:
      gryt audit export --output audit.json
      gryt audit export --output - --format csv --since 2026-01-01
    """  # noqa: D301 - for click, a backspace keeps lines apart
    from gryt.cli.files import deliver
    from gryt.render.export import trail_csv, trail_json, trail_ndjson
    from gryt.service.export import Filter, trail

    suffix = output.rpartition(".")[2].lower()
    kind = form or (suffix if suffix in {"json", "ndjson", "csv", "html"} else "json")
    found = trail(app.session, Filter(since, until, version, actor))
    if kind == "html":
        from gryt.render.export_html import trail_html

        deliver(app, output, trail_html(found))
        return
    render = {"json": trail_json, "ndjson": trail_ndjson, "csv": trail_csv}[kind]
    deliver(app, output, render(found))


@audit.command(short_help="Back the ledger up, in a file that git reads")
@click.argument("file")
@options.as_json
@click.pass_obj
def bundle(app: "App", file: str, as_json: bool) -> None:
    """Write the ledger, its notes and the tags that it tells of into a git bundle.

    It keeps commits and signatures, and a new repository can fetch from it.

    \b
    Example:
      gryt audit bundle audit.bundle && git bundle verify audit.bundle
    """  # noqa: D301 - for click, a backspace keeps lines apart
    from gryt.render.audit import bundle_document, bundle_text
    from gryt.service.bundle import bundle as service

    done = service(app.session, file)
    app.emit_json(bundle_document(done)) if as_json else app.emit(bundle_text(done))
