"""Rollback: the ledger goes back to a snapshot by going forward.

Nothing is removed. On each generation that differs, a record names the records that no longer
count; one in the meta-branch tells of the whole, and of the snapshot of what was before. All of it
moves in one transaction.
"""

from collections.abc import Callable, Mapping, Sequence

from gryt.errors import GrytError
from gryt.model.names import Oid, RecordId
from gryt.model.records import Kind, RollbackPerformed, RolledBack, Withdrawn
from gryt.model.state import Generation
from gryt.service import contracts
from gryt.service.messages import commit_message
from gryt.service.rollback_plan import Change, Plan, plan
from gryt.service.session import Session
from gryt.service.snapshots import make
from gryt.store import snapshots
from gryt.store.elsewhere import published
from gryt.store.layout import TAGS
from gryt.store.restoring import bring_back, commit_then
from gryt.store.together import ABSENT, Action, Moment, Part, RefUpdate, act_together
from gryt.store.union import unite
from gryt.store.workspace import GENERATIONS
from gryt.values import Value

__all__ = ["Change", "Fate", "Plan", "RolledBackTo", "fates", "plan", "roll_back"]

_IDS_IN_A_RECORD = 20_000


class Fate(Value):
    """What becomes of a release tag whose promotion counts no more, or counts again."""

    tag: str
    old: Oid | None
    """What it leads to; None where it is not there."""
    new: Oid | None
    """None where it goes."""
    stays: str | None = None
    """Why it stays as it is although it should not; None where it does not."""


class RolledBackTo(Value):
    """A rollback that was carried out."""

    backup: str
    record: RecordId
    plan: Plan
    fates: tuple[Fate, ...]


def fates(session: Session, planned: Plan) -> tuple[Fate, ...]:
    """Return what becomes of release tags; those that others may have stay."""
    objects = session.ledger.objects
    found: list[Fate] = []
    for change in planned.changes:
        old, new = _tag(change.before), _tag(change.after)
        name = (new or old or ("", ""))[0]
        there = objects.ref(f"{TAGS}{name}") if name else None
        if old is not None and there == old[1] and old != new:
            found.append(Fate(name, old[1], new[1] if new is not None else None))
        elif new is not None and there is None and objects.kind(new[1]) == "tag":
            found.append(Fate(name, None, new[1]))
    moving = [fate.tag for fate in found if fate.old is not None]
    known = published(session.ledger, moving, session.network)
    return tuple(
        fate._replace(stays=known.keeps(fate.tag)) if fate.old is not None else fate
        for fate in found
    )


def _tag(state: Generation | None) -> tuple[str, Oid] | None:
    if state is None or state.promotion is None:
        return None
    return state.promotion.tag, state.promotion.tag_object


def roll_back(
    session: Session,
    planned: Plan,
    tags: Sequence[Fate],
    *,
    backup: str | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> RolledBackTo:
    """Carry out a plan in one transaction.

    Without a `backup` that was taken before, it is taken in the same transaction; `tell` is given
    its name before anything moves.
    """
    told: list[str] = []

    def decide(moment: Moment) -> tuple[Action, RolledBackTo]:
        performed = next(moment.ids)
        meta = _meta(session, moment, planned, tags, performed=performed, backup=backup)
        name = meta.name
        if name not in told:
            told.append(name)
            tell(name)
        parts, moves = [meta.part], _tag_moves(session, tags)
        needed = any(change.restores for change in planned.changes)
        refs = snapshots.refs_in(session.ledger, planned.snapshot) if needed else {}
        for change in planned.changes:
            if change.before is not None:
                parts.append(
                    _part(session, moment, planned, change, refs=refs, performed=performed)
                )
                continue
            assert change.then is not None
            message = _restored(change, planned.snapshot.id)
            back = bring_back(session.ledger, refs, change.ref, change.then, message)
            moves += [back] if isinstance(back, RefUpdate) else []
            parts += [back] if isinstance(back, Part) else []
        return Action(parts, moves), RolledBackTo(name, performed, planned, tuple(tags))

    done = act_together(
        session.ledger, session.author, decide, f"rollback to {planned.snapshot.id}"
    )
    _let_files_follow(session, planned)
    return done


class _Meta(Value):
    name: str
    """Of the backup."""
    part: Part


def _meta(
    session: Session,
    moment: Moment,
    planned: Plan,
    tags: Sequence[Fate],
    *,
    performed: RecordId,
    backup: str | None,
) -> _Meta:
    """Return what the meta-branch gets: the backup, unless it is there, and the whole told."""
    ledger = session.ledger
    ref = ledger.layout.meta
    tip = ledger.refs.get(ref)
    part = Part(ref, tip, ledger.objects.tree_of(tip) if tip else None)
    target = planned.snapshot.id
    name = backup
    if name is None:
        label = f"before the rollback to {target}"
        name, whole, taken = make(session, label, at=moment.at, by=moment.by)
        part.trees[f"snapshots/{name}"] = whole.tree
        moment.record(part, Kind.SNAPSHOT, taken, gid=None)
    removed = [(f.tag, f.old) for f in tags if f.old and f.new is None and f.stays is None]
    versions = tuple(change.version for change in planned.changes)
    body = RollbackPerformed(target, name, versions, tuple(removed))
    moment.record(part, Kind.ROLLBACK, body, gid=None, id=performed)
    count = f"{len(versions)} generation{'' if len(versions) == 1 else 's'}"
    trailers = [("Action", Kind.ROLLBACK.value), ("Snapshot", target), ("Backup", name)]
    part.message = commit_message(f"rollback of {count} to {target}", trailers)(None)
    return _Meta(name, part)


def _tag_moves(session: Session, tags: Sequence[Fate]) -> list[RefUpdate]:
    """Return the moves of tags, from what they lead to now; one that has moved since is left."""
    ref = session.ledger.objects.ref
    return [
        RefUpdate(f"{TAGS}{fate.tag}", fate.new or ABSENT, fate.old or ABSENT)
        for fate in tags
        if fate.stays is None and ref(f"{TAGS}{fate.tag}") == fate.old
    ]


def _part(
    session: Session,
    moment: Moment,
    planned: Plan,
    change: Change,
    *,
    refs: Mapping[str, str],
    performed: RecordId,
) -> Part:
    """Return what the ref of a generation gets that is here."""
    ledger = session.ledger
    before = change.before
    assert before is not None
    tip = ledger.refs[change.ref]
    if change.restores and change.then is not None:
        message = _restored(change, planned.snapshot.id)
        then = commit_then(
            ledger, session.author, refs, change.ref, tree=change.then, message=message
        )
        onto = unite(ledger.objects, [tip, then])
        part = Part(change.ref, tip, ledger.objects.tree_of(onto), onto=onto)
    else:
        part = Part(change.ref, tip, snapshots.tree_at(ledger, change.ref))
    target, gid = planned.snapshot.id, before.gid
    ids = sorted(change.supersedes)
    for n in range(0, len(ids), _IDS_IN_A_RECORD):
        some = frozenset(ids[n : n + _IDS_IN_A_RECORD])
        moment.record(part, Kind.ROLLED_BACK, RolledBack(target, some, performed), gid=gid)
    if change.is_abandoned:
        why = change.after.reason or target
        moment.record(part, Kind.GENERATION_ABANDONED, Withdrawn(why), gid=gid)
    if not part.records:  # records come back, and none goes
        nothing = RolledBack(target, frozenset(), performed)
        moment.record(part, Kind.ROLLED_BACK, nothing, gid=gid)
    if tip == change.tip and not change.restores:
        part.after = change.after._replace(newest=max(record.id for record in part.records))
    part.message = _message(change, target, performed)
    return part


def _message(change: Change, target: str, performed: RecordId) -> str:
    count = len(change.supersedes)
    if change.is_abandoned:
        subject = f"{change.version} abandoned: {target} does not have it"
    else:
        what = f"{count} record{' no longer counts' if count == 1 else 's no longer count'}"
        subject = f"{change.version} rolled back to {target}: {what}"
    kind = Kind.GENERATION_ABANDONED if change.is_abandoned else Kind.ROLLED_BACK
    trailers = [
        ("Action", kind.value),
        ("Generation", change.version),
        ("Snapshot", target),
        ("Rollback", performed),
    ]
    return commit_message(subject, trailers)(change.after)


def _restored(change: Change, target: str) -> str:
    trailers = [("Action", "generation.restored"), ("Generation", change.version)]
    subject = f"{change.version} restored from {target}"
    return commit_message(subject, [*trailers, ("Snapshot", target)])(change.after)


def _let_files_follow(session: Session, planned: Plan) -> None:
    """Let contract files say what the ledger says again; one that cannot is said."""
    if session.workspace is None:
        return
    there = {version for version, _ in session.workspace.stats(GENERATIONS)}
    for change in planned.changes:
        if change.version in there:
            try:
                contracts.current(session, change.version)
            except GrytError as error:
                session.say(error.message)
