"""States at other points than a ref's tip: folded from a tree, and kept by the tree's id."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from gryt.errors import Corrupt
from gryt.store import codec, statecodec
from gryt.store.layout import record_id_in
from gryt.store.rows import summary_of

if TYPE_CHECKING:
    from gryt.model.records import Record
    from gryt.model.state import Generation
    from gryt.store.index import Row
    from gryt.store.ledger import Ledger

Known = tuple[str, tuple[str, str], str | None, "Sequence[Row]", str, "Generation | None"]
"""A ref, its new commit and tree, the tree that this grew from, rows, newest id, and the state."""


def records_in(ledger: "Ledger", tree: str, source: str) -> "list[Record]":
    """Return every record in a generation's tree; raise Corrupt where one does not read."""
    return [
        record_at(ledger, path, blob, f"{source}:{path}")
        for path, blob in ledger.objects.files(tree)
    ]


def record_at(ledger: "Ledger", path: str, blob: str, source: str) -> "Record":
    """Return one record; raise Corrupt where it does not read, or is not where it belongs."""
    document = codec.decode(ledger.objects.blob(blob, limit=codec.MAX_RECORD_BYTES), source)
    if document.get("id") != record_id_in(path):
        raise Corrupt(f"record '{source}' carries another id: '{document.get('id')}'")
    return codec.from_plain(document, source)


def state_in(ledger: "Ledger", tree: str, source: str) -> "Generation":
    """Return the state that a generation's tree comes to."""
    known = ledger.index.folded(tree)
    if known is not None:
        return statecodec.load(known)
    from gryt.model.fold import fold  # lazy: the record classes

    state = fold(records_in(ledger, tree, source))
    ledger.index.put_folded([(tree, statecodec.dump(state))])
    return state


def keep_states(ledger: "Ledger", refs: Iterable[tuple[str, str]]) -> None:
    """Keep what is known of the trees that refs (with their tips) are at, for when they moved."""
    index = ledger.index
    trees = index.trees()
    known = [
        (trees[ref][1], state)
        for ref, tip in refs
        if trees.get(ref, ("", ""))[0] == tip and (state := index.state(ref, tip)) is not None
    ]
    index.put_folded(known)


def remember_all(ledger: "Ledger", known: Iterable[Known]) -> None:
    """Tell the cache what an action on many refs appended."""
    index = ledger.index
    with index.together():
        for ref, tip, since, rows, newest, after in known:
            index.put_records(ref, tip, since=since, rows=rows, newest=newest)
            if after is not None:
                index.put_state(summary_of(ref, tip[0], after), statecodec.dump(after))
