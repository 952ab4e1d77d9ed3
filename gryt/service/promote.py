"""Promotion: every gate judged on the folded state, then the record and the tag in one move."""

from collections.abc import Sequence

from gryt.errors import Refused as RefusedError
from gryt.model.approvals import seen_proofs
from gryt.model.names import Oid, RecordId
from gryt.model.overrides import Override, Settled, settle
from gryt.model.records import Kind, Overridden, Promoted, Refused
from gryt.model.state import Generation, GenerationStatus
from gryt.model.verdict import Verdict
from gryt.service import contracts, publish
from gryt.service.judging import ask_commands, judge, judge_hotfix
from gryt.service.messages import commit_message, counted
from gryt.service.policies import policy
from gryt.service.release_tag import finish_tag, put_tag, standing
from gryt.service.session import Session
from gryt.service.tags import release_message
from gryt.store import remotes
from gryt.store.append import Draft, act
from gryt.store.checkout import commit_named
from gryt.values import Value


class How(Value):
    """How somebody wants to promote."""

    overrides: Sequence[Override] = ()
    fast_track: bool = False
    """Ask the HotfixGate alone; only a hot-fix may."""
    replace_tag: bool = False
    """Let the tag lead to this commit although it is there and leads to another one."""
    offline: bool = False
    """Do not ask the remote who was first."""


class Promotion(Value):
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


_ORDINARY = How()


def promote(
    session: Session,
    version: str,
    *,
    revision: str | None,
    dry_run: bool,
    how: How = _ORDINARY,
) -> Promotion:
    """Judge the gates and, where all pass, record the promotion and tag the commit.

    It is decided at the remote where the mode has one, unless `how` says not to ask: then the
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
        _refuse_unless_draft(view.state)
        standing(session, view.state, commit, replace_tag=how.replace_tag)
        asked = _asked(session, view.state, commit, how)
        return Promotion(
            *(version, commit, asked.gates),
            promoted=False,
            generation=view.state,
            needless=asked.needless,
        )
    remote = publish.deciding(session)
    is_alone = how.offline and remote is not None
    _snapshot_before(session, view.state, commit, how)

    def ask(state: Generation) -> None:
        if not how.fast_track:
            ask_commands(session, state, commit)

    def decide(draft: Draft) -> Promotion:
        return _decide(session, draft, version, commit, how._replace(offline=is_alone))

    if remote is not None and not how.offline:
        from gryt.service.promote_there import promote_there  # lazy: only where there is a remote

        done = promote_there(session, remote, version, ask=ask, decide=decide)
        return done._replace(synced=True)
    ask(view.state)
    done = act(session.ledger, view.ref, session.author, decide, reason=f"promote {version}")
    return done._replace(synced=False if remotes.names(session.ledger) else None)


def _snapshot_before(session: Session, state: Generation, commit: Oid, how: How) -> None:
    """Take a snapshot where the user wants one before each promotion, unless this one will fail."""
    if not session.ledger.repository.config_bool("gryt.snapshotOnPromote"):
        return
    if any(verdict.blocks for verdict in _asked(session, state, commit, how).gates):
        return
    from gryt.service.snapshots import snapshot  # lazy: few want it

    label = f"pre-{state.version}-promotion"
    session.say(f"snapshot {snapshot(session, label).id}: {label}")


def _is_done(state: Generation, commit: Oid) -> bool:
    return state.promotion is not None and state.promotion.commit == commit


def _finish(session: Session, state: Generation) -> None:
    """Make the tag of a promotion that was interrupted between its record and its tag."""
    assert state.promotion is not None
    if finish_tag(session, state):
        session.say(f"tag '{state.promotion.tag}' was missing and is there again")


def _refuse_unless_draft(state: Generation) -> None:
    if state.status is not GenerationStatus.DRAFT:
        where = f" at {state.promotion.commit[:10]}" if state.promotion is not None else ""
        raise RefusedError(
            f"generation '{state.version}' is {state.status.value}{where}",
            hints=["gryt generation list"],
        )


def _asked(session: Session, state: Generation, commit: Oid, how: How) -> Settled:
    """Return what the gates say, overrides taken into account."""
    gates = (
        judge_hotfix(session, state, commit) if how.fast_track else judge(session, state, commit)
    )
    overrides = how.overrides
    if not overrides:
        return Settled(gates, ())
    rules = policy(session, commit)
    has_conflicts = bool(state.conflicts)
    return settle(gates, overrides, may_override=rules.may_override, has_conflicts=has_conflicts)


def _decide(session: Session, draft: Draft, version: str, commit: Oid, how: How) -> Promotion:
    state = draft.state
    if state is None:
        raise session.ledger.unknown_version(version)
    if _is_done(state, commit):
        return Promotion(version, commit, (), promoted=True, generation=state)
    _refuse_unless_draft(state)
    there = standing(session, state, commit, replace_tag=how.replace_tag)
    asked = _asked(session, state, commit, how)
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
    message = release_message(state, record, against, notes=notes)
    tag, replaced = put_tag(draft, version, commit, message, there=there)
    draft.record(
        Kind.PROMOTED,
        Promoted(
            version=version,
            commit=commit,
            tag=version,
            tag_object=tag,
            contract=state.heads,
            proofs=seen_proofs(state, None),
            gates=gates,
            overrides=against,
            policy=policy(session, commit).blob,
            offline=how.offline,
            fast_track=how.fast_track,
            replaces_tag=replaced,
            notes=notes,
        ),
        gid=state.gid,
        id=record,
    )
    in_spite = f", {', '.join(gate for gate, _ in against)} overridden" if against else ""
    draft.message = commit_message(
        f"{version} promoted: {counted(state.proven)} proven{in_spite}",
        [
            *_trailers(session, Kind.PROMOTED, version, commit),
            *(("Override", f"{gate}: {reason}") for gate, reason in against),
            *([("Fast-Track", "HotfixGate")] if how.fast_track else []),
            *([("Replaces-Tag", replaced)] if replaced is not None else []),
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
        f"{state.version} not promoted: {names}",
        _trailers(session, Kind.REFUSED, state.version, commit),
    )


def _trailers(session: Session, kind: Kind, version: str, commit: Oid) -> list[tuple[str, str]]:
    blob = policy(session, commit).blob
    judged_by = [] if blob is None else [("Policy", blob)]
    return [("Action", kind.value), ("Generation", version), ("Commit", commit), *judged_by]
