"""`gryt ci`: workflow files for CI systems."""

from typing import TYPE_CHECKING

import click

from gryt.cli import options

if TYPE_CHECKING:
    from gryt.cli.context import App


@click.group(short_help="Write workflow files for CI systems")
def ci() -> None:
    """Write workflow files for CI systems."""


@ci.command(short_help="Write a workflow that proves and publishes")
@click.argument("system", metavar="github|gitlab|forgejo|woodpecker|jenkins")
@click.option("-f", "--force", is_flag=True, help="Overwrite a file that is there.")
@click.option("--stdout", "show", is_flag=True, help="Print the file; write nothing.")
@options.as_json
@click.pass_obj
def init(app: "App", system: str, force: bool, show: bool, as_json: bool) -> None:
    """Write a workflow file that pulls the ledger, proves, and publishes.

    It has the least rights that this needs, and fetches the history that gates ask about.

    \b
    Example:
      gryt ci init github
    """  # noqa: D301 - for click, a backspace keeps lines apart
    from gryt.service import ci_files

    file = ci_files.workflow(system)
    if not show:
        ci_files.write(app.session, file, force=force)
    if as_json:
        document = {"path": file.path, "written": not show, "text": file.text}
        app.emit_json({"schema": "gryt/ci-init/1", "system": file.system, **document})
    else:
        app.emit(
            file.text if show else f"created {file.path}: read its first lines, then commit it\n"
        )
