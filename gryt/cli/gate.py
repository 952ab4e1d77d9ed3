"""`gryt gate`: what stands between a generation and its promotion."""

from typing import TYPE_CHECKING

import click

from gryt.cli import options

if TYPE_CHECKING:
    from gryt.cli.context import App


@click.group(short_help="Ask what stands against a promotion")
def gate() -> None:
    """Ask what stands against a promotion."""


@gate.command(short_help="Judge every gate and change nothing")
@options.version
@click.option("--commit", "revision", metavar="REV", help="The commit to judge; HEAD if absent.")
@options.as_json
@click.pass_obj
def check(app: "App", version: str, revision: str | None, as_json: bool) -> int:
    """Judge every gate and change nothing: pass, fail or inconclusive, why, and what mends it.

    Earlier refusals and overrides are listed with who, when and by which policy. Nothing is
    written and no network is used. The exit status is 0 where nothing stands against a promotion,
    1 where something does, and 125 where it cannot be told.

    \b
    Example:
      gryt gate check v1.5.0
    """  # noqa: D301 - for click, a backspace keeps lines apart
    from gryt.render.gates import gate_check_document, gate_check_text
    from gryt.service.gate_check import gate_check

    app.only_asks()
    found = gate_check(app.session, version, revision=revision)
    if as_json:
        app.emit_json(gate_check_document(found))
    else:
        app.emit(gate_check_text(found))
    return found.exit_status
