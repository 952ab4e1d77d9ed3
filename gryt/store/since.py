"""What a commit changes: against the branch that it is to go into, or against its parent."""

from gryt.model.names import Oid
from gryt.store.checkout import changed_files, remote_name
from gryt.store.ledger import Ledger

_USUAL = ("main", "master", "trunk")


def changed_since(ledger: Ledger, commit: Oid) -> tuple[str, ...] | None:
    """Return the files in which a commit differs from where its branch left the default branch.

    On the default branch itself that is its first parent, and for the very first commit everything.
    None where the history that would tell is not here.
    """
    git = ledger.repository.git
    for name in _default_branches(ledger):
        base = git.attempt("merge-base", "--end-of-options", name, commit)
        if base.status == 0 and base.text and base.text != commit:
            return changed_files(ledger, Oid(base.text), commit)
        if base.status == 0:
            break
    parents = git.attempt("rev-parse", "--verify", "--quiet", f"{commit}^1^{{commit}}")
    if parents.status == 0:
        return changed_files(ledger, Oid(parents.text), commit)
    if ledger.repository.is_shallow:
        return None
    return changed_files(ledger, None, commit)


def _default_branches(ledger: Ledger) -> list[str]:
    """Return what may be the default branch, the likeliest first."""
    remote = remote_name(ledger)
    configured = ledger.repository.config.get("init.defaultbranch")
    names = [name for name in (configured, *_USUAL) if name]
    there = [f"refs/remotes/{remote}/{name}" for name in ("HEAD", *names)] if remote else []
    return [*there, *(f"refs/heads/{name}" for name in names)]
