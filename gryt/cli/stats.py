"""`gryt stats`: numbers about releases."""

from typing import TYPE_CHECKING

import click

from gryt.cli import options

if TYPE_CHECKING:
    from gryt.cli.context import App


@click.command(short_help="Show numbers about releases")
@click.option("--generation", "version", metavar="VERSION", help="Only of this generation.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "prometheus"]),
    default="text",
    show_default=True,
    help="How they are written.",
)
@options.as_json
@click.pass_obj
def stats(app: "App", version: str | None, form: str, as_json: bool) -> None:
    """Show pass rate, lead time, and other numbers about releases.

    \b
    Example:
      gryt stats --format prometheus > /var/lib/node_exporter/gryt.prom
    """  # noqa: D301 - for click, a backspace keeps lines apart
    from gryt.render.metrics import metrics_document, metrics_list, metrics_prometheus
    from gryt.service.sql import measure

    found = measure(app.session, [], version=version)
    if as_json or form == "json":
        app.emit_json(metrics_document(found, version=version))
    elif form == "prometheus":
        app.emit(metrics_prometheus(found, version=version))
    else:
        app.emit(metrics_list(found))
