"""Processes that build the cache at once, or are killed while they do, all give the same answer."""

import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from gryt.git.process import Git
from gryt.store import refresh
from tests.concurrency.processes import at_once, worker
from tests.fixtures.ledgers import Made, Size, generate
from tests.support.cli import Gryt

pytestmark = pytest.mark.slow

CACHE = ".git/gryt/index.db"
COUNTS = (
    "SELECT (SELECT count(*) FROM audit_events) AS events, (SELECT count(*) FROM runs) AS runs,"
    " (SELECT count(*) FROM evolutions WHERE status = 'pass') AS passed,"
    " (SELECT sum(proven) FROM generations) AS proven, (SELECT count(*) FROM steps) AS steps"
)
ALL = "SELECT * FROM audit_events"
SIZE = Size(generations=60, evolutions=8)
EXPECTED = "events,runs,passed,proven,steps\n1560,480,480,180,480\n"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return generate(tmp_path_factory.mktemp("made") / "repo", SIZE)


def query(sql: str = COUNTS) -> list[str]:
    return ["db", "query", sql, "--format", "csv"]


def test_processes_that_build_it_at_once_answer_alike(made: Made) -> None:
    (made.repo.path / CACHE).unlink(missing_ok=True)
    ended = at_once(
        [
            *(worker(made.repo, *query()) for _ in range(3)),
            *(worker(made.repo, *query(ALL)) for _ in range(2)),
            worker(made.repo, "generation", "list"),
            worker(made.repo, "audit", "export", "--output", "-"),
        ]
    )
    assert [status for status, _, _ in ended] == [0] * 7
    assert {out for _, out, _ in ended[:3]} == {EXPECTED}
    assert ended[3][1] == ended[4][1]
    assert len(ended[3][1].splitlines()) == 1561
    assert ended[5][1].count("3/3") == 60
    alone = Gryt().ok("audit", "export", "--output", "-", cwd=made.repo).stdout
    assert ended[6][1] == alone


def dies(self: object, module: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(["false"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def dies_in_the_middle(self: object, module: str) -> subprocess.Popen[bytes]:
    program = "head -c 300000 | exec %s -P -m %s | head -c 40000"
    command = program % (sys.executable, module)
    return subprocess.Popen(
        ["sh", "-c", command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd="/"
    )


@pytest.mark.parametrize("beside", [Git.beside, dies, dies_in_the_middle])
def test_refs_that_another_process_reads_are_the_same(
    made: Made, gryt: Gryt, monkeypatch: pytest.MonkeyPatch, beside: object
) -> None:
    cache = made.repo.path / CACHE
    cache.unlink(missing_ok=True)
    alone = [gryt.ok(*query(sql), cwd=made.repo).stdout for sql in (COUNTS, ALL)]
    cache.unlink()
    monkeypatch.setattr(refresh, "_WORTH", 1)
    monkeypatch.setattr(refresh, "_TOGETHER", 4)
    monkeypatch.setattr(Git, "beside", beside)
    assert [gryt.ok(*query(sql), cwd=made.repo).stdout for sql in (COUNTS, ALL)] == alone


def test_a_build_that_was_killed_is_taken_up_by_the_next(made: Made, gryt: Gryt) -> None:
    for delay in (0.05, 0.2, 0.4, 0.6, 0.8, 1.0):
        (made.repo.path / CACHE).unlink(missing_ok=True)
        program = "import sys; from gryt.cli.main import main; sys.exit(main(sys.argv[1:]))"
        killed = subprocess.Popen(
            [sys.executable, "-c", program, "-C", str(made.repo), *query()],
            stdout=subprocess.DEVNULL,
        )
        time.sleep(delay)  # whenever it falls, the answer is the same
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        assert gryt.ok(*query(), cwd=made.repo).stdout == EXPECTED


def test_a_cache_that_is_in_use_does_not_change_the_answer(
    made: Made, gryt: Gryt, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = made.repo.path / CACHE
    assert gryt.ok(*query(), cwd=made.repo).stdout == EXPECTED
    with closing(sqlite3.connect(cache, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert gryt.ok(*query(), cwd=made.repo).stdout == EXPECTED
        other.execute("ROLLBACK")


@pytest.mark.parametrize("version", [1, 2**31 - 1])
def test_a_cache_of_another_gryt_is_replaced(made: Made, gryt: Gryt, version: int) -> None:
    cache = Path(made.repo.path / CACHE)
    gryt.ok(*query(), cwd=made.repo)
    cache.unlink()
    with closing(sqlite3.connect(cache)) as other:
        other.execute("CREATE TABLE tip (ref TEXT PRIMARY KEY, oid TEXT, tree TEXT)")
        other.execute("CREATE TABLE evolutions (status TEXT)")
        other.execute("CREATE VIEW audit_events AS SELECT 1 AS id")
        other.execute("INSERT INTO tip VALUES ('refs/gryt/generations/v9.0.0', 'x', 'y')")
        other.execute(f"PRAGMA user_version = {version}")
        other.commit()
    assert gryt.ok(*query(), cwd=made.repo).stdout == EXPECTED
    assert gryt.ok(*query(), cwd=made.repo).stdout == EXPECTED
