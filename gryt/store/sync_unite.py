"""Taking in what a remote has: hostile until it has been read, and never at the cost of a record.

Only records that are not here yet are read; the union itself compares trees. What was read is
handed to the cache with the move, so that nobody reads it again.
"""

import json

from gryt.errors import Corrupt
from gryt.git.batch import Batch
from gryt.git.merging import merge_base
from gryt.model.names import RecordId
from gryt.model.state import Generation
from gryt.model.sync import Standing
from gryt.store.codec import MAX_RECORD_BYTES
from gryt.store.fields import Map
from gryt.store.folding import state_of
from gryt.store.index import Row
from gryt.store.layout import NOT_RECORDS, record_id_in
from gryt.store.ledger import Ledger
from gryt.store.reading import Wanted, read_record, read_refs
from gryt.store.union import unite
from gryt.values import Value

_CREATED = "-created.yaml"


class Union(Value):
    """One ledger ref with everything that here and there have of it; nothing has moved yet."""

    ref: str
    standing: Standing
    here: str | None
    there: str | None
    tip: str
    tree: str
    new: tuple[Row, ...] = ()
    """The records that were not here."""

    @property
    def newest(self) -> RecordId | None:
        """The newest record that was not here."""
        ids = (record_id_in(row.path) for row in self.new)
        return max((name for name in ids if name is not None), default=None)


def gid_of(ledger: Ledger, tree: str) -> str | None:
    """Return whose records a generation's tree has, by the name of its created record."""
    names = ledger.objects.names(tree, "generation")
    return min((n.removesuffix(_CREATED) for n in names if n.endswith(_CREATED)), default=None)


def standing(ledger: Ledger, ref: str, here: str | None, there: str | None) -> Standing:
    """Tell how a ref here stands to the same one at a remote, where neither was rewound.

    Raises Corrupt where what is there cannot be a ledger ref.
    """
    if here == there:
        return Standing.SYNCED
    if there is None:
        return Standing.PENDING
    objects = ledger.objects
    tree = objects.tree_of(there)
    if here is None:
        return Standing.BEHIND
    if objects.descends(here, there):
        return Standing.PENDING
    if ledger.layout.version(ref) is not None:
        theirs = gid_of(ledger, tree)
        if theirs is not None and theirs != gid_of(ledger, objects.tree_of(here)):
            return Standing.CONFLICT
    return Standing.BEHIND if objects.descends(there, here) else Standing.DIVERGED


def unite_ref(ledger: Ledger, ref: str, here: str | None, there: str | None) -> Union:
    """Return the union of one ref; raise Corrupt with everything that is wrong with what is there.

    Where two generations clash, the union is what is here alone.
    """
    state = standing(ledger, ref, here, there)
    objects = ledger.objects
    if state in {Standing.SYNCED, Standing.PENDING, Standing.CONFLICT}:
        assert here is not None
        return Union(ref, state, here, there, here, objects.tree_of(here))
    assert there is not None
    new = _incoming(ledger, ref, here, there)
    tip = there if here is None else unite(objects, (here, there))
    return Union(ref, state, here, there, tip, objects.tree_of(tip), tuple(new))


def _incoming(ledger: Ledger, ref: str, here: str | None, there: str) -> list[Row]:
    """Read the records that are there and not here; raise Corrupt where they cannot be united."""
    objects = ledger.objects
    mine, theirs = objects.tree_of(here) if here else None, objects.tree_of(there)
    base = merge_base(objects, here, there) if here else None
    lost = list(objects.lost(objects.tree_of(base), theirs)) if base else []
    problems = [f"'{path}' was changed or removed there" for path in lost]
    rows = _read(ledger, ref, list(objects.files(theirs, since=mine, without=NOT_RECORDS)))
    problems += [row.problem for row in rows if row.problem is not None]
    if not problems:
        problems += _foreign(ledger, ref, theirs, rows)
    if mine is not None and not problems:
        there_too = [row.path for row in rows if objects.entry(mine, row.path) is not None]
        problems += [f"'{path}' is another record here" for path in there_too if path not in lost]
    if problems:
        raise Corrupt(f"'{ref}' has what cannot be united", details=problems)
    return rows


def _read(ledger: Ledger, ref: str, files: list[tuple[str, str]]) -> list[Row]:
    batch = Batch(ledger.repository.git)
    try:
        found = batch.read((blob for _, blob in files), limit=MAX_RECORD_BYTES)
        pairs = zip(files, found, strict=True)
        return [read_record(f"{ref}:{path}", path, blob)[0] for (path, _), blob in pairs]
    finally:
        batch.close()


def state_there(ledger: Ledger, remote: str, ref: str) -> Generation:
    """Return what a generation has come to at a remote; raise Corrupt. Nothing is cached."""
    tracking = ledger.layout.tracking(remote, ref)
    return state_at(ledger, tracking, ledger.refs[tracking])


def state_at(ledger: Ledger, name: str, tip: str) -> Generation:
    """Return what the records at any tip come to; raise Corrupt, which calls it `name`."""
    (read,) = read_refs(ledger.repository.git, [Wanted(name, tip, None)])
    broken = [row.problem for row in read.rows if row.problem is not None]
    if read.problem is not None or broken:
        raise read.problem or Corrupt(f"'{name}' does not read", details=broken)
    return state_of(name, read.records)


def _foreign(ledger: Ledger, ref: str, tree: str, rows: list[Row]) -> list[str]:
    """Return what speaks against these being records of this ref."""
    version = ledger.layout.version(ref)
    if version is None:
        return []
    gid = gid_of(ledger, tree)
    if gid is None:
        return ["it has no created record"]
    problems, known = [], set()
    for row in rows:
        doc = json.loads(row.doc or "{}")
        kind, of = doc.get("kind", ""), doc.get("generation")
        if of != gid and not (of is None and kind.startswith("audit.")):
            problems.append(f"'{row.path}' is of another generation")
        if kind == "generation.created":
            known.add(doc.get("version"))
        elif kind == "generation.renamed":
            known |= {doc.get("from"), doc.get("to")}
    is_whole = any(row.path.endswith(_CREATED) for row in rows)
    if is_whole and not problems and version not in known:
        problems.append(f"its records are of version '{next(iter(known), '')}'")
    return problems


def rows_at(ledger: Ledger, union: Union) -> list[Row]:
    """Return every record of a union."""
    mine = ledger.rows(union.ref) if union.here else []
    return [*mine, *union.new] if union.new else mine


def documents(rows: list[Row], ref: str) -> list[Map]:
    """Return the records in these rows as mappings, oldest first; raise Corrupt."""
    broken = [row.problem for row in rows if row.problem is not None]
    if broken:
        raise Corrupt(f"'{ref}' has records that do not read", details=broken)
    loaded: list[Map] = [json.loads(row.doc) for row in rows if row.doc is not None]
    return sorted(loaded, key=lambda doc: str(doc["id"]))


__all__ = ["Union", "documents", "gid_of", "rows_at", "standing", "unite_ref"]
