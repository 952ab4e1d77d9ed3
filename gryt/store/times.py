"""Points in the ledger's history that a revision names."""

from gryt.git.worktree import resolve_commit
from gryt.store.ledger import Ledger


def ledger_commit(ledger: Ledger, ref: str, revision: str) -> str | None:
    """Return the commit of a ledger ref's history that a revision names; None where none."""
    commit = resolve_commit(ledger.repository, revision)
    tip = ledger.refs.get(ref)
    if commit is None or tip is None:
        return None
    is_there = commit == tip or ledger.objects.descends(tip, commit)
    return commit if is_there else None


def commit_time_named(ledger: Ledger, revision: str) -> int | None:
    """Return when the commit was made that a revision names; None where it names none."""
    commit = resolve_commit(ledger.repository, revision)
    return None if commit is None else ledger.objects.commit_time(commit)
