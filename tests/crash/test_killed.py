"""SIGKILL at every system call that writes: the old state or the new one, and a way on.

After each kill, stock git must find the repository sound and the laws kept, `gryt verify` must name
what is left, and the same command, or `gryt verify --repair` and then the command, must lead to
what would have been without the kill.
"""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.support import killing
from tests.support.cli import Gryt
from tests.support.git import Repo, make_repo
from tests.support.killing import GRYT, Point

REASON = killing.why_not()
pytestmark = pytest.mark.skipif(REASON is not None, reason=str(REASON))

LEDGER = "refs/gryt/generations/v1.0.0"
LAW_1 = ("log", "-m", "--diff-filter=MDRT", "--name-status", "--format=%h")
LEFT = {"tag-missing", "note-missing", "stale-lock", "run-interrupted", "scratch"}
"""What `gryt verify` may find after a kill; anything else is damage."""
PARTS = 4


class Case(NamedTuple):
    """A command, what comes before it, and what it comes to."""

    before: tuple[tuple[str, ...], ...]
    command: tuple[str, ...]
    adds: frozenset[int]
    """By how many records the ledger may have grown after a kill."""
    again: frozenset[int] = frozenset({0})
    """How the same command may end after it."""


NEW = ("generation", "new", "v1.0.0", "--change", "add:A-1:First", "--change", "fix:B-2:Second")
START = ("evolution", "start", "v1.0.0", "--change", "A-1", "--change", "B-2")
RUN = ("run",)
PROMOTE = ("generation", "promote", "v1.0.0")
CASES = {
    # 3: it exists already
    "new": Case((), NEW, frozenset({0, 2}), frozenset({0, 3})),
    "start": Case((NEW, START, RUN), START, frozenset({0, 1})),
    "run": Case((NEW, START, RUN, START), RUN, frozenset({0, 1, 2})),
    "promote": Case((NEW, START, RUN), PROMOTE, frozenset({0, 1})),
}


@pytest.fixture(scope="session")
def states(tmp_path_factory: pytest.TempPathFactory, hermetic_session: None) -> Path:
    """A repository just before each of the commands, by the command's name."""
    top = tmp_path_factory.mktemp("states")
    for name, case in CASES.items():
        repo = make_repo(top / name)
        for command in case.before:
            Gryt().ok(*command, cwd=repo)
    return top


class Victim:
    """Kills one command again and again, each time on a fresh copy of the same repository."""

    def __init__(self, name: str, states: Path, top: Path) -> None:
        self.case = CASES[name]
        self.name = name
        self.gryt = Gryt()
        self._state = states / name
        self._top = top
        self.killed = 0

    def copy(self, name: str) -> Repo:
        return Repo(Path(shutil.copytree(self._state, self._top / name)))

    def points(self) -> list[Point]:
        scratch = self._top / "watch"
        scratch.mkdir()
        # of the same length as the others: a path is in what is written
        found = killing.points(self.copy("victim-0"), self.case.command, scratch)
        shutil.rmtree(self._top / "victim-0")
        return found

    def kill(self, point: Point, *, whole: bool = True) -> str | None:
        """Kill it at a point and see whether all is well after it; return what is not."""
        repo = self.copy("victim-1")
        scratch = self._top / "scratch"
        scratch.mkdir(exist_ok=True)
        records = len(records_of(repo))
        status = killing.kill(repo, self.case.command, point, scratch, whole=whole)
        self.killed += status == -signal.SIGKILL
        try:
            self.look(repo, records)
            self.go_on(repo)
        except AssertionError as error:
            return f"{point}\n{error}"
        finally:
            shutil.rmtree(repo.path)
        return None

    def look(self, repo: Repo, records: int) -> None:
        """Nothing is damaged, and verify says what is left."""
        let_time_pass(repo)
        git_is_content(repo)
        assert len(records_of(repo)) - records in self.case.adds
        result = self.gryt("verify", "--json", cwd=repo)
        shown = f"gryt verify: {result.status}\n{result.stdout}{result.stderr}"
        assert result.status in {0, 1}, shown
        kinds = {finding["kind"] for finding in result.json["findings"]}
        assert kinds <= LEFT, shown
        assert (result.status == 1) == bool(kinds - {"scratch"}), shown
        is_half = has_half_a_run(repo)
        assert ("run-interrupted" in kinds) == is_half, shown
        if is_half:
            listed = self.gryt.ok("evolution", "list", "v1.0.0", "--json", cwd=repo).json
            assert listed["evolutions"][-1]["status"] == "interrupted", listed
        if "stale-lock" in kinds:  # the command itself would wait for it in vain
            self.gryt("verify", "--repair", cwd=repo)

    def go_on(self, repo: Repo) -> None:
        """The same command leads to where it should have led."""
        again = self.gryt(*self.case.command, cwd=repo)
        shown = f"again: {again.status}\n{again.stdout}{again.stderr}"
        assert again.status in self.case.again, shown
        repaired = self.gryt("verify", "--repair", cwd=repo)
        assert repaired.status == 0, f"--repair: {repaired}"
        verified = self.gryt("verify", "--json", cwd=repo)
        assert (verified.status, verified.json["findings"]) == (0, []), f"after it: {verified}"
        git_is_content(repo)
        listed = self.gryt.ok("evolution", "list", "v1.0.0", "--json", cwd=repo).json
        everything_is_done(self.name, repo, listed)


def records_of(repo: Repo) -> list[str]:
    if LEDGER not in repo.refs("refs/gryt"):
        return []
    return repo.git("ls-tree", "-r", "--name-only", LEDGER).splitlines()


def has_half_a_run(repo: Repo) -> bool:
    paths = records_of(repo)
    return sum("run-started" in path for path in paths) > sum(
        "run-finished" in path for path in paths
    )


def let_time_pass(repo: Repo) -> None:
    """Make what was left look an hour old, so that nobody waits for it to go away."""
    then = time.time() - 3600
    for pattern in ("**/*.lock", "**/*.tmp", "packed-refs.new"):
        for path in (repo / ".git").glob(pattern):
            os.utime(path, (then, then))


def git_is_content(repo: Repo) -> None:
    found = subprocess.run(
        ["git", "fsck", "--strict"], cwd=repo, capture_output=True, text=True, check=False
    )
    said = found.stdout + found.stderr
    assert found.returncode == 0, said
    assert "error" not in said, said
    assert "missing" not in said, said
    for ref in repo.refs("refs/gryt/"):
        assert repo.git(*LAW_1, ref) == ""


def everything_is_done(name: str, repo: Repo, listed: Any) -> None:
    """The state after the command, as if nothing had happened but a number that was lost."""
    numbers = [evolution["number"] for evolution in listed["evolutions"]]
    assert numbers == list(range(1, len(numbers) + 1))
    tags = repo.refs("refs/tags/")
    passed = [e for e in listed["evolutions"] if e["status"] == "pass"]
    assert {f"refs/tags/{e['tag']}" for e in passed} <= tags.keys()
    statuses = {evolution["status"] for evolution in listed["evolutions"]}
    if name == "new":
        assert [change["id"] for change in listed["changes"]] == ["A-1", "B-2"]
    elif name == "start":
        assert statuses == {"pass", "pending"}
    elif name == "run":
        assert statuses == {"pass"}
        assert len(passed) == 2
        lines = repo.git("notes", "--ref=gryt", "show", "HEAD").splitlines()
        assert len(lines) == 2
    else:
        assert listed["status"] == "promoted"
        assert repo.git("rev-parse", "v1.0.0^{commit}") == repo.head


@pytest.fixture
def victim(states: Path, tmp_path: Path) -> Callable[[str], Victim]:
    return lambda name: Victim(name, states, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("name", CASES)
def test_killed_at_every_write_it_ends_well(
    victim: Callable[[str], Victim], name: str, part: int
) -> None:
    command = victim(name)
    points = command.points()[part::PARTS]
    assert len(points) >= 10
    complaints = [complaint for point in points if (complaint := command.kill(point))]
    assert not complaints, "\n\n".join([f"{len(complaints)} of {len(points)}:", *complaints])
    assert command.killed >= len(points) * 0.8


@pytest.mark.slow
@pytest.mark.parametrize("name", ["run", "promote"])
def test_where_only_git_is_killed_gryt_finds_a_way_or_says_why_not(
    victim: Callable[[str], Victim], name: str
) -> None:
    command = victim(name)
    points = [point for point in command.points() if point.process != GRYT]
    complaints = [c for point in points if (c := command.kill(point, whole=False))]
    assert not complaints, "\n\n".join(complaints)


@pytest.mark.parametrize(
    "name",
    [
        name if name in {"start", "run"} else pytest.param(name, marks=pytest.mark.slow)
        for name in CASES
    ],
)
def test_killed_while_refs_move_it_ends_well(victim: Callable[[str], Victim], name: str) -> None:
    """The most delicate moments of the exhaustive test: when the first ref moves, and the last."""
    command = victim(name)
    moves = [p for p in command.points() if p.process != GRYT and p.call == "rename"]
    complaints = [c for point in dict.fromkeys((moves[0], moves[-1])) if (c := command.kill(point))]
    assert not complaints, "\n\n".join(complaints)
    assert command.killed
