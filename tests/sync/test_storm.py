"""Many clones publish at the same moment: nothing is lost, and no number is given out twice."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.cli import Gryt
from tests.support.git import Repo
from tests.sync.team import is_sound, local, new, prove, ref_of

CLONES = 16
REF = ref_of("v1.0.0")


@pytest.mark.slow
def test_sixteen_clones_publish_two_evolutions_each_at_once(
    gryt: Gryt, repo: Repo, remote: Repo, tmp_path: Path
) -> None:
    local(repo)
    new(gryt, repo, "v1.0.0", "A-1")
    gryt.ok("sync", "push", cwd=repo)
    clones = [Repo(tmp_path / f"clone-{n}") for n in range(CLONES)]
    records: set[str] = set()
    for number, clone in enumerate(clones):
        shutil.copytree(repo.path, clone.path)
        clone.git("config", "user.name", f"Clone {number}")
        for candidate in ("v1.0.0-rc.1", "v1.0.0-rc.2"):
            assert prove(gryt, clone, "v1.0.0", "A-1") == candidate
        records |= set(clone.git("ls-tree", "-r", "--name-only", REF).splitlines())
    pushes = [
        subprocess.Popen(
            [sys.executable, "-m", "gryt", "sync", "push"],
            cwd=clone.path,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        for clone in clones
    ]
    ends = [(push.communicate(timeout=300)[0].decode(), push.returncode) for push in pushes]
    assert [said for said, status in ends if status != 0] == []
    assert records <= set(remote.git("ls-tree", "-r", "--name-only", REF).splitlines())
    for clone in (repo, *clones[:2]):
        gryt.ok("sync", "pull", cwd=clone)
        assert clone.refs("refs/gryt/") == remote.refs("refs/gryt/")
    listed = gryt.ok("evolution", "list", "v1.0.0", "--json", cwd=repo).json["evolutions"]
    numbers = [evolution["number"] for evolution in listed]
    assert len(numbers) == len(set(numbers)) == 2 * CLONES
    tags = {f"refs/tags/{e['tag']}": e["tag_object"] for e in listed}
    assert remote.refs("refs/tags/") == tags
    is_sound(gryt, repo, *clones[:2])


@pytest.mark.slow
def test_of_six_that_promote_at_once_one_has_promoted(
    gryt: Gryt, repo: Repo, remote: Repo, tmp_path: Path
) -> None:
    new(gryt, repo, "v1.0.0", "A-1")
    prove(gryt, repo, "v1.0.0", "A-1")
    gryt.ok("sync", "push", cwd=repo)
    clones = [Repo(tmp_path / f"clone-{n}") for n in range(6)]
    for number, clone in enumerate(clones):
        shutil.copytree(repo.path, clone.path)
        clone.git("config", "user.name", f"Clone {number}")
        clone.commit(f"feat: {number}", {"work.txt": f"{number}\n"})
    promotions = [
        subprocess.Popen(
            [sys.executable, "-m", "gryt", "generation", "promote", "v1.0.0"],
            cwd=clone.path,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        for clone in clones
    ]
    ends = [(each.communicate(timeout=300)[0].decode(), each.returncode) for each in promotions]
    assert sorted(status for _, status in ends) == [0, 4, 4, 4, 4, 4], ends
    winner = next(clone for clone, (_, status) in zip(clones, ends, strict=True) if status == 0)
    for clone in clones:
        gryt.ok("sync", "pull", cwd=clone)
        assert clone.git("rev-parse", "v1.0.0^{commit}") == winner.head
        assert clone.refs("refs/gryt/") == remote.refs("refs/gryt/")
    is_sound(gryt, winner, clones[0])
