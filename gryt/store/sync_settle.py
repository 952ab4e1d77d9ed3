"""What a union leaves to be settled: numbers given out twice, and promotions made twice.

The remote is the arbiter. What it already has stays as it is; what is only here gives way, by
records that say so.
"""

from collections.abc import Callable, Collection, Iterable, Sequence

from gryt.model.fold import fold
from gryt.model.names import RecordId, Version, parse_candidate
from gryt.model.records import (
    EvolutionStarted,
    Kind,
    Outrun,
    Promoted,
    Record,
    Renumbered,
    RunFinished,
)
from gryt.model.rollback import superseded
from gryt.model.state import Evolution, Generation
from gryt.model.sync import Renumbering
from gryt.store import codec
from gryt.store.append import Composed, Draft, compose, draft_upon
from gryt.store.author import Author
from gryt.store.layout import NOT_RECORDS, TAGS
from gryt.store.ledger import Ledger
from gryt.store.sync_unite import Union, documents, rows_at
from gryt.values import Value

TagMessage = Callable[[Generation, Evolution, RecordId, str], str]
"""Words the tag of an evolution, given its run and the pipeline's name."""
CommitMessage = Callable[[str, Sequence[tuple[str, str]]], Callable[[Generation | None], str]]
"""Words a commit, given what happened and trailers."""

_CLASHING = ("-started.yaml", "-renumbered.yaml", "-promoted.yaml")
_TELLING = (*_CLASHING, "-outrun.yaml", "-rolled-back.yaml")


class Wording(Value):
    """How the settling records' commits and tags are worded."""

    tag: TagMessage
    commit: CommitMessage


class Settled(Value):
    """A union with nothing left to settle."""

    union: Union
    composed: Composed | None = None
    """The action that settled it, upon the union's tip; None where there was nothing to settle."""
    renumbered: tuple[Renumbering, ...] = ()

    @property
    def tip(self) -> str:
        """The commit that the ref is to move to."""
        return self.composed.commit if self.composed is not None else self.union.tip

    @property
    def tree(self) -> str:
        """The tree of `tip`."""
        return self.composed.tree if self.composed is not None else self.union.tree


def unpublished(ledger: Ledger, tree: str, there: str | None) -> set[str]:
    """Return the paths of the records in a tree that a remote's tip does not have."""
    since = ledger.objects.tree_of(there) if there else None
    return {path for path, _ in ledger.objects.files(tree, since=since, without=NOT_RECORDS)}


def settle(
    ledger: Ledger,
    author: Callable[[], Author],
    union: Union,
    *,
    taken: Collection[str],
    wording: Wording,
) -> Settled:
    """Settle one union; `taken` are names of tags that the remote has and no record tells of."""
    if ledger.layout.version(union.ref) is None or (union.there is None and not taken):
        return Settled(union)
    ours = unpublished(ledger, union.tree, union.there)
    # most unions clash in nothing, which a look at a few records tells
    if not any(path.endswith(_CLASHING) for path in ours):
        return Settled(union)
    rows = rows_at(ledger, union)
    few = [row for row in rows if row.path.endswith(_TELLING)]
    own_ids = {path.rpartition("/")[2][:26] for path in ours}
    some = [codec.from_plain(doc, union.ref) for doc in documents(few, union.ref)]
    losing = _outrun(some, own_ids)
    numbers = _collisions(some, own_ids, taken)
    if not losing and not numbers:
        return Settled(union)
    every = [codec.from_plain(doc, union.ref) for doc in documents(rows, union.ref)]
    return _compose(
        ledger, author(), union, every, numbers=numbers, own_ids=own_ids, wording=wording
    )


def _outrun(records: Iterable[Record], own_ids: set[str]) -> list[tuple[Record, Record]]:
    """Return each promotion of ours that counts, with the published one that was faster."""
    ordered = list(records)
    gone = superseded(ordered)
    counting = [r for r in ordered if isinstance(r.body, Promoted) and r.id not in gone]
    published = [record for record in counting if record.id not in own_ids]
    if not published:
        return []
    return [(record, published[0]) for record in counting if record.id in own_ids]


def _collisions(
    records: Iterable[Record], own_ids: set[str], taken: Collection[str]
) -> list[RecordId]:
    """Return our evolutions whose numbers are others', oldest first."""
    split = (parse_candidate(name) for name in taken)
    published = {found[1]: RecordId("") for found in split if found}
    current: dict[RecordId, int] = {}
    for record in records:
        body = record.body
        if isinstance(body, EvolutionStarted | Renumbered):
            evolution = record.id if isinstance(body, EvolutionStarted) else body.evolution
            current[evolution] = body.number
            if record.id not in own_ids:
                published.setdefault(body.number, evolution)
    held: set[int] = set()
    colliding = []
    for evolution, number in sorted(current.items()):
        if evolution not in own_ids:
            continue
        if published.get(number, evolution) != evolution or number in held:
            colliding.append(evolution)
        held.add(number)
    return colliding


def _compose(
    ledger: Ledger,
    author: Author,
    union: Union,
    records: list[Record],
    *,
    numbers: list[RecordId],
    own_ids: set[str],
    wording: Wording,
) -> Settled:
    state = fold(records)
    newest = records[-1].id
    draft = draft_upon(ledger, union.ref, author, tip=union.tip, state=state, seen=newest)
    told = []
    for record, winner in _outrun(records, own_ids):
        draft.record(Kind.OUTRUN, Outrun(record.id, winner.id), gid=state.gid)
        told.append("promoted elsewhere first")
    free = max(state.next_number, 1 + _highest_tag(ledger, state.version))
    renumbered = []
    for number, evolution in enumerate(numbers, free):
        renumbered.append(
            _renumber(draft, state, records, evolution, number=number, wording=wording)
        )
        told.append(f"{renumbered[-1].old} is {renumbered[-1].new}")
    draft.message = wording.commit(
        f"{state.version} settled: {', '.join(told)}",
        [("Action", "settled"), ("Generation", state.version)],
    )
    return Settled(union, compose(draft, old=records), tuple(renumbered))


def _highest_tag(ledger: Ledger, version: str) -> int:
    prefix = f"{TAGS}{version}-rc."
    split = (
        parse_candidate(ref.removeprefix(TAGS)) for ref in ledger.refs if ref.startswith(prefix)
    )
    return max((found[1] for found in split if found), default=0)


def _renumber(
    draft: Draft,
    state: Generation,
    records: list[Record],
    evolution: RecordId,
    *,
    number: int,
    wording: Wording,
) -> Renumbering:
    """Give one evolution another number, and where it has passed, a tag of that name."""
    now = state.evolution(evolution)
    version = Version(state.version)
    name = version.candidate(number)
    made = None
    finished = [
        r.body for r in records if isinstance(r.body, RunFinished) and r.body.evolution == evolution
    ]
    tagged = next((body for body in reversed(finished) if body.tag_object is not None), None)
    if now is not None and tagged is not None:
        renamed = now._replace(number=number, tag=name)
        message = wording.tag(state, renamed, tagged.run, tagged.pipeline.name)
        made = draft.tag(name, tagged.commit, message)
    body = Renumbered(evolution, number, None if made is None else made.oid)
    draft.record(Kind.RENUMBERED, body, gid=state.gid, evolution=evolution)
    before = [
        r.body.number
        for r in records
        if (isinstance(r.body, EvolutionStarted) and r.id == evolution)
        or (isinstance(r.body, Renumbered) and r.body.evolution == evolution)
    ]
    return Renumbering(state.version, version.candidate(before[-1]), name)
