"""What stands against promoting a generation, as far as its records and the policy tell.

This is what lists show. `gate check` asks the rest too: whether the commit has the work in it,
commands, gates of other packages.
"""

from gryt.model.gates import ready
from gryt.model.names import Oid
from gryt.model.state import Generation, GenerationStatus
from gryt.service.policies import policy
from gryt.service.session import Session


def reasons_against(session: Session, generation: Generation) -> tuple[str, ...]:
    """Return every reason that stands against promotion; () for none."""
    rules = policy(session)
    reasons = ready(generation, rules)
    if not rules.rules or generation.status is not GenerationStatus.DRAFT:
        return reasons
    from gryt.service.judging import foretell  # lazy: only where there is a policy
    from gryt.store.checkout import head  # lazy: only where there is a policy

    commit = head(session.ledger).commit
    if commit is None:
        return reasons
    against = (
        f"{verdict.name}: {reason}"
        for verdict in foretell(session, generation, Oid(commit))
        if verdict.blocks
        for reason in verdict.reasons
    )
    return tuple(dict.fromkeys((*reasons, *against)))
