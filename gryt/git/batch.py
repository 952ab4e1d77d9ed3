"""Many objects from one git process, which looks for the next ones while these are worked on.

For reading whole ledgers: on two processors git's share costs nothing, and libgit2, which takes 30
ms to load, is not needed. Objects that a partial clone left behind are fetched by git itself.
"""

import re
import subprocess
from collections import deque
from collections.abc import Iterable, Iterator

from gryt.errors import Corrupt
from gryt.git.process import Git
from gryt.typed import IO, cast
from gryt.values import Value

_AHEAD = 400
"""How many objects are asked for before they are read: twice as many ids fill half a pipe."""
_CHUNK = 1 << 20
_TREE = b"40000"
_ENTRY = re.compile(rb"([0-7]{5,6}) ([^/\0]+)\0(.{20})", re.DOTALL)
_TREE_LINE = re.compile(rb"tree ([0-9a-f]{40})\n")


class Object(Value):
    """An object as git has it."""

    oid: str
    kind: str
    """'commit', 'tree', 'blob' or 'tag'; 'missing' where it is not here."""
    size: int
    data: bytes | None
    """None where it is missing, or has more bytes than were wanted."""


class Entry(Value):
    """One name in a tree."""

    is_tree: bool
    oid: str


class Batch:
    """A git process that is asked for objects; to be closed."""

    def __init__(self, git: Git) -> None:
        self._git = git
        self._process: subprocess.Popen[bytes] | None = None

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def read(self, oids: Iterable[str], *, limit: int) -> Iterator[Object]:
        """Yield each object in this order; none with more than `limit` bytes is kept."""
        if self._process is None:
            self._process = self._git.start("cat-file", "--batch")
        asked: deque[str] = deque()
        left = iter(oids)
        try:
            while True:
                if len(asked) <= _AHEAD // 2 and (more := [*_take(left, _AHEAD // 2)]):
                    self._ask(more)
                    asked.extend(more)
                if not asked:
                    break
                answer = self._answer(asked[0], limit)
                asked.popleft()
                yield answer
        finally:
            if asked:
                self.close()  # there are answers in the pipe that nobody waits for

    def _ask(self, oids: list[str]) -> None:
        try:
            stdin = self._pipe("stdin")
            stdin.write("".join(f"{oid}\n" for oid in oids).encode())
            stdin.flush()
        except BrokenPipeError:
            raise _ended() from None

    def _pipe(self, name: str) -> IO[bytes]:
        return cast("IO[bytes]", getattr(self._process, name))

    def _answer(self, oid: str, limit: int) -> Object:
        stdout = self._pipe("stdout")
        words = stdout.readline().split()
        if len(words) != len(("oid", "kind", "size")):
            if words[1:] == [b"missing"]:
                return Object(oid, "missing", 0, None)
            raise _ended()
        size = int(words[2])
        if size <= limit:
            data: bytes | None = stdout.read(size + 1)[:-1]
        else:
            data = None
            for _ in range(0, size + 1, _CHUNK):
                stdout.read(min(_CHUNK, size + 1 - _))
        return Object(oid, words[1].decode(), size, data)


def _take(oids: Iterator[str], count: int) -> Iterator[str]:
    for _, oid in zip(range(count), oids, strict=False):
        yield oid


def _ended() -> Corrupt:
    return Corrupt("git stopped reading objects", hints=["git fsck"])


def tree_in(commit: Object) -> str:
    """Return the tree that a commit names; raise Corrupt where it is none."""
    match = _TREE_LINE.match(commit.data or b"")
    if commit.kind != "commit" or match is None:
        raise Corrupt(f"commit '{commit.oid}' is missing", hints=["git fsck", "git fetch"])
    return match[1].decode()


def entries(tree: Object) -> dict[str, Entry]:
    """Return what is in a tree by name; raise Corrupt where it does not read."""
    if tree.kind != "tree" or tree.data is None:
        raise Corrupt(f"tree '{tree.oid}' is missing", hints=["git fsck", "git fetch"])
    found: dict[str, Entry] = {}
    end = 0
    for match in _ENTRY.finditer(tree.data):
        if match.start() != end:
            break
        mode, name, oid = match.groups()
        end = match.end()
        found[name.decode("utf-8", "backslashreplace")] = Entry(
            mode.lstrip(b"0") == _TREE, oid.hex()
        )
    if end != len(tree.data):
        raise Corrupt(f"tree '{tree.oid}' does not read", hints=["git fsck"])
    return found
