"""The HotfixGate: what is asked of a hot-fix that cannot wait."""

from gryt.model.gates import prove_command
from gryt.model.state import ChangeStatus, EvolutionStatus, Generation
from gryt.model.verdict import Outcome, Verdict

_PENDING = frozenset(
    {EvolutionStatus.PENDING, EvolutionStatus.RUNNING, EvolutionStatus.INTERRUPTED}
)


def hotfix_gate(generation: Generation) -> tuple[Verdict, ...]:
    """Judge the two things that even a hot-fix must have; its lines are those of the gate.

    An evolution passes that proves something: one whose change was edited since proves nothing.
    """
    return _one_passes(generation), _none_is_pending(generation)


def _one_passes(generation: Generation) -> Verdict:
    name = "At least one passing evolution"
    if any(state.status is ChangeStatus.PROVEN for state in generation.changes):
        return Verdict(name, Outcome.PASS)
    stale = [state for state in generation.changes if state.status is ChangeStatus.STALE]
    reasons = [f"{s.change.id}: the contract changed since {s.proof.tag}" for s in stale if s.proof]
    change = generation.changes[0].change.id if generation.changes else "ID"
    mend = prove_command(generation.version, change)
    return Verdict(name, Outcome.FAIL, tuple(reasons or ["no evolution has passed"]), mend)


def _none_is_pending(generation: Generation) -> Verdict:
    name = "No pending evolutions"
    pending = [e for e in generation.evolutions if e.status in _PENDING]
    if not pending:
        return Verdict(name, Outcome.PASS)
    reasons = tuple(f"{e.tag} is {e.status.value} ({', '.join(e.changes)})" for e in pending)
    mend = f"gryt run --evolution {pending[0].tag}"
    return Verdict(name, Outcome.FAIL, reasons, mend)
