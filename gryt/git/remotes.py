"""What remotes have, asked without fetching anything."""

from collections.abc import Sequence

from gryt.git.repository import Repository


def remotes(repository: Repository) -> list[str]:
    """Return the names of all remotes."""
    return repository.git.run("remote").text.splitlines()


def remote_refs(
    repository: Repository, remote: str, wanted: Sequence[str]
) -> dict[str, str] | None:
    """Return which of these refs a remote has, with their objects; None where it is silent."""
    asked = repository.git.attempt("ls-remote", "--quiet", remote, *wanted)
    if asked.status != 0:
        return None
    lines = (line.partition("\t") for line in asked.text.splitlines())
    return {name: oid for oid, _, name in lines if name in wanted}
