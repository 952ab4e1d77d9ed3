"""`gryt generation`: release contracts."""

from typing import TYPE_CHECKING

import click

from gryt.cli import options
from gryt.cli.root import LazyGroup

if TYPE_CHECKING:
    from gryt.cli.context import App

_FROM = "A contract in YAML, - for standard input."


@click.group(
    cls=LazyGroup,
    short_help="Promise, list and promote releases",
    lazy={
        "promote": "gryt.cli.promotion:promote",
        "yank": "gryt.cli.promotion:yank",
    },
)
def generation() -> None:
    """Promise, list and promote releases."""


def _emit_one(app: "App", version: str, *, as_json: bool, created: bool) -> None:
    said = f"{'created' if created else 'updated'}: {version}"
    emit_changed(app, version, said, as_json=as_json)


def emit_changed(app: "App", version: str, said: str, *, as_json: bool) -> None:
    """Answer with the generation as it is after a command, in words or as a document."""
    from gryt.service import publish
    from gryt.service.contracts import path_of

    publish.after(app.session, version, edits=True)
    view = app.session.ledger.get(version)
    if as_json:
        from gryt.render.generations import generation_document

        app.emit_json(generation_document(view.state, _reasons(app, version), schema="generation"))
        return
    lines = [f"Generation {said}"]
    if app.session.workspace is not None and view.state.status.value == "draft":
        lines.append(f"Contract: {path_of(version)}")
    app.emit("\n".join(lines) + "\n")


def _reasons(app: "App", version: str) -> tuple[str, ...]:
    from gryt.service.readiness import reasons_against

    return reasons_against(app.session, app.session.ledger.get(version).state)


@generation.command(short_help="Begin a release contract")
@options.version
@click.option("--description", metavar="TEXT", help="What the release is about.")
@options.pipeline
@click.option("--change", "changes", multiple=True, metavar="TYPE:ID:TITLE", help="A promise.")
@click.option("--from", "source", metavar="FILE", help=_FROM)
@options.as_json
@click.pass_obj
def new(
    app: "App",
    version: str,
    description: str | None,
    pipeline: str | None,
    changes: tuple[str, ...],
    source: str | None,
    as_json: bool,
) -> None:
    """Begin a release contract.

    \b
    Example:
      gryt generation new v1.5.0 --change "add:FEAT-201:OAuth2 login support"
    """  # noqa: D301 - for click, a backspace keeps lines apart
    from gryt.cli.context import read_source
    from gryt.model.names import parse_version
    from gryt.service import generations

    view = generations.new(
        app.session,
        parse_version(version),
        description=description,
        pipeline=pipeline,
        changes=[generations.parse_change(text) for text in changes],
        source=None if source is None else read_source(source),
    )
    _emit_one(app, view.state.version, as_json=as_json, created=True)


@generation.command("list", short_help="List every generation")
@options.as_json
@click.pass_obj
def list_(app: "App", as_json: bool) -> None:
    """List every generation, by version."""
    from gryt.cli import listing

    listing.generations(app, as_json=as_json)


@generation.command(short_help="Show what is promised and proven")
@options.version
@click.option("--at", metavar="POINT", help="As it was: a snapshot, a ledger commit, a date.")
@options.as_json
@click.pass_obj
def show(app: "App", version: str, at: str | None, as_json: bool) -> None:
    """Show what a generation promises and what is proven of it, now or as it was.

    \b
    Example:
      gryt generation show v1.5.0 --at 2024-01-20
    """  # noqa: D301 - for click, a backspace keeps lines apart
    from gryt.render.generations import generation_document, show_text
    from gryt.service import contracts
    from gryt.service.readiness import reasons_against

    if at is not None:
        from gryt.service.past import at as past

        found = past(app.session, version, at)
        if as_json:
            document = generation_document(found.state, (), schema="generation")
            app.emit_json({**document, "ready": None, "as_of": found.at})
        else:
            app.emit(show_text(found.state, (), as_of=found.at))
        return
    state = contracts.current(app.session, version).state
    reasons = reasons_against(app.session, state)
    if as_json:
        app.emit_json(generation_document(state, reasons, schema="generation"))
    else:
        app.emit(show_text(state, reasons))


@generation.command(short_help="Edit the contract with your editor")
@options.version
@options.as_json
@click.pass_obj
def edit(app: "App", version: str, as_json: bool) -> None:
    """Edit the contract with git's editor ($GIT_EDITOR) and record it."""
    from gryt.cli.editor import edit_file
    from gryt.service import generations

    path = generations.file_for_edit(app.session, version)
    edit_file(app, path)
    generations.update(app.session, version, None)
    _emit_one(app, version, as_json=as_json, created=False)


@generation.command(short_help="Record the contract file")
@options.version
@click.option("--from", "source", metavar="FILE", help=_FROM)
@options.as_json
@click.pass_obj
def update(app: "App", version: str, source: str | None, as_json: bool) -> None:
    """Record the contract file as it is; this settles concurrent edits."""
    from gryt.cli.context import read_source
    from gryt.service import generations

    generations.update(app.session, version, None if source is None else read_source(source))
    _emit_one(app, version, as_json=as_json, created=False)


@generation.command(short_help="Let a draft go by another version")
@click.argument("old")
@click.argument("new")
@options.as_json
@click.pass_obj
def rename(app: "App", old: str, new: str, as_json: bool) -> None:
    """Let a draft go by another version, with its contract, proofs and candidates.

    So may what was promoted with --offline and reached no remote, where another generation has the
    version there by now: that promotion is given up, and it is a draft under the new name.

    \b
    Example:
      gryt generation rename v6.0.0 v6.1.0
    """  # noqa: D301 - for click, a backspace keeps lines apart
    from gryt.model.names import parse_version
    from gryt.service import publish, renames

    view = renames.rename(app.session, old, parse_version(new))
    publish.renamed(app.session, old, view.state.version)
    emit_changed(app, view.state.version, f"renamed: {old} -> {new}", as_json=as_json)


@generation.command(short_help="Give a draft up")
@options.version
@options.reason
@options.as_json
@click.pass_obj
def abandon(app: "App", version: str, reason: str, as_json: bool) -> None:
    """Give a draft up: it is not promoted any more, and its version stays used."""
    from gryt.service import generations, publish

    generations.abandon(app.session, version, why=reason)
    publish.after(app.session, version)
    emit_changed(app, version, f"abandoned: {version}", as_json=as_json)


@generation.command(short_help="Write release notes from the contract")
@options.version
@click.option(
    "--format", "kind", type=click.Choice(["md", "json"]), default="md", show_default=True
)
@options.as_json
@click.pass_obj
def notes(app: "App", version: str, kind: str, as_json: bool) -> None:
    """Write release notes from the contract: Added, Changed, Fixed, Removed.

    With `git config gryt.notesInTag true`, promotion puts them into the tag's message.
    """
    from gryt.model.release_notes import release_notes
    from gryt.render.notes import notes_document, notes_markdown
    from gryt.service.generations import show as service

    found = release_notes(service(app.session, version).state)
    if as_json or kind == "json":
        app.emit_json(notes_document(found))
    else:
        app.emit(notes_markdown(found))
