"""The tests' own tools: sealed, repeatable, and without loss."""

import os
import subprocess
import sys
from pathlib import Path

import pygit2
import pytest

from tests.support.cli import Gryt
from tests.support.git import GitFailedError, Repo, git, make_repo
from tests.support.sealed import sealed


def test_nothing_of_the_caller_gets_through(tmp_path: Path) -> None:
    names = ("CI", "GITHUB_ACTIONS", "GITLAB_CI", "GIT_DIR", "GRYT_TEAM", "NO_COLOR", "LC_TIME")
    outside = dict.fromkeys(names, "x") | {"PATH": "/bin", "HOME": "/root", "PIP_INDEX": "kept"}

    inside = sealed(outside, tmp_path, ceiling=tmp_path)

    assert inside.keys().isdisjoint(names)
    assert inside["HOME"] == str(tmp_path)
    assert inside["PIP_INDEX"] == "kept"
    assert inside["PATH"].split(os.pathsep) == [str(Path(sys.executable).parent), "/bin"]
    assert sealed(inside, tmp_path, ceiling=tmp_path) == inside


@pytest.mark.parametrize("attempt", [1, 2])
def test_every_test_begins_as_ada(attempt: int, hermetic: Path, repo: Repo) -> None:
    assert repo.git("config", "user.name") == "Ada Lovelace"
    assert pygit2.Repository(repo.path).default_signature.name == "Ada Lovelace"
    assert Path.cwd() == hermetic
    (hermetic / ".gitconfig").write_text(f"[user]\nname = Somebody {attempt}\n")


def test_the_same_commits_have_the_same_ids(tmp_path: Path) -> None:
    one, two = (make_repo(tmp_path / name, commits=3) for name in ("one", "two"))
    assert one.head == two.head
    assert one.log("main", "%cI %s")[0] == "2024-01-20T09:02:00+00:00 Work 3"


def test_a_clone_is_another_persons(repo: Repo, remote: Repo, clone: Repo) -> None:
    assert clone.head == repo.head == remote.refs()["refs/heads/main"]
    assert clone.git("config", "user.name") == "Grace Hopper"


def test_a_failing_git_command_says_why(repo: Repo) -> None:
    with pytest.raises(GitFailedError, match=r"git rev-parse --verify nothing: 128\n.*fatal"):
        git("rev-parse", "--verify", "nothing", cwd=repo)


def test_gryt_in_process_captures_children_and_bytes_in_order(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def main(argv: list[str]) -> int:
        print(argv[2:], os.environ["X"], sys.stdin.read(), flush=True)
        subprocess.run(["sh", "-c", "echo child; echo oops >&2; exec cat"], check=True)
        sys.stdout.buffer.write(b"\xff")
        return 3

    monkeypatch.setattr("gryt.cli.main.main", main)
    result = Gryt()("run", cwd=tmp_path, stdin="asked", env={"X": "1"})

    assert result.status == 3
    assert result.stdout == "['run'] 1 asked\nchild\n\udcff"
    assert result.stderr == "oops\n"
    assert "X" not in os.environ
