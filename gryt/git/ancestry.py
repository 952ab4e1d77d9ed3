"""Whether one commit has the work of another in it."""

from typing import TYPE_CHECKING

from gryt.git.repository import Repository

if TYPE_CHECKING:
    from gryt.git.objects import Objects

_LOOK_BACK = 200
"""How many commits to look at for the one that brought in squashed or rebased work."""


def contains(repository: Repository, objects: "Objects", commit: str, work: str) -> bool | None:
    """Tell whether `commit` has the work of `work`: as an ancestor, or merged in another shape.

    A squash or rebase merge is recognised because merging the original again would add nothing, at
    `commit` itself or at one of the commits it was built on since. None where the history that
    would tell is not here: in a shallow clone a missing link proves nothing.
    """
    asked = repository.git.attempt("merge-base", "--is-ancestor", work, commit)
    if asked.status == 0:
        return True
    if asked.status != 1 or objects.kind(work) is None:
        return None
    if repository.is_shallow:
        return None
    return _merged_otherwise(repository, objects, commit, work)


def _merged_otherwise(
    repository: Repository, objects: "Objects", commit: str, work: str
) -> bool | None:
    """Look for the commit that took over the work; where it is, nothing is left to merge."""
    base = repository.git.attempt("merge-base", commit, work)
    if base.status != 0:
        return False
    since = repository.git.run(
        "rev-list", "--first-parent", f"--max-count={_LOOK_BACK}", f"{base.text}..{commit}"
    )
    from gryt.git.merging import merge_adds_nothing  # lazy: libgit2

    unsure = False
    for candidate in since.text.splitlines():
        answer = merge_adds_nothing(objects, candidate, work)
        if answer:
            return True
        unsure = unsure or answer is None
    return None if unsure else False
