"""Actions on many ledger refs at once: their commits in one pack, their refs in one move."""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar

from gryt.errors import Moved
from gryt.git.bulk import Bulk
from gryt.git.commits import write_commit
from gryt.git.garbage import collect_garbage
from gryt.git.refs import ABSENT, RefsMoved, RefUpdate
from gryt.model.names import RecordId
from gryt.model.records import Body, Kind, Record
from gryt.model.state import Generation
from gryt.store import codec, layout
from gryt.store.author import Author
from gryt.store.clock import mint
from gryt.store.journal import move_together
from gryt.store.ledger import Ledger
from gryt.store.locks import writing
from gryt.store.rows import row_of
from gryt.store.states import remember_all
from gryt.values import Value

__all__ = ["ABSENT", "Action", "Moment", "Part", "RefUpdate", "act_together"]

_ATTEMPTS = 20
T = TypeVar("T")


@dataclass
class Part:
    """What an action adds to one ledger ref."""

    ref: str
    tip: str | None
    """Where the ref is; None where it does not exist."""
    tree: str | None
    """What the new tree grows from: the tip's own, or another one that is put in place."""
    files: dict[str, bytes] = field(default_factory=dict)
    trees: dict[str, str] = field(default_factory=dict)
    records: list[Record] = field(default_factory=list)
    onto: str | None = None
    """The commit to go on from, where that is not the tip."""
    message: str = "gryt\n"
    after: Generation | None = None
    """The state after it, where it is known."""


class Moment(Value):
    """Who acts, when, and with which ids."""

    ledger: Ledger
    author: Author
    at: str
    ids: Iterator[RecordId]

    @property
    def by(self) -> str:
        """Who acts, as records have it."""
        return str(self.author.identity)

    def record(
        self,
        part: Part,
        kind: Kind,
        body: Body,
        *,
        gid: RecordId | None,
        id: RecordId | None = None,  # noqa: A002 - the record's word for it
    ) -> RecordId:
        """Add a record to a part and return its id."""
        record = Record(id or next(self.ids), kind, self.at, self.by, gid, body)
        part.files[layout.path_of(record)] = codec.encode(record)
        part.records.append(record)
        return record.id


class Action(Value):
    """Everything that moves together; the refs of `moves` are no ledger refs."""

    parts: Sequence[Part]
    moves: Sequence[RefUpdate] = ()


def act_together(
    ledger: Ledger, author: Author, decide: Callable[[Moment], tuple[Action | None, T]], reason: str
) -> T:
    """Carry out an action on many refs, and return what `decide` returned beside it.

    `decide` is called again where others were faster; nothing is written where it gives no action.
    """
    for attempt in range(_ATTEMPTS):
        with writing(ledger.folder):
            ledger.reread()
            action, result = decide(_moment(ledger, author))
            if action is None:
                return result
            try:
                _publish(ledger, author, action, reason)
            except RefsMoved:
                time.sleep(os.urandom(1)[0] / 25_000 * 2 ** min(attempt, 6))
                continue
        collect_garbage(ledger.repository)
        return result
    raise Moved(f"the ledger was moved by others {_ATTEMPTS} times in a row", hints=["try again"])


def _moment(ledger: Ledger, author: Author) -> Moment:
    now_ms = ledger.now_ms()
    at = datetime.fromtimestamp(now_ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return Moment(ledger, author, at, mint(now_ms, ledger.newest()))


def _publish(ledger: Ledger, author: Author, action: Action, reason: str) -> None:
    # git signs, and must find the trees that it signs: then every object is a file of its own
    bulk = None if author.sign_commits else Bulk(ledger.repository)
    objects = bulk or ledger.objects
    moved: list[tuple[Part, str, str]] = []
    for part in action.parts:
        tree = objects.add_files(part.tree, part.files, trees=part.trees)
        parent = part.onto or part.tip
        newest = objects.commit_time(parent) if parent else 0
        commit = write_commit(
            objects,
            tree=tree,
            parents=[parent] if parent else [],
            author=author.identity,
            committer=author.committer._replace(time=max(author.committer.time, newest)),
            message=part.message,
            sign=author.sign_commits,
        )
        moved.append((part, commit, tree))
    updates = [RefUpdate(part.ref, commit, part.tip or ABSENT) for part, commit, _ in moved]
    pack = bulk.pack() if bulk is not None else None
    move_together(ledger, [*updates, *action.moves], pack=pack, reason=reason)
    ledger.objects.written.forget()
    _remember(ledger, moved)


def _remember(ledger: Ledger, moved: Sequence[tuple[Part, str, str]]) -> None:
    """Tell the cache what was appended; of what it cannot be told, the next reader finds out."""
    known = []
    for part, commit, tree in moved:
        ledger.refs[part.ref] = commit
        if part.tip is None or part.onto is not None or not part.records:
            continue
        rows = [
            row_of(path, ledger.objects.blob_id(part.files[path]), codec.to_plain(record))
            for record in part.records
            if (path := layout.path_of(record)) in part.files
        ]
        newest = max(record.id for record in part.records)
        known.append((part.ref, (commit, tree), part.tree, rows, newest, part.after))
    remember_all(ledger, known)
