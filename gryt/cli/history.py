"""`gryt run list`, `gryt run show` and `gryt log`: runs that are on record."""

import sys
from typing import TYPE_CHECKING

import click

from gryt.cli import options

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gryt.cli.context import App
    from gryt.service.step_logs import Printed

_CHUNK_BYTES = 256 * 1024
_TEXT_BYTES = 1024 * 1024
"""How much of a log goes into a JSON document."""


@click.command("list", short_help="List the runs on record, newest first")
@click.argument("of", metavar="[VERSION|RC]", required=False)
@click.option(
    "-n",
    "--limit",
    type=click.IntRange(min=1),
    metavar="COUNT",
    help="At most so many.",
)
@options.as_json
@click.pass_obj
def list_(app: "App", of: str | None, limit: int | None, as_json: bool) -> None:
    """List the runs on record, newest first: all, of a generation, or of one candidate.

    A pipeline that is called 'list' runs with: gryt run -- list
    """
    from gryt.render.history import list_document, list_text
    from gryt.service.history import listed

    runs = listed(app.session, of, limit=limit)
    app.emit_json(list_document(runs)) if as_json else app.emit(list_text(runs))


@click.command(short_help="Show a run and what its steps left")
@click.argument("run", metavar="ID|RC")
@options.as_json
@click.pass_obj
def show(app: "App", run: str, as_json: bool) -> None:
    """Show a run by its id, by the beginning of that, or the latest of a candidate."""
    from gryt.render.history import show_document, show_text
    from gryt.service.history import one

    found = one(app.session, run)
    parts = (found.past, found.steps, found.reasons, found.environment)
    app.emit_json(show_document(*parts)) if as_json else app.emit(show_text(*parts))


@click.command(short_help="Show what the steps of a run printed")
@click.argument("run", metavar="RC|ID")
@click.argument("step", required=False)
@click.option("--raw", is_flag=True, help="Byte for byte, control characters and all.")
@options.as_json
@click.pass_obj
def log(app: "App", run: str, step: str | None, raw: bool, as_json: bool) -> None:
    """Show what the steps of a run printed, or one step with all its cells.

    The whole, where this clone has it on disk; else the end of it that is on record. Which of the
    two it is, and whether the file is what the record says, is said on standard error.
    """
    from gryt.render.history import log_document, source_text
    from gryt.service.history import one
    from gryt.service.step_logs import printed

    whole = one(app.session, run)
    found = printed(app.session, whole, step)
    if as_json:
        texts = [_text(each) for each in found]
        app.emit_json(log_document(whole.past, found, texts))
        return
    for each in found:
        app.say(source_text(whole.past.id, each))
        if len(found) > 1:
            app.emit(f"==> {each.name}\n")
        _copy(app, each, raw=raw)


def _copy(app: "App", found: "Printed", *, raw: bool) -> None:
    """Write a log as it comes from the disk, however long it is."""
    from gryt.model.printed import Printed as Cleaner

    if raw:
        sys.stdout.flush()
        for data in _chunks(found):
            sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    cleaner = Cleaner(colours=sys.stdout.isatty() and not app.environ.get("NO_COLOR"))
    shown = ""
    for data in _chunks(found):
        if lines := cleaner.feed(data):
            app.emit(lines)
            shown = lines
    rest = cleaner.end()
    app.emit(rest)
    if not (rest or shown or "\n").endswith("\n"):
        app.emit("\n")


def _chunks(found: "Printed") -> "Iterator[bytes]":
    if found.path is None:
        yield found.tail.encode()
        return
    with found.path.open("rb") as file:
        while data := file.read(_CHUNK_BYTES):
            yield data


def _text(found: "Printed") -> str:
    if found.path is None or found.path.stat().st_size > _TEXT_BYTES:
        return found.tail
    return found.path.read_bytes().decode("utf-8", "replace")
