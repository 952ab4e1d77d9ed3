"""Reading ledger refs in bulk: what is at their tips and was not known before.

All refs of a slice are walked together, one level of folders after the other, so that a single git
process is asked for many objects at a time. Folders whose ids are known are not looked into.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from gryt.errors import Corrupt
from gryt.git.batch import Batch, Entry, Object, entries, tree_in
from gryt.git.process import Git
from gryt.model.records import Record
from gryt.store import codec
from gryt.store.index import Row
from gryt.store.layout import NOT_RECORDS, record_id_in
from gryt.store.rows import row_of
from gryt.values import Value

_SLICE = 64
"""Refs that are walked together: enough to keep git busy, few enough for any memory."""
_MAX_TREE = 64 * 1024 * 1024


class Wanted(Value):
    """A ref that is to be read."""

    ref: str
    tip: str
    since: str | None
    """The tree whose records are known; None where none are."""


@dataclass
class Read:
    """What was read of one ref."""

    ref: str
    tip: str
    tree: str = ""
    since: str | None = None
    """The tree that all of `rows` were added to; None where they are all that the ref has."""
    rows: list[Row] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    """Those that read, in the order of the rows."""
    problem: Corrupt | None = None
    """Why the ref as a whole does not read."""

    @property
    def newest(self) -> str:
        """The newest id among the records."""
        return max((record.id for record in self.records), default="")


class _Folder(Value):
    """A folder to be looked into."""

    number: int
    """Of the ref in its slice."""
    prefix: str
    old: str | None
    new: str


def read_refs(git: Git, wanted: Sequence[Wanted]) -> Iterator[Read]:
    """Yield what each ref has that is not in its `since`, in this order.

    Where something of `since` is gone, all that the ref has is read: its history was rewritten.
    """
    batch = Batch(git)
    try:
        for start in range(0, len(wanted), _SLICE):
            yield from _Slice(batch, wanted[start : start + _SLICE]).read()
    finally:
        batch.close()


class _Slice:
    """Some refs that are walked together."""

    def __init__(self, batch: Batch, wanted: Sequence[Wanted]) -> None:
        self._batch = batch
        self._wanted = wanted
        self._reads = [Read(each.ref, each.tip) for each in wanted]
        self._files: list[list[tuple[str, str]]] = [[] for _ in wanted]
        """Path and blob of what is new, by ref."""
        self._rewritten: set[int] = set()

    def read(self) -> Iterator[Read]:
        self._find_trees()
        self._walk({number: each.since for number, each in enumerate(self._wanted)})
        if self._rewritten:
            self._walk(dict.fromkeys(sorted(self._rewritten)))
        blobs = [blob for files in self._files for _, blob in sorted(files)]
        found = self._batch.read(blobs, limit=codec.MAX_RECORD_BYTES)
        for number, read in enumerate(self._reads):
            read.since = None if number in self._rewritten else self._wanted[number].since
            for path, _ in sorted(self._files[number]):
                row, record = read_record(f"{read.ref}:{path}", path, next(found))
                read.rows.append(row)
                if record is not None:
                    read.records.append(record)
            yield read

    def _find_trees(self) -> None:
        tips = self._batch.read((each.tip for each in self._wanted), limit=_MAX_TREE)
        for read, commit in zip(self._reads, tips, strict=True):
            try:
                read.tree = tree_in(commit)
            except Corrupt as error:
                read.problem = error

    def _walk(self, since: dict[int, str | None]) -> None:
        """Find the files of these refs that are not in the trees that are known of them."""
        level = []
        for number, known in since.items():
            self._files[number] = []
            if self._reads[number].problem is None:
                level.append(_Folder(number, "", known, self._reads[number].tree))
        while level:
            level = [below for folder in self._open(level) for below in folder]

    def _open(self, level: Sequence[_Folder]) -> Iterator[list[_Folder]]:
        oids = [oid for folder in level for oid in (folder.new, folder.old) if oid is not None]
        trees = self._batch.read(oids, limit=_MAX_TREE)
        for folder in level:
            new = next(trees)
            old = next(trees) if folder.old is not None else None
            yield self._compare(folder, new, old)

    def _compare(self, folder: _Folder, new: Object, old: Object | None) -> list[_Folder]:
        """Note the files of one folder, and return the folders in it that are to be looked into."""
        number, prefix, _, _ = folder
        read = self._reads[number]
        try:
            now = entries(new)
        except Corrupt as error:
            read.problem = read.problem or error
            return []
        without: Collection[str] = () if prefix else NOT_RECORDS
        before = self._known(number, old)
        below = []
        for name, entry in now.items():
            was = before.pop(name, None) if before else None
            if was == entry or name in without:
                continue
            if entry.is_tree:
                older = was.oid if was is not None and was.is_tree else None
                below.append(_Folder(number, f"{prefix}{name}/", older, entry.oid))
            else:
                self._files[number].append((f"{prefix}{name}", entry.oid))
            if was is not None and not (was.is_tree and entry.is_tree):
                self._rewritten.add(number)
        if any(name not in without for name in before):
            self._rewritten.add(number)
        return below

    def _known(self, number: int, old: Object | None) -> dict[str, Entry]:
        if old is None:
            return {}
        try:
            return entries(old)
        except Corrupt:  # git has collected it as garbage: nothing can be compared with it
            self._rewritten.add(number)
            return {}


def read_record(source: str, path: str, blob: Object) -> tuple[Row, Record | None]:
    """Return what the cache keeps of a record, and the record where it reads."""
    try:
        wanted = record_id_in(path)
        if wanted is None:
            raise Corrupt(f"'{source}' is not a path that gryt gives to a record")
        doc = codec.decode(_bytes(blob), source)
        if doc.get("id") != wanted:
            raise Corrupt(f"record '{source}' carries another id: '{doc.get('id')}'")
        record = codec.from_plain(doc, source)
    except Corrupt as error:
        problem = "; ".join([error.message, *error.details])
        return Row(path, blob.oid, None, problem), None
    return row_of(path, blob.oid, doc), record


def _bytes(blob: Object) -> bytes:
    if blob.kind == "missing":
        raise Corrupt(f"object '{blob.oid}' is missing")
    if blob.data is None:
        most = codec.MAX_RECORD_BYTES
        raise Corrupt(f"object '{blob.oid}' has {blob.size} bytes, more than {most}")
    if blob.kind != "blob":
        raise Corrupt(f"object '{blob.oid}' is not a blob")
    return blob.data
