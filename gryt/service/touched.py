"""Which files a release changes, for policies that are for some paths only."""

from gryt.model.names import Oid, Version
from gryt.model.policy import Policy
from gryt.model.state import GenerationStatus
from gryt.service.session import Session
from gryt.store.checkout import changed_files, is_ancestor

_LOOK_BACK = 20
"""How many earlier releases to look at for the one that this commit was built on."""


def files_touched(
    session: Session, policy: Policy, version: str, commit: Oid | None
) -> tuple[str, ...] | None:
    """Return what differs between the release before and a commit; None where nobody asks or knows.

    Who does not know has to take every path for touched. Before the first release all files count.
    """
    if commit is None or not any(rule.paths for rule in policy.rules):
        return None
    before = release_before(session, version, commit)
    return changed_files(session.ledger, None if before is None else before[1], commit)


def release_before(session: Session, version: str, commit: Oid) -> tuple[str, Oid] | None:
    """Return version and commit of the newest lower release that this commit was built on."""
    before = Version(version).sort_key
    lower = [
        line.version
        for line in session.ledger.summaries()
        if line.status == GenerationStatus.PROMOTED.value and line.sort_key < before
    ]
    for name in reversed(lower[-_LOOK_BACK:]):
        view = session.ledger.find(name)
        promotion = view.state.promotion if view is not None else None
        if promotion is not None and is_ancestor(session.ledger, promotion.commit, commit):
            return name, promotion.commit
    return None
