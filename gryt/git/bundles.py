"""Bundles: repositories in a file, which git reads as it reads any remote."""

from collections.abc import Sequence

from gryt.errors import InvalidInput, Refused
from gryt.git.authors import shallow_ends
from gryt.git.process import Finished
from gryt.git.repository import Repository


def create(repository: Repository, file: str, refs: Sequence[str]) -> None:
    """Put refs with everything that they reach into a file; raise Refused where that fails."""
    finished = repository.git.attempt(
        *("bundle", "create", "--quiet", file, "--stdin"),
        stdin="".join(f"{ref}\n" for ref in refs).encode(),
    )
    if finished.status != 0:
        raise Refused(f"cannot write '{file}'", details=_words(finished))


def is_cut(repository: Repository, refs: Sequence[str]) -> bool:
    """Tell whether the history of these refs ends where a shallow clone does.

    git makes a bundle of it all the same, which verifies, and which nobody can fetch from.
    """
    ends = shallow_ends(repository)
    if not ends:
        return False
    listed = repository.git.run(
        "rev-list", "--stdin", stdin="".join(f"{r}\n" for r in refs).encode()
    )
    return not ends.isdisjoint(listed.text.split())


def check(repository: Repository, file: str) -> list[str]:
    """Return what git has to say against a bundle; nothing where it is good and complete."""
    finished = repository.git.attempt("bundle", "verify", "--quiet", file)
    return [] if finished.status == 0 else _words(finished) or ["it does not verify"]


def heads(repository: Repository, file: str) -> dict[str, str]:
    """Return what refs a bundle has; raise InvalidInput where the file is none."""
    listed = repository.git.attempt("bundle", "list-heads", file)
    if listed.status != 0:
        raise InvalidInput(f"'{file}' is not a bundle that git can read", details=_words(listed))
    pairs = (line.partition(" ") for line in listed.text.splitlines())
    return {ref: oid for oid, _, ref in pairs}


def _words(finished: Finished) -> list[str]:
    return [line for line in finished.stderr.splitlines() if line.strip()]


def let_be_remote(repository: Repository, name: str, file: str) -> None:
    """Let this process's git know a file as a remote of this name; nothing is written."""
    env = repository.git.env
    count = int(env.get("GIT_CONFIG_COUNT") or 0)
    env[f"GIT_CONFIG_KEY_{count}"] = f"remote.{name}.url"
    env[f"GIT_CONFIG_VALUE_{count}"] = file
    env["GIT_CONFIG_COUNT"] = str(count + 1)
