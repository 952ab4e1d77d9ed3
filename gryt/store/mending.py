"""Mending what an interrupted action left: tags, notes and files. Records are never touched."""

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from gryt.errors import GitFailed, Moved
from gryt.git.commits import write_commit
from gryt.git.refs import ABSENT, RefUpdate, move
from gryt.model.findings import Finding
from gryt.store import isolation, notes
from gryt.store.author import Author
from gryt.store.layout import NOTES_REF, TAGS
from gryt.store.ledger import Ledger
from gryt.store.leftovers import Leftover, openers
from gryt.store.locks import writing
from gryt.values import Value


class TagRepair(Value):
    """A tag to be made again."""

    name: str
    oid: str
    data: bytes | None = None
    """Its bytes, where the object itself has to be written again too."""


class NoteRepair(Value):
    """What the note of a commit is to say; nothing: it goes."""

    commit: str
    text: str


class FileRepair(Value):
    """A file that is to go."""

    leftover: Leftover


class PlaceRepair(Value):
    """A work tree that a killed run has left behind, and that is to go; this is its marker."""

    marker: Path


Repair = TagRepair | NoteRepair | FileRepair | PlaceRepair
Found = tuple[Finding, tuple[Repair, ...]]
"""A finding, with all that must be done to mend it; nothing where gryt cannot or must not."""


def mend(
    ledger: Ledger, author: Author, repairs: Sequence[Repair], seen: str | None
) -> set[Repair]:
    """Carry out repairs and return those that were done.

    `seen` is the tip of the notes that the repairs were worked out from; where it has moved since,
    or a tag has appeared, they are left for another time.
    """
    done: set[Repair] = set()
    with writing(ledger.folder):
        files = [r for r in repairs if isinstance(r, FileRepair)]
        in_use = openers() if files else {}
        done |= {r for r in files if os.path.realpath(r.leftover.path) not in in_use and _remove(r)}
        done |= {r for r in repairs if isinstance(r, TagRepair) and _make_tag(ledger, r)}
        for place in [r for r in repairs if isinstance(r, PlaceRepair)]:
            isolation.take_away(ledger, place.marker)
            done.add(place)
        texts = [r for r in repairs if isinstance(r, NoteRepair)]
        if texts and _write_notes(ledger, author, texts, seen):
            done.update(texts)
    return done


def _remove(repair: FileRepair) -> bool:
    """Remove a file or folder, unless it is another one by now."""
    leftover = repair.leftover
    with suppress(OSError):
        status = Path(leftover.path).lstat()
        if (status.st_ino, status.st_mtime_ns) == leftover.identity:
            leftover.remove()
            return True
    return False


def _make_tag(ledger: Ledger, repair: TagRepair) -> bool:
    if repair.data is not None:
        ledger.objects.write_object("tag", repair.data)
    return _moved(ledger, RefUpdate(f"{TAGS}{repair.name}", repair.oid, ABSENT))


def _write_notes(
    ledger: Ledger, author: Author, repairs: Sequence[NoteRepair], seen: str | None
) -> bool:
    objects = ledger.objects
    tip = notes.tip(ledger.repository)
    if tip != seen:
        return False
    texts = {repair.commit: repair.text for repair in repairs}
    newest = objects.commit_time(tip) if tip else 0
    oid = write_commit(
        objects,
        tree=notes.with_notes(objects, objects.tree_of(tip) if tip else None, texts),
        parents=[tip] if tip else [],
        author=author.identity,
        committer=author.committer._replace(time=max(author.committer.time, newest)),
        message="Notes of gryt, mended\n",
    )
    return _moved(ledger, RefUpdate(NOTES_REF, oid, tip or ABSENT))


def _moved(ledger: Ledger, update: RefUpdate) -> bool:
    try:
        move(ledger.repository, [update], reason="verify --repair")
    except (Moved, GitFailed):
        return False
    return True
