"""`gryt init`."""

from typing import TYPE_CHECKING

import click

from gryt.cli import options

if TYPE_CHECKING:
    from gryt.cli.context import App


@click.command(short_help="Put the sample files in place")
@options.as_json
@click.pass_obj
def init(app: "App", as_json: bool) -> None:
    """Put the sample files in place.

    Makes .gryt/pipelines and .gryt/policy.yaml with commented samples, and keeps contract files
    out of commits. Nothing is overwritten, so it is safe to repeat.
    """
    from gryt.service.setup import init as service

    done = service(app.session)
    if as_json:
        document = {"schema": "gryt/init/1", "created": done.created, "kept": done.kept}
        app.emit_json(document)
        return
    lines = [f"created {path}" for path in done.created] or ["nothing to do"]
    app.emit("\n".join(lines) + "\n")
