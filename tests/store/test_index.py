"""The cache is disposable: lost, broken, foreign or unwritable, every answer stays the same."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from gryt.store.index import VERSION, Index, Row, Summary, check_sum
from tests.cli.scenes import copy_of, draft, prove, proven
from tests.support.cli import Gryt
from tests.support.git import Repo, make_repo

pytestmark = pytest.mark.slow  # many processes

QUESTIONS = [
    ("generation", "list"),
    ("generation", "show", "v1.5.0", "--json"),
    ("evolution", "list", "v1.5.0"),
    ("evolution", "show", "v1.5.0-rc.1", "--json"),
    ("audit", "log", "--json"),
    ("audit", "list-snapshots", "--json"),
]
CACHE = ".git/gryt/index.db"


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    repo, gryt = make_repo(tmp_path_factory.mktemp("finished") / "repo"), Gryt()
    proven(gryt, repo)
    gryt.ok("generation", "new", "v2.0.0", cwd=repo)
    gryt.ok("audit", "snapshot", "--label", "x", cwd=repo)
    for question in QUESTIONS:
        gryt.ok(*question, cwd=repo)
    return repo


@pytest.fixture
def ready(finished: Repo, tmp_path: Path) -> Repo:
    return copy_of(finished, tmp_path / "repo")


def ask(gryt: Gryt, repo: Repo) -> list[str]:
    return [gryt.ok(*question, cwd=repo).stdout for question in QUESTIONS]


def lost(cache: Path) -> None:
    cache.unlink()


def folder_lost(cache: Path) -> None:
    shutil.rmtree(cache.parent)


def empty(cache: Path) -> None:
    cache.write_bytes(b"")


def no_database(cache: Path) -> None:
    cache.write_bytes(b"not a database at all\n" * 100)


def cut_short(cache: Path) -> None:
    cache.write_bytes(cache.read_bytes()[:5000])


def overwritten(cache: Path) -> None:
    data = bytearray(cache.read_bytes())
    data[4096:] = b"\xa5" * (len(data) - 4096)
    cache.write_bytes(data)


def another_version(cache: Path) -> None:
    with closing(sqlite3.connect(cache)) as database:
        database.execute("UPDATE state SET state = 'nonsense'")
        database.execute(f"PRAGMA user_version = {VERSION + 1}")
        database.commit()


def other_tables(cache: Path) -> None:
    cache.unlink()
    with closing(sqlite3.connect(cache)) as database:
        database.execute("CREATE TABLE tip (other TEXT)")
        database.execute(f"PRAGMA user_version = {VERSION}")
        database.commit()


def a_folder(cache: Path) -> None:
    cache.unlink()
    cache.mkdir()


def locked(cache: Path) -> None:
    cache.chmod(0o444)


@pytest.mark.parametrize(
    "broken",
    [
        *(lost, folder_lost, empty, no_database, cut_short, overwritten, another_version),
        *(other_tables, a_folder, locked),
    ],
)
def test_a_broken_cache_changes_no_answer(
    broken: Callable[[Path], None], ready: Repo, gryt: Gryt
) -> None:
    before = ask(gryt, ready)
    broken(ready / CACHE)
    assert ask(gryt, ready) == before
    assert ask(gryt, ready) == before


@pytest.mark.parametrize("broken", [lost, no_database, overwritten, another_version, a_folder])
def test_a_broken_cache_does_not_keep_anybody_from_writing(
    broken: Callable[[Path], None], ready: Repo, gryt: Gryt
) -> None:
    broken(ready / CACHE)
    prove(gryt, ready, "FEAT-201")
    listed = gryt.ok("evolution", "list", "v1.5.0", "--json", cwd=ready).json["evolutions"]
    assert [evolution["number"] for evolution in listed] == [1, 2]


def test_a_cache_follows_refs_that_are_moved_by_others(ready: Repo, gryt: Gryt) -> None:
    ref = "refs/gryt/generations/v1.5.0"
    ready.git("update-ref", ref, f"{ref}~1")  # a rewind: nothing honest does that
    evolutions = gryt.ok("evolution", "list", "v1.5.0", "--json", cwd=ready).json["evolutions"]
    assert [evolution["status"] for evolution in evolutions] == ["running"]
    ready.git("update-ref", "-d", ref)
    (ready / ".gryt/generations/v1.5.0.yaml").unlink()
    assert "v1.5.0" not in gryt.ok("generation", "list", cwd=ready).stdout
    assert gryt("generation", "show", "v1.5.0", cwd=ready).status == 3


def test_a_record_that_does_not_read_spoils_only_its_generation(repo: Repo, gryt: Gryt) -> None:
    draft(gryt, repo)
    gryt.ok("generation", "new", "v2.0.0", cwd=repo)
    ref = "refs/gryt/generations/v1.5.0"
    blob = repo.git("hash-object", "-w", "--stdin", stdin="format: 9\n")
    tree = repo.git("mktree", stdin=f"100644 blob {blob}\t{'0' * 26}-created.yaml\n")
    top = repo.git("mktree", stdin=f"040000 tree {tree}\tgeneration\n")
    repo.git("update-ref", ref, repo.git("commit-tree", "-m", "x", "-p", ref, top))
    shown = gryt("generation", "show", "v1.5.0", cwd=repo)
    assert shown.status == 6
    assert shown.stderr.startswith(f"gryt: '{ref}' has 1 unreadable record\n")
    assert "hint: gryt verify\n" in shown.stderr
    listed = gryt.ok("generation", "list", cwd=repo)
    rows = {line.split()[0]: line.split()[1] for line in listed.stdout.splitlines()[1:]}
    assert rows == {"v1.5.0": "corrupt", "v2.0.0": "draft"}


# --- the cache by itself

REF = "refs/gryt/generations/v1.0.0"
ONE, TWO = Row("generation/1.yaml", "b1", "{}", None), Row("generation/2.yaml", "b2", None, "bad")
SUMMARY = Summary(REF, "c1", "k", "v1.0.0", "g", "draft", "d", 1, 2, 3, "at", None)


def opened(path: Path) -> Index:
    return Index(path / "gryt" / "index.db", persist=True)


def test_what_was_put_in_is_found_by_the_next_process(tmp_path: Path) -> None:
    first = opened(tmp_path)
    assert (first.tip(REF), first.newest(), first.rows(REF)) == (None, None, [])
    first.put_records(REF, ("c1", "t1"), since=None, rows=[ONE, TWO], newest="02")
    first.put_state(SUMMARY, "state")
    second = opened(tmp_path)
    assert (second.tip(REF), second.newest()) == (("c1", "t1"), "02")
    assert second.rows(REF) == [ONE, TWO]
    assert (second.state(REF, "c1"), second.state(REF, "c2")) == ("state", None)
    assert second.summaries() == [SUMMARY]


def test_only_what_is_new_is_added(tmp_path: Path) -> None:
    index = opened(tmp_path)
    index.put_records(REF, ("c1", "t1"), since=None, rows=[ONE], newest="01")
    index.put_records(REF, ("c2", "t2"), since="t1", rows=[TWO], newest="02")
    assert index.rows(REF) == [ONE, TWO]
    index.put_records(REF, ("c3", "t3"), since="t1", rows=[], newest="99")  # came too late
    assert (index.tip(REF), index.newest()) == (("c2", "t2"), "02")
    index.put_records(REF, ("c4", "t4"), since=None, rows=[TWO], newest="02")
    assert index.rows(REF) == [TWO]


def test_without_permission_to_write_it_works_in_memory(tmp_path: Path) -> None:
    (tmp_path / "gryt").write_text("no folder")
    index = opened(tmp_path)
    index.put_records(REF, ("c1", "t1"), since=None, rows=[ONE], newest="01")
    assert index.rows(REF) == [ONE]
    assert (tmp_path / "gryt").read_text() == "no folder"


def test_a_question_that_must_not_write_reads_a_copy(tmp_path: Path) -> None:
    opened(tmp_path).put_records(REF, ("c1", "t1"), since=None, rows=[ONE], newest="01")
    path = tmp_path / "gryt" / "index.db"
    before = path.read_bytes()
    index = Index(path, persist=False)
    index.put_records(REF, ("c2", "t2"), since=None, rows=[TWO], newest="02")
    assert index.rows(REF) == [TWO]
    assert path.read_bytes() == before
    assert opened(tmp_path).rows(REF) == [ONE]


def test_a_question_that_must_not_write_needs_no_cache(tmp_path: Path) -> None:
    index = Index(tmp_path / "gryt" / "index.db", persist=False)
    assert index.summaries() == []
    assert not (tmp_path / "gryt").exists()


def test_a_busy_cache_is_not_taken_for_a_broken_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = opened(tmp_path)
    index.put_records(REF, ("c1", "t1"), since=None, rows=[ONE], newest="01")
    index.database.connection.execute("PRAGMA busy_timeout = 1")
    with closing(sqlite3.connect(tmp_path / "gryt" / "index.db")) as other:
        other.execute("BEGIN IMMEDIATE")
        index.put_records(REF, ("c2", "t2"), since="t1", rows=[TWO], newest="02")
    assert opened(tmp_path).rows(REF) == [ONE]


def test_a_cache_with_other_tables_carries_another_version() -> None:
    assert check_sum() == VERSION, "the tables changed: set index.VERSION to this check sum"
