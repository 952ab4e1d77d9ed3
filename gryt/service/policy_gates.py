"""The gates of the policy in force, for one case."""

from typing import TYPE_CHECKING

from gryt.model.policy_gates import judge_policy
from gryt.model.records import EvolutionStarted
from gryt.model.verdict import Verdict
from gryt.service.evidence import evidence

if TYPE_CHECKING:
    from gryt.service.judging import Case


def gates(case: "Case", *, only_steps: bool = False) -> tuple[Verdict, ...]:
    """Judge what the rules ask for; nothing where there is no policy and none was at the start."""
    begun = any(isinstance(r.body, EvolutionStarted) and r.body.policies for r in case.records)
    if not case.policy.rules and not begun:
        return ()
    return judge_policy(case.policy, evidence(case), only_steps=only_steps)
