"""What a ledger ref's history did to its trees, read from raw objects.

A ledger's laws are about what commits changed, so nothing here trusts a library's idea of a tree:
names stay the bytes that they are, modes count, and a name that is there twice is an error. Each
tree is parsed once, however many commits share it.
"""

import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass

from gryt.errors import Corrupt
from gryt.git.objects import Objects

_TREE = b"40000"
_PLAIN = b"100644"
_OID = 20
_MAX_BYTES = 64 * 1024 * 1024
_FORBIDDEN = frozenset({b"", b".", b"..", b".git"})

_TREE_LINE = re.compile(rb"^tree ([0-9a-f]{40})$", re.MULTILINE)
_PARENT_LINE = re.compile(rb"^parent ([0-9a-f]{40})$", re.MULTILINE)
_SIGNATURE_LINE = re.compile(rb"^gpgsig(?:-sha256)? ", re.MULTILINE)

_Entries = dict[bytes, tuple[bytes, bytes]]
"""Mode and binary id by name."""


@dataclass(frozen=True)
class Commit:
    """One commit, as far as the laws ask."""

    oid: str
    tree: str
    parents: tuple[str, ...]
    signatures: int
    """How many signature headers it has."""


@dataclass(frozen=True)
class File:
    """One entry of a tree that is no folder."""

    path: str
    oid: str
    is_plain: bool
    """True for a regular file; False for links, programs and submodules."""


@dataclass(frozen=True)
class History:
    """Every commit of a ref, parents before children."""

    commits: tuple[Commit, ...]
    missing: tuple[str, ...]
    """Commits that others name as parents and that are not here."""


def read_history(objects: Objects, tip: str) -> History:
    """Return every commit that `tip` reaches; raise Corrupt where one does not read."""
    done: dict[str, Commit] = {}
    missing: dict[str, None] = {}
    stack: list[tuple[str, Commit | None]] = [(tip, None)]
    while stack:
        oid, commit = stack.pop()
        if commit is not None:
            done.setdefault(oid, commit)
        elif oid in done or oid in missing:
            continue
        elif objects.kind(oid) is None:
            missing[oid] = None
        else:
            commit = _read_commit(objects, oid)
            stack.append((oid, commit))
            stack.extend((parent, None) for parent in commit.parents if parent not in done)
    return History(tuple(done.values()), tuple(missing))


def _read_commit(objects: Objects, oid: str) -> Commit:
    kind, data = objects.raw(oid, limit=_MAX_BYTES)
    if kind != "commit":
        raise Corrupt(f"object '{oid}' is a {kind}, not a commit")
    head = data.partition(b"\n\n")[0]
    trees, parents = _TREE_LINE.findall(head), _PARENT_LINE.findall(head)
    if len(trees) != 1:
        raise Corrupt(f"commit '{oid}' does not read", hints=["git fsck"])
    return Commit(
        oid,
        trees[0].decode(),
        tuple(parent.decode() for parent in parents),
        len(_SIGNATURE_LINE.findall(head)),
    )


class Trees:
    """Reads and compares trees."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects
        self._known: dict[bytes, _Entries] = {}

    def forget(self) -> None:
        """Let go of the trees read so far: the next ref shares few of them."""
        self._known.clear()

    def files(self, tree: str) -> Iterator[File]:
        """Yield every file of a tree."""
        yield from self._all(bytes.fromhex(tree), "")

    def compare(self, old: str, new: str) -> tuple[list[File], list[File]]:
        """Return the files that `new` adds and those that it lost; a changed file is in both."""
        added: list[File] = []
        lost: list[File] = []
        self._compare(bytes.fromhex(old), bytes.fromhex(new), "", added, lost)
        return added, lost

    def _compare(
        self, old: bytes, new: bytes, prefix: str, added: list[File], lost: list[File]
    ) -> None:
        if old == new:
            return
        before, after = self._entries(old), self._entries(new)
        for name, (mode, oid) in before.items() - after.items():
            path, now = f"{prefix}{_text(name)}", after.get(name)
            if mode == _TREE and now is not None and now[0] == _TREE:
                self._compare(oid, now[1], f"{path}/", added, lost)
            else:
                lost.extend(self._below(mode, oid, path))
        for name, (mode, oid) in after.items() - before.items():
            was = before.get(name)
            if not (mode == _TREE and was is not None and was[0] == _TREE):
                added.extend(self._below(mode, oid, f"{prefix}{_text(name)}"))

    def _below(self, mode: bytes, oid: bytes, path: str) -> Iterator[File]:
        if mode == _TREE:
            yield from self._all(oid, f"{path}/")
        else:
            yield File(path, oid.hex(), mode == _PLAIN)

    def _all(self, tree: bytes, prefix: str) -> Iterator[File]:
        for name, (mode, oid) in self._entries(tree).items():
            yield from self._below(mode, oid, f"{prefix}{_text(name)}")

    def _entries(self, tree: bytes) -> _Entries:
        known = self._known.get(tree)
        if known is None:
            kind, data = self._objects.raw(tree.hex(), limit=_MAX_BYTES)
            if kind != "tree":
                raise Corrupt(f"object '{tree.hex()}' is a {kind}, not a tree")
            known = self._known[tree] = _parse(tree.hex(), data)
        return known


def _parse(tree: str, data: bytes) -> _Entries:
    entries: _Entries = {}
    at = 0
    try:
        while at < len(data):
            space = data.index(b" ", at)
            end = data.index(b"\0", space)
            name = data[space + 1 : end]
            if name in entries or name in _FORBIDDEN or b"/" in name:
                what = "twice" if name in entries else "which is no name"
                raise Corrupt(f"tree '{tree}' has '{_text(name)}', {what}", hints=["git fsck"])
            entries[name] = (_mode(data[at:space]), data[end + 1 : end + 1 + _OID])
            at = end + 1 + _OID
    except ValueError:
        raise Corrupt(f"tree '{tree}' does not read", hints=["git fsck"]) from None
    return entries


def _mode(text: bytes) -> bytes:
    """Return a mode as git takes it: of a file's permissions, only whether it is a program."""
    mode = int(text, 8)
    if stat.S_ISREG(mode):
        return b"100755" if mode & stat.S_IXUSR else _PLAIN
    return b"%o" % mode


def _text(name: bytes) -> str:
    """Return a name for messages and comparisons: what is not UTF-8 is escaped."""
    return name.decode("utf-8", "backslashreplace")
