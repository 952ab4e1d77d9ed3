"""SIGKILL anywhere in a rollback of several generations: the old state or the new, never between.

git moves one ref after the other. A reader right after the kill must see all of them moved or none,
and the same command must lead to where it should have led.
"""

import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.crash.test_killed import LEFT, git_is_content, let_time_pass
from tests.support import killing
from tests.support.cli import Gryt
from tests.support.git import Repo, make_repo
from tests.support.killing import GRYT, Point

REASON = killing.why_not()
pytestmark = pytest.mark.skipif(REASON is not None, reason=str(REASON))

OLD = {"v1.0.0": "promoted", "v2.0.0": "draft", "v3.0.0": "draft"}
NEW = {"v1.0.0": "draft", "v2.0.0": "draft", "v3.0.0": "abandoned"}
PARTS = 4


@pytest.fixture(scope="session")
def before(tmp_path_factory: pytest.TempPathFactory, hermetic_session: None) -> tuple[Path, str]:
    """A repository in which a rollback changes three generations and takes a tag away."""
    repo = make_repo(tmp_path_factory.mktemp("rollback") / "before")
    gryt = Gryt()
    gryt.ok("generation", "new", "v1.0.0", "--change", "add:A-1:First", cwd=repo)
    gryt.ok("generation", "new", "v2.0.0", "--change", "add:B-1:Other", cwd=repo)
    gryt.ok("evolution", "start", "v1.0.0", "--change", "A-1", cwd=repo)
    gryt.ok("run", cwd=repo)
    taken = gryt.ok("audit", "snapshot", "--json", cwd=repo).json["snapshots"][0]["id"]
    gryt.ok("generation", "promote", "v1.0.0", cwd=repo)
    gryt.ok("evolution", "start", "v2.0.0", "--change", "B-1", cwd=repo)
    gryt.ok("generation", "new", "v3.0.0", "--change", "add:C-1:Later", cwd=repo)
    return repo.path, taken


class Victim:
    """Kills the rollback again and again, each time on a fresh copy of the same repository."""

    def __init__(self, before: tuple[Path, str], top: Path) -> None:
        self._before, taken = before
        self._top = top
        self.command = ("audit", "rollback", taken, "--yes")
        self.gryt = Gryt()
        self.killed = 0

    def copy(self, name: str) -> Repo:
        return Repo(Path(shutil.copytree(self._before, self._top / name)))

    def points(self) -> list[Point]:
        scratch = self._top / "watch"
        scratch.mkdir()
        found = killing.points(self.copy("victim-0"), self.command, scratch)
        shutil.rmtree(self._top / "victim-0")
        return found

    def kill(self, point: Point, *, whole: bool = True) -> str | None:
        """Kill it at a point and see whether all is well after it; return what is not."""
        repo = self.copy("victim-1")
        scratch = self._top / "scratch"
        scratch.mkdir(exist_ok=True)
        status = killing.kill(repo, self.command, point, scratch, whole=whole)
        self.killed += status == -signal.SIGKILL
        try:
            let_time_pass(repo)
            self.look(repo)
            self.go_on(repo)
        except AssertionError as error:
            return f"{point}\n{error}"
        finally:
            shutil.rmtree(repo.path)
        return None

    def states(self, repo: Repo) -> dict[str, str]:
        listed = self.gryt.ok("generation", "list", "--json", cwd=repo).json["generations"]
        return {line["version"]: line["status"] for line in listed}

    def look(self, repo: Repo) -> None:
        """All of it has happened, or nothing; for whoever looks first, and for git."""
        states = self.states(repo)
        assert states in (OLD, NEW), states
        evolutions = self.gryt.ok("evolution", "list", "v2.0.0", "--json", cwd=repo).json
        assert len(evolutions["evolutions"]) == (states == OLD), states
        snapshots = self.gryt.ok("audit", "list-snapshots", "--json", cwd=repo).json["snapshots"]
        assert len(snapshots) == 1 + (states == NEW), states
        git_is_content(repo)
        verified = self.gryt("verify", "--json", cwd=repo)
        kinds = {finding["kind"] for finding in verified.json["findings"]}
        assert kinds <= LEFT, verified
        if "stale-lock" in kinds:  # the command itself would wait for it in vain
            self.gryt("verify", "--repair", cwd=repo)

    def go_on(self, repo: Repo) -> None:
        """The same command leads to where it should have led."""
        again = self.gryt(*self.command, cwd=repo)
        assert again.status == 0, again
        assert self.states(repo) == NEW
        assert "refs/tags/v1.0.0" not in repo.refs("refs/tags/")
        repaired = self.gryt("verify", "--repair", cwd=repo)
        assert repaired.status == 0, repaired
        verified = self.gryt("verify", "--json", cwd=repo)
        assert (verified.status, verified.json["findings"]) == (0, []), verified
        git_is_content(repo)
        assert not (repo / ".git/gryt/moving.json").exists()
        kept = list((repo / ".git/objects/pack").glob("*.keep"))
        assert len(kept) <= 1, kept


@pytest.fixture
def victim(before: tuple[Path, str], tmp_path: Path) -> Callable[[], Victim]:
    return lambda: Victim(before, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_killed_at_every_write_it_ends_well(victim: Callable[[], Victim], part: int) -> None:
    command = victim()
    points = command.points()[part::PARTS]
    assert len(points) >= 10
    complaints = [complaint for point in points if (complaint := command.kill(point))]
    assert not complaints, "\n\n".join([f"{len(complaints)} of {len(points)}:", *complaints])
    assert command.killed >= len(points) * 0.8


@pytest.mark.slow
def test_where_only_git_is_killed_gryt_finds_a_way_or_says_why_not(
    victim: Callable[[], Victim],
) -> None:
    command = victim()
    points = [p for p in command.points() if p.process != GRYT and p.call == "rename"]
    complaints = [c for point in points if (c := command.kill(point, whole=False))]
    assert not complaints, "\n\n".join(complaints)


def test_killed_between_two_refs_it_is_all_or_nothing(victim: Callable[[], Victim]) -> None:
    """The most delicate moment of the exhaustive test: some refs have moved, and others not."""
    command = victim()
    moves = [p for p in command.points() if p.process != GRYT and "refs/gryt" in p.text]
    renames = [p for p in moves if p.call == "rename"]
    complaints = [c for point in renames[1:2] if (c := command.kill(point))]
    assert not complaints, "\n\n".join(complaints)
    assert command.killed
