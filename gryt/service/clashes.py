"""Versions that two generations go by, one here and one at a remote, as a listing shows them.

A listing asks git alone, and for those few refs that differ from what was last seen of a remote;
libgit2 and the records of the other side are read only where there is a clash.
"""

from typing import TYPE_CHECKING

from gryt.errors import Corrupt
from gryt.service.session import Session
from gryt.store.layout import TRACKING
from gryt.store.ledger import Ledger

if TYPE_CHECKING:
    from gryt.model.sync import Clash


def clashes(session: Session) -> "list[Clash]":
    """Return every version that is another generation at a remote, as last seen there."""
    ledger = session.ledger
    found = []
    for remote, ref, tip in _differing(ledger):
        if _descends(ledger, ledger.refs[ref], tip):
            continue
        from gryt.service.sync_status import clash  # lazy: only where both have moved
        from gryt.store.sync_unite import gid_of  # lazy: libgit2

        trees = [ledger.objects.tree_of(each) for each in (ledger.refs[ref], tip)]
        here, there = (gid_of(ledger, tree) for tree in trees)
        if there is not None and here != there:
            try:
                found.append(clash(session, remote, ref))
            except Corrupt as error:
                session.say(f"notice: {remote} has what does not read: {error.message}")
    return found


def _differing(ledger: Ledger) -> list[tuple[str, str, str]]:
    """Return remote, ref and tip where a remote was seen to have another tip than is here."""
    found = []
    for tracking, tip in ledger.refs.items():
        if not tracking.startswith(TRACKING):
            continue
        remote, middle, version = tracking.removeprefix(TRACKING).rpartition("/generations/")
        ref = ledger.layout.generation(version)
        if middle and ledger.refs.get(ref, tip) != tip:
            found.append((remote, ref, tip))
    return found


def _descends(ledger: Ledger, here: str, there: str) -> bool:
    asked = ledger.repository.git.attempt("merge-base", "--is-ancestor", there, here)
    return asked.status == 0
