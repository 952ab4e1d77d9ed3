"""What the tests of sync share: two people at one remote, and what holds for both of them."""

from tests.support.cli import Gryt
from tests.support.git import Repo

LAW_1 = ("log", "-m", "--diff-filter=MDRT", "--name-status", "--format=%h")


def ref_of(version: str) -> str:
    return f"refs/gryt/generations/{version}"


def new(gryt: Gryt, repo: Repo, version: str, *changes: str) -> None:
    options = [word for change in changes for word in ("--change", f"add:{change}:The {change}")]
    gryt.ok("generation", "new", version, *options, cwd=repo)


def prove(gryt: Gryt, repo: Repo, version: str, *changes: str) -> str:
    """Proves changes in one evolution, and returns its candidate."""
    options = [word for change in changes for word in ("--change", change)]
    gryt.ok("evolution", "start", version, *options, cwd=repo)
    return str(gryt.ok("run", "--json", cwd=repo).json["tag"])


def is_sound(gryt: Gryt, *repos: Repo) -> None:
    for repo in repos:
        result = gryt("verify", "--json", cwd=repo)
        assert (result.status, result.json["findings"]) == (0, []), result
        for ref in repo.refs("refs/gryt/"):
            assert repo.git(*LAW_1, ref) == ""


def shared(repo: Repo) -> dict[str, str]:
    """Every ref that is shared, with its object."""
    prefixes = ("refs/gryt/", "refs/tags/", "refs/notes/")
    return {ref: oid for prefix in prefixes for ref, oid in repo.refs(prefix).items()}


def local(*repos: Repo) -> None:
    """Lets nobody sync but who is told to."""
    for repo in repos:
        repo.git("config", "gryt.mode", "local")


def hook(remote: Repo, name: str, script: str) -> None:
    """Puts a hook into a bare repository."""
    path = remote / "hooks" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
