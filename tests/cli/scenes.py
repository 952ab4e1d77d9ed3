"""Repositories in which a release is under way, for tests of the command line."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.support.cli import Gryt, Result
from tests.support.git import Repo

CONTRACT = """\
version: v1.5.0
description: "User authentication and notifications"
changes:
  - type: add
    id: FEAT-201
    title: "OAuth2 login support"
  - type: add
    id: FEAT-202
    title: "Email notification system"
  - type: fix
    id: BUG-88
    title: "Session timeout edge case"
pipeline_template: full-ci
"""
"""The contract of Workflow 1, as it is written there."""
CONTRACT_FILE = ".gryt/generations/v1.5.0.yaml"
CHANGES = ("FEAT-201", "FEAT-202", "BUG-88")
MORE = "  - type: add\n    id: FEAT-{0}\n    title: Feature {0}\n"
"""Another change, for the end of a contract."""


def draft(gryt: Gryt, repo: Repo, contract: str = CONTRACT) -> None:
    """Begins v1.5.0 with this contract."""
    gryt.ok("generation", "new", "v1.5.0", "--from", "-", cwd=repo, stdin=contract)


def start(gryt: Gryt, repo: Repo, change: str, version: str = "v1.5.0") -> Result:
    """Starts an evolution of one change."""
    return gryt.ok("evolution", "start", version, "--change", change, cwd=repo)


def prove(
    gryt: Gryt,
    repo: Repo,
    change: str,
    version: str = "v1.5.0",
    *,
    files: Mapping[str, str] | None = None,
) -> Result:
    """Starts an evolution of one change, commits work for it and runs the pipeline."""
    start(gryt, repo, change, version)
    repo.commit(f"feat: work [{change}]", files or {f"{change}.txt": "done\n"})
    return gryt.ok("run", cwd=repo)


def proven(gryt: Gryt, repo: Repo) -> None:
    """Begins v1.5.0 and proves all of its changes, in one evolution."""
    draft(gryt, repo)
    names = [word for change in CHANGES for word in ("--change", change)]
    gryt.ok("evolution", "start", "v1.5.0", *names, cwd=repo)
    repo.commit("feat: all of it", {"work.txt": "done\n"})
    gryt.ok("run", cwd=repo)


def copy_of(repo: Repo, path: Path) -> Repo:
    """Copies a whole repository, so that a scene need be built only once."""
    shutil.copytree(repo.path, path, symlinks=True)
    return Repo(path)


def bytes_below(top: Path) -> dict[str, bytes]:
    """Every file below a folder with what is in it: equal before and after, if nothing wrote."""
    files = (path for path in sorted(top.rglob("*")) if path.is_file() and not path.is_symlink())
    return {str(path.relative_to(top)): path.read_bytes() for path in files}


def edit(repo: Repo, old: str, new: str) -> None:
    """Edits the contract file as a person does."""
    path = repo / CONTRACT_FILE
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def add_change(repo: Repo, number: int) -> None:
    """Promises FEAT-<number> too, in the file."""
    path = repo / CONTRACT_FILE
    path.write_text(path.read_text().rstrip("\n") + "\n" + MORE.format(number))


def show(gryt: Gryt, repo: Repo) -> Any:
    """v1.5.0 as a program sees it."""
    return gryt.ok("generation", "show", "v1.5.0", "--json", cwd=repo).json


def titles(gryt: Gryt, repo: Repo) -> dict[str, str]:
    """The title of each change of v1.5.0."""
    return {change["id"]: change["title"] for change in show(gryt, repo)["changes"]}
