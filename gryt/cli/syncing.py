"""What `gryt sync push`, `pull` and `status` do."""

from collections.abc import Callable, Iterable, Sequence

from gryt.typed import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from gryt.cli.context import App
    from gryt.model.sync import Problem

T = TypeVar("T")


def push(
    app: "App",
    version: str | None = None,
    remote: str | None = None,
    *,
    all_remotes: bool = False,
    as_json: bool = False,
) -> int:
    """Publish what is only here, and answer with what became of it."""
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
    return exit_status(problem for pushed in done for problem in pushed.problems)


def pull(
    app: "App",
    version: str | None = None,
    remote: str | None = None,
    *,
    all_remotes: bool = False,
    as_json: bool = False,
) -> int:
    """Take in what the remote has, and answer with what came."""
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
        hint_clashes(app, [clash.version for pulled in done for clash in pulled.clashes])
    problems = [problem for pulled in done for problem in pulled.problems]
    return exit_status(problems, [clash for pulled in done for clash in pulled.clashes])


def status(
    app: "App",
    version: str | None = None,
    remote: str | None = None,
    *,
    all_remotes: bool = False,
    offline: bool = False,
    as_json: bool = False,
) -> int:
    """Answer with what is shared and what is not."""
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
    return exit_status(problem for overview in done for problem in overview.problems)


def hint_clashes(app: "App", versions: Iterable[str]) -> None:
    """Say how each version that was begun twice is settled."""
    for version in dict.fromkeys(versions):
        app.say(f"hint: gryt generation rename {version} VERSION")


def _each(
    app: "App", remote: str | None, work: Callable[[str | None], T], *, every: bool
) -> list[T]:
    """Do something for one remote or for all; the first that fails does not stop the others."""
    from gryt.errors import RemoteFailed
    from gryt.service.sync import all_remotes

    if not every:
        return [work(remote)]
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


def exit_status(problems: "Iterable[Problem]", clashes: Sequence[object] = ()) -> int:
    """Return the worst of what is wrong; 0 where nothing is."""
    statuses = [problem.reason.exit_status for problem in problems]
    return max([*statuses, *(4 for _ in clashes)], default=0)


def _emit_documents(
    app: "App", schema: str, documents: "list[dict[str, Any]]", *, many: bool
) -> None:
    body = {"remotes": documents} if many else documents[0]
    app.emit_json({"schema": f"gryt/{schema}/1", **body})
