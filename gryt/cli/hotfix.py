"""`gryt hotfix`, also `gryt audit hotfix` and `gryt audit hotfix-promote`."""

from typing import TYPE_CHECKING

import click

from gryt.cli import options

if TYPE_CHECKING:
    from gryt.cli.context import App

_CONFLICT = 4
"""Both sides changed the same thing."""


class _BaseOrCommand(click.Group):
    """A group whose first argument may also be the release to fix."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the hidden command in front where no command is named."""
        if args and args[0] not in {*self.commands, "--help", "-h"}:
            args = ["begin", *args]
        return super().parse_args(ctx, args)


@click.group(
    cls=_BaseOrCommand, short_help="Fix a release, fast", subcommand_metavar="BASE | COMMAND"
)
def hotfix() -> None:
    """Fix a release, fast: `gryt hotfix BASE --issue ID --title TEXT` begins a hot-fix.

    \b
    Example:
      gryt hotfix v2.3.0 --issue CRIT-500 --title "Fix database connection pool leak"
    """  # noqa: D301 - for click, a backspace keeps lines apart


@hotfix.command(short_help="Begin a hot-fix: what `gryt hotfix BASE` does")
@click.argument("base")
@click.option("--issue", required=True, metavar="ID", help="The issue; it becomes the change.")
@click.option("--title", required=True, metavar="TEXT", help="What the fix is.")
@click.option("--pick", "picks", multiple=True, metavar="COMMIT", help="Cherry-pick this commit.")
@options.as_json
@click.pass_obj
def begin(
    app: "App", base: str, issue: str, title: str, picks: tuple[str, ...], as_json: bool
) -> int:
    """Begin a generation for one fix of a release, as its next patch version.

    With --pick, its branch is made and checked out and the commits are picked; a conflict is left
    in place.

    \b
    Example:
      gryt hotfix v2.3.0 --issue CRIT-500 --title "Fix database connection pool leak"
    """  # noqa: D301 - for click, a backspace keeps lines apart
    from gryt.render.hotfix import begun_document, begun_text
    from gryt.service import publish
    from gryt.service.hotfix import begin as service

    begun = service(app.session, base, issue=issue, title=title, picks=picks)
    publish.after(app.session, begun.view.state.version, edits=True)
    about = (begun.view.state, begun.hotfix, begun.branch, begun.picked)
    app.emit_json(begun_document(*about)) if as_json else app.emit(begun_text(*about))
    return _CONFLICT if begun.picked is not None and begun.picked.conflicts else 0


@hotfix.command("promote", short_help="Promote a hot-fix by the HotfixGate")
@options.version
@click.option("--commit", "revision", metavar="REV", help="The commit to release; HEAD if absent.")
@click.option("--replace-tag", is_flag=True, help="Let a tag that is there lead here; recorded.")
@click.option("-n", "--dry-run", is_flag=True, help="Judge the gate; change nothing.")
@click.option("--offline", is_flag=True, help="Do not ask the remote who was first.")
@options.as_json
@click.pass_obj
def hotfix_promote(
    app: "App",
    version: str,
    revision: str | None,
    replace_tag: bool,
    dry_run: bool,
    offline: bool,
    as_json: bool,
) -> int:
    """Promote a hot-fix: one evolution must have passed, and none may be pending."""
    from gryt.render.gates import gate_documents
    from gryt.render.hotfix import promotion_text
    from gryt.render.safe import cell
    from gryt.service.hotfix import promote_hotfix
    from gryt.service.promote import How
    from gryt.service.sync import chosen

    if dry_run:
        app.only_asks()
    how = How(replace_tag=replace_tag, offline=offline)
    done = promote_hotfix(app.session, version, revision=revision, how=how, dry_run=dry_run)
    remote = None if done.synced is None else chosen(app.session)
    if as_json:
        document = {
            "schema": "gryt/promotion/1",
            "version": version,
            "commit": done.commit,
            "promoted": done.promoted,
            "fast_track": True,
            "dry_run": dry_run,
            "record": done.record,
            "remote": remote,
            "synced": done.synced,
            "gates": gate_documents(done.gates),
        }
        app.emit_json(document)
    else:
        text = promotion_text(version, done.gates, promoted=done.promoted, dry_run=dry_run)
        if remote is not None and done.promoted and done.gates:
            text += f"Synced to {cell(remote)}: {'yes' if done.synced else 'no'}\n"
        app.emit(text)
        if remote is not None and done.promoted and not done.synced:
            app.say(f"hint: gryt sync push --version {version}")
    return 0 if done.passed else 1


@hotfix.command(short_help="Show which branches and generations lack a hot-fix")
@options.version
@click.option("--exit-code", is_flag=True, help="Exit with 1 where something lacks it.")
@options.as_json
@click.pass_obj
def forward(app: "App", version: str, exit_code: bool, as_json: bool) -> int:
    """Show which branches and which open, later generations lack a hot-fix.

    A branch has it where it contains its commits, others with the same changes, or picks of them.
    """
    from gryt.render.hotfix import forward_document, forward_text
    from gryt.service.forward import forward as service

    found = service(app.session, version)
    app.emit_json(forward_document(found)) if as_json else app.emit(forward_text(found))
    return 1 if exit_code and not found.is_everywhere else 0
