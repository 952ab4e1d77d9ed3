r"""Real repositories for tests, with commits at fixed, numbered times.

    repo = make_repo(tmp_path / "work")
    repo.commit("feat: add login", {"login.py": "x = 1\n"})
    assert repo.git("log", "--format=%s", "-1") == "feat: add login"

A `Repo` is accepted wherever a path is (`repo / "file"`, `cwd=repo`).
"""

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

StrPath = str | os.PathLike[str]

FIRST_COMMIT_AT = 1_705_741_200
"""2024-01-20T09:00:00Z; every further commit of a `Repo` is a minute later."""

FULL_CI = """\
name: full-ci
steps:
  - name: lint
    command: test -f README.md
  - name: unit
    command: echo 3 passed
"""
"""A pipeline that passes wherever the repository has a README.md."""


class GitFailedError(Exception):
    """A git command of a test's own ended with another status than 0."""


def git(
    *args: StrPath,
    cwd: StrPath,
    stdin: str | None = None,
    env: Mapping[str, str] | None = None,
) -> str:
    """Returns what git printed, without the white space around it; raises with its stderr."""
    command = ["git", *(os.fspath(arg) for arg in args)]
    ended = subprocess.run(
        command,
        cwd=cwd,
        input="" if stdin is None else stdin,
        env=None if env is None else {**os.environ, **env},
        capture_output=True,
        encoding="utf-8",
        errors="surrogateescape",
        timeout=120,
        check=False,
    )
    if ended.returncode:
        raise GitFailedError(
            f"{' '.join(command)}: {ended.returncode}\n{ended.stdout}{ended.stderr}"
        )
    return ended.stdout.strip()


@dataclass(frozen=True)
class Repo(os.PathLike[str]):
    """A repository on disk."""

    path: Path
    _minutes: list[int] = field(default_factory=lambda: [0], repr=False, compare=False)

    def __fspath__(self) -> str:
        return str(self.path)

    def __str__(self) -> str:
        return str(self.path)

    def __truediv__(self, name: str) -> Path:
        return self.path / name

    def copy(self, path: Path) -> "Repo":
        """Copies it, work tree and all, which is much faster than making it again."""
        shutil.copytree(self.path, path, symlinks=True, ignore=shutil.ignore_patterns("*.sample"))
        return Repo(path, [*self._minutes])

    def git(self, *args: StrPath, stdin: str | None = None) -> str:
        return git(*args, cwd=self.path, stdin=stdin)

    def write(self, files: Mapping[str, str]) -> None:
        """Writes files, by path below the top, without adding them."""
        for name, text in files.items():
            file = self.path / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")

    def commit(self, message: str, files: Mapping[str, str] | None = None) -> str:
        """Commits the whole work tree, after writing `files`, and returns the commit's id."""
        self.write(files or {})
        at = f"{FIRST_COMMIT_AT + 60 * self._minutes[0]} +0000"
        self._minutes[0] += 1
        self.git("add", "--all")
        git(
            *("commit", "--quiet", "--allow-empty", "--message", message),
            cwd=self.path,
            env={"GIT_AUTHOR_DATE": at, "GIT_COMMITTER_DATE": at},
        )
        return self.head

    @property
    def head(self) -> str:
        """The id of the commit that is checked out."""
        return self.git("rev-parse", "HEAD")

    def refs(self, prefix: str = "refs/") -> dict[str, str]:
        """Every ref below `prefix` with its object: equal before and after, if none moved."""
        lines = self.git("for-each-ref", "--format=%(refname) %(objectname)", prefix).splitlines()
        return dict(line.rsplit(" ", 1) for line in lines)

    def log(self, ref: str, form: str = "%s") -> list[str]:
        """One line for each commit that `ref` reaches, newest first."""
        return self.git("log", f"--format={form}", ref).splitlines()


def make_repo(path: Path, *, commits: int = 1, pipeline: bool = True) -> Repo:
    """Creates a repository with a work tree and `commits` commits on main.

    The first has README.md and, unless `pipeline` is false, `.gryt/pipelines/full-ci.yaml`.
    """
    git("init", "--quiet", path, cwd=path.parent)
    repo = Repo(path)
    files = {"README.md": "# A project\n"}
    if pipeline:
        files[".gryt/pipelines/full-ci.yaml"] = FULL_CI
    for number in range(1, commits + 1):
        repo.commit("Start the project" if number == 1 else f"Work {number}", files)
        files = {"work.txt": f"{number}\n"}
    return repo


def make_remote(path: Path, *, of: Repo) -> Repo:
    """Creates a bare repository, makes it `origin` of `of` and pushes main to it."""
    git("init", "--quiet", "--bare", path, cwd=path.parent)
    of.git("remote", "add", "origin", path)
    of.git("push", "--quiet", "--set-upstream", "origin", "main")
    return Repo(path)


def make_clone(remote: Repo, path: Path, *, name: str, email: str) -> Repo:
    """Clones `remote` for another person."""
    git("clone", "--quiet", remote, path, cwd=path.parent)
    clone = Repo(path)
    clone.git("config", "user.name", name)
    clone.git("config", "user.email", email)
    return clone
