"""What a rollback would do, generation by generation, decided before anything is written.

A plan has seen what it has seen: what it takes out of force stays the same however much time passes
until it is carried out. Whatever others record meanwhile still counts then.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from gryt.errors import Corrupt, NotFound, Refused
from gryt.model.names import RecordId, nearest
from gryt.model.records import Kind
from gryt.model.rollback import Entry, to_supersede
from gryt.model.state import Generation, GenerationStatus, Promotion
from gryt.service import contracts
from gryt.service.session import Session
from gryt.store import layout, snapshots, states
from gryt.store.ledger import CORRUPT
from gryt.store.naming import identities_in
from gryt.values import Value

if TYPE_CHECKING:
    from gryt.store.index import Summary
    from gryt.store.ledger import Ledger


class Change(Value):
    """What becomes of one generation."""

    version: str
    ref: str
    tip: str | None
    """Where the ref was when it was planned."""
    before: Generation | None
    """None where it is not here, and the snapshot brings it back."""
    after: Generation
    """The state, if nobody adds to it meanwhile."""
    then: str | None
    """Its tree in the snapshot; None where the snapshot does not have it."""
    supersedes: frozenset[RecordId]
    restores: int
    """How many records the snapshot has and this clone lacks."""

    @property
    def withdrawn(self) -> Promotion | None:
        """The promotion that no longer counts."""
        promotion = self.before.promotion if self.before is not None else None
        return promotion if promotion is not None and promotion != self.after.promotion else None

    @property
    def is_abandoned(self) -> bool:
        """Tell whether it is given up because the snapshot does not have it."""
        return self.then is None


class Plan(Value):
    """A rollback that was thought through."""

    snapshot: snapshots.Snapshot
    changes: tuple[Change, ...]
    """By version; a generation that is as it was is not among them."""
    only: str | None


def plan(session: Session, wanted: str, *, only: str | None = None) -> Plan:
    """Return what rolling back to a snapshot would change, in one generation or in all.

    Raises NotFound for a snapshot or generation that there is not, Refused where another generation
    has taken the name of one that is to come back, and Corrupt where something does not read.
    """
    ledger = session.ledger
    found = snapshots.find(ledger, wanted)
    contracts.take_up_all(session)
    now = _by_identity(ledger)
    trees = snapshots.trees_by_ref(ledger)
    here = {trees[line.ref]: gid for gid, line in now.items()}
    then = _by_identity_then(ledger, found, here)
    refs = {line.ref for line in now.values()}
    changes: list[Change] = []
    taken: list[str] = []
    for gid, (version, tree) in then.items():
        line = now.get(gid)
        if line is not None:
            refs.discard(line.ref)
            if trees[line.ref] == tree:
                continue
        if only in {None, version, line.version if line else None}:
            if line is None and ledger.layout.generation(version) in ledger.refs:
                taken.append(version)
                continue
            changes += _changed(ledger, found.id, version, tree, line)
    for line in now.values():
        if line.ref in refs and only in {None, line.version}:
            changes += _given_up(ledger, found.id, line)
    _refuse(taken, only, [*(v for v, _ in then.values()), *(line.version for line in now.values())])
    return Plan(found, tuple(sorted(changes, key=lambda c: _place(c.after))), only)


def _place(state: Generation) -> str:
    from gryt.model.names import Version  # lazy: only here

    return Version(state.version).sort_key


def _refuse(taken: list[str], only: str | None, known: list[str]) -> None:
    if only is not None and only not in known:
        near = [f"did you mean '{name}'?" for name in nearest(only, known)[:1]]
        raise NotFound(
            f"generation '{only}' is neither here nor in the snapshot",
            hints=[*near, "gryt generation list"],
        )
    if taken:
        raise Refused(
            f"{len(taken)} generation{'s' if len(taken) > 1 else ''} cannot come back:"
            " another one has the name by now",
            details=taken,
            hints=[
                *(f"gryt generation rename {v} VERSION" for v in taken[:1]),
                "or roll back the others, one by one: --only VERSION",
            ],
        )


def _by_identity(ledger: "Ledger") -> dict[str, "Summary"]:
    """Return the line of every generation by its identity; raise Corrupt where one is unreadable.

    Former names of a renamed generation are not among them.
    """
    lines = ledger.summaries()
    broken = [line.ref for line in lines if line.status == CORRUPT]
    if broken:
        raise Corrupt(
            f"{len(broken)} generation{'s do' if len(broken) > 1 else ' does'} not read",
            details=broken,
            hints=["gryt verify"],
        )
    return {line.gid: line for line in lines}


def _by_identity_then(
    ledger: "Ledger", snapshot: snapshots.Snapshot, known: Mapping[str, str]
) -> dict[RecordId, tuple[str, str]]:
    """Return name and tree of every generation in a snapshot by its identity.

    `known` are the identities of trees that are still the same. Of several names that one had, it
    is the one that it went by.
    """
    found: dict[RecordId, tuple[str, str]] = {}
    for version, tree in snapshots.generations_in(ledger, snapshot).items():
        gids = {RecordId(known[tree])} if tree in known else identities_in(ledger, tree)
        if len(gids) != 1:
            raise Corrupt(
                f"the snapshot's '{version}' is not one generation",
                details=[f"it has {len(gids)} created records"],
                hints=["gryt verify"],
            )
        (gid,) = gids
        is_own = gid not in found or (
            states.state_in(ledger, tree, f"{snapshot.id}/{version}").version == version
        )
        if is_own:
            found[gid] = (version, tree)
    return found


# --- one generation


def _changed(
    ledger: "Ledger", snapshot: str, version: str, tree: str, line: "Summary | None"
) -> Iterator[Change]:
    """Yield what becomes of a generation that the snapshot has, where anything does."""
    source = f"{snapshot}/{version}"
    if line is None:
        state = states.state_in(ledger, tree, source)
        count = sum(1 for _ in ledger.objects.files(tree))
        ref = ledger.layout.generation(version)
        yield Change(version, ref, None, None, state, tree, frozenset(), count)
        return
    at = snapshots.tree_at(ledger, line.ref)
    if at == tree:
        return
    new = dict(ledger.objects.files(at, since=tree))
    missing = dict(ledger.objects.files(tree, since=at))
    both = sorted(new.keys() & missing.keys())
    if both:
        raise Corrupt(
            f"the snapshot and '{line.ref}' have different records of one name",
            details=both,
            hints=["gryt verify"],
        )
    then = {i for path in _generation_files(ledger, tree) if (i := layout.record_id_in(path))}
    gone = to_supersede(_entries(ledger, line.ref, tree, new), then)
    if not gone and not missing:
        return
    before = ledger.get(line.version).state
    after = _after(ledger, line, tree, source, gone=gone, new=new, missing=missing)
    tip = ledger.refs[line.ref]
    yield Change(line.version, line.ref, tip, before, after, tree, gone, len(missing))


def _generation_files(ledger: "Ledger", tree: str) -> dict[str, str]:
    """Return path and blob of the records about a generation as a whole, rollbacks among them."""
    below = ledger.objects.subtree(tree, "generation")
    files = ledger.objects.files(below) if below is not None else ()
    return {f"generation/{name}": blob for name, blob in files}


def _entries(ledger: "Ledger", ref: str, then: str, new: Mapping[str, str]) -> Iterator[Entry]:
    """Yield what is to be known of the records that are new, and of all rollbacks."""
    before = _generation_files(ledger, then)
    rollbacks = {path: blob for path, blob in before.items() if path.endswith(_ROLLED_BACK)}
    for path, blob in {**rollbacks, **new}.items():
        record, kind = layout.record_id_in(path), layout.kind_in(path)
        if record is None or kind is None:
            raise Corrupt(f"'{ref}:{path}' is not a path that gryt gives to a record")
        supersedes: frozenset[RecordId] = frozenset()
        if kind is Kind.ROLLED_BACK:
            body = states.record_at(ledger, path, blob, f"{ref}:{path}").body
            supersedes = getattr(body, "supersedes", supersedes)
        yield Entry(record, kind, supersedes)


_ROLLED_BACK = "-rolled-back.yaml"
_LASTING = frozenset({Kind.RENAMED, Kind.RENUMBERED})


def _after(
    ledger: "Ledger",
    line: "Summary",
    tree: str,
    source: str,
    *,
    gone: frozenset[RecordId],
    new: Mapping[str, str],
    missing: Mapping[str, str],
) -> Generation:
    """Return the state after the rollback: as a rule, that of the snapshot with the numbers since.

    Where numbers or names were given up since, or records come back, all are folded together.
    """
    before = ledger.get(line.version).state
    if not missing and not _LASTING.intersection(layout.kind_in(path) for path in new):
        then = states.state_in(ledger, tree, source)
        return then._replace(
            newest=before.newest, next_number=max(then.next_number, before.next_number)
        )
    from gryt.model.fold import fold  # lazy: seldom needed
    from gryt.model.records import Record, RolledBack  # lazy: seldom needed

    records = ledger.records(line.ref)
    records += [states.record_at(ledger, p, b, f"{source}:{p}") for p, b in missing.items()]
    newest = max(record.id for record in records)
    back = RecordId(newest[:-1] + "z")
    at, by = records[-1].at, records[-1].by
    rolled = Record(back, Kind.ROLLED_BACK, at, by, before.gid, RolledBack(source, gone))
    return fold([*records, rolled])._replace(newest=before.newest)


def _given_up(ledger: "Ledger", snapshot: str, line: "Summary") -> Iterator[Change]:
    """Yield what becomes of a generation that the snapshot does not have."""
    if line.status == GenerationStatus.ABANDONED.value:
        return
    before = ledger.get(line.version).state
    gone = {before.promotion.record} if before.promotion is not None else set()
    if gone:  # another that had lost against it would count then
        documents = ledger.documents(line.ref)
        kinds = {Kind.PROMOTED.value, Kind.YANKED.value}
        gone = {RecordId(str(d["id"])) for d in documents if d["kind"] in kinds}
    after = before._replace(
        status=GenerationStatus.ABANDONED,
        promotion=None,
        reason=f"{snapshot}, to which was rolled back, does not have it",
    )
    tip = ledger.refs[line.ref]
    yield Change(line.version, line.ref, tip, before, after, None, frozenset(gone), 0)
