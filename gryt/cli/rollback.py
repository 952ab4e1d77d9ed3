"""`gryt audit rollback` and what looks into snapshots."""

from typing import TYPE_CHECKING

import click

from gryt.cli import options

if TYPE_CHECKING:
    from gryt.cli.context import App
    from gryt.service.rollback import Fate, Plan


@click.command(short_help="Go back to a snapshot, by going forward")
@click.argument("snapshot")
@click.option("--only", metavar="VERSION", help="Roll back this generation alone.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@click.option("-n", "--dry-run", is_flag=True, help="Show what would change; change nothing.")
@options.as_json
@click.pass_obj
def rollback(
    app: "App", snapshot: str, only: str | None, yes: bool, dry_run: bool, as_json: bool
) -> int:
    """Go back to a snapshot, by going forward: records are added, none is removed.

    The present state is kept in a snapshot before. What others recorded meanwhile still counts.

    \b
    Example:
      gryt audit rollback snapshot_20240120_143000
    """  # noqa: D301 - for click, a backspace keeps lines apart
    from gryt.render.rollback import nothing_text, plan_text, rollback_document
    from gryt.service.rollback import fates, plan

    if dry_run:
        app.only_asks()
    planned = plan(app.session, snapshot, only=only)
    target = planned.snapshot.id
    if not planned.changes or dry_run:
        tags = fates(app.session, planned)
        if as_json:
            none = {"backup": None, "record": None}
            document = rollback_document(target, planned.changes, tags, **none, dry_run=dry_run)
            app.emit_json(document)
        elif planned.changes:
            app.emit(plan_text(target, planned.changes, tags))
        else:
            app.emit(nothing_text(target))
        return 0
    if not yes:
        app.refuse_unless_asked(f"gryt audit rollback {target} --yes", as_json=as_json)
    tags = fates(app.session, planned)
    if as_json:
        return _quietly(app, planned, tags)
    return _loudly(app, planned, tags, yes=yes)


def _quietly(app: "App", planned: "Plan", tags: "tuple[Fate, ...]") -> int:
    from gryt.render.rollback import rollback_document
    from gryt.service import publish
    from gryt.service.rollback import roll_back

    done = roll_back(app.session, planned, tags)
    publish.after(app.session, None, edits=True)
    document = rollback_document(
        planned.snapshot.id,
        planned.changes,
        tags,
        backup=done.backup,
        record=done.record,
        dry_run=False,
    )
    app.emit_json(document)
    return 0


def _loudly(app: "App", planned: "Plan", tags: "tuple[Fate, ...]", *, yes: bool) -> int:
    """Say what is done as Workflow 6 has it; without `yes`, ask before the rollback itself."""
    from gryt.render.rollback import done_text, plan_text, question
    from gryt.service import publish
    from gryt.service.rollback import roll_back
    from gryt.service.snapshots import snapshot as take

    target = planned.snapshot.id
    app.emit("Creating backup of current state...\n")
    backup = None if yes else take(app.session, f"before the rollback to {target}").id

    def tell(name: str) -> None:
        plan = plan_text(target, planned.changes, tags)
        app.emit(f"  Backup ID: {name}\n\n{plan}\n")

    if backup is not None:
        tell(backup)
        if not app.ask(question(planned.changes)):
            app.emit("\nNothing was rolled back; the backup stays.\n")
            return 1
        app.emit("\n")
    done = roll_back(app.session, planned, tags, backup=backup, tell=tell if yes else _nobody)
    app.emit(done_text(done.backup, tags))
    pushed = publish.after(app.session, None, edits=True)
    if pushed is None and publish.deciding(app.session) is not None:
        app.say("hint: others see it after: gryt sync push")
    return 0


def _nobody(_name: str) -> None:
    return


@click.command("show-snapshot", short_help="Show what a snapshot holds")
@click.argument("snapshot")
@options.as_json
@click.pass_obj
def show_snapshot(app: "App", snapshot: str, as_json: bool) -> None:
    """Show what a snapshot holds: the state of every generation, as it was."""
    from gryt.render.rollback import shown_document, shown_text
    from gryt.service.snapshots import show

    found = show(app.session, snapshot)
    if as_json:
        app.emit_json(shown_document(found.snapshot, found.generations, found.refs))
    else:
        now = app.session.ledger.now_ms() / 1000
        app.emit(shown_text(found.snapshot, found.generations, found.refs, now=now))


@click.command("snapshot-diff", short_help="Show how two snapshots differ")
@click.argument("first")
@click.argument("second", required=False)
@options.as_json
@click.pass_obj
def snapshot_diff(app: "App", first: str, second: str | None, as_json: bool) -> None:
    """Show how two snapshots differ, or one from now."""
    from gryt.render.rollback import difference_document, difference_text
    from gryt.service.snapshots import compare

    found = compare(app.session, first, second)
    render = difference_document if as_json else difference_text
    answer = render(found.first, found.second, found.differences)
    app.emit(answer) if isinstance(answer, str) else app.emit_json(answer)
