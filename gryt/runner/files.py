"""Files of a work tree by globs, and their digests; nothing outside of it is ever opened."""

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from gryt.model.globs import segment, segments
from gryt.runner.masking import Masker
from gryt.values import Value

MAX_FILES = 100_000
"""More files than this are a mistake in a pattern."""
_CHUNK_BYTES = 1024 * 1024
_MAGIC = frozenset("*?[")
_NEVER = frozenset({".git"})


class TooMany(Exception):
    """The patterns match more files than anybody can mean."""


class Found(Value):
    """A file that a pattern matches, by its path relative to where the pattern starts."""

    path: str
    status: os.stat_result
    """Of the entry itself: a symbolic link is never followed."""


def find(top: Path, patterns: Iterable[str]) -> list[Found]:
    """Return what the patterns match below `top`, each once and sorted; raise TooMany."""
    found: dict[str, Found] = {}
    for pattern in patterns:
        for path in _walk(str(top), "", segments(pattern)):
            if path not in found:
                try:
                    found[path] = Found(path, os.lstat(top / path))
                except OSError:
                    continue
                if len(found) > MAX_FILES:
                    raise TooMany(f"'{pattern}' matches more than {MAX_FILES} files")
    return [found[path] for path in sorted(found)]


def digest(path: Path, masker: Masker | None = None) -> str | None:
    """Return the SHA-256 of a regular file; None where `masker` finds a secret in it.

    Raises OSError for what cannot be read or is no regular file.
    """
    import hashlib  # lazy: loads OpenSSL

    sha = hashlib.sha256()
    kept = b""
    fd = open_regular(path)
    try:
        while data := os.read(fd, _CHUNK_BYTES):
            sha.update(data)
            if masker:
                if masker.holds_secret(kept + data):
                    return None
                kept = (kept + data)[-masker.overlap :]
    finally:
        os.close(fd)
    return sha.hexdigest()


def read_small(path: Path | str, limit: int) -> bytes | None:
    """Return at most `limit` + 1 bytes of a regular file; None where there is none."""
    try:
        fd = open_regular(path)
    except OSError:
        return None
    with os.fdopen(fd, "rb") as file:
        return file.read(limit + 1)


def open_regular(path: Path | str) -> int:
    """Open a regular file for reading, never through a link; raise OSError for anything else."""
    fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(fd).st_mode):  # asked first: Python opens no folder as a file
        os.close(fd)
        raise OSError(0, "not a regular file")
    return fd


def _walk(top: str, below: str, parts: tuple[str, ...]) -> Iterator[str]:
    """Yield the files below `below` that the rest of a pattern matches; links are files."""
    if not parts:
        yield from _everything(top, below)
        return
    part, rest = parts[0], parts[1:]
    if part == "**" and not rest:
        yield from _everything(top, below)
    elif part == "**":
        yield from _walk(top, below, rest)
        for name, is_folder in _entries(top, below):
            if is_folder:
                yield from _walk(top, f"{below}{name}/", parts)
    elif not _MAGIC.intersection(part):
        what = _is_folder(top, f"{below}{part}")
        yield from _step(top, f"{below}{part}", rest, is_folder=what)
    else:
        matches = segment(part).match
        for name, is_folder in _entries(top, below):
            if matches(name):
                yield from _step(top, f"{below}{name}", rest, is_folder=is_folder)


def _step(top: str, path: str, rest: tuple[str, ...], *, is_folder: bool | None) -> Iterator[str]:
    if is_folder:
        yield from _walk(top, f"{path}/", rest)
    elif is_folder is not None and not rest:
        yield path


def _everything(top: str, below: str) -> Iterator[str]:
    for name, is_folder in _entries(top, below):
        if is_folder:
            yield from _everything(top, f"{below}{name}/")
        else:
            yield f"{below}{name}"


def _entries(top: str, below: str) -> Iterator[tuple[str, bool]]:
    try:
        with os.scandir(f"{top}/{below}") as entries:
            there = [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries]
    except OSError:
        return
    yield from (pair for pair in there if pair[0] not in _NEVER)


def _is_folder(top: str, path: str) -> bool | None:
    """Tell whether there is a folder, or something else; None where there is nothing."""
    if path.rpartition("/")[2] in _NEVER:
        return None
    try:
        return stat.S_ISDIR(os.lstat(f"{top}/{path}").st_mode)
    except (OSError, ValueError):
        return None
