"""The union of divergent tips of one ledger ref: no base needed, never a conflict.

The commit is a function of the tips alone (sorted parents, the latest parent's date, a fixed author
and message), so that every clone that unites the same tips makes the same commit.
"""

from collections.abc import Iterable

from gryt.git.commits import write_commit
from gryt.git.objects import Objects
from gryt.git.repository import Identity

_MESSAGE = "union of divergent records\n\nGryt-Action: union\n"


def unite(objects: Objects, tips: Iterable[str]) -> str:
    """Return a tip that has every record of all `tips`.

    A tip that contains all the others is returned as it is; only tips that truly diverged get a
    new commit, whose parents they all are.
    """
    heads = _independent(objects, sorted(set(tips)))
    if len(heads) == 1:
        return heads[0]
    tree = objects.tree_of(heads[0])
    for head in heads[1:]:
        tree = objects.unite(tree, objects.tree_of(head))
    date = max(objects.commit_time(head) for head in heads)
    author = Identity("gryt", "gryt@invalid", date)
    return write_commit(
        objects, tree=tree, parents=heads, author=author, committer=author, message=_MESSAGE
    )


def _independent(objects: Objects, tips: list[str]) -> list[str]:
    """Return the tips that no other tip descends from."""
    return [
        tip
        for tip in tips
        if not any(objects.descends(other, tip) for other in tips if other != tip)
    ]
