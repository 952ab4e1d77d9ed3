"""What a hot-fix asks of the code: a branch from the release, picks, and where the fix is."""

from collections.abc import Sequence

from gryt.git.forward import Fix, branches, commits_between, lacking
from gryt.git.picking import Picked, cherry_pick, switch_to_new
from gryt.model.names import Oid
from gryt.store.ledger import Ledger

__all__ = ["Fix", "Picked", "branch_tip", "branches_of", "fixes", "lacks", "pick"]


def branch_tip(ledger: Ledger, branch: str) -> str | None:
    """Return where a branch is; None where there is none."""
    return ledger.objects.ref(f"refs/heads/{branch}")


def pick(ledger: Ledger, branch: str, base: Oid, commits: Sequence[Oid]) -> Picked:
    """Make a branch from the release, check it out, and pick commits onto it."""
    switch_to_new(ledger.repository, branch, base)
    return cherry_pick(ledger.repository, commits)


def fixes(ledger: Ledger, base: Oid, tip: Oid) -> list[Fix]:
    """Return the commits that a hot-fix consists of."""
    return commits_between(ledger.repository, base, tip)


def branches_of(ledger: Ledger) -> dict[str, str]:
    """Return every branch, local and remote, with its tip."""
    return branches(ledger.repository)


def lacks(ledger: Ledger, tip: str, base: Oid, wanted: Sequence[Fix]) -> list[Fix]:
    """Return the commits of a hot-fix that a branch has in no shape."""
    return lacking(ledger.repository, tip, base, wanted)
