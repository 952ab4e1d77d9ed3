"""What killed processes leave behind: lock files, scratch folders, half-written files.

A lock file is all that git has against two writers at once, so one is only called stale where it
has stood still for a while and no process has it open.
"""

import fcntl
import os
import re
import shutil
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from gryt.store.layout import NOTES_REF, TAGS
from gryt.values import Value

if TYPE_CHECKING:
    from gryt.store.ledger import Ledger

PATIENCE = 2.0
"""Seconds for which a lock must have stood still."""
_WITHOUT_PROC = 60.0
"""The same, where the system does not tell which files are open."""
_PROC = Path("/proc")
_VERSION_TAG = re.compile(r"v?[0-9]+\.[0-9]+\.[0-9]+[^/]*\.lock")
_WORK_FILE = re.compile(r"\..+\.(?P<pid>[0-9]+)\.tmp")


class Leftover(Value):
    """A file or folder that nobody may need any more."""

    path: str
    age: float
    """Seconds since it was written."""
    identity: tuple[int, int]
    """Inode and time, by which it is known to be the same one."""
    holder: int | None = None
    """The process that has it open."""

    def remove(self) -> None:
        """Remove it; raise OSError where that cannot be."""
        if Path(self.path).is_dir() and not Path(self.path).is_symlink():
            shutil.rmtree(self.path)
        else:
            Path(self.path).unlink()


def locks(ledger: "Ledger") -> list[Leftover]:
    """Return the lock files on gryt's refs that have stood still long enough to be looked at.

    Those just made are given the time to go away by themselves.
    """
    first = {found.identity: found for found in _locks(ledger)}
    young = [found.age for found in first.values() if found.age < PATIENCE]
    if young:
        time.sleep(PATIENCE - min(young) + 0.01)
        first = {f.identity: f for f in _locks(ledger) if f.identity in first}
    if not first:
        return []
    open_files = openers()
    return [f._replace(holder=open_files.get(os.path.realpath(f.path))) for f in first.values()]


def is_stale(lock: Leftover) -> bool:
    """Tell whether a lock may be removed: nobody has it open, as far as can be told from here."""
    if lock.holder is not None:
        return False
    try:
        owner = Path(lock.path).stat().st_uid
    except OSError:
        return False
    # what processes of others have open is not for us to see
    is_visible = _PROC.is_dir() and os.geteuid() in {0, owner}
    return lock.age >= (PATIENCE if is_visible else _WITHOUT_PROC)


def _locks(ledger: "Ledger") -> Iterator[Leftover]:
    common = ledger.repository.common_dir
    for base in (common, common / "logs"):
        for folder in (ledger.layout.namespace, "refs/gryt-remotes"):
            yield from _matching(base / folder, "**/*.lock")
        yield from _matching((base / NOTES_REF).parent, f"{NOTES_REF.rpartition('/')[2]}.lock")
        for found in _matching(base / TAGS, "*.lock"):
            if _VERSION_TAG.fullmatch(Path(found.path).name):
                yield found
    for name in ("packed-refs.lock", "packed-refs.new"):
        yield from _matching(common, name)


def scratch(ledger: "Ledger", top: Path | None) -> list[Leftover]:
    """Return the files and folders that an action makes for itself and takes away again."""
    repository = ledger.repository
    found = [*_matching(ledger.folder, "sign-*"), *_matching(ledger.folder, "*.tmp")]
    if repository.git_dir != repository.common_dir:
        found += _matching(repository.git_dir / "gryt", "*.tmp")
    for folder in (".gryt", ".gryt/generations", ".gryt/pipelines", ".gryt/schemas"):
        if top is not None and not _leads_away(top, folder):
            found += (f for f in _matching(top / folder, ".*.tmp") if _is_orphan(f.path))
    return found


def run_locks(ledger: "Ledger") -> dict[str, Leftover]:
    """Return, by run, the lock files of runs that no process holds."""
    found = _matching(ledger.folder / "runs", "*.lock")
    return {Path(f.path).name.removesuffix(".lock"): f for f in found if _is_free(f.path)}


def broken_refs(ledger: "Ledger") -> list[str]:
    """Return the refs of ours whose files hold no object id, which git passes over."""
    common = ledger.repository.common_dir
    known = ledger.refs
    names = []
    for found in _matching(common / ledger.layout.namespace, "**/*"):
        path = Path(found.path)
        name = str(path.relative_to(common))
        if path.is_file() and not name.endswith(".lock") and name not in known:
            with suppress(OSError):
                if not re.fullmatch(rb"[0-9a-f]{40}\n|ref: .*\n", path.read_bytes()):
                    names.append(name)
    return names


def _matching(folder: Path, pattern: str) -> Iterator[Leftover]:
    now = time.time()
    for path in sorted(folder.glob(pattern)) if folder.is_dir() else ():
        with suppress(OSError):
            status = path.lstat()
            age = max(0.0, now - status.st_mtime)
            yield Leftover(str(path), age, (status.st_ino, status.st_mtime_ns))


def _leads_away(top: Path, folder: str) -> bool:
    """Tell whether a path of the work tree goes through a symbolic link."""
    parts = folder.split("/")
    return any((top / "/".join(parts[: n + 1])).is_symlink() for n in range(len(parts)))


def _is_orphan(path: str) -> bool:
    """Tell whether a half-written file names a process that is gone."""
    match = _WORK_FILE.fullmatch(Path(path).name)
    if match is None:
        return False
    try:
        os.kill(int(match["pid"]), 0)
    except (ProcessLookupError, OverflowError):
        return True
    except OSError:
        return False
    return False


def _is_free(path: str) -> bool:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return False
    finally:
        os.close(handle)
    return True


def openers() -> Mapping[str, int]:
    """Return, for every open file that the system tells of, a process that has it open."""
    found: dict[str, int] = {}
    for process in _numbered(_PROC):
        for handle in _numbered(process / "fd"):
            with suppress(OSError):
                found[str(handle.readlink())] = int(process.name)
    return found


def _numbered(folder: Path) -> Iterable[Path]:
    try:
        return [path for path in folder.iterdir() if path.name.isdigit()]
    except OSError:
        return []
