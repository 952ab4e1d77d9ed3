"""Appending: how an action gets into the ledger, whole or not at all.

A service describes what it wants in a `decide` function, which is given the state as it is and a
`Draft` to put records and tags in. Objects are written first and stay invisible; then all refs move
in one transaction, each from the value that `decide` has seen. Where another process was faster,
`decide` is simply called again with the new state.
"""

import os
import time
from collections.abc import Callable, Iterator

from gryt.errors import Moved
from gryt.git.commits import write_commit
from gryt.git.garbage import collect_garbage
from gryt.git.refs import ABSENT, RefsMoved, RefUpdate, move, ready_to_move
from gryt.git.tags import write_tag
from gryt.model.fold import fold
from gryt.model.growth import grown
from gryt.model.names import Oid, RecordId
from gryt.model.records import Body, Kind, Record
from gryt.model.state import Generation
from gryt.store import codec, layout, notes
from gryt.store.author import Author
from gryt.store.clock import mint
from gryt.store.index import Row
from gryt.store.ledger import Ledger
from gryt.store.locks import writing
from gryt.store.rows import row_of
from gryt.typed import TypeVar
from gryt.values import Value

_ATTEMPTS = 20
T = TypeVar("T")


class TagMade(Value):
    """A tag object that moves with the action."""

    name: str
    oid: Oid


class Draft:
    """One action in the making, upon one state of one ledger ref."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        author: Author,
        ref: str,
        tip: str | None,
        state: Generation | None,
        ids: Iterator[RecordId],
        seconds: int,
    ) -> None:
        self.ledger, self.author = ledger, author
        self.ref, self.tip, self.state = ref, tip, state
        """The generation as it is; None where it does not exist (or for the meta-branch)."""
        self.ids = ids
        self.seconds = seconds
        """When it happens, since the epoch."""
        self.at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))
        """The same, as records have it."""
        self.files: dict[str, bytes] = {}
        self.records: list[Record] = []
        self.tags: list[TagMade] = []
        self.notes: dict[str, list[str]] = {}
        self.trees: dict[str, str] = {}
        """Whole trees to put in, by path."""
        self.target: str | None = None
        """The ref that gets the commit, where that is another than the one that was read."""
        self.moves: list[RefUpdate] = []
        """Other refs that move with the action; without a new value, to the commit it makes."""
        self.message: Callable[[Generation | None], str] = lambda _: "gryt\n"
        """The commit message, from the state after the action."""

    @property
    def by(self) -> str:
        """Who acts, as records have it."""
        return str(self.author.identity)

    def new_id(self) -> RecordId:
        """Return the id for a record that is to be added, where others must name it before."""
        return next(self.ids)

    def record(
        self,
        kind: Kind,
        body: Body,
        *,
        gid: RecordId | None,
        evolution: RecordId | None = None,
        id: RecordId | None = None,  # noqa: A002 - the record's word for it
    ) -> RecordId:
        """Add a record and return its id."""
        record = Record(id or next(self.ids), kind, self.at, self.by, gid, body)
        self.files[layout.path_of(record, evolution)] = codec.encode(record)
        self.records.append(record)
        return record.id

    def tag(self, name: str, commit: Oid, message: str) -> TagMade:
        """Write an annotated tag object, and let its ref be made with the action."""
        oid = write_tag(
            self.ledger.repository,
            self.ledger.objects,
            name=name,
            commit=commit,
            tagger=self.author.identity._replace(time=self.seconds, zone="+0000"),
            message=message,
            sign=self.author.sign_tags,
        )
        made = TagMade(name, Oid(oid))
        self.tags.append(made)
        return made


def act(
    ledger: Ledger, ref: str, author: Author, decide: Callable[[Draft], T], *, reason: str
) -> T:
    """Carry out one action on one ledger ref and return what `decide` returned.

    Nothing is written where `decide` raises, or adds no record. Raises Locked or GitFailed as
    `git/refs.py` does, and Moved where others were faster twenty times in a row.
    """
    for attempt in range(_ATTEMPTS):
        with writing(ledger.folder), ready_to_move(ledger.repository, reason):
            ledger.reread(ref)
            draft = _draft(ledger, ref, author)
            result = decide(draft)
            if not draft.files:
                return result
            try:
                publish(compose(draft), reason)
            except RefsMoved:
                time.sleep(os.urandom(1)[0] / 25_000 * 2 ** min(attempt, 6))
                continue
        collect_garbage(ledger.repository)
        return result
    raise Moved(f"'{ref}' was moved by others {_ATTEMPTS} times in a row", hints=["try again"])


def _draft(ledger: Ledger, ref: str, author: Author) -> Draft:
    version = ledger.layout.version(ref)
    view = ledger.find(version) if version else None
    return draft_upon(
        ledger, ref, author, tip=ledger.refs.get(ref), state=view.state if view else None
    )


def draft_upon(
    ledger: Ledger,
    ref: str,
    author: Author,
    *,
    tip: str | None,
    state: Generation | None,
    seen: RecordId | None = None,
) -> Draft:
    """Return an empty action upon any tip; `seen` is a record that its ids must come after."""
    now_ms = ledger.now_ms()
    newest = max(filter(None, (ledger.newest(), seen)), default=None)
    return Draft(
        ledger=ledger,
        author=author,
        ref=ref,
        tip=tip,
        state=state,
        ids=mint(now_ms, newest),
        seconds=now_ms // 1000,
    )


class Composed(Value):
    """An action whose objects are written, and which nobody sees yet."""

    draft: Draft
    commit: str
    tree: str
    after: Generation | None
    updates: tuple[RefUpdate, ...]
    """What makes it seen: the moves of the ledger ref, of tags and of the notes."""

    @property
    def rows(self) -> list[Row]:
        """The action's records, as the cache keeps them."""
        blob_id = self.draft.ledger.objects.blob_id
        documents = {record.id: codec.to_plain(record) for record in self.draft.records}
        return [
            row_of(path, blob_id(data), documents[record_id])
            for path, data in self.draft.files.items()
            if (record_id := layout.record_id_in(path)) is not None
        ]


def compose(draft: Draft, *, old: list[Record] | None = None) -> Composed:
    """Write an action's objects; `old` are the records at its tip, where that is not the ref's."""
    ledger = draft.ledger
    ledger.repository.refuse_mirrored()
    after = _after(draft, old) if ledger.layout.version(draft.ref) is not None else None
    message = draft.message(after)
    commit, tree = _write_commit(draft, message)
    updates = _ref_updates(draft, commit)
    notes_update = notes.update(ledger.objects, draft.author, draft.notes)
    if notes_update is not None:
        updates.append(notes_update)
    return Composed(draft, commit, tree, after, tuple(updates))


def _after(draft: Draft, old: list[Record] | None) -> Generation:
    """Return the generation with the action in it."""
    if old is None and draft.tip:
        known = draft.ledger.state(draft.ref)
        if (after := grown(known, draft.records)) is not None:
            return after
        old = draft.ledger.records(draft.ref)
    return fold([*(old or []), *draft.records])


def publish(composed: Composed, reason: str) -> None:
    """Move the refs of an action, and tell the cache."""
    ledger = composed.draft.ledger
    written = ledger.objects.written
    move(ledger.repository, composed.updates, reason=reason, mend=written.restore)
    written.restore()
    written.forget()
    _remember(composed)


def _remember(composed: Composed) -> None:
    """Tell the cache what was appended, sparing the next reader to find out."""
    draft = composed.draft
    if draft.target is not None:
        draft.ledger.reread()  # of another name, the next reader finds out
        return
    draft.ledger.advance(
        draft.ref,
        (composed.commit, composed.tree),
        since=draft.ledger.objects.tree_of(draft.tip) if draft.tip else None,
        rows=composed.rows,
        newest=max(record.id for record in draft.records),
        state=composed.after,
    )


def _write_commit(draft: Draft, message: str) -> tuple[str, str]:
    objects, author = draft.ledger.objects, draft.author
    tree = objects.tree_of(draft.tip) if draft.tip else None
    tree = objects.add_files(tree, draft.files, trees=draft.trees)
    newest = objects.commit_time(draft.tip) if draft.tip else 0
    commit = write_commit(
        objects,
        tree=tree,
        parents=[draft.tip] if draft.tip else [],
        author=author.identity,
        committer=author.committer._replace(time=max(author.committer.time, newest)),
        message=message,
        sign=author.sign_commits,
    )
    return commit, tree


def _ref_updates(draft: Draft, commit: str) -> list[RefUpdate]:
    """Return the moves of an action but for its notes, the ledger's own first."""
    if draft.target is None:
        own = RefUpdate(draft.ref, commit, draft.tip or ABSENT)
    else:
        own = RefUpdate(draft.target, commit, draft.ledger.objects.ref(draft.target) or ABSENT)
    moves = [move if move.new else move._replace(new=commit) for move in draft.moves]
    return [own, *_tag_updates(draft), *moves]


def _tag_updates(draft: Draft) -> list[RefUpdate]:
    """Return the creations of the tags; one that is there already and the same is left alone."""
    if not draft.tags:
        return []
    names = {f"{layout.TAGS}{tag.name}": tag.oid for tag in draft.tags}
    ref = draft.ledger.objects.ref
    return [RefUpdate(name, oid, ABSENT) for name, oid in names.items() if ref(name) is None]
