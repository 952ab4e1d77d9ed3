"""Promotion: every gate judged on the folded state, then the record and the tag in one move."""

from collections.abc import Sequence
from typing import NamedTuple

from gryt.errors import Refused as RefusedError
from gryt.model.approvals import seen_proofs
from gryt.model.names import Oid, RecordId
from gryt.model.overrides import Override, Settled, settle
from gryt.model.records import Kind, Overridden, Promoted, Refused
from gryt.model.state import Generation, GenerationStatus
from gryt.model.verdict import Verdict
from gryt.service import contracts, publish
from gryt.service.judging import ask_commands, judge
from gryt.service.messages import commit_message, counted
from gryt.service.policies import policy
from gryt.service.session import Session
from gryt.service.tags import release_message
from gryt.store import remotes
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
    needless: tuple[str, ...] = ()
    """Overrides of gates that keep nobody: they were left out."""
    synced: bool | None = None
    """Whether the remote has it; None where there is none."""

    @property
    def passed(self) -> bool:
        """Tell whether no gate stands against it."""
        return not any(verdict.blocks for verdict in self.gates)


def promote(
    session: Session,
    version: str,
    *,
    revision: str | None,
    dry_run: bool,
    overrides: Sequence[Override] = (),
    offline: bool = False,
) -> Promotion:
    """Judge the gates and, where all pass, record the promotion and tag the commit.

    It is decided at the remote where the mode has one, unless `offline` says not to ask: then the
    record says so, and the next sync settles who was first.

    An override takes the force out of a gate, unless policy forbids that; it is recorded.

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
        asked = _asked(session, view.state, commit, overrides)
        return Promotion(
            *(version, commit, asked.gates),
            promoted=False,
            generation=view.state,
            needless=asked.needless,
        )
    remote = publish.deciding(session)

    def decide(draft: Draft) -> Promotion:
        is_alone = offline and remote is not None
        return _decide(session, draft, version, commit, overrides, offline=is_alone)

    if remote is not None and not offline:
        from gryt.service.promote_there import promote_there  # lazy: only where there is a remote

        done = promote_there(
            session,
            remote,
            version,
            ask=lambda state: ask_commands(session, state, commit),
            decide=decide,
        )
        return done._replace(synced=True)
    ask_commands(session, view.state, commit)
    done = act(session.ledger, view.ref, session.author, decide, reason=f"promote {version}")
    return done._replace(synced=False if remotes.names(session.ledger) else None)


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


def _asked(
    session: Session, state: Generation, commit: Oid, overrides: Sequence[Override]
) -> Settled:
    """Return what the gates say, overrides taken into account."""
    gates = judge(session, state, commit)
    if not overrides:
        return Settled(gates, ())
    rules = policy(session, commit)
    has_conflicts = bool(state.conflicts)
    return settle(gates, overrides, may_override=rules.may_override, has_conflicts=has_conflicts)


def _decide(
    session: Session,
    draft: Draft,
    version: str,
    commit: Oid,
    overrides: Sequence[Override],
    *,
    offline: bool,
) -> Promotion:
    state = draft.state
    if state is None:
        raise session.ledger.unknown_version(version)
    if _is_done(state, commit):
        return Promotion(version, commit, (), promoted=True, generation=state)
    _refuse_unless_possible(session, state, commit)
    asked = _asked(session, state, commit, overrides)
    gates = asked.gates
    done = Promotion(
        version, commit, gates, promoted=False, generation=state, needless=asked.needless
    )
    if not done.passed:
        _record_refusal(session, draft, state, commit, gates)
        return done
    before = [(draft.new_id(), verdict) for verdict in asked.overridden]
    record = draft.new_id()
    for name, verdict in before:
        _record_override(session, draft, verdict, about=(name, record, commit))
    against = tuple((v.name, v.overridden or "") for v in asked.overridden)
    notes = bool(session.ledger.repository.config_bool("gryt.notesInTag"))
    tag = draft.tag(version, commit, release_message(state, record, against, notes=notes))
    draft.record(
        Kind.PROMOTED,
        Promoted(
            version=version,
            commit=commit,
            tag=tag.name,
            tag_object=tag.oid,
            contract=state.heads,
            proofs=seen_proofs(state, None),
            gates=gates,
            overrides=against,
            policy=policy(session, commit).blob,
            offline=offline,
            notes=notes,
        ),
        gid=state.gid,
        id=record,
    )
    in_spite = f", {', '.join(gate for gate, _ in against)} overridden" if against else ""
    draft.message = commit_message(
        f"{version} promoted: {counted(state.proven)} proven{in_spite}",
        [
            *_trailers(Kind.PROMOTED, version, commit),
            *(("Override", f"{gate}: {reason}") for gate, reason in against),
        ],
    )
    return done._replace(promoted=True, record=record)


def _record_override(
    session: Session, draft: Draft, verdict: Verdict, *, about: tuple[RecordId, RecordId, Oid]
) -> None:
    assert draft.state is not None
    name, promotion, commit = about
    body = Overridden(
        gate=verdict.name,
        reason=verdict.overridden or "",
        promotion=promotion,
        outcome=verdict.outcome,
        message="; ".join(verdict.reasons) or None,
        commit=commit,
        policy=policy(session, commit).blob,
    )
    draft.record(Kind.OVERRIDDEN, body, gid=draft.state.gid, id=name)


def _record_refusal(
    session: Session, draft: Draft, state: Generation, commit: Oid, gates: tuple[Verdict, ...]
) -> None:
    against = [verdict for verdict in gates if verdict.blocks]
    reasons = tuple(reason for verdict in against for reason in verdict.reasons)
    body = Refused("generation.promote", reasons, gates, commit, policy(session, commit).blob)
    draft.record(Kind.REFUSED, body, gid=state.gid)
    names = ", ".join(verdict.name for verdict in against)
    draft.message = commit_message(
        f"{state.version} not promoted: {names}", _trailers(Kind.REFUSED, state.version, commit)
    )


def _trailers(kind: Kind, version: str, commit: Oid) -> list[tuple[str, str]]:
    return [("Action", kind.value), ("Generation", version), ("Commit", commit)]
