"""Who wrote the commits of a piece of work."""

import os
import re
from collections.abc import Sequence

from gryt.git.repository import Repository

_CO_AUTHOR = re.compile(r"<([^<>\x01]*)>")


def authors(repository: Repository, commit: str, without: Sequence[str]) -> dict[str, str] | None:
    """Return the e-mail address of everybody who wrote a commit that is new in `commit`.

    Each with the first such commit. New is what none of `without` reaches; the commit itself always
    is. None where the clone is shallow and what is new may go on beyond its end.
    """
    asked = repository.git.run(
        *("log", "--no-color"),
        "--format=%H%x00%ae%x00%(trailers:key=Co-authored-by,valueonly,separator=%x01)",
        *(commit, *(f"^{oid}" for oid in without), "--"),
    )
    own = repository.git.run("log", "-1", "--format=%ae", commit).text
    found = {own.casefold(): commit}
    ends = shallow_ends(repository)
    for line in asked.stdout.decode("utf-8", "replace").splitlines():
        oid, email, others = line.split("\0")
        if oid in ends:
            return None
        for name in (email, *_CO_AUTHOR.findall(others)):
            found.setdefault(name.strip().casefold(), oid)
    return found


def new_commits(repository: Repository, commit: str, without: Sequence[str]) -> list[str] | None:
    """Return what is new in `commit`, itself included; None where a shallow clone ends in it."""
    asked = repository.git.run(
        *("rev-list", "--stdin"), stdin="".join(f"{x}\n" for x in _range(commit, without)).encode()
    )
    found = list(dict.fromkeys([commit, *asked.text.split()]))
    return None if shallow_ends(repository).intersection(found) else found


def _range(commit: str, without: Sequence[str]) -> list[str]:
    return [commit, *(f"^{oid}" for oid in without)]


def additions(repository: Repository, tips: Sequence[str]) -> dict[str, str]:
    """Return the commit that first put each path into any of these histories, in one process.

    The paths of records are never the same in two refs. What only a merge has is not in it, nor
    what was put there before a shallow clone begins.
    """
    if not tips:
        return {}
    ends = shallow_ends(repository)
    mark = f"commit {os.urandom(16).hex()} "  # no file can be called like a line of ours
    asked = repository.git.run(
        *("-c", "log.showRoot=true", "log", "--stdin", "--reverse", "--topo-order", "-z"),
        *("--no-merges", "--no-renames", "--diff-filter=A", "--name-only", f"--format={mark}%H"),
        stdin="".join(f"{tip}\n" for tip in tips).encode(),
    )
    found: dict[str, str] = {}
    commit = ""
    for part in asked.stdout.decode("utf-8", "replace").split("\0"):
        name = part.removeprefix("\n")
        if name.startswith(mark):
            commit = name.removeprefix(mark)
        elif name and commit not in ends:
            found.setdefault(name, commit)
    return found


def shallow_ends(repository: Repository) -> frozenset[str]:
    """Return the commits whose parents were left out of this clone."""
    if not repository.is_shallow:
        return frozenset()
    try:
        return frozenset((repository.common_dir / "shallow").read_text().split())
    except OSError:
        return frozenset()


def introductions(
    repository: Repository, tips: Sequence[str], paths: Sequence[str]
) -> dict[str, list[str]]:
    """Return the commits that put each of these files into these histories.

    Merges put nothing in: what they have is in one of their parents. Where the clone ends, who put
    a file in is not known, so such a commit is left out.
    """
    found: dict[str, list[str]] = {path: [] for path in paths}
    if not paths:
        return found
    ends = shallow_ends(repository)
    asked = repository.git.run(
        *("--literal-pathspecs", "-c", "log.showRoot=true", "log"),
        *("--full-history", "--no-merges", "--no-renames", "--diff-filter=A", "--name-only"),
        *("--no-color", "--format=commit %H", *tips, "--", *paths),
    )
    commit = ""
    for line in asked.text.splitlines():
        if line.startswith("commit "):
            commit = line.removeprefix("commit ")
        elif line in found and commit not in ends:
            found[line].append(commit)
    return found
