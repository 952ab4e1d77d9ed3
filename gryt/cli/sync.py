"""`gryt sync`: sharing the ledger through a git remote."""

from typing import TYPE_CHECKING

import click

from gryt.cli import options

if TYPE_CHECKING:
    from gryt.cli.context import App

_version = click.option("--version", metavar="V", help="Only this generation.")
_remote = click.option("--remote", metavar="R", help="The remote; else gryt.remote, origin.")
_every = click.option("--all-remotes", is_flag=True, help="Every remote, one after the other.")


@click.group(short_help="Share the ledger through a git remote")
def sync() -> None:
    """Share the ledger through a git remote: any that git itself can talk to."""


def _refuse_both(remote: str | None, *, every: bool) -> None:
    if every and remote is not None:
        raise click.UsageError("--remote and --all-remotes do not go together")


@sync.command(short_help="Publish what is only here")
@_version
@_remote
@_every
@options.as_json
@click.pass_obj
def push(
    app: "App", version: str | None, remote: str | None, all_remotes: bool, as_json: bool
) -> int:
    """Publish what is only here, united with what the remote has; never by force.

    \b
    Example:
      gryt sync push --version v5.0.0
    """  # noqa: D301 - for click, a backspace keeps lines apart
    _refuse_both(remote, every=all_remotes)
    from gryt.cli import syncing

    return syncing.push(app, version, remote, all_remotes=all_remotes, as_json=as_json)


@sync.command(short_help="Take in what the remote has")
@_version
@_remote
@_every
@options.as_json
@click.pass_obj
def pull(
    app: "App", version: str | None, remote: str | None, all_remotes: bool, as_json: bool
) -> int:
    """Take in what the remote has, united with what is here; contracts of drafts become files."""
    _refuse_both(remote, every=all_remotes)
    from gryt.cli import syncing

    return syncing.pull(app, version, remote, all_remotes=all_remotes, as_json=as_json)


@sync.command(short_help="Show what is shared and what is not")
@_version
@_remote
@_every
@click.option("--offline", is_flag=True, help="Do not ask the remote: show what was last known.")
@options.as_json
@click.pass_obj
def status(
    app: "App",
    version: str | None,
    remote: str | None,
    all_remotes: bool,
    offline: bool,
    as_json: bool,
) -> int:
    """Ask the remote, and show what is shared, pending, behind, in conflict or rewound.

    Nothing is taken in: that is what pull is for.
    """
    _refuse_both(remote, every=all_remotes)
    from gryt.cli import syncing

    return syncing.status(
        app, version, remote, all_remotes=all_remotes, offline=offline, as_json=as_json
    )


@sync.command(short_help="Show or set mode and remote")
@click.option(
    "--mode", type=click.Choice(["local", "hybrid", "cloud"]), help="When gryt syncs by itself."
)
@click.option("--remote", metavar="R", help="The remote that the ledger is shared through.")
@options.as_json
@click.pass_obj
def config(app: "App", mode: str | None, remote: str | None, as_json: bool) -> None:
    """Show or set when gryt syncs by itself, and with which remote.

    local: only when told to. hybrid: starts and finished runs of what is shared, and promotions.
    cloud: after every action.
    """
    from gryt.model.sync import Mode
    from gryt.render.sync import config_text
    from gryt.service import sync as service

    service.configure(app.session, wanted=None if mode is None else Mode(mode), remote=remote)
    now, chosen = service.mode(app.session), service.chosen(app.session)
    if as_json:
        app.emit_json({"schema": "gryt/sync-config/1", "mode": now.value, "remote": chosen})
    else:
        app.emit(config_text(now, chosen))


@sync.command(short_help="Put the ledger into a git bundle")
@click.argument("file")
@_version
@options.as_json
@click.pass_obj
def export(app: "App", file: str, version: str | None, as_json: bool) -> None:
    """Put the ledger into a git bundle, with notes and tags: for forks and air gaps.

    \b
    Example:
      gryt sync export q1.bundle
    """  # noqa: D301 - for click, a backspace keeps lines apart
    from gryt.render.sync import exported_document, exported_text
    from gryt.service.sync_bundle import export as service

    done = service(app.session, file, version=version)
    app.emit_json(exported_document(*done)) if as_json else app.emit(exported_text(*done))


@sync.command("import", short_help="Take in the ledger of a git bundle")
@click.argument("file")
@options.as_json
@click.pass_obj
def import_(app: "App", file: str, as_json: bool) -> int:
    """Take in the ledger of a git bundle as that of a remote: read with care, united with ours.

    A bundle is known by its file's name. Where one of the same name has gone back behind what it
    had before, that is reported and not followed.
    """
    from gryt.cli.syncing import exit_status, hint_clashes
    from gryt.render.sync import pulled_document, pulled_text
    from gryt.service.sync_bundle import take_file

    done = take_file(app.session, file)
    if as_json:
        app.emit_json({"schema": "gryt/sync-import/1", **pulled_document(done)})
    else:
        app.emit(pulled_text(done, named=False).replace("Pull complete", "Import complete", 1))
        hint_clashes(app, [clash.version for clash in done.clashes])
    return exit_status(done.problems, done.clashes)
