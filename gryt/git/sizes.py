"""How big files in trees are, without git's own packing."""

from gryt.git.repository import Repository


def size_of(repository: Repository, tree: str) -> int | None:
    """Return the bytes of all files in a tree; None where some of it is not here."""
    listed = repository.git.attempt("ls-tree", "-r", "-l", "--full-tree", tree)
    if listed.status != 0:
        return None
    sizes = (line.split(None, 4)[3] for line in listed.stdout.splitlines())
    try:
        return sum(map(int, sizes))
    except (ValueError, IndexError):
        return None
