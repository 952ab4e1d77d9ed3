"""Promotion decided at the remote: the first to reach it wins.

What the remote has is united with what is here, the gates judge that, and record and tag are pushed
in one atomic push. Only then do the refs here move.
"""

import os
import time
from collections.abc import Callable
from typing import Protocol, TypeVar

from gryt.errors import Corrupt, Moved, RemoteFailed
from gryt.model.state import Generation, GenerationStatus
from gryt.model.sync import Problem, Reason, Standing
from gryt.service.session import Session
from gryt.service.sync import conflict_problem, prepare
from gryt.service.sync_taking import take_in
from gryt.store import sync_fetch, sync_notes
from gryt.store.append import Composed, Draft, compose, draft_upon, publish
from gryt.store.sync_apply import apply
from gryt.store.sync_fetch import Contact
from gryt.store.sync_push import Refusal, deliver, is_passing, parcel_of
from gryt.store.sync_settle import Settled
from gryt.store.sync_unite import Union

_ATTEMPTS = 30
_DOUBTS = 4


class Decided(Protocol):
    """What a decision has to say of itself."""

    @property
    def promoted(self) -> bool: ...


D = TypeVar("D", bound=Decided)


def promote_there(
    session: Session,
    remote: str,
    version: str,
    *,
    ask: Callable[[Generation], None],
    decide: Callable[[Draft], D],
) -> D:
    """Carry out the decision at the remote; return what `decide` returned.

    `ask` is called before each decision, with the united state: what takes long is done there.

    A refusal of the gates is recorded here alone. Raises Moved where somebody else has promoted it,
    RemoteFailed where the remote cannot be reached or refuses.
    """
    prepare(session, remote, version)
    view = session.ledger.find(version)
    was_draft = view is not None and view.state.status is GenerationStatus.DRAFT
    doubts = 0
    refused: tuple[str | None, Refusal] | None = None
    for attempt in range(_ATTEMPTS):
        contact = _asked(session, remote, version)
        ref = session.ledger.layout.generation(version)
        if refused is not None and contact.tips.get(ref) == refused[0]:
            doubts += 1
            if doubts >= _DOUBTS or not is_passing(refused[1]):
                raise _refusal(remote, version, refused[1])
        if was_draft:
            _refuse_outrun(session, remote, version)
        ask(session.ledger.get(version).state)
        draft = _draft(session, ref)
        decided = decide(draft)
        if not draft.files:
            return decided
        composed = compose(draft)
        try:
            if not decided.promoted:
                publish(composed, f"{version} not promoted")
                return decided
            refused = _deliver(session, contact, ref, composed)
        except Moved:
            pass
        if refused is None:
            return decided
        time.sleep(os.urandom(1)[0] / 255 * min(0.05 * 2**attempt, 1.5))
        session.ledger.reread()
    raise Moved(f"'{remote}' was moved by others all the time", hints=["try again"])


def _asked(session: Session, remote: str, version: str) -> Contact:
    """Take in what the remote has of the generation and of the repository; raise what is wrong."""
    try:
        contact = sync_fetch.contact(session.ledger, remote, session.network)
    except RemoteFailed as error:
        hint = f"without the remote, settled at the next sync: gryt generation promote {version}"
        raise RemoteFailed(
            error.message, details=error.details, hints=[*error.hints, f"{hint} --offline"]
        ) from None
    pulled = take_in(session, contact, version, with_meta=True)
    for clash in pulled.clashes:
        raise _error(conflict_problem(clash))
    for problem in pulled.problems:
        raise _error(problem)
    session.ledger.reread()
    return contact


def _error(problem: Problem) -> Moved | Corrupt:
    kind = Moved if problem.reason is Reason.CONFLICT else Corrupt
    return kind(problem.message, details=problem.details, hints=[problem.resolution])


def _refuse_outrun(session: Session, remote: str, version: str) -> None:
    """Raise Moved where it was a draft here, and has been promoted there."""
    promotion = session.ledger.get(version).state.promotion
    if promotion is not None:
        raise Moved(
            f"'{version}' was promoted by {promotion.by} at {promotion.at}, on {remote},"
            f" at {promotion.commit[:10]}",
            hints=[f"gryt generation show {version}"],
        )


def _draft(session: Session, ref: str) -> Draft:
    ledger = session.ledger
    version = ledger.layout.version(ref)
    view = ledger.find(version) if version else None
    state = view.state if view is not None else None
    return draft_upon(ledger, ref, session.author, tip=ledger.refs.get(ref), state=state)


def _deliver(
    session: Session, contact: Contact, ref: str, composed: Composed
) -> tuple[str | None, Refusal] | None:
    """Push the promotion, then move the refs here; return why the remote did not take it."""
    ledger, here = session.ledger, composed.draft.tip
    assert here is not None
    there = contact.tips.get(ref)
    level = Standing.SYNCED if there == here else Standing.PENDING
    union = Union(ref, level, here, there, here, ledger.objects.tree_of(here))
    settled = Settled(union, composed)
    parcel = parcel_of(ledger, settled, contact.before.get(ref))
    assert parcel is not None
    delivery = deliver(ledger, contact.remote, [parcel], session.network)
    refusal = delivery.refused.get(ref)
    if refusal is not None and ref not in delivery.accepted:
        return there, refusal
    try:
        apply(ledger, contact, [settled], published=True, reason="promoted")
    except Moved:
        # another process added something here meanwhile: it is united with what was promoted
        ledger.reread()
        again = sync_fetch.contact(ledger, contact.remote, session.network)
        take_in(session, again, ledger.layout.version(ref))
    _share_notes(session, contact)
    if refusal is not None:
        # without atomic pushes the record may be taken, and its tag refused
        raise RemoteFailed(
            f"'{ledger.layout.version(ref)}' is promoted, but {contact.remote} refused"
            f" {refusal.ref}: {refusal.reason}",
            details=refusal.words,
            hints=[f"git push {contact.remote} {refusal.ref}"],
        )
    return None


def _share_notes(session: Session, contact: Contact) -> None:
    try:
        sync_notes.share(
            session.ledger,
            contact.remote,
            contact.tips,
            lambda: session.author,
            commits=set(),
            network=session.network,
        )
    except RemoteFailed as error:
        session.say(f"notice: notes are not shared: {error.message}")


def _refusal(remote: str, version: str, refusal: Refusal) -> RemoteFailed:
    return RemoteFailed(
        f"'{version}' is not promoted: {remote} refused {refusal.ref}: {refusal.reason}",
        details=refusal.words,
        hints=["gryt doctor --remote"],
    )
