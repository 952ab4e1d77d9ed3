"""Merges that are only thought through: nothing is checked out."""

from gryt.errors import Corrupt
from gryt.git.binding import GitError, Oid
from gryt.git.objects import Objects


def merge_base(objects: Objects, first: str, second: str) -> str | None:
    """Return a commit that both descend from; None where there is none."""
    ids = (Oid(hex=first), Oid(hex=second))
    found: Oid | None = objects.libgit2.merge_base(*ids)
    return None if found is None else str(found)


def merge_adds_nothing(objects: Objects, commit: str, work: str) -> bool | None:
    """Tell whether merging `work` into `commit` would leave its tree as it is.

    None where that cannot be told because objects are missing. A merge with conflicts adds.
    """
    import pygit2  # lazy: merging is in the Python part of the library

    libgit2 = pygit2.Repository(str(objects.repository.git_dir))
    try:
        merged = libgit2.merge_commits(Oid(hex=commit), Oid(hex=work))
        if merged.conflicts is not None:
            return False
        return str(merged.write_tree(libgit2)) == objects.tree_of(commit)
    except (KeyError, GitError, Corrupt):
        return None
