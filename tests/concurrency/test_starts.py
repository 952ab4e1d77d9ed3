"""Many processes start evolutions on one clone, also while git cleans up behind their backs.

Nobody sees an error, nothing that was acknowledged is lost, and no number is given out twice.
"""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest

from tests.concurrency.processes import IDS, LAW_1, LEDGER, Ended, at_once, worker
from tests.support.cli import Gryt
from tests.support.git import Repo

pytestmark = pytest.mark.slow  # many processes

HOUSEKEEPING = """
while test ! -e .git/enough; do
    git pack-refs --all
    git gc --quiet "$@"
    echo round
done
"""


@contextmanager
def housekeeping(repo: Repo, *options: str) -> Iterator[list[str]]:
    """Have git clean up again and again; at the end, the list has what it complained about."""
    complaints: list[str] = []
    git = subprocess.Popen(
        ["sh", "-c", HOUSEKEEPING, "sh", *options],
        cwd=repo,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    try:
        yield complaints
    finally:
        (repo / ".git/enough").touch()
        out, err = git.communicate(timeout=60)
    assert "round" in out
    complaints += err.splitlines()


def numbers_in(repo: Repo) -> list[int]:
    """The number in every started record, read with nothing but git."""
    shown = repo.git("grep", "-h", "^number: ", LEDGER, "--", "evolutions")
    return sorted(int(line.removeprefix("number: ")) for line in shown.splitlines())


def check_started(repo: Repo, gryt: Gryt, ended: Sequence[Ended], total: int) -> None:
    """Everybody succeeded in silence, and everything that was acknowledged is there, once."""
    assert [(status, err) for status, _, err in ended] == [(0, "")] * len(ended)
    said = [line for _, out, _ in ended for line in out.splitlines() if "started: " in line]
    expected = [f"Evolution started: v1.0.0-rc.{n}" for n in range(1, total + 1)]
    assert sorted(said) == sorted(expected)
    assert numbers_in(repo) == list(range(1, total + 1))
    document = gryt.ok("evolution", "list", "v1.0.0", "--json", cwd=repo).json
    assert [e["number"] for e in document["evolutions"]] == list(range(1, total + 1))
    assert repo.git(*LAW_1, LEDGER) == ""
    assert repo.git("fsck", "--strict", "--no-dangling") == ""
    gryt.ok("verify", cwd=repo)


def start_at_once(repo: Repo, *, processes: int, times: int) -> Sequence[Ended]:
    return at_once(
        [
            worker(
                *(repo, "evolution", "start", "v1.0.0", "--change", IDS[n % len(IDS)]), times=times
            )
            for n in range(processes)
        ]
    )


@pytest.mark.parametrize(
    ("processes", "times"), [(4, 5), pytest.param(8, 25, marks=pytest.mark.slow)]
)
def test_everybody_gets_a_number_of_their_own(
    begun: Repo, gryt: Gryt, processes: int, times: int
) -> None:
    ended = start_at_once(begun, processes=processes, times=times)
    check_started(begun, gryt, ended, processes * times)


@pytest.mark.parametrize(
    ("processes", "times"), [(3, 4), pytest.param(8, 25, marks=pytest.mark.slow)]
)
def test_the_same_while_git_cleans_up(begun: Repo, gryt: Gryt, processes: int, times: int) -> None:
    with housekeeping(begun) as complaints:
        ended = start_at_once(begun, processes=processes, times=times)
    check_started(begun, gryt, ended, processes * times)
    assert [line for line in complaints if "fatal" in line] == []


@pytest.mark.xfail(
    strict=False,
    reason="git gc --prune=now takes what another process is writing, as its manual says",
)
def test_the_same_while_git_prunes_what_nobody_points_to_yet(begun: Repo, gryt: Gryt) -> None:
    """It may see a ref before the objects that it took away are back, and say so."""
    with housekeeping(begun, "--prune=now"):
        ended = start_at_once(begun, processes=8, times=25)
    check_started(begun, gryt, ended, 200)


def test_whole_processes_get_numbers_of_their_own(begun: Repo, gryt: Gryt) -> None:
    command = [sys.executable, "-m", "gryt", "evolution", "start", "v1.0.0", "--change", IDS[0]]
    pipe = subprocess.PIPE
    started = [
        subprocess.Popen(command, cwd=begun, stdout=pipe, stderr=pipe, encoding="utf-8")
        for _ in range(6)
    ]
    ended = [each.communicate(timeout=120) for each in started]
    check_started(
        begun, gryt, [(p.returncode, *said) for p, said in zip(started, ended, strict=True)], 6
    )
