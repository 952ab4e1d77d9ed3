"""The files of gryt in a work tree: contracts, pipelines, policy.

Whoever controls the checkout controls these paths, so nothing is followed out of it: no component
of a path may be a symbolic link, and only regular files are read.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from gryt.errors import InvalidInput, NotFound, Refused

FOLDER = ".gryt"
GENERATIONS = f"{FOLDER}/generations"
PIPELINES = f"{FOLDER}/pipelines"
SCHEMAS = f"{FOLDER}/schemas"
POLICY = f"{FOLDER}/policy.yaml"
POLICIES = f"{FOLDER}/policies.yaml"
"""The predecessor's name for it."""
MAX_FILE_BYTES = 256 * 1024


def contract_path(version: str) -> str:
    """Return where the working copy of a contract is, relative to the top."""
    return f"{GENERATIONS}/{version}.yaml"


def pipeline_path(name: str) -> str:
    """Return where a pipeline is, relative to the top."""
    return f"{PIPELINES}/{name}.yaml"


class Workspace:
    """The `.gryt` folder of one work tree."""

    def __init__(self, top: Path) -> None:
        self.top = top

    def read(self, path: str) -> bytes | None:
        """Return the bytes of a file; None where there is none.

        Raises InvalidInput for a symbolic link, a special file, or one of more than 256 KiB.
        """
        with self._folder(path, create=False) as folder:
            if folder is None:
                return None
            return _read(folder, path)

    def write(self, path: str, data: bytes) -> None:
        """Put a file in place, whole; its folders are made."""
        name = path.rpartition("/")[2]
        temporary = f".{name}.{os.getpid()}.tmp"
        with self._folder(path, create=True) as folder:
            assert folder is not None
            flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
            try:
                handle = os.open(temporary, flags, 0o666, dir_fd=folder)
                with os.fdopen(handle, "wb") as file:
                    file.write(data)
                os.replace(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
            except OSError as error:
                raise Refused(f"cannot write '{path}': {error.strerror}") from None

    def remove(self, path: str) -> None:
        """Remove a file where it is there."""
        with self._folder(path, create=False) as folder:
            if folder is not None:
                try:
                    os.unlink(path.rpartition("/")[2], dir_fd=folder)
                except FileNotFoundError:
                    return

    def names(self, folder: str) -> list[str]:
        """Return the names (without .yaml) of the YAML files in a folder, sorted."""
        return sorted(name for name, _ in self.stats(folder))

    def stats(self, folder: str) -> Iterator[tuple[str, os.stat_result]]:
        """Yield name (without .yaml) and status of each YAML file in a folder."""
        try:
            entries = os.scandir(self.top / folder)
        except OSError:
            return
        with entries:
            for entry in entries:
                if entry.name.endswith(".yaml") and not entry.name.startswith("."):
                    yield entry.name.removesuffix(".yaml"), entry.stat(follow_symlinks=False)

    @contextmanager
    def _folder(self, path: str, *, create: bool) -> Iterator[int | None]:
        """Open the folder of `path` component by component; None where it is not there."""
        flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
        handle = os.open(self.top, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            for part in path.split("/")[:-1]:
                inner = _enter(handle, part, flags, path, create=create)
                os.close(handle)
                handle = -1
                if inner is None:
                    yield None
                    return
                handle = inner
            yield handle
        finally:
            if handle >= 0:
                os.close(handle)


def _enter(folder: int, part: str, flags: int, path: str, *, create: bool) -> int | None:
    try:
        if create:
            with suppress(FileExistsError):
                os.mkdir(part, dir_fd=folder)
        return os.open(part, flags, dir_fd=folder)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise InvalidInput(
            f"'{path}' is not used: '{part}' is not a real folder ({error.strerror})",
            hints=["symbolic links are not followed there"],
        ) from None


def _read(folder: int, path: str) -> bytes | None:
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        handle = os.open(path.rpartition("/")[2], flags, dir_fd=folder)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise InvalidInput(
            f"'{path}' cannot be read: {error.strerror}",
            hints=["it must be a regular file, not a symbolic link"],
        ) from None
    status = os.fstat(handle)
    if not stat.S_ISREG(status.st_mode):  # asked first: Python opens no folder as a file
        os.close(handle)
        raise InvalidInput(f"'{path}' is not a regular file", hints=[f"move '{path}' away"])
    with os.fdopen(handle, "rb") as file:
        if status.st_size > MAX_FILE_BYTES:
            raise InvalidInput(f"'{path}' has {status.st_size} bytes, more than {MAX_FILE_BYTES}")
        return file.read(MAX_FILE_BYTES + 1)


def require(data: bytes | None, path: str, *, hints: list[str]) -> bytes:
    """Return what was read; raise NotFound where there was nothing."""
    if data is None:
        raise NotFound(f"'{path}' does not exist", hints=hints)
    return data
