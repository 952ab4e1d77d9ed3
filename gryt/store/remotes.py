"""Which remote the ledger is shared through, and what was last seen of it."""

from gryt.errors import NotFound
from gryt.git import transport
from gryt.git.refs import ABSENT, RefUpdate, last_move, move, read_refs
from gryt.git.transport import Network
from gryt.model.names import nearest
from gryt.store.layout import TRACKING
from gryt.store.ledger import Ledger

__all__ = ["Network", "choose", "names", "tracked"]

_KEY = "gryttracking"
"""remote.<name>.grytTracking: what the remote was called when its refs were last written.

`git remote rename` carries it along with the rest of the section, but not refs/gryt-remotes.
"""


def names(ledger: Ledger) -> list[str]:
    """Return the names of the remotes."""
    return transport.remotes(ledger.repository)


def choose(ledger: Ledger, asked: str | None = None) -> str | None:
    """Return the remote to talk to: as asked, `gryt.remote`, the branch's, origin, the only one.

    None where there is none. Raises NotFound where the one that is named does not exist.
    """
    there = names(ledger)
    config = ledger.repository.config
    named = asked or config.get("gryt.remote")
    if named is not None:
        if named not in there:
            hints = [f"did you mean '{near}'?" for near in nearest(named, there)[:1]]
            hints.append("git remote -v" if asked else "git config --unset gryt.remote")
            raise NotFound(f"remote '{named}' does not exist", hints=hints)
        return named
    of_branch = config.get(f"branch.{_branch(ledger)}.remote")
    fitting = (of_branch, "origin", *(there if len(there) == 1 else ()))
    return next((name for name in fitting if name in there), None)


def _branch(ledger: Ledger) -> str:
    try:
        head = (ledger.repository.git_dir / "HEAD").read_text().strip()
    except (OSError, ValueError):
        return ""
    return head.removeprefix("ref: refs/heads/")


def need(ledger: Ledger, asked: str | None) -> str:
    """Return the remote to talk to; raise NotFound where there is none."""
    found = choose(ledger, asked)
    if found is None:
        raise NotFound(
            "there is no remote to sync with",
            hints=["git remote add origin URL", "gryt sync config --remote NAME"],
        )
    ledger.repository.refuse_mirrored()
    return found


def set_config(ledger: Ledger, key: str, value: str) -> None:
    """Set a value in this clone's git config."""
    ledger.repository.git.run("config", key, value)
    ledger.repository.__dict__.pop("config", None)


def moved_at(ledger: Ledger, tracking: str) -> int | None:
    """Return when a remote's ref was last seen to move, seconds since the epoch."""
    return last_move(ledger.repository, tracking)


def watch(ledger: Ledger) -> None:
    """Let the first look at the refs include what was last seen of the remotes."""
    ledger.watch(TRACKING)


def tracked(ledger: Ledger, remote: str) -> dict[str, str]:
    """Return, by the ref's name here, where each ref of a remote was last seen."""
    return _by_name(ledger, remote, ledger.refs)


def with_more(ledger: Ledger) -> frozenset[str]:
    """Return the versions of which some remote was seen to have records that are not here."""
    found = set()
    for ref, tip in read_refs(ledger.repository, TRACKING).items():
        _, separator, version = ref.rpartition("/generations/")
        here = ledger.refs.get(ledger.layout.generation(version)) if separator else tip
        if here != tip and not (here is not None and ledger.objects.descends(here, tip)):
            found.add(version)
    return frozenset(found)


def reread(ledger: Ledger, remote: str) -> dict[str, str]:
    """Look again at what is known of a remote."""
    prefix = f"{TRACKING}{remote}/"
    found = read_refs(ledger.repository, prefix)
    for ref in [ref for ref in ledger.refs if ref.startswith(prefix)]:
        del ledger.refs[ref]
    ledger.refs.update(found)
    return _by_name(ledger, remote, found)


def _by_name(ledger: Ledger, remote: str, refs: dict[str, str]) -> dict[str, str]:
    pairs = ((ledger.layout.tracked(remote, ref), tip) for ref, tip in refs.items())
    return {name: tip for name, tip in pairs if name is not None}


def follow_rename(ledger: Ledger, remote: str) -> None:
    """Let what is known of a remote follow it where it was renamed: rewinds are known by that."""
    key = f"remote.{remote}.{_KEY}"
    former = ledger.repository.config.get(key)
    if former == remote:
        return
    if former is not None and former not in names(ledger):
        old = f"{TRACKING}{former}/"
        updates = []
        for ref, tip in ledger.refs.items():
            if ref.startswith(old):
                new = f"{TRACKING}{remote}/{ref.removeprefix(old)}"
                updates += [RefUpdate(ref, ABSENT, tip)]
                updates += [RefUpdate(new, tip, ABSENT)] if new not in ledger.refs else []
        if updates:
            move(ledger.repository, updates, reason=f"remote {former} is called {remote}")
            ledger.reread()
    ledger.repository.git.attempt("config", key, remote)
