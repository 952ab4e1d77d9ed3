"""Which commit put each file of a ledger there: one `git log`, read as it comes."""

from collections.abc import Iterator, Sequence
from os import urandom
from typing import IO

from gryt.git.authors import shallow_ends
from gryt.git.repository import Repository
from gryt.values import Value

_CHUNK = 1 << 18


class Entered(Value):
    """A commit that added files."""

    commit: str
    seconds: int
    """Its committer date."""
    paths: tuple[str, ...]


def entered(
    repository: Repository, tips: Sequence[str], known: Sequence[str] = ()
) -> Iterator[Entered]:
    """Yield every commit that `tips` reach and `known` do not, in no order.

    Merges put nothing in: what they have is in one of their parents. Where a shallow clone ends,
    who put a file in is not known.
    """
    if not tips:
        return
    ends = shallow_ends(repository)
    mark = f"commit {urandom(16).hex()} "  # no file can be called like a line of ours
    process = repository.git.start(
        *("-c", "log.showRoot=true", "log", "--stdin", "--ignore-missing", "-z"),
        *("--no-merges", "--no-renames", "--diff-filter=A", "--name-only"),
        f"--format={mark}%H %ct",
    )
    assert process.stdin is not None
    assert process.stdout is not None
    lines = [*tips, *(f"^{oid}" for oid in known)]
    try:
        # git reads all of them before it says anything
        process.stdin.write("".join(f"{line}\n" for line in lines).encode())
        process.stdin.close()
        commit, seconds, paths = "", "0", list[str]()
        for part in _parts(process.stdout):
            name = part.removeprefix("\n")
            if name.startswith(mark):
                if commit and commit not in ends:
                    yield Entered(commit, int(seconds), tuple(paths))
                commit, seconds = name.removeprefix(mark).split()
                paths = []
            elif name:
                paths.append(name)
        if commit and commit not in ends:
            yield Entered(commit, int(seconds), tuple(paths))
    finally:
        process.kill()
        process.stdout.close()
        process.wait()


def _parts(stream: IO[bytes]) -> Iterator[str]:
    """Yield what is between the NUL bytes of a stream."""
    rest = b""
    while chunk := stream.read(_CHUNK):
        *parts, rest = (rest + chunk).split(b"\0")
        for part in parts:
            yield part.decode("utf-8", "backslashreplace")
    if rest:
        yield rest.decode("utf-8", "backslashreplace")
