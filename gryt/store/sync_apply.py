"""Moving what a sync came to into place here: ledger refs, tags and tracking refs, in one go."""

from collections.abc import Callable, Iterable, Sequence

from gryt.git.garbage import collect_garbage
from gryt.git.refs import ABSENT, RefUpdate, move
from gryt.store.index import Row
from gryt.store.layout import TAGS
from gryt.store.ledger import Ledger
from gryt.store.locks import writing
from gryt.store.sync_fetch import Contact
from gryt.store.sync_settle import Settled
from gryt.store.sync_tags import Tags, local_tags, moves, tags_of
from gryt.store.sync_unite import rows_at


def rows_of(ledger: Ledger, settled: Settled) -> list[Row]:
    """Return every record of a settled union."""
    rows = rows_at(ledger, settled.union)
    return [*rows, *settled.composed.rows] if settled.composed is not None else rows


def apply(
    ledger: Ledger,
    contact: Contact,
    settled: Sequence[Settled],
    *,
    published: bool,
    reason: str,
    tags: Callable[[Settled], Tags] | None = None,
) -> None:
    """Move refs, tags and, where they were `published`, tracking refs to what was settled on.

    Raises RefsMoved where another process was faster; nothing has moved then.
    """
    told = tags or (lambda each: tags_of(each.union.ref, rows_of(ledger, each)))
    changed = [each for each in settled if each.tip != each.union.here]
    here = local_tags(ledger)
    updates = [RefUpdate(s.union.ref, s.tip, s.union.here or ABSENT) for s in changed]
    for each in settled:
        if ledger.layout.version(each.union.ref) is not None:
            updates += moves(ledger, told(each), here)
    if published:
        updates += _tracking(ledger, contact, settled)
    updates = list({update.name: update for update in updates}.values())
    if not updates:
        return
    written = ledger.objects.written
    with writing(ledger.folder):
        move(ledger.repository, updates, reason=reason, mend=written.restore)
    written.restore()
    written.forget()
    for update in updates:
        if update.name.startswith(TAGS):
            _note_tag(ledger, update)
        else:
            ledger.refs[update.name] = update.new
    for each in changed:
        remember(ledger, each)
    if changed:
        collect_garbage(ledger.repository)


def _note_tag(ledger: Ledger, update: RefUpdate) -> None:
    if update.new == ABSENT:
        ledger.refs.pop(update.name, None)
    else:
        ledger.refs[update.name] = update.new


def _tracking(ledger: Ledger, contact: Contact, settled: Iterable[Settled]) -> Iterable[RefUpdate]:
    for each in settled:
        name = ledger.layout.tracking(contact.remote, each.union.ref)
        old = contact.tips.get(each.union.ref)
        if old != each.tip:
            yield RefUpdate(name, each.tip, old or ABSENT)


def incoming(settled: Settled) -> list[Row]:
    """Return the records that were not here before."""
    composed = settled.composed
    return [*settled.union.new, *(composed.rows if composed is not None else ())]


def remember(ledger: Ledger, settled: Settled) -> None:
    """Tell the cache what came in, so that nobody reads it again."""
    union = settled.union
    composed = settled.composed
    rows = incoming(settled)
    since = ledger.objects.tree_of(union.here) if union.here else None
    ids = [row.path.rpartition("/")[2][:26] for row in rows]
    newest = max([*ids, ledger.newest() or ""])
    ledger.advance(
        union.ref,
        (settled.tip, settled.tree),
        since=since,
        rows=rows,
        newest=newest,
        state=composed.after if composed is not None else None,
    )
