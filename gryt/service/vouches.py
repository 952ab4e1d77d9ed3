"""What the records of a generation say of its tags.

A candidate's tag may have had several names: its evolution was renumbered, or its generation
renamed. The last one counts; the earlier ones may be there where somebody else has them.
"""

from collections.abc import Iterator

from gryt.model.agreement import Book
from gryt.model.names import Oid, RecordId, parse_candidate
from gryt.model.pipeline import RunStatus
from gryt.model.records import Promoted, Record, Renamed, Renumbered, RunFinished
from gryt.model.rollback import superseded
from gryt.values import Value


class Vouch(Value):
    """What one record says of one tag."""

    name: str
    commit: Oid
    oid: str | None
    """The tag object; None where only its name follows from the record."""
    counts: bool
    """False where the record was rolled back or the tag named anew: it may be there, or not."""
    book: Book
    record: Record
    run: RunFinished | None = None
    """The run that a candidate's tag is about; None for a release."""


class _Name(Value):
    """A name that a candidate's tag got, and from which record."""

    tag: str
    oid: str | None
    record: Record


def vouches_of(book: Book) -> Iterator[Vouch]:
    """Yield what each record that tells of a tag says of it."""
    ordered = sorted(book.records, key=lambda record: record.id)
    gone = superseded(ordered)
    promotions = [r for r in ordered if isinstance(r.body, Promoted) and r.id not in gone]
    for record in ordered:
        body = record.body
        if isinstance(body, Promoted):
            # the first promotion counts; later ones lost the race
            counts = record is promotions[0] if promotions else False
            yield Vouch(body.tag, body.commit, body.tag_object, counts, book, record)
        elif isinstance(body, RunFinished) and body.status is RunStatus.PASS and body.tag:
            names = list(_names(record, body, ordered, gone))
            final = _final(names, promotions)
            for name in names:
                counts = name is final and record.id not in gone
                yield Vouch(name.tag, body.commit, name.oid, counts, book, name.record, body)


def _names(
    record: Record, body: RunFinished, ordered: list[Record], gone: set[RecordId]
) -> Iterator[_Name]:
    """Yield the names that the tag of a run has had, in order."""
    split = parse_candidate(body.tag or "")
    yield _Name(body.tag or "", body.tag_object, record)
    if split is None:
        return
    version, number = split
    for later in ordered:
        if later.id < record.id:
            continue
        if isinstance(later.body, Renamed):
            version = later.body.new
            tag = f"{version}-rc.{number}"
            yield _Name(tag, dict(later.body.tags).get(tag), later)
        elif isinstance(later.body, Renumbered) and later.body.evolution == body.evolution:
            if later.id in gone:
                continue
            number = later.body.number
            made = later.body.tag_object
            teller = record if made is None else later
            yield _Name(f"{version}-rc.{number}", made, teller)


def _final(names: list[_Name], promotions: list[Record]) -> _Name:
    """Return the name that counts.

    Whoever renamed a generation did not know of a run that ended elsewhere meanwhile, and made no
    tag for it: its former one is good. And a promotion that won against a rename keeps its name.
    """
    if promotions and isinstance(promotions[0].body, Promoted):
        start = f"{promotions[0].body.tag}-rc."
        names = [name for name in names if name.tag.startswith(start)] or names
    known = [n for n in names if n.oid is not None or not isinstance(n.record.body, Renamed)]
    return known[-1]
