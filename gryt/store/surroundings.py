"""What surrounds the ledger: the git program, the config, the clone and its files."""

from collections.abc import Mapping, Sequence

from gryt.git import health
from gryt.git.health import Remote
from gryt.git.refs import read_refs
from gryt.store import leftovers
from gryt.store.checkout import remote_name
from gryt.store.clock import is_ahead
from gryt.store.layout import BUNDLE, DEFAULT_NAMESPACE, NOTES_REF, TAGS, TRACKING
from gryt.store.ledger import Ledger
from gryt.store.leftovers import Leftover
from gryt.store.workspace import GENERATIONS
from gryt.values import Value

__all__ = ["NOTES_REF", "Remote", "Surroundings", "surroundings"]


class Surroundings(Value):
    """What was found; nothing was changed, and nobody else asked."""

    git_version: tuple[int, ...]
    git_text: str
    is_bare: bool
    is_shallow: bool
    namespace: str
    namespace_is_valid: bool
    refs: Mapping[str, str]
    """Every ref of the ledger."""
    elsewhere: Sequence[str]
    """Refs of a ledger under another namespace than the one that is set."""
    blocking: Sequence[str]
    """Branches whose names stand in the way of the namespace."""
    remotes: Mapping[str, Remote]
    remote: str | None
    """The one that gryt talks to."""
    config: Mapping[str, str]
    tracking: Mapping[str, int]
    """How many refs were last seen of each remote."""
    has_notes: bool
    tags: Mapping[str, str]
    missing: Sequence[str]
    """Objects of the ledger that a partial clone left behind."""
    loose: int
    garbage: int
    locks: Sequence[Leftover]
    scratch: Sequence[Leftover]
    broken: Sequence[str]
    """Refs of the ledger whose files hold no object id."""
    tracked_contracts: Sequence[str]
    newest_is_ahead: bool


def surroundings(ledger: Ledger) -> Surroundings:
    """Look at everything around the ledger."""
    repository = ledger.repository
    listed = health.values(repository)
    remotes = health.remotes(listed)
    counted = health.counts(repository)
    every = read_refs(repository)
    is_partial = any(remote.filter is not None for remote in remotes.values())
    newest = ledger.newest()
    namespace = ledger.layout.namespace
    return Surroundings(
        git_version=health.version(repository),
        git_text=repository.git_version,
        is_bare=repository.is_bare,
        is_shallow=repository.is_shallow,
        namespace=namespace,
        namespace_is_valid=health.is_ref_name(repository, ledger.layout.meta),
        refs={name: oid for name, oid in every.items() if name.startswith(f"{namespace}/")},
        elsewhere=_elsewhere(every, namespace),
        blocking=[name for name in every if namespace.startswith(f"{name}/") or name == namespace],
        remotes=remotes,
        remote=remote_name(ledger),
        config=dict(listed),
        tracking=_tracking(every),
        has_notes=NOTES_REF in every,
        tags={n.removeprefix(TAGS): oid for n, oid in every.items() if n.startswith(TAGS)},
        missing=health.missing_objects(repository, [*ledger.refs.values()]) if is_partial else (),
        loose=counted.get("count", 0),
        garbage=counted.get("garbage", 0),
        locks=leftovers.locks(ledger),
        scratch=leftovers.scratch(ledger, repository.top),
        broken=leftovers.broken_refs(ledger),
        tracked_contracts=health.tracked_files(repository, GENERATIONS),
        newest_is_ahead=newest is not None and is_ahead(newest, ledger.now_ms()),
    )


def _elsewhere(refs: Mapping[str, str], namespace: str) -> list[str]:
    others = {DEFAULT_NAMESPACE, "refs/heads/gryt"} - {namespace}
    return [
        name
        for name in refs
        for other in others
        if name.startswith((f"{other}/generations/", f"{other}/meta"))
    ]


def _tracking(refs: Mapping[str, str]) -> dict[str, int]:
    counted: dict[str, int] = {}
    for ref in refs:
        remote, middle, _ = ref.removeprefix(TRACKING).rpartition("/generations/")
        if ref.startswith(TRACKING) and middle and not remote.startswith(BUNDLE):
            counted[remote] = counted.get(remote, 0) + 1
    return counted
