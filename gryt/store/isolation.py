"""A work tree of its own for one commit, which is gone when the run in it is over.

It lies in the system's folder for temporary files, since many tools look at nothing below `.git`.
A file in `.git/gryt/isolated/`, which the kernel lets go of however its process dies, says who uses
it: whoever finds one that nobody holds takes the work tree away.
"""

import fcntl
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from gryt.git.linked import add_worktree, remove_worktree
from gryt.store.checkout import PLACES, Place
from gryt.store.ledger import Ledger

_PREFIX = "gryt-isolated-"
_BIRTH_SECONDS = 60.0
"""How long a marker may take to say where its work tree is."""


@contextmanager
def isolated(ledger: Ledger, commit: str) -> Iterator[Place]:
    """Check a commit out into a work tree of its own, and take that away afterwards."""
    outer = Path(tempfile.mkdtemp(prefix=_PREFIX)).resolve()
    top = outer / (ledger.repository.top or ledger.repository.common_dir.parent).name
    marker = ledger.folder / PLACES / outer.name
    handle = _new(marker)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.write(handle, os.fsencode(top))
        yield Place(top, add_worktree(ledger.repository, top, commit))
    finally:
        _take_away(ledger, top)
        with suppress(OSError):
            marker.unlink()
            marker.parent.rmdir()  # unless others are in it
        os.close(handle)


def _new(marker: Path) -> int:
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    while True:
        marker.parent.mkdir(parents=True, exist_ok=True)
        # another run, which is over, may have taken the folder away just now
        with suppress(FileNotFoundError):
            return os.open(marker, flags, 0o600)


def abandoned(ledger: Ledger) -> list[Path]:
    """Return the marker of each work tree that a killed run has left behind."""
    folder = ledger.folder / PLACES
    try:
        markers = sorted(folder.iterdir())
    except OSError:
        return []
    return [path for path in markers if path.name.startswith(_PREFIX) and _is_free(path)]


def place_named(marker: Path) -> str:
    """Return the work tree that a marker speaks of, for people."""
    try:
        return marker.read_text(errors="backslashreplace") or str(marker)
    except OSError:
        return str(marker)


def sweep(ledger: Ledger) -> None:
    """Take away what killed runs have left behind."""
    for marker in abandoned(ledger):
        take_away(ledger, marker)


def take_away(ledger: Ledger, marker: Path) -> None:
    """Take away the work tree of a marker that nobody holds, and the marker."""
    with suppress(OSError):
        top = Path(os.fsdecode(marker.read_bytes()))
        if top.is_absolute() and top.parent.name == marker.name and ".." not in top.parts:
            _take_away(ledger, top)
        marker.unlink()
        marker.parent.rmdir()


def _take_away(ledger: Ledger, top: Path) -> None:
    remove_worktree(ledger.repository, top)
    # The marker may say anything: only a folder that is ours, by its very name, is removed.
    with suppress(OSError):
        status = top.parent.lstat()
        if stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid():
            _remove(top.parent)


def _is_free(marker: Path) -> bool:
    try:
        handle = os.open(marker, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        status = os.fstat(handle)
    except OSError:
        return False
    finally:
        os.close(handle)
    return status.st_size > 0 or time.time() - status.st_mtime > _BIRTH_SECONDS


def _remove(place: Path) -> None:
    """Remove a folder with all that is in it, also what its owner has made read-only."""
    shutil.rmtree(place, ignore_errors=True)
    if not place.exists():
        return
    for folder, names, _ in os.walk(place):
        for path in (Path(folder), *(Path(folder, name) for name in names)):
            with suppress(OSError):
                if not path.is_symlink():
                    path.chmod(0o700)
    shutil.rmtree(place, ignore_errors=True)
