"""Files that a command makes because the user named them: whole, or not at all."""

import os
import stat
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from gryt.errors import Refused

if TYPE_CHECKING:
    from gryt.cli.context import App


def deliver(app: "App", name: str, parts: Iterable[str]) -> None:
    """Write text to the file of this name, `-` for stdout; say what was written.

    The file appears when it is complete; one that was there is replaced. Raises Refused where it
    cannot be written.
    """
    if name == "-":
        for part in parts:
            app.emit(part)
        return
    path = app.path(name)
    if path.is_dir():
        raise Refused(f"'{name}' is a directory", hints=[f"name a file in it: {name}/report"])
    try:
        size = _write(path, parts)
    except OSError as error:
        raise Refused(f"cannot write '{name}': {error.strerror}") from None
    app.say(f"wrote {name} ({size} bytes)")


@contextmanager
def whole(app: "App", name: str) -> Iterator[Path]:
    """Yield a path to write to, which becomes the file of this name when all went well."""
    path = app.path(name)
    if path.is_dir():
        raise Refused(f"'{name}' is a directory", hints=[f"name a file in it: {name}/export"])
    if _is_special(path):
        raise Refused(f"'{name}' is no ordinary file", hints=["name another file"])
    scratch = ""
    try:
        handle, scratch = tempfile.mkstemp(prefix=f".{path.name[:100]}.", dir=path.parent)
        os.close(handle)
        yield Path(scratch)
        Path(scratch).chmod(_mode(path))
        Path(scratch).replace(path)
    except OSError as error:
        raise Refused(f"cannot write '{name}': {error.strerror}") from None
    finally:
        if scratch:
            Path(scratch).unlink(missing_ok=True)


def _is_special(path: Path) -> bool:
    """Tell whether a path is a pipe or a device: to put a file in its place would break it."""
    try:
        return not stat.S_ISREG(path.stat().st_mode)
    except OSError:
        return False


def _write(path: Path, parts: Iterable[str]) -> int:
    if _is_special(path):
        with path.open("w", encoding="utf-8", newline="", errors="backslashreplace") as pipe:
            return sum(pipe.write(part) for part in parts)
    handle, scratch = tempfile.mkstemp(prefix=f".{path.name[:100]}.", dir=path.parent)
    size = 0
    try:
        with os.fdopen(
            handle, "w", encoding="utf-8", newline="", errors="backslashreplace"
        ) as file:
            for part in parts:
                size += file.write(part)
            file.flush()
            size = os.fstat(file.fileno()).st_size
            os.fchmod(file.fileno(), _mode(path))
            os.fsync(file.fileno())
        os.replace(scratch, path)  # noqa: PTH105 - a string here, a Path there
    except BaseException:
        Path(scratch).unlink(missing_ok=True)
        raise
    return size


def _mode(path: Path) -> int:
    """Return the permissions that the file has, or would get by the umask."""
    try:
        return path.stat().st_mode & 0o777
    except OSError:
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask
