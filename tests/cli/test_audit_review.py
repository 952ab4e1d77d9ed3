"""`gryt audit review`: the look at the trail is on record."""

from tests.support.cli import Gryt
from tests.support.git import Repo
from tests.support.ledgers import Desk, paths, ref_of, stock_law_1, tamper

VERSION = "v1.5.0"


def _reviews(gryt: Gryt, repo: Repo) -> list[dict[str, object]]:
    records = gryt.ok("audit", "log", "--json", cwd=repo).json["records"]
    return [record for record in records if record["kind"] == "audit.reviewed"]


def test_a_review_is_recorded_with_what_there_was_to_see(repo: Repo, gryt: Gryt) -> None:
    Desk(repo).proven(VERSION, "FEAT-201")
    done = gryt("audit", "review", "--comment", "quarterly", cwd=repo)
    assert (done.status, done.stderr) == (0, "")
    assert done.stdout.startswith("Ledger: sound")
    (record,) = _reviews(gryt, repo)
    assert (record["tampered"], record["comment"]) == (0, "quarterly")
    assert record["refs"] == {ref_of(VERSION): repo.git("rev-parse", ref_of(VERSION))}
    assert stock_law_1(repo, "refs/gryt/meta") == []
    assert gryt("verify", cwd=repo).status == 0


def test_a_review_of_a_forged_trail_says_so_for_good(repo: Repo, gryt: Gryt) -> None:
    Desk(repo).proven(VERSION, "FEAT-201")
    (contract,) = paths(repo, ref_of(VERSION), "-contract")[:1]
    tamper(repo, ref_of(VERSION), {contract: None})
    assert gryt("audit", "review", cwd=repo).status == 6
    (record,) = _reviews(gryt, repo)
    assert record["tampered"] >= 1  # type: ignore[operator]
    assert any(contract in line for line in record["findings"])  # type: ignore[attr-defined]


def test_an_empty_comment_is_refused_and_nothing_recorded(repo: Repo, gryt: Gryt) -> None:
    done = gryt("audit", "review", "--comment", " ", cwd=repo)
    assert (done.status, done.stderr) == (3, "gryt: a comment has 1 to 2000 characters\n")
    assert repo.git("for-each-ref", "refs/gryt") == ""
