"""The gates of the policy in force, for one case."""

from typing import TYPE_CHECKING

from gryt.model.verdict import Verdict

if TYPE_CHECKING:
    from gryt.service.judging import Case


def gates(case: "Case", *, only_steps: bool = False) -> tuple[Verdict, ...]:
    """Judge what the rules ask for; nothing where there is no policy and none was at the start."""
    if not case.policy.rules and not _was_held_against_any(case):
        return ()
    from gryt.model.policy_gates import judge_policy  # lazy: only where there is a policy
    from gryt.service.evidence import evidence  # lazy: only where there is a policy

    return judge_policy(case.policy, evidence(case), only_steps=only_steps)


def _was_held_against_any(case: "Case") -> bool:
    """Tell whether a policy was in force when an evolution began, without reading every record."""
    ledger = case.session.ledger
    rows = ledger.rows(ledger.layout.generation(case.generation.version))
    return any('"policies":' in (row.doc or "") for row in rows if row.path.endswith(_STARTED))


_STARTED = "-started.yaml"
