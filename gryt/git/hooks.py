"""Hooks of a repository: where git looks for them, putting one in, taking it out again.

A hook that was there before is kept beside the new one, which calls it first.
"""

import os
from pathlib import Path

from gryt.errors import Refused
from gryt.git.repository import Repository
from gryt.values import Value

KEPT = ".before-gryt"
"""What a hook that was there before has behind its name."""


class Installed(Value):
    """What became of a hook."""

    path: Path
    changed: bool
    kept: Path | None = None
    """The hook that was there before, and is called first."""
    shared: bool = False
    """True where other repositories use the folder too."""


def folder(repository: Repository) -> Path:
    """Return where git looks for hooks."""
    # gryt's own git calls have hooks switched off by a setting that comes last of all
    asked = repository.git.attempt("config", "--type=path", "--get-all", "core.hooksPath")
    *configured, _ = ["", *asked.text.splitlines()] if asked.status == 0 else ["", ""]
    own = [path for path in configured if path]
    if not own:
        return repository.common_dir / "hooks"
    return (repository.top or repository.git_dir) / own[-1]


def install(repository: Repository, name: str, script: str, *, mark: str) -> Installed:
    """Put a hook in; `mark` is the line by which one of gryt's is known. Safe to repeat."""
    path = folder(repository) / name
    kept = path.with_name(name + KEPT)
    shared = is_shared(repository)
    if _is_ours(path, mark):
        changed = path.read_text("utf-8", "replace") != script
        if changed:
            _write(path, script)
        return Installed(path, changed, kept if kept.exists() else None, shared)
    if os.path.lexists(path):
        if os.path.lexists(kept):
            raise Refused(
                f"'{path}' is somebody else's hook, and so is '{kept.name}' beside it",
                hints=[f"make one of the two, and remove '{kept}'"],
            )
        try:
            path.rename(kept)
        except OSError as error:
            raise _failed(path, error) from None
    try:
        _write(path, script)
    except Refused:
        if os.path.lexists(kept) and not os.path.lexists(path):
            kept.rename(path)
        raise
    return Installed(path, changed=True, kept=kept if kept.exists() else None, shared=shared)


def uninstall(repository: Repository, name: str, *, mark: str) -> Installed:
    """Take gryt's hook out and put back what was there before."""
    path = folder(repository) / name
    kept = path.with_name(name + KEPT)
    if not _is_ours(path, mark):
        return Installed(path, changed=False)
    try:
        path.unlink()
        if os.path.lexists(kept):
            kept.rename(path)
            return Installed(path, changed=True, kept=path)
    except OSError as error:
        raise _failed(path, error) from None
    return Installed(path, changed=True)


def is_shared(repository: Repository) -> bool:
    """Tell whether the hooks are in a folder outside, where other repositories may use them."""
    path = folder(repository).resolve()
    homes = [repository.common_dir, *([repository.top] if repository.top else [])]
    return not any(path.is_relative_to(home.resolve()) for home in homes)


def _is_ours(path: Path, mark: str) -> bool:
    try:
        return mark in path.read_text("utf-8", "replace").splitlines()[:5]
    except OSError:
        return False


def _write(path: Path, script: str) -> None:
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_text(script, "utf-8")
        temporary.chmod(0o755)
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise _failed(path, error) from None


def _failed(path: Path, error: OSError) -> Refused:
    return Refused(f"cannot write the hook '{path}': {error.strerror}")
