"""Many objects at once: made in memory, and written as one pack.

A loose object costs a file and a sync each; the objects of an action over a thousand refs are one
file and one sync this way. The pack is kept from `git gc` (`.keep`) until refs lead to its objects.
"""

import hashlib
import struct
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cached_property

from gryt.errors import GitFailed
from gryt.git import binding
from gryt.git.binding import OdbBackend, Oid
from gryt.git.objects import Objects
from gryt.git.repository import Repository
from gryt.git.written import Written

_FIRST = 1000
"""Before every other place where libgit2 would write."""


class _Memory(OdbBackend):
    """Objects that are nowhere else yet, by binary id."""

    def __init__(self) -> None:
        super().__init__()
        self.objects: dict[bytes, tuple[int, bytes]] = {}

    def read_cb(self, oid: Oid) -> tuple[int, bytes]:
        return self.objects[oid.raw]

    def read_header_cb(self, oid: Oid) -> tuple[int, int]:
        kind, data = self.objects[oid.raw]
        return kind, len(data)

    def read_prefix_cb(self, _oid: object) -> tuple[int, bytes, Oid]:
        raise KeyError

    def exists_cb(self, oid: Oid) -> bool:
        return oid.raw in self.objects

    def exists_prefix_cb(self, _oid: object) -> Oid:
        raise KeyError

    def write_cb(self, oid: Oid, data: bytes, kind: int) -> None:
        self.objects[oid.raw] = (int(kind), bytes(data))

    def refresh_cb(self) -> None:
        return

    def __iter__(self) -> Iterator[Oid]:
        return (Oid(raw=raw) for raw in self.objects)


class _NotKept(Written):
    """Nothing to restore: what is in memory cannot be pruned."""

    def make(self, write: Callable[[], Oid]) -> Oid:
        return write()


class Bulk(Objects):
    """The object store, with a place in memory for everything that is written."""

    def __init__(self, repository: Repository) -> None:
        super().__init__(repository)
        self.written = _NotKept(self)
        self._memory = _Memory()

    @cached_property
    def libgit2(self) -> binding.Repository:
        """The repository as libgit2 has it, but for where it writes."""
        repository = binding.open_repository(str(self.repository.git_dir))
        repository.odb.add_backend(self._memory, _FIRST)
        return repository

    def pack(self) -> tuple[str, bytes]:
        """Return the name and the bytes of a pack of everything that was written."""
        there = self._memory.objects.values()
        parts = [b"PACK" + struct.pack(">II", 2, len(there))]
        parts += [_entry_head(kind, len(data)) + zlib.compress(data, 1) for kind, data in there]
        data = b"".join(parts)
        digest = hashlib.sha1(data, usedforsecurity=False)
        return digest.hexdigest(), data + digest.digest()


def _entry_head(kind: int, size: int) -> bytes:
    """Return an object's kind and size as a pack has them: four bits of size, then seven each."""
    head = bytearray()
    byte, size = (kind << 4) | (size & 15), size >> 4
    while size:
        head.append(byte | 0x80)
        byte, size = size & 0x7F, size >> 7
    head.append(byte)
    return bytes(head)


def put_pack(repository: Repository, data: bytes) -> None:
    """Let git check a pack and put it among its own, kept until `release_pack`."""
    finished = repository.git.attempt(
        *("-c", "core.fsync=pack,pack-metadata", "index-pack", "--stdin", "--keep=gryt"),
        stdin=data,
    )
    if finished.status != 0:
        raise GitFailed(
            "cannot write objects",
            details=finished.stderr.splitlines(),
            hints=["is the disk full, or the repository read-only?"],
        )


def release_pack(repository: Repository, name: str) -> None:
    """Let `git gc` have a pack again."""
    with suppress(OSError):
        (repository.common_dir / "objects" / "pack" / f"pack-{name}.keep").unlink()
