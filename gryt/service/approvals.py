"""Approvals: giving one, and taking it back."""

from gryt.errors import InvalidInput, NotFound, Refused
from gryt.model.approvals import approvals, email_of, seen_proofs, standings
from gryt.model.names import ChangeId, Oid, RecordId, nearest
from gryt.model.records import ApprovalWithdrawn, Approved, Kind
from gryt.model.state import ChangeState, ChangeStatus, Generation, GenerationStatus
from gryt.service import contracts
from gryt.service.drafts import refuse_unless_draft
from gryt.service.messages import commit_message, counted
from gryt.service.policies import policy
from gryt.service.session import Session
from gryt.service.vouching import gathered
from gryt.store.append import Draft, act
from gryt.store.checkout import commit_named
from gryt.values import Value

MAX_COMMENT = 10_000


class Given(Value):
    """An approval that was given, or approvals that were taken back."""

    generation: Generation
    by: str
    at: str
    change: ChangeId | None
    records: tuple[RecordId, ...]
    signed: bool
    commit: Oid | None = None
    comment: str | None = None
    unproven: tuple[ChangeId, ...] = ()
    """What it is about and is not proven yet: it will be stale once that is."""
    doubts: tuple[str, ...] = ()
    """Why it does not count as the policy is now, or not for all that it is about."""


def approve(
    session: Session,
    version: str,
    *,
    change: str | None = None,
    revision: str | None = None,
    comment: str | None = None,
) -> Given:
    """Record that who is at work vouches for a draft, or one change, as it is seen here now."""
    view = contracts.current(session, version)
    commit = None if revision is None else commit_named(session.ledger, revision)
    wish = _Wish(version, change, commit, _text(comment))
    _refuse_nobody(session)
    given = act(
        session.ledger,
        view.ref,
        session.author,
        lambda draft: _approve(session, draft, wish),
        reason=f"approve {version}",
    )
    return given._replace(doubts=_doubts(session, given))


def _doubts(session: Session, given: Given) -> tuple[str, ...]:
    """Return why an approval that was just given does not count, by the policy as it is here."""
    rules = policy(session)
    asked = [rule.approvals for rule in rules.rules if rule.approvals is not None]
    if not asked:
        return ()
    ref = session.ledger.layout.generation(given.generation.version)
    state = session.ledger.get(given.generation.version).state
    found, facts = gathered(session, state, session.ledger.records(ref), asked, rules.signers)
    own = [each for each in found if each.record in given.records]
    judged = [each for rule in asked for each in standings(state, own, rule, facts)]
    return tuple(dict.fromkeys(reason for each in judged for reason in each.reasons))


class _Wish(Value):
    """What somebody wants to approve."""

    version: str
    change: str | None
    commit: Oid | None
    comment: str | None


def _approve(session: Session, draft: Draft, wish: _Wish) -> Given:
    state = _open(session, draft, wish.version)
    if state.conflicts:
        raise Refused(
            f"concurrent edits of the contract of '{state.version}' disagree",
            details=[f"{where}: {' / '.join(values)}" for where, values in state.conflicts],
            hints=[f"gryt generation edit {state.version}"],
        )
    about = None if wish.change is None else _change(state, wish.change).change.id
    proofs = seen_proofs(state, about)
    body = Approved("promote", state.heads, proofs, about, wish.commit, wish.comment)
    record = draft.record(Kind.APPROVED, body, gid=state.gid)
    name = session.author.identity.name
    draft.message = commit_message(
        f"{state.version} approved by {name}: {about or counted(len(state.changes))}",
        _trailers(Kind.APPROVED, state, about, wish.commit),
    )
    return Given(
        generation=state,
        by=draft.by,
        at=draft.at,
        change=about,
        records=(record,),
        signed=session.author.sign_commits,
        commit=wish.commit,
        comment=wish.comment,
        unproven=tuple(
            s.change.id
            for s in state.changes
            if about in {None, s.change.id} and s.status is not ChangeStatus.PROVEN
        ),
    )


def withdraw(
    session: Session, version: str, *, change: str | None = None, comment: str | None = None
) -> Given:
    """Take back every approval of one's own, or those of one change."""
    view = contracts.current(session, version)
    text = _text(comment)
    return act(
        session.ledger,
        view.ref,
        session.author,
        lambda draft: _withdraw(session, draft, version, change, text),
        reason=f"withdraw approval of {version}",
    )


def _withdraw(
    session: Session, draft: Draft, version: str, change: str | None, comment: str | None
) -> Given:
    state = _open(session, draft, version)
    about = None if change is None else ChangeId(change)
    own = [
        each.record
        for each in approvals(session.ledger.records(draft.ref))
        if each.withdrawn is None
        and email_of(each.by) == email_of(draft.by)
        and about in {None, each.change}
    ]
    if not own:
        what = version if about is None else f"{about} in {version}"
        raise NotFound(
            f"{draft.by} has no approval of {what} to take back",
            hints=[f"gryt audit log {version}"],
        )
    draft.record(Kind.APPROVAL_WITHDRAWN, ApprovalWithdrawn(tuple(own), comment), gid=state.gid)
    name = session.author.identity.name
    draft.message = commit_message(
        f"{version} approved no more by {name}" + (f": {about}" if about else ""),
        _trailers(Kind.APPROVAL_WITHDRAWN, state, about, None),
    )
    signed = session.author.sign_commits
    return Given(state, draft.by, draft.at, about, tuple(own), signed, comment=comment)


def _open(session: Session, draft: Draft, version: str) -> Generation:
    if draft.state is None:
        raise session.ledger.unknown_version(version)
    if draft.state.status is GenerationStatus.PROMOTED:
        raise Refused(
            f"generation '{version}' is promoted already: there is nothing left to approve",
            hints=[f"gryt generation show {version}"],
        )
    refuse_unless_draft(draft.state)
    return draft.state


def _change(state: Generation, wanted: str) -> ChangeState:
    found = state.change(wanted)
    if found is None:
        near = nearest(wanted, [s.change.id for s in state.changes])[:1]
        raise NotFound(
            f"'{state.version}' has no change '{wanted}'",
            hints=[
                *(f"did you mean '{n}'?" for n in near),
                f"gryt generation show {state.version}",
            ],
        )
    return found


def _refuse_nobody(session: Session) -> None:
    if session.author.identity.fallback:
        raise Refused(
            "an approval is somebody's, and git knows no name and address here",
            hints=["git config user.name NAME", "git config user.email ADDRESS"],
        )


def _text(comment: str | None) -> str | None:
    if comment is not None and len(comment) > MAX_COMMENT:
        raise InvalidInput(f"the comment has more than {MAX_COMMENT} characters")
    return comment.strip() or None if comment is not None else None


def _trailers(
    kind: Kind, state: Generation, change: ChangeId | None, commit: Oid | None
) -> list[tuple[str, str]]:
    pairs = [("Action", kind.value), ("Generation", state.version)]
    pairs += [("Change", change)] if change is not None else []
    return [*pairs, ("Commit", commit)] if commit is not None else pairs
