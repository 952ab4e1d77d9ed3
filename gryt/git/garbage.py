"""Packing: nothing but git's own commands would ever do it, and gryt uses few of them."""

from gryt.git.repository import Repository


def collect_garbage(repository: Repository) -> None:
    """Let git pack loose objects where there are many.

    git itself looks at one of the 256 folders and multiplies; looking here saves a process.
    """
    limit = repository.config_int("gc.auto", 6700)
    try:
        loose = sum(1 for _ in (repository.common_dir / "objects" / "17").iterdir())
    except OSError:
        return
    if limit > 0 and loose * 256 > limit:
        repository.git.attempt("gc", "--auto", "--quiet")
