"""A clone killed anywhere within a push or a pull loses nothing, and the next one is whole."""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.support import killing
from tests.support.cli import Gryt
from tests.support.git import Repo, make_clone, make_remote, make_repo
from tests.support.killing import Point
from tests.sync.team import is_sound, local, new, prove, ref_of, shared

pytestmark = pytest.mark.skipif(killing.why_not() is not None, reason=str(killing.why_not()))
REF = ref_of("v1.0.0")
MOST = 14
"""How many points of each command are tried."""


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory, hermetic_session: None) -> Path:
    """Ada has published a candidate of the number that Grace has given out, too."""
    top = tmp_path_factory.mktemp("scene") / "scene"
    top.mkdir()
    gryt = Gryt()
    ada = make_repo(top / "ada")
    remote = make_remote(top / "remote.git", of=ada)
    grace = make_clone(remote, top / "grace", name="Grace Hopper", email="grace@example.com")
    local(ada, grace)
    for each in (ada, grace):
        each.git("remote", "set-url", "origin", "../remote.git")
    new(gryt, ada, "v1.0.0", "A-1", "A-2")
    gryt.ok("sync", "push", cwd=ada)
    gryt.ok("sync", "pull", cwd=grace)
    prove(gryt, ada, "v1.0.0", "A-1")
    prove(gryt, grace, "v1.0.0", "A-2")
    gryt.ok("sync", "push", cwd=ada)
    return top


def copy(scene: Path, top: Path) -> Repo:
    shutil.rmtree(top, ignore_errors=True)
    shutil.copytree(scene, top, symlinks=True)
    return Repo(top / "grace")


def records(repo: Repo) -> set[str]:
    return set(repo.git("ls-tree", "-r", "--name-only", REF).splitlines())


def fsck(repo: Repo) -> None:
    found = subprocess.run(["git", "fsck"], cwd=repo, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout + found.stderr


def judge(top: Path, before: set[str]) -> None:
    """Nothing is damaged or lost, and a push and a pull bring everybody together."""
    gryt = Gryt()
    ada, grace, remote = (Repo(top / name) for name in ("ada", "grace", "remote.git"))
    then = time.time() - 3600
    for git_dir in (grace / ".git", remote.path):
        for path in (*git_dir.glob("**/*.lock"), *git_dir.glob("packed-refs.new")):
            os.utime(path, (then, then))
    for each in (grace, remote):
        fsck(each)
    assert before <= records(grace)
    verified = gryt("verify", cwd=grace)
    assert verified.status in {0, 1}, verified
    gryt("verify", "--repair", cwd=grace)
    for path in remote.path.glob("refs/**/*.lock"):
        path.unlink()  # of a server that was killed with it: nobody else is there
    pushed = gryt("sync", "push", cwd=grace)
    assert pushed.status == 0, pushed
    gryt.ok("sync", "pull", cwd=grace)
    gryt.ok("sync", "push", cwd=grace)  # notes follow the records that came
    gryt.ok("sync", "pull", cwd=ada)
    assert shared(ada) == shared(remote) == shared(grace)
    is_sound(gryt, ada, grace)
    listed = gryt.ok("evolution", "list", "v1.0.0", "--json", cwd=grace).json["evolutions"]
    assert sorted(e["changes"] for e in listed) == [["A-1"], ["A-2"]]
    assert len({e["number"] for e in listed}) == 2
    assert next(e for e in listed if e["changes"] == ["A-1"])["number"] == 1


@pytest.mark.slow
@pytest.mark.parametrize("command", ["push", "pull"])
def test_killed_at_any_write_it_loses_nothing(scene: Path, tmp_path: Path, command: str) -> None:
    argv = ("sync", command)
    place = tmp_path / "scene"
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    found = killing.points(copy(scene, place), argv, scratch)
    assert len(found) >= 20
    shutil.rmtree(scratch / "traces")
    killed = 0
    complaints = []
    for point in some(found):
        grace = copy(scene, place)
        before = records(grace)
        killed += killing.kill(grace, argv, point, scratch) == -signal.SIGKILL
        try:
            judge(place, before)
        except AssertionError as error:
            complaints.append(f"{point}\n{error}")
    assert not complaints, "\n\n".join(complaints)
    assert killed


def some(found: list[Point]) -> list[Point]:
    """Points of all kinds: every move of a ref, and some of the rest."""
    moves = [point for point in found if point.call.startswith("rename")]
    step = max(1, len(found) // (MOST // 2))
    return list(dict.fromkeys([*moves[:: max(1, len(moves) // (MOST // 2))], *found[::step]]))
