"""Pushing: what is only here goes to a remote, united and settled first, without any force.

Nothing moves here before the remote has accepted it. Where another clone was faster, its records
are fetched and united, and the push is tried again; where the remote says no for another reason,
that is told in its own words and the other refs go on.
"""

import os
import time
from collections.abc import Iterable

from gryt.errors import Corrupt, Moved, RemoteFailed
from gryt.model.sync import Problem, Pushed, Reason, Renumbering, Standing
from gryt.service.session import Session
from gryt.service.sync import (
    conflict_problem,
    in_scope,
    label,
    rewound_problem,
    unreadable_problem,
)
from gryt.service.sync_status import clash
from gryt.service.sync_wording import WORDING
from gryt.store import sync_fetch, sync_notes, sync_tags
from gryt.store.layout import TAGS
from gryt.store.sync_apply import apply, rows_of
from gryt.store.sync_fetch import Contact
from gryt.store.sync_push import Parcel, Refusal, deliver, is_passing, parcel_of, with_more
from gryt.store.sync_settle import Settled, settle
from gryt.store.sync_unite import unite_ref

ATTEMPTS = 60
"""How often others may be faster. With many clones at once each round has a winner."""
_DOUBTS = 4
"""How often a refusal that looks like somebody else's turn is doubted though nothing moved."""


def push_all(
    session: Session,
    contact: Contact,
    *,
    version: str | None,
    former: str | None,
    owed: dict[str, list[tuple[str, str]]] | None = None,
) -> Pushed:
    """Push what is only here; `contact` is what was just learnt from the remote.

    `owed` are the tags that it lacks of what it has, by ledger ref; None where nobody has looked.
    """
    remote = contact.remote
    pushing = Pushing(session, remote, version, former)
    pushing.owed = owed
    for attempt in range(ATTEMPTS):
        if attempt:
            session.ledger.reread()
            # the losers of one round must not all come back at the same moment
            time.sleep(os.urandom(1)[0] / 255 * min(0.05 * 2**attempt, 1.5))
            contact = sync_fetch.contact(session.ledger, remote, session.network)
        if pushing.attempt(contact):
            return pushing.result(contact)
    return pushing.gave_up()


class Pushing:
    """One push, over all its attempts."""

    def __init__(
        self, session: Session, remote: str, version: str | None, former: str | None
    ) -> None:
        self._session = session
        self._ledger = session.ledger
        self._remote = remote
        self._version = version
        self._former = former
        self._before: dict[str, str] = {}
        """Where the remote was before this push first asked."""
        self._done: set[str] = set()
        self._commits: set[str] = set()
        """Of which the records that came in with what was pushed say something."""
        self._created: dict[str, None] = {}
        self._updated: dict[str, None] = {}
        self._renumbered: list[Renumbering] = []
        self._problems: dict[str, Problem] = {}
        self._refused: dict[str, tuple[str | None, Refusal]] = {}
        """By ref, where the remote was when it last refused, and what it said."""
        self._doubts: dict[str, int] = {}
        self._taken: dict[str, set[str]] = {}
        """By ref, tags of the remote that no record tells of."""
        self.owed: dict[str, list[tuple[str, str]]] | None = None

    def attempt(self, contact: Contact) -> bool:
        """Push what is left to be pushed; tell whether that was all."""
        self._before = {**contact.before, **self._before}
        plan: list[tuple[Settled, Parcel]] = []
        left = [ref for ref in self._scope() if not self._is_decided(ref, contact)]
        self._look_for_tags(left)
        for ref in left:
            settled = self._settled(ref, contact)
            before = self._before.get(ref)
            parcel = None if settled is None else parcel_of(self._ledger, settled, before)
            if settled is not None and settled.union.standing is not Standing.BEHIND:
                parcel = with_more(parcel, ref, (self.owed or {}).get(ref, ()))
            if settled is not None and parcel is not None:
                plan.append((settled, parcel))
        if not plan:
            return self.owed is not None or not self._look_for_owed(left) or self.attempt(contact)
        delivery = deliver(
            self._ledger, self._remote, [parcel for _, parcel in plan], self._session.network
        )
        self._refused = {
            ref: (contact.tips.get(ref), refusal) for ref, refusal in delivery.refused.items()
        }
        done = [settled for settled, _ in plan if settled.union.ref in delivery.accepted]
        for ref in self._refused.keys() & {settled.union.ref for settled in done}:
            # without atomic pushes the records may be taken, and a tag of theirs refused
            refusal = self._refused.pop(ref)[1]
            self._problems[ref] = self._refusal_problem(ref, refusal)._replace(
                resolution="the records are there; once the tag may be pushed: gryt sync push,"
                f" or just it: git push {self._remote} {refusal.ref}"
            )
        for settled in done:
            self._count(settled, contact)
        known = {parcel.ref: parcel.tags for _, parcel in plan if parcel.tags is not None}
        return self._in_place(contact, done, known) and not self._refused

    def _scope(self) -> list[str]:
        refs = in_scope(self._session, self._ledger.refs, self._version)
        if self._former is not None:
            refs += in_scope(self._session, self._ledger.refs, self._former)
        return [ref for ref in refs if ref not in self._problems and ref not in self._done]

    def _is_decided(self, ref: str, contact: Contact) -> bool:
        """Tell whether a refusal stands: nobody was faster, the remote does not want it."""
        if ref not in self._refused:
            return False
        was, refusal = self._refused[ref]
        if contact.tips.get(ref) != was:
            return False
        doubts = self._doubts[ref] = self._doubts.get(ref, 0) + 1
        if is_passing(refusal) and doubts < _DOUBTS:
            return False
        self._problems[ref] = self._refusal_problem(ref, refusal)
        return True

    def _refusal_problem(self, ref: str, refusal: Refusal) -> Problem:
        name = label(self._session, ref)
        only = f" --version {name}" if self._ledger.layout.version(ref) else ""
        is_tag = refusal.ref.startswith(TAGS)
        what = "the tag may be protected" if is_tag else "you may not be allowed to push it"
        return Problem(
            name,
            Reason.REFUSED,
            f"{self._remote} refused {refusal.ref}: {refusal.reason}",
            f"{what}: gryt doctor --remote; then: gryt sync push{only}",
            refusal.words,
        )

    def _look_for_tags(self, refs: Iterable[str]) -> None:
        """Where a tag was refused that the remote has already, keep off its number."""
        about = [ref for ref in refs if ref in self._refused]
        names = {ref: self._refused[ref][1].ref for ref in about}
        tags = {ref: name for ref, name in names.items() if name.startswith(TAGS)}
        if not tags:
            return
        there = sync_tags.on_remote(
            self._ledger, self._remote, tags.values(), self._session.network
        )
        here = sync_tags.local_tags(self._ledger)
        for ref, name in tags.items():
            tag = name.removeprefix(TAGS)
            if name in there and there[name] != here.get(tag):
                self._taken.setdefault(ref, set()).add(tag)

    def _look_for_owed(self, refs: Iterable[str]) -> bool:
        """Tell whether the remote lacks tags of what it has: where nothing else is to push."""
        tags = sync_fetch.look(self._ledger, self._remote, self._session.network)[1]
        self.owed = sync_tags.owed(self._ledger, refs, tags)
        return bool(self.owed)

    def _settled(self, ref: str, contact: Contact) -> Settled | None:
        """Work out what is to be pushed of a ref; None where there is nothing, or a problem."""
        session, ledger = self._session, self._ledger
        if ref in contact.rewound:
            found = contact.rewound[ref]
            self._problems[ref] = rewound_problem(session, contact, ref, found)
            return None
        try:
            union = unite_ref(ledger, ref, ledger.refs[ref], contact.tips.get(ref))
            if union.standing is Standing.CONFLICT:
                self._problems[ref] = conflict_problem(clash(session, self._remote, ref))
                return None
            taken = self._taken.get(ref, ())
            return settle(ledger, lambda: session.author, union, taken=taken, wording=WORDING)
        except Corrupt as error:
            self._problems[ref] = unreadable_problem(session, contact, ref, error)
            return None

    def _count(self, settled: Settled, contact: Contact) -> None:
        version = self._ledger.layout.version(settled.union.ref)
        self._renumbered += settled.renumbered
        is_level = settled.tip == contact.tips.get(settled.union.ref)
        if version is None or (is_level and settled.union.ref not in (self.owed or {})):
            return
        is_new = settled.union.ref not in contact.tips
        (self._created if is_new else self._updated)[version] = None

    def _in_place(
        self, contact: Contact, done: list[Settled], known: dict[str, sync_tags.Tags]
    ) -> bool:
        """Move here what the remote has accepted; where we were overtaken here, unite again."""
        if not done:
            return True
        told = {
            (ref := each.union.ref): known.get(ref)
            or sync_tags.tags_of(ref, rows_of(self._ledger, each))
            for each in done
            if self._ledger.layout.version(each.union.ref) is not None
        }
        self._fetch_tags([told[s.union.ref] for s in done if s.union.new and s.union.ref in told])
        try:
            apply(
                self._ledger,
                contact,
                done,
                published=True,
                reason=f"pushed to {self._remote}",
                tags=lambda each: told[each.union.ref],
            )
        except Moved:
            return False
        self._commits |= {c for each in done for c in sync_notes.touched(self._ledger, each)}
        self._done |= {settled.union.ref for settled in done}
        return True

    def _fetch_tags(self, told: Iterable[sync_tags.Tags]) -> None:
        """Bring the tags of the records that came in; what is published is so without them."""
        wanted = [tag for tags in told for tag in tags.wanted.values()]
        try:
            sync_tags.fetch_objects(
                self._ledger, self._remote, wanted, network=self._session.network
            )
        except RemoteFailed as error:
            self._session.say(f"notice: {error.message}: not every tag is here")

    def result(self, contact: Contact) -> Pushed:
        """Return what the push came to, once the notes have followed."""
        session = self._session
        try:
            tips = {**contact.tips, **_tracked(session, self._remote)}
            notice = sync_notes.share(
                self._ledger,
                self._remote,
                tips,
                lambda: session.author,
                commits=self._commits,
                network=session.network,
            )
        except RemoteFailed as error:
            notice = error.message
        return self._pushed(() if notice is None else (f"notes are not shared: {notice}",))

    def gave_up(self) -> Pushed:
        """Return what the push came to where others were faster all the time."""
        for ref in self._refused:
            self._problems.setdefault(
                ref,
                Problem(
                    label(self._session, ref),
                    Reason.MOVED,
                    f"{self._remote} was moved by others {ATTEMPTS} times in a row",
                    "try again: gryt sync push",
                ),
            )
        return self._pushed(())

    def _pushed(self, notices: tuple[str, ...]) -> Pushed:
        return Pushed(
            self._remote,
            created=tuple(self._created),
            updated=tuple(v for v in self._updated if v not in self._created),
            problems=tuple(self._problems.values()),
            renumbered=tuple(self._renumbered),
            notices=notices,
        )


def _tracked(session: Session, remote: str) -> dict[str, str]:
    from gryt.store import remotes  # lazy: only once something was pushed

    return remotes.tracked(session.ledger, remote)
