"""Taking in what a remote has: it is united with what is here, and shows in files."""

from collections.abc import Sequence

from gryt.errors import Corrupt, GrytError, Moved
from gryt.model.state import GenerationStatus
from gryt.model.sync import Clash, Problem, Pulled, Standing
from gryt.service import contracts
from gryt.service.session import Session
from gryt.service.sync import in_scope, lacks_tags, rewound_problem, unreadable_problem
from gryt.service.sync_status import clash
from gryt.service.sync_wording import WORDING
from gryt.store import sync_notes, sync_tags
from gryt.store.naming import settle as settle_names
from gryt.store.naming import was_renamed
from gryt.store.sync_apply import apply, rows_of
from gryt.store.sync_fetch import Contact
from gryt.store.sync_settle import Settled, settle
from gryt.store.sync_unite import unite_ref
from gryt.store.workspace import GENERATIONS

_ATTEMPTS = 10


def take_in(
    session: Session, contact: Contact, version: str | None, *, with_meta: bool = False
) -> Pulled:
    """Unite what a contact brought with what is here; of one version, if it is named.

    `with_meta` adds the records about the whole repository to it.
    """
    for _ in range(_ATTEMPTS):
        taking = _Taking(session, contact)
        refs = in_scope(session, contact.tips, version)
        if with_meta and session.ledger.layout.meta in contact.tips:
            refs.append(session.ledger.layout.meta)
        for ref in dict.fromkeys(refs):
            taking.look_at(ref)
        try:
            pulled = taking.take()
        except Moved:
            session.ledger.reread()
            continue
        came = [*pulled.new, *pulled.updated]
        if any(was_renamed(session.ledger, version) for version in came):
            settled = settle_names(session.ledger)
            files = session.workspace.names(GENERATIONS) if session.workspace else []
            former = [version for version in files if _is_former(session, version)]
            came = list(dict.fromkeys([*came, *settled.values(), *former]))
        _show(session, came)
        return pulled
    raise Moved("the ledger was moved by others all the time", hints=["gryt sync pull"])


def _is_former(session: Session, version: str) -> bool:
    """Tell whether a contract file is of a name that no generation goes by."""
    try:
        return session.ledger.find(version) is None
    except Corrupt:
        return False


class _Taking:
    """One attempt to take in everything that a contact brought."""

    def __init__(self, session: Session, contact: Contact) -> None:
        self._session = session
        self._ledger = session.ledger
        self._contact = contact
        self._settled: list[Settled] = []
        self._clashes: list[Clash] = []
        self._problems: list[Problem] = []
        self._lines = {line.ref: line for line in session.ledger.summaries()}

    def look_at(self, ref: str) -> None:
        """Work out what one ref comes to."""
        session, ledger, contact = self._session, self._ledger, self._contact
        if ref in contact.rewound:
            found = contact.rewound[ref]
            self._problems.append(rewound_problem(session, contact, ref, found))
            return
        here, there = ledger.refs.get(ref), contact.tips.get(ref)
        if here == there and not lacks_tags(self._ledger, ref, self._lines.get(ref)):
            return
        try:
            union = unite_ref(ledger, ref, here, there)
            if union.standing is Standing.CONFLICT:
                self._clashes.append(clash(session, contact.remote, ref))
            elif union.tip != here or union.standing is Standing.SYNCED:
                self._settled.append(
                    settle(ledger, lambda: session.author, union, taken=(), wording=WORDING)
                )
        except Corrupt as error:
            self._problems.append(unreadable_problem(session, contact, ref, error))

    def take(self) -> Pulled:
        """Move everything into place."""
        ledger, contact = self._ledger, self._contact
        told = {
            each.union.ref: sync_tags.tags_of(each.union.ref, rows_of(ledger, each))
            for each in self._settled
            if ledger.layout.version(each.union.ref) is not None
        }
        wanted = [tag for tags in told.values() for tag in tags.wanted.values()]
        sync_tags.fetch_objects(ledger, contact.remote, wanted, network=self._session.network)
        apply(
            ledger,
            contact,
            self._settled,
            published=False,
            reason=f"pulled from {contact.remote}",
            tags=lambda each: told[each.union.ref],
        )
        commits = {c for each in self._settled for c in sync_notes.touched(ledger, each)}
        sync_notes.follow(ledger, contact.tips, lambda: self._session.author, commits)
        moved = [each for each in self._settled if each.tip != each.union.here]
        named = [(ledger.layout.version(s.union.ref), s.union.here) for s in moved]
        return Pulled(
            contact.remote,
            new=tuple(version for version, here in named if version and here is None),
            updated=tuple(version for version, here in named if version and here is not None),
            clashes=tuple(self._clashes),
            problems=tuple(self._problems),
            renumbered=tuple(each for settled in self._settled for each in settled.renumbered),
        )


def _show(session: Session, versions: Sequence[str]) -> None:
    """Let the contract files of drafts say what the ledger says by now."""
    if session.workspace is None:
        return
    for version in versions:
        try:
            if session.ledger.find(version) is None:
                contracts.leave_former(session, version)
            view = session.ledger.get(version)
            if contracts.read_file(session, version) is not None:
                contracts.current(session, version)
            elif view.state.status is GenerationStatus.DRAFT:
                contracts.write_file(session, view)
        except GrytError as error:
            # a broken file of the user's must not undo a pull
            for line in (error.message, *error.details):
                session.say(line)
