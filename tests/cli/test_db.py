"""SQL over the ledger: Workflow 7's questions, and nothing but questions."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.scenes import copy_of, draft, prove
from tests.support.cli import Gryt, Result
from tests.support.git import Repo, make_repo

pytestmark = pytest.mark.slow  # many processes

CACHE = ".git/gryt/index.db"

PASS_RATE = """
  SELECT
    COUNT(*) as total,
    SUM(CASE WHEN status = 'pass' THEN 1 ELSE 0 END) as passed,
    ROUND(SUM(CASE WHEN status = 'pass' THEN 1 ELSE 0 END) * 100.0 / COUNT(*), 2) as pass_rate
  FROM evolutions
  WHERE created_at >= '2024-01-01'
"""
CHANGES = """
  SELECT COUNT(*) as total_changes
  FROM generation_changes
  WHERE created_at >= '2024-01-01'
    AND created_at < '2124-04-01'
"""
PROMOTED = """
  SELECT version, promoted_at
  FROM generations
  WHERE status = 'promoted'
    AND promoted_at >= '2024-01-01'
  ORDER BY promoted_at DESC
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    """A draft with one change proven, one failed and one not tried."""
    repo, gryt = make_repo(tmp_path_factory.mktemp("told") / "repo"), Gryt()
    draft(gryt, repo)
    prove(gryt, repo, "FEAT-201")
    gryt.ok("evolution", "start", "v1.5.0", "--change", "BUG-88", cwd=repo)
    return repo


def asked(gryt: Gryt, repo: Repo, sql: str) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = gryt.ok("db", "query", sql, "--format", "json", cwd=repo).json
    return rows


def test_the_questions_of_workflow_7_are_answered(told: Repo, gryt: Gryt) -> None:
    assert asked(gryt, told, CHANGES) == [{"total_changes": 3}]
    assert asked(gryt, told, PASS_RATE) == [{"total": 2, "passed": 1, "pass_rate": 50.0}]
    assert asked(gryt, told, PROMOTED) == []


def test_a_question_sees_what_was_recorded_since_the_last_one(
    told: Repo, tmp_path: Path, gryt: Gryt
) -> None:
    repo = copy_of(told, tmp_path / "repo")
    counts = "SELECT event_type, count(*) AS n FROM audit_events GROUP BY 1 ORDER BY 1"
    before = {row["event_type"]: row["n"] for row in asked(gryt, repo, counts)}
    assert before == {
        "generation.created": 1,
        "generation.contract": 1,
        "evolution.started": 2,
        "run.started": 1,
        "run.finished": 1,
    }
    gryt.ok("run", cwd=repo)
    assert asked(gryt, repo, PASS_RATE)[0]["passed"] == 2
    runs = "SELECT status, pipeline, seconds > 0 AS took, version FROM runs"
    ran = {"status": "pass", "pipeline": "full-ci", "took": 1, "version": "v1.5.0"}
    assert asked(gryt, repo, runs) == [ran, ran]
    assert asked(gryt, repo, "SELECT count(DISTINCT run_id) AS n FROM steps")[0]["n"] == 2
    gryt.ok("audit", "snapshot", "--label", "a", cwd=repo)
    assert asked(gryt, repo, "SELECT label, generations FROM snapshots") == [
        {"label": "a", "generations": 1}
    ]


def test_a_ref_that_is_rewound_or_gone_takes_its_rows_with_it(
    told: Repo, tmp_path: Path, gryt: Gryt
) -> None:
    repo = copy_of(told, tmp_path / "repo")
    everything = "SELECT count(*) AS n FROM audit_events"
    assert asked(gryt, repo, everything) == [{"n": 6}]
    ref = "refs/gryt/generations/v1.5.0"
    repo.git("update-ref", ref, f"{ref}~2")
    assert asked(gryt, repo, everything) == [{"n": 4}]
    assert asked(gryt, repo, "SELECT status FROM runs") == [{"status": "running"}]
    repo.git("update-ref", "-d", ref)
    (repo / ".gryt/generations/v1.5.0.yaml").unlink()
    for table in ("audit_events", "generations", "generation_changes", "evolutions", "runs"):
        assert asked(gryt, repo, f"SELECT 1 AS n FROM {table}") == []


def test_a_renamed_generation_is_there_once(told: Repo, tmp_path: Path, gryt: Gryt) -> None:
    repo = copy_of(told, tmp_path / "repo")
    gryt.ok("generation", "rename", "v1.5.0", "v1.6.0", cwd=repo)
    found = asked(gryt, repo, "SELECT version, evolutions FROM generations")
    assert found == [{"version": "v1.6.0", "evolutions": 2}]
    assert asked(gryt, repo, PASS_RATE)[0]["total"] == 2
    assert asked(gryt, repo, "SELECT count(*) AS n FROM runs") == [{"n": 1}]


FORMATS = {
    "table": "a   b  c\n=1  x  1\n",
    "csv": "a,b,c\n'=1,x,1\n",
    "tsv": "a\tb\tc\n'=1\tx\t1\n",
    "json": '[{"a": "=1", "b": "x", "c": 1}]\n',
}


@pytest.mark.parametrize(("form", "text"), FORMATS.items())
def test_every_format(form: str, text: str, told: Repo, gryt: Gryt) -> None:
    sql = "SELECT '=1' AS a, 'x' AS b, 1 AS c"
    assert gryt.ok("db", "query", "-", "--format", form, cwd=told, stdin=sql).stdout == text


def test_no_rows_still_have_a_header(told: Repo, gryt: Gryt) -> None:
    sql = "SELECT version, tag FROM generations WHERE false"
    assert gryt.ok("db", "query", sql, "--format", "csv", cwd=told).stdout == "version,tag\n"
    assert gryt.ok("db", "query", sql, "--format", "json", cwd=told).json == []
    assert gryt.ok("db", "query", sql, cwd=told).stdout == "version  tag\n"


def test_the_schema_describes_every_column_that_there_is(told: Repo, gryt: Gryt) -> None:
    tables = gryt.ok("db", "schema", "--json", cwd=told).json["tables"]
    promised = "generations generation_changes evolutions runs steps audit_events snapshots"
    assert {*promised.split(), "approvals", "policies", "metrics"} <= {t["name"] for t in tables}
    for table in tables:
        columns = gryt.ok("db", "query", f"SELECT * FROM {table['name']}", "--json", cwd=told)
        assert columns.json["columns"] == [column["name"] for column in table["columns"]]
        assert all(column["doc"] for column in table["columns"])
    assert "promoted_at" in gryt.ok("db", "schema", cwd=told).stdout


def test_numbers_are_those_of_the_records(told: Repo, gryt: Gryt) -> None:
    found = gryt.ok("db", "metric", "--json", cwd=told).json["metrics"]
    values = {each["name"]: (each["value"], each["of"]) for each in found}
    assert values == {
        "pass_rate": (1.0, 1),
        "lead_time": (None, 0),
        "evolutions_per_change": (pytest.approx(2 / 3), 3),
        "time_to_promote": (None, 0),
        "flaky_rate": (0.0, values["flaky_rate"][1]),
        "hotfix_count": (0.0, 1),
        "promotion_rate": (None, 0),
        "failed_evolutions": (0.0, 2),
    }
    assert gryt.ok("db", "metric", "pass_rate", cwd=told).stdout == "1\n"
    assert gryt.ok("db", "metric", "lead_time", cwd=told).stdout == "no data\n"
    text = gryt.ok("stats", "--format", "prometheus", "--generation", "v1.5.0", cwd=told).stdout
    assert 'gryt_pass_rate{generation="v1.5.0"} 1.0\n' in text
    assert "lead_time" not in text
    assert gryt("db", "metric", "pass_rat", cwd=told).status == 3
    assert gryt("stats", "--generation", "v9.0.0", cwd=told).status == 3


def test_a_copy_has_all_that_can_be_asked(told: Repo, tmp_path: Path, gryt: Gryt) -> None:
    gryt.ok("db", "export", tmp_path / "copy.db", cwd=told)
    with closing(sqlite3.connect(tmp_path / "copy.db")) as copy:
        for table in gryt.ok("db", "schema", "--json", cwd=told).json["tables"]:
            sql = f"SELECT * FROM {table['name']} ORDER BY 1, 2, 3"
            there = gryt.ok("db", "query", sql, "--json", cwd=told).json["rows"]
            assert [tuple(row.values()) for row in there] == copy.execute(sql).fetchall()
        about = dict(copy.execute("SELECT key, value FROM gryt_about"))
        ref = "refs/gryt/generations/v1.5.0"
        assert about[f"ref {ref}"] == told.git("rev-parse", ref)


def test_what_does_not_read_is_told_and_read_again(told: Repo, tmp_path: Path, gryt: Gryt) -> None:
    repo = copy_of(told, tmp_path / "repo")
    ref = "refs/gryt/generations/v1.5.0"
    path = next(
        p for p in repo.git("ls-tree", "-r", "--name-only", ref).splitlines() if "-run-f" in p
    )
    blob = repo.git("rev-parse", f"{ref}:{path}")
    file = repo.path / ".git/objects" / blob[:2] / blob[2:]
    data = file.read_bytes()
    file.unlink()
    (repo / CACHE).unlink()
    unreadable = "SELECT reason FROM audit_events WHERE event_type = 'unreadable'"
    for _ in range(2):
        assert asked(gryt, repo, "SELECT version, status FROM generations") == [
            {"version": "v1.5.0", "status": "corrupt"}
        ]
        assert asked(gryt, repo, unreadable) == [{"reason": f"object '{blob}' is missing"}]
        records = json.loads(gryt.ok("audit", "export", "--output", "-", cwd=repo).stdout)[
            "records"
        ]
        broken = [record for record in records if record["kind"] == "unreadable"]
        assert [(each["path"], each["record"]) for each in broken] == [(path, None)]
        assert "missing" in broken[0]["problem"]
    file.write_bytes(data)
    assert asked(gryt, repo, "SELECT status FROM generations") == [{"status": "draft"}]
    assert asked(gryt, repo, unreadable) == []


# --- nothing but questions

REFUSED = [
    *("INSERT INTO runs (ref, id) VALUES ('x', 'y')", "UPDATE generations SET status = 'promoted'"),
    *("DELETE FROM audit_events", "DELETE FROM generations", "DROP TABLE runs"),
    *("CREATE TABLE x (y)", "CREATE TEMP TABLE x (y)", "CREATE VIEW x AS SELECT 1"),
    *("CREATE TRIGGER t AFTER INSERT ON runs BEGIN SELECT 1; END", "ALTER TABLE runs RENAME TO x"),
    *("ATTACH DATABASE 'evil.db' AS evil", "ATTACH 'file:evil.db?mode=rwc' AS evil"),
    *("DETACH DATABASE main", "VACUUM", "VACUUM INTO 'evil.db'", "REINDEX", "ANALYZE"),
    *("PRAGMA query_only=OFF", "PRAGMA writable_schema=ON", "PRAGMA journal_mode=WAL"),
    *("PRAGMA user_version", "SELECT * FROM pragma_database_list", "BEGIN", "COMMIT"),
    *("SAVEPOINT x", "ROLLBACK", "SELECT load_extension('evil.so')", "SELECT writefile('evil', 1)"),
    *(
        "SELECT readfile('/etc/passwd')",
        "SELECT edit('x')",
        "SELECT printf('%.*c', 900000000, 'x')",
    ),
    *(
        "SELECT format('%.*c', 900000000, 'x')",
        "SELECT zeroblob(900000000)",
        "SELECT randomblob(9)",
    ),
    *("SELECT fts3_tokenizer('x')", "CREATE VIRTUAL TABLE x USING fts5(y)", "SELECT * FROM tip"),
    *("SELECT doc FROM record", "SELECT n FROM event", "SELECT * FROM sqlite_dbpage"),
    *(
        "WITH x AS (SELECT 1) INSERT INTO runs SELECT * FROM x",
        "REPLACE INTO runs (ref) VALUES (1)",
    ),
    *("SELECT 1; DELETE FROM runs", "SELECT 1; SELECT 2", "", "   ", "-- nothing", ";", "SELEC 1"),
    *("EXPLAIN DELETE FROM runs", "SELECT * FROM nowhere", "SELECT nothing FROM runs", "\0"),
    *("SELECT x FROM generate_series(1, 9)", "SELECT ?", f"SELECT {'1+' * 5000}1", "SELECT '" * 9),
    f"SELECT {', '.join('1' * 999)}",
]


@pytest.mark.parametrize("sql", REFUSED, ids=lambda sql: sql[:40])
def test_a_statement_that_does_more_than_ask_is_refused(sql: str, told: Repo, gryt: Gryt) -> None:
    gryt.ok("db", "query", "SELECT 1", cwd=told)
    before = snapshot_of(told.path)
    answer = gryt("db", "query", "--", sql, cwd=told)
    assert answer.status == 3, answer
    assert answer.stdout == ""
    assert answer.stderr.startswith("gryt: ")
    assert snapshot_of(told.path) == before


def snapshot_of(path: Path) -> dict[str, bytes]:
    """Every file, and what it holds."""
    return {str(each): each.read_bytes() for each in path.rglob("*") if each.is_file()}


@pytest.mark.parametrize(
    "sql",
    [
        "WITH RECURSIVE t(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM t) SELECT count(*) FROM t",
        f"SELECT count(*) FROM {', '.join(f'audit_events a{n}' for n in range(20))}",
    ],
)
def test_a_question_without_end_is_ended(sql: str, told: Repo, gryt: Gryt) -> None:
    answer = gryt("db", "query", sql, "--timeout", "0.2", cwd=told)
    assert answer.status == 3
    assert answer.stderr.startswith("gryt: the question took more than 0.2 seconds\n")


def test_a_question_that_says_too_much_is_ended(told: Repo, gryt: Gryt) -> None:
    numbers = "WITH RECURSIVE t(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM t LIMIT 600000)"
    answer = gryt("db", "query", f"{numbers} SELECT x FROM t", cwd=told)
    assert (answer.status, answer.stdout) == (3, "")


def test_a_text_that_grows_without_end_is_ended(told: Repo, gryt: Gryt) -> None:
    text = (
        "WITH RECURSIVE t(x) AS (SELECT 'ab' UNION ALL SELECT x || x FROM t) SELECT max(x) FROM t"
    )
    assert gryt("db", "query", text, cwd=told).status == 3


def test_a_wrong_name_gets_the_nearest_one(told: Repo, gryt: Gryt) -> None:
    table = gryt("db", "query", "SELECT * FROM generation", cwd=told)
    assert "hint: did you mean 'generations'?\n" in table.stderr
    column = gryt("db", "query", "SELECT versoin FROM generations", cwd=told)
    assert "hint: did you mean 'version'?\n" in column.stderr


# --- the cache

SUMS = [
    *(CHANGES, PASS_RATE, "SELECT * FROM generations", "SELECT * FROM generation_changes"),
    *("SELECT * FROM evolutions", "SELECT * FROM runs", "SELECT * FROM steps"),
    "SELECT * FROM audit_events",
]


def everything(gryt: Gryt, repo: Repo) -> Iterator[Result]:
    for sql in SUMS:
        yield gryt.ok("db", "query", sql, "--json", cwd=repo)


def rows_gone(cache: Path) -> None:
    edit(cache, "DELETE FROM evolutions")


def rows_forged(cache: Path) -> None:
    edit(cache, "UPDATE evolutions SET status = 'pass'")


def table_gone(cache: Path) -> None:
    edit(cache, "DROP TABLE evolutions")


def cache_gone(cache: Path) -> None:
    cache.unlink()


def end_overwritten(cache: Path) -> None:
    data = bytearray(cache.read_bytes())
    data[8192:] = b"\x5a" * (len(data) - 8192)
    cache.write_bytes(data)


def some_bytes_flipped(cache: Path) -> None:
    data = cache.read_bytes()
    assert b"FEAT-201" in data
    cache.write_bytes(data.replace(b"FEAT-201", b"FEAT-666"))


def edit(cache: Path, sql: str) -> None:
    database = sqlite3.connect(cache)
    database.execute(sql)
    database.commit()
    database.close()


@pytest.mark.parametrize(
    "harm",
    [cache_gone, rows_gone, rows_forged, table_gone, end_overwritten, some_bytes_flipped],
)
def test_a_harmed_cache_answers_as_ever(
    harm: object, told: Repo, tmp_path: Path, gryt: Gryt
) -> None:
    repo = copy_of(told, tmp_path / "repo")
    before = list(everything(gryt, repo))
    assert callable(harm)
    harm(repo / CACHE)
    assert list(everything(gryt, repo)) == before
    assert list(everything(gryt, repo)) == before


def test_where_nothing_can_be_written_it_answers_all_the_same(
    told: Repo, tmp_path: Path, gryt: Gryt
) -> None:
    repo = copy_of(told, tmp_path / "repo")
    before = list(everything(gryt, repo))
    (repo / CACHE).unlink()
    (repo / CACHE).mkdir()
    assert list(everything(gryt, repo)) == before
    assert gryt("db", "query", "DELETE FROM runs", cwd=repo).status == 3
