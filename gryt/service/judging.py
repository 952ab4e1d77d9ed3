"""Judging: every gate that stands before a promotion, asked on the folded state.

A gate here is a function from a `Case` to verdicts. What the records alone can tell is decided in
`model/gates.py`; what needs git, a clock or a command is found out here and handed on. To add a
gate, add its function to `GATES`.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from gryt.model.gates import contract_gates, proofs_contained
from gryt.model.names import Oid
from gryt.model.policy import Policy
from gryt.model.state import ChangeStatus, Generation
from gryt.model.verdict import Outcome, Verdict, by_name
from gryt.service.policies import policy
from gryt.service.session import Session
from gryt.store.checkout import containment

if TYPE_CHECKING:
    from gryt.model.records import Record


@dataclass
class Case:
    """What is judged: a generation as it is now, to be promoted on this commit."""

    session: Session
    generation: Generation
    commit: Oid
    policy: Policy

    @cached_property
    def records(self) -> "Sequence[Record]":
        """The records that the generation was folded from, logs without their text."""
        ledger = self.session.ledger
        return ledger.records(ledger.layout.generation(self.generation.version))


Gate = Callable[[Case], Iterable[Verdict]]
"""Answers with one verdict, several, or none where the policy does not ask for it."""


def _contract(case: Case) -> Iterable[Verdict]:
    """Judge everything that the records alone can tell."""
    return contract_gates(case.generation, case.policy)


def _contained(case: Case) -> Iterable[Verdict]:
    """The proven work is in the commit."""
    proofs = {
        state.proof.commit
        for state in case.generation.changes
        if state.proof is not None and state.status is ChangeStatus.PROVEN
    }
    contained = containment(case.session.ledger, case.commit, proofs)
    return (proofs_contained(case.generation, case.commit, contained),)


def _policy(case: Case) -> Iterable[Verdict]:
    """Everything that the policy's rules ask for and records can tell."""
    from gryt.service.policy_gates import gates  # lazy: only promotions are judged

    return gates(case)


def _approvals(case: Case) -> Iterable[Verdict]:
    """Enough people vouch for it, where the policy asks for that."""
    if all(rule.approvals is None for rule in case.policy.rules):
        return ()
    from gryt.service.vouching import gates  # lazy: only where approvals are asked for

    return gates(case)


def _promoter(case: Case) -> Iterable[Verdict]:
    """Who is at work may promote, where the policy says who may."""
    rules = [rule for rule in case.policy.rules if rule.promoters]
    if not rules:
        return
    from gryt.model.approvals import promoters_gate  # lazy: only where it is asked for

    by = str(case.session.author.identity)
    for rule in rules:
        verdict = promoters_gate(rule.promoters, by, name=rule.name)
        yield verdict._replace(advisory=rule.advisory)


def _signed(case: Case) -> Iterable[Verdict]:
    """Who is named in the records has signed them, where the policy asks for that."""
    if not any(rule.signed for rule in case.policy.rules):
        return ()
    from gryt.service.vouching import signature_gates  # lazy: only where it is asked for

    return signature_gates(case)


def _plugins(case: Case) -> Iterable[Verdict]:
    """What other packages ask for."""
    from gryt.service.plugins import gates  # lazy: looks at every installed package

    return gates(case)


def _commands(case: Case) -> Iterable[Verdict]:
    """The policy's own commands say yes."""
    if all(rule.command is None for rule in case.policy.rules):
        return ()
    from gryt.service.command_gates import gates  # lazy: only where there are commands

    return gates(case)


GATES: tuple[Gate, ...] = (
    _contract,
    _contained,
    _policy,
    _approvals,
    _promoter,
    _signed,
    _commands,
    _plugins,
)
"""Every gate, in the order in which people read the answers."""


def judge(session: Session, generation: Generation, commit: Oid) -> tuple[Verdict, ...]:
    """Return the answer of every gate for promoting this commit."""
    case = _case(session, generation, commit)
    return by_name(verdict for gate in GATES for verdict in gate(case))


def foretell(session: Session, generation: Generation, commit: Oid) -> tuple[Verdict, ...]:
    """Return the answers that the policy's rules give from records alone."""
    case = _case(session, generation, commit)
    return by_name(verdict for gate in (_policy, _approvals, _signed) for verdict in gate(case))


def judge_hotfix(session: Session, generation: Generation, commit: Oid) -> tuple[Verdict, ...]:
    """Return the answers of the HotfixGate.

    That the commit has the proven work, and that the steps passed which a policy requires, goes
    without saying, and is said only where it is not so: a hot-fix is fast, not exempt.
    """
    from gryt.model.fast_track import hotfix_gate  # lazy: only a hot-fix needs it
    from gryt.service.policy_gates import gates  # lazy: only promotions are judged

    case = _case(session, generation, commit)
    besides = by_name((*_contained(case), *gates(case, only_steps=True)))
    against = [verdict for verdict in besides if verdict.outcome is not Outcome.PASS]
    return (*hotfix_gate(generation), *against)


def ask_commands(session: Session, generation: Generation, commit: Oid) -> None:
    """Run the policy's commands now, so that `judge` knows their answers.

    They may take minutes and call gryt themselves: who judges while holding the ledger's lock asks
    them before.
    """
    list(_commands(_case(session, generation, commit)))


def _case(session: Session, generation: Generation, commit: Oid) -> Case:
    return Case(session, generation, commit, policy(session, commit))
