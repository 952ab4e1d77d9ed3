"""Snapshots of the whole ledger: taking one, listing them, looking into them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from gryt.errors import InvalidInput
from gryt.service import contracts
from gryt.service.messages import commit_message
from gryt.service.session import Session
from gryt.values import Value

if TYPE_CHECKING:
    from gryt.model.records import SnapshotTaken
    from gryt.model.state import Generation
    from gryt.store.snapshots import Contents

_MAX_LABEL = 200


class Snapshot(Value):
    """A copy of the whole ledger."""

    id: str
    label: str
    created_at: str
    by: str
    generations: int
    bytes: int
    """What its records come to; in git it costs nearly nothing, the objects being the same."""


def parse_label(text: str) -> str:
    """Return a label; raise InvalidInput where it is empty, long, or more than one line."""
    label = text.strip()
    if not label or len(label) > _MAX_LABEL or not label.isprintable():
        raise InvalidInput(f"{label[:60]!r} is not a label: one line of 1 to 200 characters")
    return label


def snapshot(session: Session, label: str) -> Snapshot:
    """Copy every generation's records into the meta-branch, in one commit."""
    from gryt.model.records import Kind  # lazy: the record classes
    from gryt.store import states  # lazy: writing
    from gryt.store.append import Draft, act  # lazy: writing

    label = parse_label(label)
    contracts.take_up_all(session)
    ledger = session.ledger

    def decide(draft: Draft) -> Snapshot:
        name, whole, body = make(session, label, at=draft.at, by=draft.by)
        draft.trees[f"snapshots/{name}"] = whole.tree
        draft.record(Kind.SNAPSHOT, body, gid=None)
        draft.message = commit_message(
            f"snapshot {name}: {label}",
            [("Action", Kind.SNAPSHOT.value), ("Snapshot", name)],
        )
        return Snapshot(name, label, draft.at, draft.by, whole.generations, whole.bytes or 0)

    taken = act(ledger, ledger.layout.meta, session.author, decide, reason="snapshot")
    generations = ((r, tip) for r, tip in ledger.refs.items() if ledger.layout.version(r))
    states.keep_states(ledger, generations)
    return taken


def make(
    session: Session, label: str, *, at: str, by: str
) -> "tuple[str, Contents, SnapshotTaken]":
    """Write the folder of a snapshot; return its name, what it holds, and its record."""
    from gryt.model.records import SnapshotTaken  # lazy: the record classes
    from gryt.store import snapshots  # lazy: writing

    now = datetime.fromisoformat(at).astimezone(UTC)
    name = snapshots.free_id(session.ledger, f"snapshot_{now:%Y%m%d_%H%M%S}")
    whole = snapshots.contents(session.ledger, name, label=label, at=at, by=by)
    return name, whole, SnapshotTaken(name, label, whole.generations, whole.tree, whole.bytes)


def list_snapshots(session: Session) -> list[Snapshot]:
    """Return every snapshot, newest first."""
    from gryt.store import snapshots  # lazy: libgit2

    ledger = session.ledger
    return [
        Snapshot(s.id, s.label, s.at, s.by, s.generations, snapshots.bytes_of(ledger, s))
        for s in reversed(snapshots.every(ledger))
    ]


class Shown(Value):
    """A snapshot with what is in it."""

    snapshot: Snapshot
    generations: "tuple[Generation, ...]"
    refs: Mapping[str, str]


def show(session: Session, wanted: str) -> Shown:
    """Return a snapshot with the state of every generation in it."""
    from gryt.store import snapshots  # lazy: libgit2

    ledger = session.ledger
    found = snapshots.find(ledger, wanted)
    size = snapshots.bytes_of(ledger, found)
    head = Snapshot(found.id, found.label, found.at, found.by, found.generations, size)
    return Shown(head, _states(session, wanted), snapshots.refs_in(ledger, found))


def _states(session: Session, wanted: str | None) -> "tuple[Generation, ...]":
    """Return the generations of a snapshot, or as they are now, by version."""
    from gryt.model.names import Version  # lazy: only here
    from gryt.store import snapshots, states  # lazy: libgit2

    ledger = session.ledger
    if wanted is None:
        return tuple(ledger.get(line.version).state for line in ledger.summaries())
    found = snapshots.find(ledger, wanted)
    trees = snapshots.generations_in(ledger, found)
    named = {v: states.state_in(ledger, tree, f"{found.id}/{v}") for v, tree in trees.items()}
    # a former name, whose ref goes along, is no generation of its own
    own = {(v, state.gid) for v, state in named.items()}
    there = [s for v, s in named.items() if s.version == v or (s.version, s.gid) not in own]
    return tuple(sorted(there, key=lambda state: Version(state.version).sort_key))


class Difference(Value):
    """How one generation differs between two points."""

    version: str
    before: "Generation | None"
    after: "Generation | None"


class Compared(Value):
    """Two points, and every generation that differs between them."""

    first: str
    second: str
    """'now' where it is the present."""
    differences: tuple[Difference, ...]


def compare(session: Session, first: str, second: str | None) -> Compared:
    """Return what differs between two snapshots, or between one and now."""
    from gryt.store import snapshots  # lazy: libgit2

    if second is None:
        contracts.take_up_all(session)
    name = snapshots.find(session.ledger, first).id
    other = None if second is None else snapshots.find(session.ledger, second).id
    before = {state.gid: state for state in _states(session, name)}
    after = {state.gid: state for state in _states(session, other)}
    differences = [
        Difference((now or then or state).version, then, now)
        for gid, state in {**before, **after}.items()
        if (then := before.get(gid)) != (now := after.get(gid))
    ]
    return Compared(name, other or "now", tuple(differences))
