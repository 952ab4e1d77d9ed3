"""`gryt sync`: sharing the ledger through a git remote."""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

from gryt.cli import options

if TYPE_CHECKING:
    from gryt.cli.context import App
    from gryt.model.sync import Problem

T = TypeVar("T")

_version = click.option("--version", metavar="V", help="Only this generation.")
_remote = click.option("--remote", metavar="R", help="The remote; else gryt.remote, origin.")
_every = click.option("--all-remotes", is_flag=True, help="Every remote, one after the other.")


@click.group(short_help="Share the ledger through a git remote")
def sync() -> None:
    """Share the ledger through a git remote: any that git itself can talk to."""


def _each(
    app: "App", remote: str | None, work: Callable[[str | None], T], *, every: bool
) -> list[T]:
    """Do something for one remote or for all; the first that fails does not stop the others."""
    from gryt.errors import RemoteFailed
    from gryt.service.sync import all_remotes

    if not every:
        return [work(remote)]
    if remote is not None:
        raise click.UsageError("--remote and --all-remotes do not go together")
    done: list[T] = []
    failure: RemoteFailed | None = None
    for name in all_remotes(app.session):
        try:
            done.append(work(name))
        except RemoteFailed as error:
            app.say(f"gryt: {error.message}")
            for line in error.details:
                app.say(f"  {line}")
            failure = failure or error
        app.session.ledger.reread()
    if failure is not None and not done:
        raise failure
    return done


def _status(problems: "Iterable[Problem]", clashes: Sequence[object] = ()) -> int:
    statuses = [problem.reason.exit_status for problem in problems]
    return max([*statuses, *(4 for _ in clashes)], default=0)


def _emit_documents(
    app: "App", schema: str, documents: "list[dict[str, Any]]", *, many: bool
) -> None:
    body = {"remotes": documents} if many else documents[0]
    app.emit_json({"schema": f"gryt/{schema}/1", **body})


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
    app.look_ahead(for_writing=False, worktree=False)
    from gryt.render.sync import pushed_document, pushed_text
    from gryt.service.sync_push import push as service

    done = _each(
        app,
        remote,
        lambda name: service(app.session, remote=name, version=version),
        every=all_remotes,
    )
    for pushed in done:
        for notice in pushed.notices:
            app.say(f"notice: {notice}")
    if as_json:
        _emit_documents(app, "sync-push", [pushed_document(p) for p in done], many=all_remotes)
    else:
        app.emit("".join(pushed_text(p, named=all_remotes) for p in done))
    return _status(problem for pushed in done for problem in pushed.problems)


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
    app.look_ahead(for_writing=False, worktree=False)
    from gryt.render.sync import pulled_document, pulled_text
    from gryt.service.sync_pull import pull as service

    done = _each(
        app,
        remote,
        lambda name: service(app.session, remote=name, version=version),
        every=all_remotes,
    )
    if as_json:
        _emit_documents(app, "sync-pull", [pulled_document(p) for p in done], many=all_remotes)
    else:
        app.emit("".join(pulled_text(p, named=all_remotes) for p in done))
        _hint_clashes(app, [clash.version for pulled in done for clash in pulled.clashes])
    problems = [problem for pulled in done for problem in pulled.problems]
    return _status(problems, [clash for pulled in done for clash in pulled.clashes])


def _hint_clashes(app: "App", versions: Iterable[str]) -> None:
    for version in dict.fromkeys(versions):
        app.say(f"hint: gryt generation rename {version} VERSION")


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
    app.look_ahead(for_writing=False, worktree=False)
    from gryt.render.sync import status_document, status_text
    from gryt.service.sync_status import status as service

    done = _each(
        app,
        remote,
        lambda name: service(app.session, remote=name, version=version, offline=offline),
        every=all_remotes,
    )
    if as_json:
        _emit_documents(app, "sync-status", [status_document(o) for o in done], many=all_remotes)
    else:
        app.emit("\n".join(status_text(overview, named=all_remotes) for overview in done))
    return _status(problem for overview in done for problem in overview.problems)


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
    from gryt.render.sync import pulled_document, pulled_text
    from gryt.service.sync_bundle import take_file

    done = take_file(app.session, file)
    if as_json:
        app.emit_json({"schema": "gryt/sync-import/1", **pulled_document(done)})
    else:
        app.emit(pulled_text(done, named=False).replace("Pull complete", "Import complete", 1))
        _hint_clashes(app, [clash.version for clash in done.clashes])
    return _status(done.problems, done.clashes)
