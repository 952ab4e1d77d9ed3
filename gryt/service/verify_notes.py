"""Notes against records: what the notes on commits say must be what the records come to.

Notes prove nothing by themselves, but people read them: a line that was moved to another commit,
edited, or made up is found here. Lines that are not gryt's are nobody's business.
"""

import re
from collections.abc import Iterator, Sequence

from gryt.model.agreement import Book
from gryt.model.findings import Finding, tampered, unfinished, warning
from gryt.model.fold import fold
from gryt.model.names import RecordId, parse_candidate
from gryt.model.records import RolledBack, RunFinished
from gryt.model.rollback import superseded
from gryt.model.state import Evolution
from gryt.store import notes, remotes
from gryt.store.checkout import remote_name
from gryt.store.layout import NOTES_REF
from gryt.store.ledger import Ledger
from gryt.store.mending import Found, NoteRepair
from gryt.values import Value

_REPAIR = "gryt verify --repair"
_EVOLUTION = re.compile(r"\bevolution: (?P<tag>[^,}\s]+)")


class _Run(Value):
    """A run that ended, with what its line says."""

    finished: RunFinished
    line: str
    """What the line says now; empty where such a run has none."""
    former: frozenset[str]
    """What it said under earlier numbers and versions."""


class _Known(Value):
    """What the records say about notes."""

    runs: dict[str, _Run]
    wanted: dict[str, dict[RecordId, str]]
    """By commit and evolution, the line that must be there."""
    versions: frozenset[str]
    elsewhere: frozenset[str] = frozenset()
    """Versions of which a remote is known to have records that are not here."""


def verify_notes(ledger: Ledger, books: Sequence[Book]) -> tuple[list[Found], int, str | None]:
    """Return what is wrong with the notes, how many there are, and the tip that was read."""
    tip = notes.tip(ledger.repository)
    known = _known(books)._replace(elsewhere=remotes.with_more(ledger))
    if tip is None:
        return _without_any(ledger, known), 0, None
    written, broken = notes.every_note(ledger.objects, ledger.objects.tree_of(tip))
    found: list[Found] = [(warning("note-unreadable", c, e.message), ()) for c, e in broken.items()]
    for commit in sorted((written.keys() | known.wanted.keys()) - broken.keys()):
        found += _judge(known, commit, written.get(commit, ""))
    return found, len(written), tip


def _without_any(ledger: Ledger, known: _Known) -> list[Found]:
    remote = remote_name(ledger)
    if remote is None or not known.wanted:
        return [found for commit in sorted(known.wanted) for found in _judge(known, commit, "")]
    # as with tags, a clone has the notes only where somebody asked for them
    message = f"there are no notes here; records tell of {len(known.wanted)} commits with a note"
    mend = f"git fetch {remote} {NOTES_REF}:{NOTES_REF}"
    repairs = tuple(
        NoteRepair(commit, "".join(f"{line}\n" for line in sorted(lines.values())))
        for commit, lines in sorted(known.wanted.items())
    )
    return [(warning("notes-missing", NOTES_REF, message, mend), repairs)]


# --- what there should be


def _known(books: Sequence[Book]) -> _Known:
    runs: dict[str, _Run] = {}
    wanted: dict[str, dict[RecordId, str]] = {}
    for book in books:
        if book.gid is None:
            continue
        evolutions = _evolutions(book)
        gone = superseded(sorted(book.records, key=lambda record: record.id))
        for record in book.records:
            body = record.body
            evolution = evolutions.get(body.evolution) if isinstance(body, RunFinished) else None
            if not isinstance(body, RunFinished) or evolution is None:
                continue
            worth = notes.worth_noting(body)
            line = notes.note_line(evolution, body) if worth else ""
            runs[body.run] = _Run(
                body, line, _former(book, evolution, body) if worth else frozenset()
            )
            if worth and record.id not in gone:
                wanted.setdefault(body.commit, {})[evolution.id] = line
    versions = frozenset(version for book in books for version in book.versions)
    return _Known(runs, wanted, versions)


def _evolutions(book: Book) -> dict[RecordId, Evolution]:
    """Return every evolution, those that were rolled back too: their notes stay."""
    kept = [record for record in book.records if not isinstance(record.body, RolledBack)]
    every = {evolution.id: evolution for evolution in fold(kept).evolutions}
    return every | {evolution.id: evolution for evolution in fold(book.records).evolutions}


def _former(book: Book, evolution: Evolution, finished: RunFinished) -> frozenset[str]:
    """Return the lines of a run under every name that its evolution has had."""
    numbers = book.numbers(evolution.id)
    if len(numbers) == len(book.versions) == 1:
        return frozenset()
    tags = (f"{version}-rc.{number}" for version in book.versions for number in numbers)
    return frozenset(notes.note_line(evolution._replace(tag=tag), finished) for tag in tags)


# --- what there is


def _judge(known: _Known, commit: str, text: str) -> Iterator[Found]:
    """Yield what is wrong with one note; what can be mended of it is, by one new text."""
    lines = text.removesuffix("\n").split("\n") if text else []
    wrong = {line: finding for line in lines if (finding := _wrong(known, commit, line.strip()))}
    there = {line.strip() for line in lines if line not in wrong}
    missing = [line for line in known.wanted.get(commit, {}).values() if line not in there]
    good = [line for line in lines if line not in wrong or wrong[line].mend is None]
    repair = NoteRepair(commit, "".join(f"{line}\n" for line in [*good, *sorted(missing)]))
    for finding in wrong.values():
        yield finding, () if finding.mend is None else (repair,)
    for line in missing:
        message = f"the note of commit {commit[:10]} lacks {_name(line)}"
        yield unfinished("note-missing", commit, message, _REPAIR), (repair,)


def _wrong(known: _Known, commit: str, line: str) -> Finding | None:
    """Judge one line; None where it is right, or not one of gryt's."""
    runs = notes.runs_in(line)
    if not (line.startswith("{") and "evolution:" in line) and not (runs and " id: " in line):
        return None
    if len(runs) != 1:
        message = f"{_name(line)} is not as gryt writes it: it names no run"
        return tampered("note-forged", commit, message, _REPAIR)
    run = known.runs.get(runs[0])
    if run is None:
        return _of_no_run(known, commit, line, runs[0])
    if run.finished.commit != commit:
        message = f"{_name(line)} is on {commit[:10]}, its run was on {run.finished.commit[:10]}"
        return tampered("note-moved", commit, message, _REPAIR)
    if line == run.line:
        return None
    if _version_of(line) in known.elsewhere:
        return _ahead(commit, line)
    if line in run.former:
        message = f"{_name(line)} goes by another name now"
        return unfinished("note-outdated", commit, message, _REPAIR)
    message = f"{_name(line)} is not what its run recorded"
    return tampered("note-edited", commit, message, _REPAIR)


def _of_no_run(known: _Known, commit: str, line: str, run: str) -> Finding:
    """Judge a line about a run of whose end there is no record.

    It is never taken away: it may be all that is left of a record that somebody dropped.
    """
    version = _version_of(line)
    if version in known.elsewhere:
        return _ahead(commit, line)
    if version not in known.versions:
        message = f"{_name(line)} is of a generation that is not here: it proves nothing"
        return warning("note-unknown", commit, message)
    message = f"{_name(line)} is made up, or the record of its run '{run}' was dropped"
    return tampered("note-orphan", commit, message)


def _ahead(commit: str, line: str) -> Finding:
    message = f"{_name(line)} is of records that a remote has, and that were not pulled yet"
    return warning("note-ahead", commit, message, "gryt sync pull")


def _version_of(line: str) -> str | None:
    match = _EVOLUTION.search(line)
    split = parse_candidate(match["tag"]) if match is not None else None
    return None if split is None else split[0]


def _name(line: str) -> str:
    match = _EVOLUTION.search(line)
    return f"the line of '{match['tag']}'" if match is not None else "a line"
