"""Every record of a ledger ref, read from git itself: where it lies, what it says, its schema.

The cache is not asked: it is only as good as whoever can write to this clone's disk.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from gryt.errors import Corrupt
from gryt.git.history import File, Trees
from gryt.model.findings import Finding, tampered, warning
from gryt.model.names import Oid, RecordId
from gryt.model.records import (
    Kind,
    Record,
    RunFinished,
    RunStarted,
    evolution_in,
)
from gryt.store import codec, layout, schema
from gryt.store.clock import is_ahead
from gryt.store.laws import broken
from gryt.store.ledger import Ledger
from gryt.store.workspace import pipeline_path


@dataclass(frozen=True)
class Examined:
    """What one ledger ref holds."""

    ref: str
    version: str | None
    """None for the meta-branch."""
    records: tuple[Record, ...]
    """Those that read, oldest first."""
    blobs: dict[RecordId, tuple[str, str]]
    """Path and blob of each id."""
    total: int
    findings: tuple[Finding, ...]


def examine(ledger: Ledger, trees: Trees, ref: str) -> Examined:
    """Read every record at the tip of a ref and hold it against its place and its schema."""
    version = ledger.layout.version(ref)
    records: list[Record] = []
    found: list[Finding] = []
    blobs: dict[RecordId, tuple[str, str]] = {}
    total = 0
    try:
        files = list(trees.files(ledger.objects.tree_of(ledger.refs[ref])))
    except Corrupt as error:
        return Examined(ref, version, (), {}, 0, (broken(ref, error),))
    for file in files:
        if version is None and layout.is_snapshot_path(file.path):
            continue
        total += 1
        try:
            record = _read(ledger, ref, file)
        except Corrupt as error:
            found.append(broken(f"{ref}:{file.path}", error))
            continue
        found += _misplaced(ledger, ref, version, file, record)
        if record.id in blobs:
            message = f"its id is that of '{blobs[record.id][0]}' too"
            found.append(tampered("id-twice", f"{ref}:{file.path}", message))
            continue
        blobs[record.id] = (file.path, file.oid)
        records.append(record)
    ordered = tuple(sorted(records, key=lambda record: record.id))
    return Examined(ref, version, ordered, blobs, total, tuple(found))


def _read(ledger: Ledger, ref: str, file: File) -> Record:
    source = f"{ref}:{file.path}"
    wanted = layout.record_id_in(file.path)
    if wanted is None:
        raise Corrupt("it is not a path that gryt gives to a record")
    if not file.is_plain:
        raise Corrupt("it is not a regular file")
    doc = codec.decode(ledger.objects.blob(file.oid, limit=codec.MAX_RECORD_BYTES), source)
    schema.check_record(doc, str(doc["kind"]), source)
    if doc.get("id") != wanted:
        raise Corrupt(f"it carries another id, '{doc.get('id')}'")
    return codec.from_plain(doc, source)


def _misplaced(
    ledger: Ledger, ref: str, version: str | None, file: File, record: Record
) -> Iterator[Finding]:
    """Yield what is wrong with where a record lies, and with when."""
    subject = f"{ref}:{file.path}"
    if layout.path_of(record, evolution_in(record)) != file.path:
        place = layout.path_of(record, evolution_in(record))
        yield tampered("misplaced", subject, f"a {record.kind.value} record belongs at '{place}'")
    if not _belongs(record.kind, of_generation=version is not None):
        where = "a generation" if version is not None else "the meta-branch"
        yield tampered("misplaced", subject, f"{where} has no {record.kind.value} records")
    if is_ahead(record.id, ledger.now_ms()):
        message = "its id is more than a day in the future: the clock of its author was wrong"
        yield warning("id-ahead", subject, message)


def _belongs(kind: Kind, *, of_generation: bool) -> bool:
    subject = kind.value.partition(".")[0]
    return subject == "audit" or (subject in {"generation", "evolution", "run"}) is of_generation


def unbound(ledger: Ledger, examined: Examined) -> Iterator[Finding]:
    """Yield every run whose tree or pipeline is not what its commit has, where that is here."""
    trees: dict[Oid, str | None] = {}
    for record in examined.records:
        body = record.body
        if not isinstance(body, RunStarted | RunFinished):
            continue
        if body.commit not in trees:
            is_here = ledger.objects.kind(body.commit) == "commit"
            trees[body.commit] = ledger.objects.tree_of(body.commit) if is_here else None
        tree = trees[body.commit]
        subject = f"{examined.ref}:{examined.blobs[record.id][0]}"
        if tree is None:
            continue
        if tree != body.tree:
            message = f"it names tree {body.tree[:10]}, but {body.commit[:10]} has {tree[:10]}"
            yield tampered("wrong-tree", subject, message)
        entry = ledger.objects.entry(tree, pipeline_path(body.pipeline.name))
        if entry is None or entry[0] != body.pipeline.blob:
            has = "none" if entry is None else entry[0][:10]
            message = (
                f"it ran pipeline '{body.pipeline.name}' from blob {body.pipeline.blob[:10]},"
                f" but {body.commit[:10]} has {has}"
            )
            yield tampered("wrong-pipeline", subject, message)
