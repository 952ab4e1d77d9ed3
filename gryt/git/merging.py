"""Merges that are only thought through: nothing is checked out."""

import pygit2

from gryt.errors import Corrupt
from gryt.git.objects import Objects


def merge_base(objects: Objects, first: str, second: str) -> str | None:
    """Return a commit that both descend from; None where there is none."""
    ids = (pygit2.Oid(hex=first), pygit2.Oid(hex=second))
    found: pygit2.Oid | None = objects.libgit2.merge_base(*ids)
    return None if found is None else str(found)


def merge_adds_nothing(objects: Objects, commit: str, work: str) -> bool | None:
    """Tell whether merging `work` into `commit` would leave its tree as it is.

    None where that cannot be told because objects are missing. A merge with conflicts adds.
    """
    libgit2 = objects.libgit2
    try:
        merged = libgit2.merge_commits(pygit2.Oid(hex=commit), pygit2.Oid(hex=work))
        if merged.conflicts is not None:
            return False
        return str(merged.write_tree(libgit2)) == objects.tree_of(commit)
    except (KeyError, pygit2.GitError, Corrupt):
        return None
