"""Promotion: every gate judged on the folded state, then the record and the tag in one move."""

from typing import NamedTuple

from gryt.errors import Refused as RefusedError
from gryt.model.names import Oid, RecordId
from gryt.model.records import Kind, Promoted, Refused
from gryt.model.state import Generation, GenerationStatus
from gryt.model.verdict import Verdict
from gryt.service import contracts
from gryt.service.judging import judge
from gryt.service.messages import commit_message, counted
from gryt.service.session import Session
from gryt.service.tags import release_message
from gryt.store.append import Draft, act
from gryt.store.checkout import commit_named, tag_below, tag_target


class Promotion(NamedTuple):
    """What became of an attempt to promote."""

    version: str
    commit: Oid
    gates: tuple[Verdict, ...]
    promoted: bool
    """False where a gate refused, or where it was only asked what would happen."""
    generation: Generation
    record: RecordId | None = None

    @property
    def passed(self) -> bool:
        """Tell whether no gate stands against it."""
        return not any(verdict.blocks for verdict in self.gates)


def promote(session: Session, version: str, *, revision: str | None, dry_run: bool) -> Promotion:
    """Judge the gates and, where all pass, record the promotion and tag the commit.

    A refusal is recorded too. Promoting again to the same commit is fine and changes nothing.
    Raises Refused where the generation is not a draft or the tag stands elsewhere.
    """
    view = contracts.current(session, version)
    commit = commit_named(session.ledger, revision or "HEAD")
    if _is_done(view.state, commit):
        if not dry_run:
            _finish(session, view.state)
        return Promotion(version, commit, (), promoted=True, generation=view.state)
    if dry_run:
        _refuse_unless_possible(session, view.state, commit)
        gates = judge(session, view.state, commit)
        return Promotion(version, commit, gates, promoted=False, generation=view.state)
    return act(
        session.ledger,
        view.ref,
        session.author,
        lambda draft: _decide(session, draft, version, commit),
        reason=f"promote {version}",
    )


def _is_done(state: Generation, commit: Oid) -> bool:
    return state.promotion is not None and state.promotion.commit == commit


def _finish(session: Session, state: Generation) -> None:
    """Make the tag of a promotion that was interrupted between its record and its tag."""
    assert state.promotion is not None
    if tag_target(session.ledger, state.promotion.tag) is not None:
        return
    from gryt.service.verify import verify  # lazy: only after an interruption

    verify(session, repair=True)
    if tag_target(session.ledger, state.promotion.tag) is None:
        raise RefusedError(
            f"'{state.version}' is promoted, but its tag is missing and cannot be made here",
            hints=["git fetch --tags", "gryt verify"],
        )
    session.say(f"tag '{state.promotion.tag}' was missing and is there again")


def _refuse_unless_possible(session: Session, state: Generation, commit: Oid) -> None:
    if state.status is not GenerationStatus.DRAFT:
        where = f" at {state.promotion.commit[:10]}" if state.promotion is not None else ""
        raise RefusedError(
            f"generation '{state.version}' is {state.status.value}{where}",
            hints=["gryt generation list"],
        )
    blocking = tag_below(session.ledger, state.version)
    if blocking is not None:
        raise RefusedError(
            f"tag '{blocking}' stands in the way of a tag '{state.version}'",
            hints=[f"git tag -d {blocking}"],
        )
    target = tag_target(session.ledger, state.version)
    if target is not None:
        where = "this commit" if target == commit else target[:10]
        raise RefusedError(
            f"tag '{state.version}' exists already, at {where}, and no promotion made it",
            hints=[
                f"git show {state.version}",
                f"if nobody has it yet: git tag -d {state.version}",
            ],
        )


def _decide(session: Session, draft: Draft, version: str, commit: Oid) -> Promotion:
    state = draft.state
    if state is None:
        raise session.ledger.unknown_version(version)
    if _is_done(state, commit):
        return Promotion(version, commit, (), promoted=True, generation=state)
    _refuse_unless_possible(session, state, commit)
    gates = judge(session, state, commit)
    if any(verdict.blocks for verdict in gates):
        _record_refusal(draft, state, commit, gates)
        return Promotion(version, commit, gates, promoted=False, generation=state)
    record = draft.new_id()
    tag = draft.tag(version, commit, release_message(state, record))
    draft.record(
        Kind.PROMOTED,
        Promoted(
            version=version,
            commit=commit,
            tag=tag.name,
            tag_object=tag.oid,
            contract=state.heads,
            proofs=tuple((s.change.id, s.proof.run) for s in state.changes if s.proof is not None),
            gates=gates,
        ),
        gid=state.gid,
        id=record,
    )
    draft.message = commit_message(
        f"{version} promoted: {counted(len(state.changes))} proven",
        _trailers(Kind.PROMOTED, version, commit),
    )
    return Promotion(version, commit, gates, promoted=True, generation=state, record=record)


def _record_refusal(
    draft: Draft, state: Generation, commit: Oid, gates: tuple[Verdict, ...]
) -> None:
    against = [verdict for verdict in gates if verdict.blocks]
    reasons = tuple(reason for verdict in against for reason in verdict.reasons)
    body = Refused("generation.promote", reasons, gates, commit)
    draft.record(Kind.REFUSED, body, gid=state.gid)
    names = ", ".join(verdict.name for verdict in against)
    draft.message = commit_message(
        f"{state.version} not promoted: {names}", _trailers(Kind.REFUSED, state.version, commit)
    )


def _trailers(kind: Kind, version: str, commit: Oid) -> list[tuple[str, str]]:
    return [("Action", kind.value), ("Generation", version), ("Commit", commit)]
