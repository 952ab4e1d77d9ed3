"""`gryt hooks`: let git itself refuse what no promotion made."""

import sys
from typing import TYPE_CHECKING, Any

import click

from gryt.cli import options

if TYPE_CHECKING:
    from gryt.cli.context import App
    from gryt.service.hooks import Installed


@click.group(short_help="Let git refuse what was not promoted")
def hooks() -> None:
    """Let git itself refuse what no promotion made."""


def _emit(app: "App", done: "Installed", word: str, *, as_json: bool) -> None:
    kept = None if done.kept is None else str(done.kept)
    document: dict[str, Any] = {
        "schema": "gryt/hook/1",
        "path": str(done.path),
        "changed": done.changed,
        "kept": kept,
        "shared": done.shared,
    }
    if as_json:
        app.emit_json(document)
        return
    app.emit(f"{word}: {done.path}\n" if done.changed else f"Unchanged: {done.path}\n")
    if kept is not None:
        app.say(f"the hook that was there is kept: '{kept}'")
    if done.shared:
        app.say("other repositories use this folder too; the hook is quiet where is no ledger")


@hooks.command(short_help="Put the pre-push hook in")
@click.argument("name", type=click.Choice(["pre-push"]), default="pre-push")
@options.as_json
@click.pass_obj
def install(app: "App", name: str, as_json: bool) -> None:
    """Put a hook in that refuses to push a release tag which no promotion made.

    It goes where git looks for hooks (core.hooksPath). A hook that is there already is kept, and
    called first. Safe to repeat.
    """
    del name  # there is one so far
    from gryt.service.hooks import install as service

    done = service(app.session, sys.executable)
    _emit(app, done, "Installed", as_json=as_json)


@hooks.command(short_help="Take the pre-push hook out")
@click.argument("name", type=click.Choice(["pre-push"]), default="pre-push")
@options.as_json
@click.pass_obj
def uninstall(app: "App", name: str, as_json: bool) -> None:
    """Take gryt's hook out again, and put back the one that was there before."""
    del name
    from gryt.service.hooks import uninstall as service

    _emit(app, service(app.session), "Removed", as_json=as_json)


@hooks.command(short_help="Print or install the hook of a server")
@click.argument("directory", required=False)
@click.option("--install", "installs", is_flag=True, help="Put it in as pre-receive.")
@options.as_json
@click.pass_obj
def server(app: "App", directory: str | None, installs: bool, as_json: bool) -> None:
    """Print the hook for a bare repository, or install it there as pre-receive.

    It needs nothing but git on the server. It refuses to rewind or delete the ledger and its notes,
    to change a record, and release tags that no promotion made, were moved or are deleted.

    \b
    Example:
      gryt hooks server --install /srv/git/project.git
      gryt hooks server | ssh host 'cat > project.git/hooks/pre-receive'
    """  # noqa: D301 - for click, a backspace keeps lines apart
    if installs or directory is not None:
        from gryt.service.hooks import server as service

        _emit(app, service(app.session, directory or "."), "Installed", as_json=as_json)
        return
    from gryt.service.hooks import server_script

    script = server_script()
    if as_json:
        app.emit_json({"schema": "gryt/hook-script/1", "name": "pre-receive", "script": script})
    else:
        app.emit(script)


@hooks.command(hidden=True, short_help="Answer git, which runs a hook")
@click.argument("name", type=click.Choice(["pre-push"]))
@click.argument("git_arguments", nargs=-1)
@options.as_json
@click.pass_obj
def run(app: "App", name: str, git_arguments: tuple[str, ...], as_json: bool) -> int:
    """Answer git, which runs a hook and gives its lines on standard input."""
    del name, git_arguments
    from gryt.service.hooks import judge_push

    found = judge_push(app.session, sys.stdin)
    if as_json:
        refused = [objection._asdict() for objection in found]
        app.emit_json({"schema": "gryt/push/1", "refused": refused})
    for objection in [] if as_json else found:
        app.say(f"gryt: refused '{objection.ref}': {objection.message}")
        app.say(f"hint: {objection.hint}")
    return 1 if found else 0
