"""Objects between being written and being reachable, when nothing protects them.

`git gc --prune=now` takes objects that no ref leads to yet, and `git gc` removes a folder that was
just made for one. git warns of both; whatever gryt acknowledges is there all the same.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from gryt.errors import GitFailed
from gryt.git.binding import GitError, Oid

if TYPE_CHECKING:
    from gryt.git.objects import Objects

_ATTEMPTS = 5


class Written:
    """The objects of one action, kept until the action is in the ledger."""

    def __init__(self, objects: "Objects") -> None:
        self._objects = objects
        self._kept: dict[str, tuple[int, bytes]] = {}

    def make(self, write: Callable[[], Oid]) -> Oid:
        """Write an object, again where its folder was removed meanwhile, and keep a copy."""
        for attempt in range(_ATTEMPTS):
            try:
                oid = write()
                self.keep(str(oid))
            except (GitError, OSError, KeyError) as error:
                if attempt == _ATTEMPTS - 1:
                    raise GitFailed(
                        "cannot write an object",
                        details=[str(error)],
                        hints=["is the disk full, or the repository read-only?"],
                    ) from None
            else:
                return oid
        raise AssertionError

    def keep(self, oid: str) -> None:
        """Keep a copy of an object that was written by other means."""
        kind, data = self._objects.libgit2.odb.read(Oid(hex=oid))
        self._kept[oid] = (int(kind), data)

    def forget(self) -> None:
        """Drop the copies: a ref leads to the objects, or nobody wants them any more."""
        self._kept.clear()

    def restore(self) -> bool:
        """Write again what has gone since it was written; tell whether anything had."""
        gone = self._gone()
        odb = self._objects.libgit2.odb
        for oid in gone:
            kind, data = self._kept[oid]
            odb.write(kind, data)
        return bool(gone)

    def _gone(self) -> list[str]:
        """Return the objects that are neither loose nor, as git knows, in a pack."""
        folder = self._objects.repository.common_dir / "objects"
        away = [oid for oid in self._kept if not _is_loose(folder, oid)]
        if not away:
            return []
        asked = self._objects.repository.git.run(
            "cat-file", "--batch-check", stdin="".join(f"{oid}\n" for oid in away).encode()
        )
        return [line.split(" ")[0] for line in asked.text.splitlines() if line.endswith("missing")]


def _is_loose(folder: Path, oid: str) -> bool:
    return (folder / oid[:2] / oid[2:]).exists()
