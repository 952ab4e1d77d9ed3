"""Bringing back a generation from a snapshot, which has all its records and none of its commits."""

from collections.abc import Mapping

from gryt.git.commits import write_commit
from gryt.git.refs import ABSENT, RefUpdate
from gryt.store.author import Author
from gryt.store.ledger import Ledger
from gryt.store.together import Part


def bring_back(
    ledger: Ledger, refs: Mapping[str, str], ref: str, tree: str, message: str
) -> RefUpdate | Part:
    """Return how a ref that is gone comes back: at the very commit, or at a new first one.

    `refs` is what the snapshot's manifest names. Wherever the old commits are still known, a union
    with them has the same records.
    """
    commit = _known(ledger, refs, ref, tree)
    if commit is not None:
        return RefUpdate(ref, commit, ABSENT)
    return Part(ref, None, tree, message=message)


def commit_then(
    ledger: Ledger, author: Author, refs: Mapping[str, str], ref: str, *, tree: str, message: str
) -> str:
    """Return a commit that has what a generation had: its own, where it is here."""
    commit = _known(ledger, refs, ref, tree)
    if commit is not None:
        return commit
    return write_commit(
        ledger.objects,
        tree=tree,
        parents=[],
        author=author.identity,
        committer=author.committer,
        message=message,
        sign=author.sign_commits,
    )


def _known(ledger: Ledger, refs: Mapping[str, str], ref: str, tree: str) -> str | None:
    """Return the commit that the manifest names, where it is here and has the snapshot's tree."""
    commit = refs.get(ref, "")
    if len(commit) != 40 or ledger.objects.kind(commit) != "commit":  # noqa: PLR2004 - sha1
        return None
    return commit if ledger.objects.tree_of(commit) == tree else None
