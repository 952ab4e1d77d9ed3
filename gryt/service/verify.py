"""Whether the ledger is what honest use of gryt leads to, and what is left to finish.

Everything is read from git itself; the cache is not asked. Records are never touched: what can be
mended is what follows from them, the tags, the notes, and what killed processes left behind.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence

from gryt.model.agreement import Book, disagreements
from gryt.model.approvals import email_of
from gryt.model.findings import (
    Checked,
    Finding,
    Report,
    Severity,
    tampered,
    unfinished,
    warning,
)
from gryt.model.fold import fold
from gryt.model.names import RecordId
from gryt.model.policy import PolicyPublished
from gryt.model.records import RunFinished, SnapshotTaken
from gryt.model.state import EvolutionStatus
from gryt.service.lost import verify_lost
from gryt.service.session import Session
from gryt.service.verify_notes import verify_notes
from gryt.service.verify_tags import verify_tags
from gryt.store import isolation, leftovers
from gryt.store.examine import Examined, examine, unbound
from gryt.store.laws import judge_history, new_trees
from gryt.store.ledger import Ledger
from gryt.store.mending import FileRepair, Found, PlaceRepair, mend
from gryt.store.people import committed_by

__all__ = ["Checked", "Finding", "Report", "Severity", "verify"]

_REPAIR = "gryt verify --repair"


def verify(session: Session, *, repair: bool = False) -> Report:
    """Hold the whole ledger against its laws, and tags, notes and leftovers against its records.

    With `repair`, what can be mended is; the report tells what it was, and that it is done. Tags
    and notes are not mended from records that were tampered with: that would spread the forgery.
    """
    ledger = session.ledger
    ledger.reread(ledger.layout.meta)
    examined, found, commits = _read(ledger)
    books = [_book(each) for each in examined if each.version is not None]
    for each, book in zip((e for e in examined if e.version is not None), books, strict=True):
        found += _plain([*disagreements(book), *unbound(ledger, each)])
    found += _plain([*_shared(examined), *_in_other_names(ledger, examined)])
    found += _plain(verify_lost(books))
    found += _plain([*_policies(ledger, examined), *_snapshots(ledger, examined)])
    own = [_own(book) for book in books if book.gid is not None]
    tag_findings, tags = verify_tags(ledger, own)
    note_findings, notes, notes_tip = verify_notes(ledger, own)
    is_sound = all(finding.severity is not Severity.TAMPERED for finding, _ in found)
    projected = [*tag_findings, *note_findings]
    found += projected if is_sound else _plain(f._replace(mend=None) for f, _ in projected)
    found += _leftovers(session, own)
    if repair:
        from gryt.runner.handover import sweep  # lazy: only repair takes away what runs left

        sweep(session.environ)
    checked = Checked(len(examined), commits, sum(e.total for e in examined), tags, notes)
    findings = _mended(session, found, notes_tip) if repair else [finding for finding, _ in found]
    order = list(Severity)
    findings.sort(key=lambda finding: (order.index(finding.severity), finding.subject))
    return Report(tuple(dict.fromkeys(findings)), checked)


def _snapshots(ledger: Ledger, examined: Sequence[Examined]) -> Iterator[Finding]:
    """Yield each snapshot that is not what its record says, so that nobody could go back to it."""
    for each in examined:
        for record in each.records if each.version is None else ():
            body = record.body
            if not isinstance(body, SnapshotTaken) or body.tree is None:
                continue
            if ledger.objects.kind(body.tree) != "tree":
                path = each.blobs[record.id][0]
                message = f"the tree of snapshot '{body.snapshot}' is missing, or is none"
                yield warning("snapshot-missing", f"{each.ref}:{path}", message, "git fetch")


def _policies(ledger: Ledger, examined: Sequence[Examined]) -> Iterator[Finding]:
    for each in examined:
        if each.version is None and any(isinstance(r.body, PolicyPublished) for r in each.records):
            from gryt.service.verify_policies import verify_policies  # lazy: few publish any

            yield from verify_policies(ledger, each)


def _plain(findings: Iterable[Finding]) -> list[Found]:
    return [(finding, ()) for finding in findings]


def _refs(ledger: Ledger) -> list[str]:
    """Return every ref of the namespace; the ledger may have been asked to look at others too."""
    return [ref for ref in ledger.refs if ref.startswith(f"{ledger.layout.namespace}/")]


def _read(ledger: Ledger) -> tuple[list[Examined], list[Found], int]:
    """Read every ref: what it holds, what is wrong with it, how many commits there are."""
    examined: list[Examined] = []
    findings: list[Finding] = []
    commits = 0
    trees = new_trees(ledger)
    for ref in _refs(ledger):
        if ledger.layout.version(ref) is None and ref != ledger.layout.meta:
            message = "gryt has no ref of this name, and leaves it alone"
            findings.append(warning("foreign-ref", ref, message))
            continue
        history, count = judge_history(ledger, trees, ref)
        examined.append(examine(ledger, trees, ref))
        findings += [*history, *examined[-1].findings]
        commits += count
        trees.forget()
    return examined, _plain(findings), commits


# --- books


def _book(examined: Examined) -> Book:
    assert examined.version is not None
    return Book(examined.version, examined.records, _where(examined))


def _where(examined: Examined) -> Callable[[RecordId], str]:
    return lambda record: f"{examined.ref}:{examined.blobs[record][0]}"


def _own(book: Book) -> Book:
    """Return the book without the records of other generations that somebody put into it."""
    own = [record for record in book.records if record.generation in {book.gid, None}]
    return Book(book.version, own, book.where)


def _shared(examined: Sequence[Examined]) -> Iterator[Finding]:
    """Yield each id that two refs have for different things; a renamed generation has two refs."""
    seen: dict[RecordId, tuple[str, tuple[str, str]]] = {}
    for each in examined:
        for record, place in each.blobs.items():
            ref, before = seen.setdefault(record, (each.ref, place))
            if before != place:
                message = f"its id is that of '{ref}:{before[0]}' too"
                yield tampered("id-twice", f"{each.ref}:{place[0]}", message)


def _in_other_names(ledger: Ledger, examined: Sequence[Examined]) -> Iterator[Finding]:
    """Yield each record that names another person than the author of the commit it came in.

    A restored ledger has them too, so it is worth knowing, and no proof of forgery; a signature is.
    """
    authors = committed_by(ledger)
    for each in examined:
        for record in each.records:
            author = authors.get(record.id, "").casefold()
            if record.id in authors and author != email_of(record.by):
                message = f"it names {record.by}, and is committed by <{author}>"
                yield warning("other-name", f"{each.ref}:{each.blobs[record.id][0]}", message)


# --- leftovers


def _leftovers(session: Session, books: Sequence[Book]) -> Iterator[Found]:
    ledger = session.ledger
    for ref in leftovers.broken_refs(ledger):
        message = f"its file holds no object id; what it was is in the reflog 'logs/{ref}'"
        yield tampered("broken-ref", ref, message), ()
    for lock in leftovers.locks(ledger):
        if lock.holder is not None:
            message = f"it is {lock.age:.0f} seconds old, and process {lock.holder} has it open"
            yield warning("lock-held", lock.path, message), ()
        else:
            message = f"it is {lock.age:.0f} seconds old, and nobody has it open: no git may write"
            repairs = (FileRepair(lock),) if leftovers.is_stale(lock) else ()
            yield unfinished("stale-lock", lock.path, message, _REPAIR), repairs
    top = session.workspace.top if session.workspace is not None else None
    for found in leftovers.scratch(ledger, top):
        message = f"it is {found.age:.0f} seconds old, and was to be removed by who made it"
        yield warning("scratch", found.path, message, _REPAIR), (FileRepair(found),)
    for marker in isolation.abandoned(ledger):
        message = "its run was killed, and nobody uses this work tree any more"
        place = isolation.place_named(marker)
        yield warning("scratch", place, message, _REPAIR), (PlaceRepair(marker),)
    yield from _runs(ledger, books)


def _runs(ledger: Ledger, books: Sequence[Book]) -> Iterator[Found]:
    """Yield the runs of this clone that were killed, and the lock files of those long settled."""
    free = leftovers.run_locks(ledger)
    if not free:
        return
    ended = {r.body.run for b in books for r in b.records if isinstance(r.body, RunFinished)}
    for book in books:
        for evolution in fold(book.records).evolutions:
            if evolution.run in free and evolution.status is EvolutionStatus.RUNNING:
                age = free.pop(evolution.run).age
                message = f"its run was killed, {age:.0f} seconds after which nobody has ended it"
                command = f"gryt run --evolution {evolution.tag}"
                yield unfinished("run-interrupted", evolution.tag, message, command), ()
    for run, lock in free.items():
        what = "has ended" if run in ended else "goes on no more"
        message = f"run '{run}' {what}"
        yield warning("scratch", lock.path, message, _REPAIR), (FileRepair(lock),)


def _mended(session: Session, found: Sequence[Found], notes_tip: str | None) -> list[Finding]:
    wanted = list(dict.fromkeys(repair for _, repairs in found for repair in repairs))
    if not wanted:
        return [finding for finding, _ in found]
    done = mend(session.ledger, session.author, wanted, notes_tip)
    return [
        finding.mended() if repairs and done.issuperset(repairs) else finding
        for finding, repairs in found
    ]
