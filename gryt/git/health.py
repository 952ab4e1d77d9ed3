"""What can be told of a clone from git itself, without asking anybody else."""

import re
from collections.abc import Sequence

from gryt.git.repository import Repository
from gryt.values import Value

_NUMBER = re.compile(r"[0-9]+")
_SHOWN = 20


class Remote(Value):
    """What the config says of one remote."""

    name: str
    urls: tuple[str, ...] = ()
    fetch: tuple[str, ...] = ()
    push: tuple[str, ...] = ()
    is_mirror: bool = False
    filter: str | None = None
    """Of a partial clone: what was left behind there."""


def version(repository: Repository) -> tuple[int, ...]:
    """Return the numbers of the git program's version."""
    return tuple(int(text) for text in _NUMBER.findall(repository.git_version)[:3])


def values(repository: Repository) -> list[tuple[str, str]]:
    """Return every config value that git sees, in order: a key may have several."""
    items = repository.git.run("config", "--list", "-z").text.split("\0")
    pairs = (item.partition("\n") for item in items if item)
    return [(key, value if separator else "true") for key, separator, value in pairs]


def remotes(config: Sequence[tuple[str, str]]) -> dict[str, Remote]:
    """Return every remote that has a URL, by name."""
    found: dict[str, Remote] = {}
    for key, value in config:
        if not key.startswith("remote.") or key.count(".") < 2:  # noqa: PLR2004 - remote.NAME.KEY
            continue
        name, _, field = key.removeprefix("remote.").rpartition(".")
        remote = found.get(name, Remote(name))
        if field == "url":
            remote = remote._replace(urls=(*remote.urls, value))
        elif field == "fetch":
            remote = remote._replace(fetch=(*remote.fetch, value))
        elif field == "push":
            remote = remote._replace(push=(*remote.push, value))
        elif field == "mirror":
            remote = remote._replace(is_mirror=value.lower() not in {"", "false", "no", "off", "0"})
        elif field == "partialclonefilter":
            remote = remote._replace(filter=value)
        elif field == "promisor" and remote.filter is None:
            remote = remote._replace(filter="some objects")
        found[name] = remote
    return {name: remote for name, remote in found.items() if remote.urls}


def missing_objects(repository: Repository, tips: Sequence[str]) -> list[str]:
    """Return objects that these tips reach and that are not here, up to a few; none is fetched."""
    listed = repository.git.attempt(
        *("rev-list", "--objects", "--missing=print", "--no-object-names", "--stdin"),
        stdin="".join(f"{tip}\n" for tip in tips).encode(),
        env={"GIT_NO_LAZY_FETCH": "1"},
    )
    return [line[1:] for line in listed.text.splitlines() if line.startswith("?")][:_SHOWN]


def counts(repository: Repository) -> dict[str, int]:
    """Return how many objects there are, and how they are kept, as git-count-objects(1) has it."""
    listed = repository.git.attempt("count-objects", "-v").text.splitlines()
    pairs = (line.partition(": ") for line in listed)
    return {name: int(value) for name, _, value in pairs if value.isdigit()}


def tracked_files(repository: Repository, folder: str) -> list[str]:
    """Return the files below a folder that git keeps in commits."""
    if repository.top is None:
        return []
    listed = repository.git.attempt("ls-files", "-z", "--full-name", f":(top){folder}")
    return [name for name in listed.text.split("\0") if name]


def is_ref_name(repository: Repository, name: str) -> bool:
    """Tell whether git takes a name for a ref."""
    return repository.git.attempt("check-ref-format", name).status == 0
