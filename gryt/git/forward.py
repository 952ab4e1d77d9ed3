"""Whether a fix is elsewhere: on branches where it may have been merged, picked, or picked from."""

import re
from collections.abc import Iterable

from gryt.git.repository import Repository, readable
from gryt.values import Value

_PICKED = re.compile(r"\(cherry picked from commit ([0-9a-f]{40})\)")


class Fix(Value):
    """One commit of a fix."""

    commit: str
    subject: str
    sources: tuple[str, ...]
    """The commits that it was picked from."""


def commits_between(repository: Repository, base: str, tip: str) -> list[Fix]:
    """Return the commits from `base` to `tip`, oldest first, without merges."""
    listed = repository.git.run(
        "log", "--reverse", "--no-merges", "-z", "--format=%H%n%s%n%b", f"{base}..{tip}"
    )
    found = []
    for text in filter(None, listed.text.split("\0")):
        commit, _, rest = text.partition("\n")
        subject, _, body = rest.partition("\n")
        found.append(Fix(commit, readable(subject), tuple(_PICKED.findall(body))))
    return found


def branches(repository: Repository) -> dict[str, str]:
    """Return every branch, local and remote, with its tip; symbolic ones are left out."""
    listed = repository.git.run(
        "for-each-ref",
        "--format=%(objectname)%00%(refname)%00%(symref)",
        "refs/heads",
        "refs/remotes",
    )
    rows = (line.split("\0") for line in listed.text.splitlines())
    return {readable(name): oid for oid, name, symref in rows if not symref}


def lacking(repository: Repository, tip: str, base: str, fixes: Iterable[Fix]) -> list[Fix]:
    """Return the commits of a fix that a branch at `tip` has in no shape.

    It has one where it contains it, a commit with the same patch, one that was picked from it, or
    the one that it was picked from.
    """
    wanted = list(fixes)
    if not wanted:
        return []
    git = repository.git
    missing = git.attempt("cherry", tip, wanted[-1].commit, base)
    if missing.status != 0:
        return wanted
    left = {line[2:] for line in missing.text.splitlines() if line.startswith("+ ")}
    wanted = [fix for fix in wanted if fix.commit in left]
    if not wanted:
        return []
    said = git.run("log", "--format=%b", "--grep=(cherry picked from commit ", f"{base}..{tip}")
    picked = set(_PICKED.findall(said.text))
    return [
        fix
        for fix in wanted
        if fix.commit not in picked
        and not picked.intersection(fix.sources)
        and not any(_contains(repository, tip, source) for source in fix.sources)
    ]


def _contains(repository: Repository, tip: str, commit: str) -> bool:
    return repository.git.attempt("merge-base", "--is-ancestor", commit, tip).status == 0
