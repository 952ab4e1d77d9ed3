"""Whether a commit is proven, from records alone: what CI asks before it ships something."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from gryt.errors import Corrupt
from gryt.model.contract import Change
from gryt.model.fold import combine
from gryt.model.names import ChangeId, Oid, RecordId
from gryt.model.proven import Check, RecordedRun
from gryt.model.records import ContractRecorded, Record, RunFinished, RunStarted
from gryt.model.results import RunStatus, passed_names
from gryt.model.rollback import superseded
from gryt.model.state import Evolution, EvolutionStatus, Generation, GenerationStatus
from gryt.service.session import Session
from gryt.store.checkout import commit_named, note_on, remote_name, tree_named

__all__ = ["Check", "RecordedRun", "check"]

_WITHDRAWN = frozenset({EvolutionStatus.ABANDONED, EvolutionStatus.INVALIDATED})


def check(session: Session, revision: str | None, *, require: Sequence[str] = ()) -> Check:
    """Tell whether a run that counts has passed on exactly this commit (HEAD where none is named).

    Each step in `require` must have passed in such a run too. Raises NotFound where the revision
    names no commit here.
    """
    commit = commit_named(session.ledger, revision or "HEAD")
    proofs: list[RecordedRun] = []
    reasons: list[str] = []
    for ref in session.ledger.refs_about(commit):
        try:
            proofs += _runs_on(session, ref, commit)
        except Corrupt as error:
            reasons.append(f"{error.message}: nothing in it counts")
    proofs.sort(key=lambda proof: (not proof.counted, proof.run))
    counted = [proof for proof in proofs if proof.counted]
    required = tuple(dict.fromkeys(require))
    passed = {step for proof in counted for step in proof.steps}
    missing = tuple(step for step in required if step not in passed)
    if counted and not missing:
        return Check(commit, proven=True, proofs=tuple(proofs), required=required)
    reasons += _against(commit, proofs, missing if counted else ())
    hints: list[str] = []
    if not counted:
        more, hints = _elsewhere(session, commit, is_recorded=bool(proofs))
        reasons += more
    return Check(
        commit=commit,
        proven=False,
        proofs=tuple(proofs),
        required=required,
        missing=missing,
        reasons=tuple(reasons),
        hints=tuple(hints),
    )


# --- what was recorded


@dataclass(frozen=True)
class _Generation:
    """One generation with runs on the commit."""

    version: str
    state: Generation
    records: Sequence[Record]
    tree: Oid | None
    """The commit's own."""

    @cached_property
    def gone(self) -> set[RecordId]:
        """What was rolled back."""
        return superseded(list(self.records))

    @cached_property
    def revisions(self) -> Mapping[RecordId, ContractRecorded]:
        """Every revision of the contract."""
        return {r.id: r.body for r in self.records if isinstance(r.body, ContractRecorded)}

    @cached_property
    def begun(self) -> Mapping[RecordId, RunStarted]:
        """Every run's beginning."""
        return {r.id: r.body for r in self.records if isinstance(r.body, RunStarted)}


def _runs_on(session: Session, ref: str, commit: Oid) -> Iterator[RecordedRun]:
    """Yield what every run that ended on a commit comes to."""
    ledger = session.ledger
    version = ledger.layout.version(ref)
    assert version is not None
    view = ledger.find(version)
    if view is None:
        return  # a former name, whose records are all under the new one
    state = view.state
    generation = _Generation(version, state, ledger.records(ref), tree_named(ledger, commit))
    for record in generation.records:
        body = record.body
        if not isinstance(body, RunFinished) or body.commit != commit:
            continue
        evolution = state.evolution(body.evolution)
        stands, why_not = _judge(generation, evolution, record, body)
        yield RecordedRun(
            evolution=evolution.tag if evolution is not None else body.tag or body.evolution,
            changes=evolution.changes if evolution is not None else (),
            pipeline=body.pipeline.name,
            run=body.run,
            status=body.status.value,
            steps=passed_names(body.steps),
            generation=version,
            counted=stands,
            why_not=why_not,
        )


def _judge(
    generation: _Generation, evolution: Evolution | None, record: Record, body: RunFinished
) -> tuple[bool, str | None]:
    """Tell whether a run counts, and what is to be said against it."""
    state, begun = generation.state, generation.begun.get(body.run)
    if evolution is None or generation.gone.intersection({record.id, body.run}):
        return False, "it was rolled back"
    if body.status is not RunStatus.PASS:
        return False, ": ".join([_ENDED[body.status], *body.void[:1]])
    if evolution.status in _WITHDRAWN:
        return False, ": ".join([f"it was {evolution.status.value}", *evolution.reasons[:1]])
    if state.status is GenerationStatus.ABANDONED:
        return False, f"generation {state.version} was abandoned"
    if body.tree != generation.tree or begun is None or begun.commit != body.commit:
        return False, "its record does not fit the commit: gryt verify"
    promised, _ = combine(body.contract, generation.revisions, state.version)
    stale = [name for name in evolution.changes if not _stands(state, name, promised.change(name))]
    if not stale:
        return True, None
    why_not = f"it is stale: the contract says something else of {', '.join(stale)} by now"
    return len(stale) < len(evolution.changes), why_not


_ENDED = {
    RunStatus.FAIL: "it failed",
    RunStatus.CANCELLED: "it was cancelled",
    RunStatus.VOID: "it is void",
}


def _stands(state: Generation, name: ChangeId, then: Change | None) -> bool:
    """Tell whether a change is promised now as it was promised then."""
    now = state.change(name)
    return now is not None and then is not None and now.change.promises_the_same(then)


# --- why not


def _against(commit: Oid, proofs: Sequence[RecordedRun], missing: Sequence[str]) -> list[str]:
    if missing:
        return [f"step '{step}' passed in no run that counts" for step in missing]
    if not proofs:
        return [f"no run is recorded on {commit[:10]}"]
    return [f"{proof.evolution} does not count: {proof.why_not}" for proof in proofs]


def _elsewhere(session: Session, commit: Oid, *, is_recorded: bool) -> tuple[list[str], list[str]]:
    """Return what else there is to say of an unproven commit, and what to do about it."""
    reasons: list[str] = []
    ledger = session.ledger
    if not is_recorded and "status: pass" in note_on(ledger, commit):
        reasons.append("a note on it tells of a pass, but notes count for nothing by themselves")
    if ledger.versions():
        return reasons, ["gryt evolution start VERSION --change ID", "gryt run"]
    remote = remote_name(ledger)
    namespace = ledger.layout.namespace
    fetch = f"git fetch {remote or '<remote>'} '{namespace}/*:{namespace}/*'"
    return [*reasons, "there is no ledger in this clone"], [fetch]
