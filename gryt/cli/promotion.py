"""`gryt generation promote` and `yank`: releases."""

from typing import TYPE_CHECKING

import click

from gryt.cli import options

if TYPE_CHECKING:
    from gryt.cli.context import App
    from gryt.service.promote import Promotion


def _emit_promotion(app: "App", done: "Promotion", *, dry_run: bool, as_json: bool) -> None:
    """Answer with what became of a promotion."""
    from gryt.render.gates import gate_documents, promotion_text, synced_lines
    from gryt.service.sync import chosen

    remote = None if done.synced is None else chosen(app.session)
    if as_json:
        app.emit_json(
            {
                "schema": "gryt/promotion/1",
                "version": done.version,
                "commit": done.commit,
                "promoted": done.promoted,
                "dry_run": dry_run,
                "record": done.record,
                "remote": remote,
                "synced": done.synced,
                "gates": gate_documents(done.gates),
            }
        )
    else:
        text = promotion_text(done.version, done.gates, promoted=done.promoted, dry_run=dry_run)
        if remote is not None and done.promoted and done.gates:
            counts = {"proven": done.generation.proven, "changes": len(done.generation.changes)}
            lines = synced_lines(done.version, **counts, remote=remote, synced=bool(done.synced))
            text += "\n".join(lines) + "\n"
        app.emit(text)
        if remote is not None and done.promoted and not done.synced:
            app.say(f"hint: gryt sync push --version {done.version}")


@click.command(short_help="Say that a release must not be used")
@options.version
@options.reason
@options.as_json
@click.pass_obj
def yank(app: "App", version: str, reason: str, as_json: bool) -> None:
    """Say that a release must not be used: it is shown everywhere, and nothing is deleted."""
    from gryt.cli.generation import emit_changed
    from gryt.service import publish
    from gryt.service.yank import yank as service

    service(app.session, version, why=reason)
    publish.after(app.session, version)
    emit_changed(app, version, f"yanked: {version}", as_json=as_json)


@click.command(short_help="Tag the release if every gate passes")
@options.version
@click.option("--commit", "revision", metavar="REV", help="The commit to release; HEAD if absent.")
@click.option("-n", "--dry-run", is_flag=True, help="Judge the gates; change nothing.")
@click.option("--override", "gates", multiple=True, metavar="GATE", help="Go on in spite of it.")
@click.option("--reason", "reasons", multiple=True, metavar="TEXT", help="Why; it is recorded.")
@click.option("--offline", is_flag=True, help="Do not ask the remote who was first.")
@click.option("--replace-tag", is_flag=True, help="Let a tag that is there lead here; recorded.")
@options.as_json
@click.pass_obj
def promote(
    app: "App",
    version: str,
    revision: str | None,
    dry_run: bool,
    gates: tuple[str, ...],
    reasons: tuple[str, ...],
    offline: bool,
    replace_tag: bool,
    as_json: bool,
) -> int:
    """Tag the release if every gate passes.

    A gate that fails says why and which command mends it; nothing moves then, and the refusal is
    recorded. A gate can be overridden, with a reason and where no policy forbids it; that is
    recorded, too, and said in the tag. One reason is for all overrides, or each has its own.

    Where there is a remote it decides: the first promotion to reach it counts. With --offline that
    is settled at the next sync.

    \b
    Example:
      gryt generation promote v1.5.0 --override ApprovalsGate --reason "INC-7, Grace on the phone"
    """  # noqa: D301 - for click, a backspace keeps lines apart
    from gryt.cli.overrides import pair
    from gryt.service import promote as service

    if dry_run:
        app.only_asks()
    how = service.How(overrides=pair(gates, reasons), replace_tag=replace_tag, offline=offline)
    done = service.promote(app.session, version, revision=revision, dry_run=dry_run, how=how)
    for gate in done.needless:
        app.say(f"{gate} keeps nobody: nothing was overridden")
    _emit_promotion(app, done, dry_run=dry_run, as_json=as_json)
    return 0 if done.passed else 1
