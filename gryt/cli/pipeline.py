"""`gryt pipeline`: the pipelines of the work tree."""

from typing import TYPE_CHECKING

import click

from gryt.cli import options
from gryt.errors import CannotJudge

if TYPE_CHECKING:
    from gryt.cli.context import App

_KINDS = ("python", "go", "node", "rust", "minimal")
name = click.argument("name", metavar="P")


@click.group(short_help="List, show, check and begin pipelines")
def pipeline() -> None:
    """List, show, check and begin pipelines."""


@pipeline.command("list", short_help="List the pipelines and their steps")
@options.as_json
@click.pass_obj
def list_(app: "App", as_json: bool) -> None:
    """List the pipelines and their steps."""
    from gryt.render.pipelines import list_document, list_text
    from gryt.service.pipeline_files import everything

    found = everything(app.session)
    if as_json:
        app.emit_json(list_document(found, schema="pipeline-list"))
    else:
        app.emit(list_text(found))


@pipeline.command(short_help="Show what a pipeline says")
@name
@options.as_json
@click.pass_obj
def show(app: "App", name: str, as_json: bool) -> None:
    """Show what a pipeline says, step by step."""
    from gryt.render.pipelines import show_document, show_text
    from gryt.service.pipeline_files import one

    found = one(app.session, name)
    app.emit_json(show_document(found)) if as_json else app.emit(show_text(found))


@pipeline.command(short_help="Show what waits for what")
@name
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "dot", "mermaid"]),
    default="text",
    show_default=True,
    help="For people, for Graphviz, or for Markdown pages.",
)
@options.as_json
@click.pass_obj
def graph(app: "App", name: str, form: str, as_json: bool) -> None:
    """Show what waits for what; what has one number may run together."""
    from gryt.render.pipelines import graph_document, graph_dot, graph_mermaid, graph_text
    from gryt.service.pipeline_files import one

    found = one(app.session, name)
    if as_json:
        app.emit_json(graph_document(found))
    else:
        app.emit({"text": graph_text, "dot": graph_dot, "mermaid": graph_mermaid}[form](found))


@pipeline.command(short_help="Find everything that is wrong with pipelines")
@click.argument("names", metavar="[P]...", nargs=-1)
@options.as_json
@click.pass_obj
def check(app: "App", names: tuple[str, ...], as_json: bool) -> int:
    """Find everything that is wrong with pipelines, with line and column.

    Reads all of them where none is named, and runs nothing. The exit status is 125 where
    something is wrong.
    """
    from gryt.render.pipelines import check_text, list_document
    from gryt.service.pipeline_files import checked

    found = checked(app.session, names)
    wrong = [each for each in found if each.pipeline is None]
    if as_json:
        app.emit_json(list_document(found, schema="pipeline-check"))
        return CannotJudge.exit_status if wrong else 0
    if wrong:
        which = ", ".join(f"'{each.path}'" for each in wrong)
        raise CannotJudge(
            f"{which} {'is' if len(wrong) == 1 else 'are'} not valid",
            details=[problem for each in wrong for problem in each.problems],
        )
    app.emit(check_text(found))
    return 0


@pipeline.command(short_help="Write a pipeline to begin with")
@click.argument("name")
@click.option(
    "--from",
    "kind",
    type=click.Choice(_KINDS),
    help="The kind of project; without it, as the files at the top look.",
)
@options.as_json
@click.pass_obj
def new(app: "App", name: str, kind: str | None, as_json: bool) -> None:
    """Write a commented pipeline to begin with; never over another."""
    from gryt.service.pipeline_files import new as service

    path, chosen = service(app.session, name, kind)
    if as_json:
        app.emit_json({"schema": "gryt/pipeline-new/1", "path": path, "from": chosen})
        return
    app.emit(f"Pipeline created: {path}\n")
    app.say(f"it is for a {chosen} project; edit it, then: gryt run {name}")
