"""`gryt evolution`: attempts to prove changes."""

from typing import TYPE_CHECKING

import click

from gryt.cli import options

if TYPE_CHECKING:
    from gryt.cli.context import App


@click.group(short_help="Start and look at proofs of changes")
def evolution() -> None:
    """Start and look at proofs of changes."""


@evolution.command(short_help="Begin to prove changes")
@options.version
@click.option(
    "--change", "changes", multiple=True, required=True, metavar="ID", help="What to prove."
)
@options.pipeline
@click.option("--type", "kind", metavar="TYPE", help="Adds a change that the contract lacks.")
@click.option("--title", metavar="TEXT", help="The title of the change that is added.")
@options.as_json
@click.pass_obj
def start(
    app: "App",
    version: str,
    changes: tuple[str, ...],
    pipeline: str | None,
    kind: str | None,
    title: str | None,
    as_json: bool,
) -> int:
    """Begin to prove changes; `gryt run` then proves them.

    A pipeline that lacks what a policy requires is refused, with every policy and step, before
    anything runs.

    \b
    Example:
      gryt evolution start v1.5.0 --change FEAT-201
    """  # noqa: D301 - for click, a backspace keeps lines apart
    from gryt.render.generations import evolution_document, started_text
    from gryt.service import evolutions, publish
    from gryt.service.enforcing import PolicyViolated
    from gryt.service.generations import parse_title, parse_type

    if (kind is None) != (title is None):
        raise click.UsageError("--type and --title go together: they add a change")
    added = None if kind is None else (parse_type(kind), parse_title(title or ""))
    asked = publish.before(app.session, version)
    try:
        begun = evolutions.start(app.session, version, changes, pipeline=pipeline, new_change=added)
    except PolicyViolated as violation:
        from gryt.cli.policy import emit_violation

        return emit_violation(app, violation, "Evolution not started.", as_json=as_json)
    if asked is False:
        app.say(f"notice: {begun.evolution.tag} is provisional until it is published")
    elif asked:
        publish.after(app.session, version)
        begun = evolutions.as_it_is(app.session, begun)
    if as_json:
        from gryt.render.policies import policy_documents

        document = {
            "generation": version,
            "evolutions": [evolution_document(begun.evolution)],
            "policies": policy_documents(begun.policies),
            "differences": list(begun.differences),
        }
        app.emit_json({"schema": "gryt/evolution/1", **document})
    else:
        validated = ""
        if begun.policies or begun.differences:
            from gryt.render.policies import validated_text

            validated = validated_text(begun.policies, begun.differences)
        app.emit(validated + started_text(begun.evolution))
    return 0


@evolution.command("list", short_help="List proofs, changes and what is missing")
@options.version
@options.as_json
@click.pass_obj
def list_(app: "App", version: str, as_json: bool) -> None:
    """List the evolutions of a generation, its changes, and whether it can be promoted."""
    from gryt.cli import listing

    listing.evolutions(app, version, as_json=as_json)


@evolution.command(short_help="Show one proof with its steps")
@click.argument("candidate", metavar="RC")
@options.as_json
@click.pass_obj
def show(app: "App", candidate: str, as_json: bool) -> None:
    """Show one evolution with the steps of its latest run."""
    from gryt.render.generations import evolution_document, evolution_text
    from gryt.service import lookup

    view, found = lookup.find(app.session, candidate)
    steps = lookup.steps_of(app.session, view, found)
    if as_json:
        document = evolution_document(found)
        generation = {"generation": view.state.version, "steps": steps}
        app.emit_json({"schema": "gryt/evolution/1", **generation, "evolutions": [document]})
    else:
        app.emit(evolution_text(view.state, found, steps))


@evolution.command(short_help="Withdraw a proof")
@click.argument("candidate", metavar="RC")
@options.reason
@options.as_json
@click.pass_obj
def abandon(app: "App", candidate: str, reason: str, as_json: bool) -> None:
    """Withdraw an evolution: it proves nothing from here on, and its number stays used."""
    from gryt.render.generations import evolution_document
    from gryt.service import evolutions, publish

    done = evolutions.abandon(app.session, candidate, why=reason)
    publish.after(app.session, done.tag.rpartition("-rc.")[0])
    if as_json:
        app.emit_json({"schema": "gryt/evolution/1", "evolutions": [evolution_document(done)]})
    else:
        app.emit(f"Evolution abandoned: {done.tag}\n")
