"""`gryt run --isolated`: the commit alone, in a work tree of its own that leaves nothing behind."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.cli import Gryt
from tests.support.git import Repo

pytestmark = pytest.mark.slow  # many processes

PIPELINE = """\
name: alone
steps:
  - {name: where, command: pwd && git status --short && ls && cat number}
  - {name: mess, command: "mkdir -p kept/inside && touch kept/inside/file && chmod -R a-w kept"}
"""
WAITING = """\
name: waiting
steps:
  - {name: wait, command: 'touch "$READY" && sleep 60'}
"""


@pytest.fixture
def dirty(repo: Repo, gryt: Gryt, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repo:
    """A repository with an open evolution, whose work tree is not its commit."""
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    monkeypatch.setattr("tempfile.tempdir", None)
    (tmp_path / "temporary").mkdir()
    files = {".gryt/pipelines/alone.yaml": PIPELINE, ".gryt/pipelines/waiting.yaml": WAITING}
    repo.commit("pipelines", {**files, "number": "one\n"})
    gryt.ok("generation", "new", "v1.0.0", "--change", "add:A:a", cwd=repo)
    gryt.ok("evolution", "start", "v1.0.0", "--change", "A", "--pipeline", "alone", cwd=repo)
    repo.write({"number": "two\n", "untracked": "", ".gryt/pipelines/alone.yaml": "nonsense\n"})
    return repo


def is_tidy(repo: Repo, tmp_path: Path) -> bool:
    """Whether no work tree but the repository's own is left, nor a trace of one."""
    return (
        repo.git("worktree", "list").count("\n") == 0
        and not (repo / ".git/worktrees").exists()
        and not (repo / ".git/gryt/isolated").exists()
        and not any((tmp_path / "temporary").iterdir())
    )


def test_it_proves_the_commit_whatever_the_work_tree_looks_like(
    dirty: Repo, gryt: Gryt, tmp_path: Path
) -> None:
    ended = gryt.ok("run", "--isolated", cwd=dirty)
    [_, where, *listed] = ended.stdout.splitlines()[:6]
    assert Path(where).name == dirty.path.name
    assert Path(where).parent.parent == tmp_path / "temporary"
    assert listed[:3] == ["README.md", "number", "one"], "no change, and nothing untracked"
    assert "Tag created: v1.0.0-rc.1" in ended.stdout
    assert dirty.git("rev-parse", "v1.0.0-rc.1^{commit}") == dirty.head
    assert is_tidy(dirty, tmp_path)
    gryt.ok("verify", cwd=dirty)
    assert (dirty / "number").read_text(encoding="utf-8") == "two\n"


def test_nothing_is_left_of_one_that_fails(dirty: Repo, gryt: Gryt, tmp_path: Path) -> None:
    dirty.commit("broken", {".gryt/pipelines/alone.yaml": PIPELINE.replace("cat number", "false")})
    assert gryt("run", "--isolated", cwd=dirty).status == 1
    assert is_tidy(dirty, tmp_path)


def test_a_commit_made_meanwhile_voids_nothing_but_one_made_inside_does(
    dirty: Repo, gryt: Gryt
) -> None:
    outside = f"git -C '{dirty.path}' commit -q --allow-empty -m meanwhile"
    pipeline = f'name: alone\nsteps:\n  - {{name: outside, command: "{outside}"}}\n'
    dirty.commit("one", {".gryt/pipelines/alone.yaml": pipeline})
    commit = dirty.head
    assert gryt("run", "--isolated", cwd=dirty).status == 0
    assert dirty.git("rev-parse", "v1.0.0-rc.1^{commit}") == commit != dirty.head

    dirty.commit(
        "two", {".gryt/pipelines/alone.yaml": pipeline.replace("-C", "--git-dir=.git -C .")}
    )
    gryt.ok("evolution", "start", "v1.0.0", "--change", "A", "--pipeline", "alone", cwd=dirty)
    inside = "name: alone\nsteps:\n  - {name: inside, command: git commit -q --allow-empty -m x}\n"
    dirty.commit("three", {".gryt/pipelines/alone.yaml": inside})
    ended = gryt("run", "--isolated", cwd=dirty)
    assert ended.status == 1
    assert "HEAD moved during the run" in ended.stdout


def test_without_a_commit_there_is_nothing_to_check_out(gryt: Gryt, tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", tmp_path / "new"], check=True)
    ended = gryt("run", "x", "--isolated", cwd=tmp_path / "new")
    assert ended.status == 3
    assert "there is no commit yet" in ended.stderr


def waiting(repo: Repo, ready: Path) -> "subprocess.Popen[bytes]":
    """Starts a run that waits to be ended, and returns once its step is under way."""
    process = subprocess.Popen(
        [sys.executable, "-m", "gryt", "run", "waiting", "--isolated"],
        cwd=repo,
        env={**os.environ, "READY": str(ready)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while not ready.exists():
        assert process.poll() is None
        subprocess.run(["sleep", "0.02"], check=True)
    return process


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_nothing_is_left_of_one_that_is_interrupted(
    signum: signal.Signals, dirty: Repo, tmp_path: Path
) -> None:
    process = waiting(dirty, tmp_path / "ready")
    process.send_signal(signum)
    assert process.wait(30) == 128 + signum
    assert is_tidy(dirty, tmp_path)


@pytest.mark.parametrize("command", [("verify", "--repair"), ("run", "alone", "--isolated")])
def test_what_a_killed_one_leaves_the_next_command_takes_away(
    command: tuple[str, ...],
    dirty: Repo,
    gryt: Gryt,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> None:
    process = waiting(dirty, tmp_path / "ready")
    [pid] = children_of(process.pid)
    request.addfinalizer(kill(pid))
    process.kill()
    process.wait()
    assert not is_tidy(dirty, tmp_path)
    assert "its run was killed" in gryt("verify", cwd=dirty).stdout
    dirty.commit("mend", {".gryt/pipelines/alone.yaml": PIPELINE})
    gryt(*command, cwd=dirty)
    assert is_tidy(dirty, tmp_path)


def test_one_that_runs_is_left_alone(dirty: Repo, gryt: Gryt) -> None:
    from gryt.cli.context import App
    from gryt.store import isolation

    ledger = App((dirty.path,)).session.ledger
    with isolation.isolated(ledger, dirty.head) as place:
        assert "killed" not in gryt("verify", "--repair", cwd=dirty).stdout
        isolation.sweep(ledger)
        assert (place.top / "README.md").exists()


@pytest.mark.parametrize(
    "named", ["/etc", "relative/gryt-isolated-x/top", "/a/../gryt-isolated-x/t"]
)
def test_a_marker_that_names_something_else_removes_nothing_of_it(
    named: str, dirty: Repo, tmp_path: Path
) -> None:
    from gryt.cli.context import App
    from gryt.store import isolation

    kept = tmp_path / "somewhere" / "top"
    kept.mkdir(parents=True)
    folder = dirty / ".git/gryt/isolated"
    folder.mkdir(parents=True)
    (folder / "gryt-isolated-x").write_text(named, encoding="utf-8")
    (folder / "gryt-isolated-y").write_text(str(kept), encoding="utf-8")
    isolation.sweep(App((dirty.path,)).session.ledger)
    assert kept.exists()
    assert not folder.exists()


def children_of(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    return [int(word) for word in text.split()]


def kill(group: int) -> Callable[[], None]:
    """Returns what ends the step that nobody minds any more."""

    def finalizer() -> None:
        os.killpg(group, signal.SIGKILL)

    return finalizer
