"""Gates: pure questions to a folded generation, each answered with every reason against.

What needs git (is the proven work in the commit?) is found out by the caller and comes in as
`Containment`; the judgement stays here.
"""

import enum
from collections.abc import Mapping

from gryt.model.names import Oid
from gryt.model.policy import MIN_EVOLUTIONS, Policy
from gryt.model.state import (
    ChangeStatus,
    Evolution,
    EvolutionStatus,
    Generation,
    GenerationStatus,
    Proof,
)
from gryt.model.verdict import Outcome, Verdict


class Containment(enum.Enum):
    """Whether a commit has the work of another in it."""

    CONTAINED = "contained"
    MISSING = "missing"
    UNKNOWN = "unknown"
    """The history that would tell is not here: a shallow or partial clone."""


def prove_command(version: str, change: str) -> str:
    """Return the commands that prove a change."""
    return f"gryt evolution start {version} --change {change} && gryt run"


_FINISHED = frozenset({EvolutionStatus.PASS, EvolutionStatus.FAIL})


def all_changes_proven(generation: Generation) -> Verdict:
    """Every change has a passing run for what the contract promises now."""
    reasons = [
        f"{where}: concurrent edits disagree: {' / '.join(values)}"
        for where, values in generation.conflicts
    ]
    if not generation.changes:
        reasons.append("the contract promises no change")
    unproven = [s for s in generation.changes if s.status is not ChangeStatus.PROVEN]
    for state in unproven:
        if state.status is ChangeStatus.STALE and state.proof is not None:
            reasons.append(
                f"{state.change.id} is stale: the contract changed since {state.proof.tag}"
            )
        else:
            reasons.append(f"{state.change.id} is not proven")
    mend = None
    if generation.conflicts or not generation.changes:
        mend = f"gryt generation edit {generation.version}"
    elif unproven:
        mend = prove_command(generation.version, unproven[0].change.id)
    return _verdict("AllChangesProvenGate", reasons, mend)


def _latest_finished(generation: Generation) -> dict[str, Evolution]:
    """Return, for each promised change, its evolution that finished last."""
    latest: dict[str, Evolution] = {}
    promised = {state.change.id for state in generation.changes}
    for evolution in generation.evolutions:
        if evolution.status in _FINISHED:
            for change in promised.intersection(evolution.changes):
                best = latest.get(change)
                if best is None or (evolution.run or "") > (best.run or ""):
                    latest[change] = evolution
    return latest


def no_failed_evolutions(generation: Generation) -> Verdict:
    """The evolution of each change that finished last has passed."""
    failed = {
        evolution.id: evolution
        for evolution in _latest_finished(generation).values()
        if evolution.status is EvolutionStatus.FAIL
    }
    reasons = [f"{e.tag} failed ({', '.join(e.changes)})" for e in failed.values()]
    first = next(iter(failed.values()), None)
    mend = f"gryt run --evolution {first.tag}" if first else None
    return _verdict("NoFailedEvolutionsGate", reasons, mend)


def min_evolutions(generation: Generation, policy: Policy) -> Verdict:
    """At least as many evolutions have passed as the policy wants."""
    passed = sum(e.status is EvolutionStatus.PASS for e in generation.evolutions)
    reasons = []
    wanted = policy.min_evolutions
    if passed < wanted:
        names = [f"'{r.name}'" for r in policy.rules if r.min_evolutions == wanted]
        asked = f" ({', '.join(names)})" if names else ""
        reasons.append(f"{passed} of at least {wanted} evolutions passed{asked}")
    example = generation.changes[0].change.id if generation.changes else "ID"
    mend = prove_command(generation.version, example)
    return _verdict(MIN_EVOLUTIONS, reasons, mend if reasons else None)


def proofs_contained(
    generation: Generation, commit: Oid, contained: Mapping[Oid, Containment]
) -> Verdict:
    """Every proof's commit is in the promoted commit: a tag without the proven work is a lie."""
    proofs = {
        s.proof.commit: s.proof
        for s in generation.changes
        if s.proof is not None and s.status is ChangeStatus.PROVEN
    }
    missing = [p for oid, p in proofs.items() if contained.get(oid) is Containment.MISSING]
    unknown = [
        p
        for oid, p in proofs.items()
        if contained.get(oid, Containment.UNKNOWN) is Containment.UNKNOWN
    ]
    name = "ProofsContainedGate"
    if missing:
        mend = f"git merge {missing[0].tag}"
        return Verdict(name, Outcome.FAIL, tuple(_lacks(commit, p) for p in missing), mend)
    if unknown:
        reasons = tuple(
            f"cannot tell whether {commit[:10]} contains {p.tag} ({p.commit[:10]}):"
            " the history is not all here"
            for p in unknown
        )
        return Verdict(name, Outcome.INCONCLUSIVE, reasons, "git fetch --unshallow --tags")
    return Verdict(name, Outcome.PASS)


def _lacks(commit: Oid, proof: Proof) -> str:
    return f"{commit[:10]} does not contain {proof.tag} ({proof.commit[:10]})"


def _verdict(name: str, reasons: list[str], mend: str | None) -> Verdict:
    if reasons:
        return Verdict(name, Outcome.FAIL, tuple(reasons), mend)
    return Verdict(name, Outcome.PASS)


def contract_gates(generation: Generation, policy: Policy) -> tuple[Verdict, ...]:
    """Judge everything that the records alone can tell."""
    return (
        all_changes_proven(generation),
        no_failed_evolutions(generation),
        min_evolutions(generation, policy),
    )


def ready(generation: Generation, policy: Policy) -> tuple[str, ...]:
    """Return every reason that stands against promotion, as far as records tell; () for none."""
    if generation.status is not GenerationStatus.DRAFT:
        return (f"it is {generation.status.value} already",)
    return tuple(
        reason for verdict in contract_gates(generation, policy) for reason in verdict.reasons
    )
