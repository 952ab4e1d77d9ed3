"""Generations go by another version, or are given up."""

import pytest

from tests.cli.scenes import draft, prove, start
from tests.support.cli import Gryt
from tests.support.git import Repo
from tests.support.ledgers import stock_law_1

pytestmark = pytest.mark.slow  # many processes

V1 = "refs/gryt/generations/v1.5.0"
V2 = "refs/gryt/generations/v1.6.0"


@pytest.fixture
def drafted(gryt: Gryt, repo: Repo) -> Repo:
    """v1.5.0 with one change proven and an evolution of another open."""
    draft(gryt, repo)
    prove(gryt, repo, "FEAT-201")
    start(gryt, repo, "FEAT-202")
    return repo


def share(repo: Repo) -> None:
    """Publishes the ledger and tags with plain git, and notes what the remote has."""
    repo.git("config", "gryt.mode", "local")
    repo.git("push", "--quiet", "origin", "refs/gryt/*:refs/gryt/*", "--tags")
    repo.git("fetch", "--quiet", "origin", "refs/gryt/*:refs/gryt-remotes/origin/*")


def versions(gryt: Gryt, repo: Repo) -> list[str]:
    listed = gryt.ok("generation", "list", "--json", cwd=repo).json["generations"]
    return [line["version"] for line in listed]


def sound(gryt: Gryt, repo: Repo) -> None:
    verified = gryt("verify", cwd=repo)
    assert verified.status == 0, verified.stdout
    for ref in repo.refs("refs/gryt/generations"):
        assert stock_law_1(repo, ref) == []


def test_an_unpublished_draft_moves_with_all_that_is_its_own(gryt: Gryt, drafted: Repo) -> None:
    before = drafted.refs()[V1]
    gryt.ok("generation", "rename", "v1.5.0", "v1.6.0", cwd=drafted)
    refs = drafted.refs()
    assert V1 not in refs
    assert drafted.git("rev-parse", f"{V2}^") == before
    assert "refs/tags/v1.5.0-rc.1" not in refs
    assert drafted.git("cat-file", "tag", "v1.6.0-rc.1").startswith(f"object {drafted.head}")
    assert "evolution: v1.6.0-rc.1" in drafted.git("notes", "--ref=gryt", "show", "HEAD")
    assert not (drafted / ".gryt/generations/v1.5.0.yaml").exists()
    assert "version: v1.6.0" in (drafted / ".gryt/generations/v1.6.0.yaml").read_text()
    assert versions(gryt, drafted) == ["v1.6.0"]
    shown = gryt.ok("evolution", "show", "v1.6.0-rc.1", "--json", cwd=drafted).json
    assert shown["evolutions"][0]["tag_object"] == refs["refs/tags/v1.6.0-rc.1"]
    sound(gryt, drafted)
    drafted.commit("feat: mail", {"mail.py": ""})
    assert "v1.6.0-rc.2: proves FEAT-202" in gryt.ok("run", cwd=drafted).stdout
    sound(gryt, drafted)


def test_a_published_name_keeps_its_ref_and_tags(gryt: Gryt, drafted: Repo, remote: Repo) -> None:
    share(drafted)
    gryt.ok("generation", "rename", "v1.5.0", "v1.6.0", cwd=drafted)
    refs = drafted.refs()
    assert refs[V1] == refs[V2]
    assert {"refs/tags/v1.5.0-rc.1", "refs/tags/v1.6.0-rc.1"} < refs.keys()
    assert versions(gryt, drafted) == ["v1.6.0"]
    said = gryt("generation", "show", "v1.5.0", cwd=drafted)
    assert (said.status, "goes by 'v1.6.0' now" in said.stderr) == (3, True)
    again = gryt("generation", "new", "v1.5.0", cwd=drafted)
    assert (again.status, "was taken before" in again.stderr) == (3, True)
    sound(gryt, drafted)
    drafted.git("push", "--quiet", "origin", "refs/gryt/*:refs/gryt/*")


def test_every_listing_knows_a_shared_generation_by_its_new_name_alone(
    gryt: Gryt, drafted: Repo, remote: Repo
) -> None:
    share(drafted)
    gryt.ok("generation", "rename", "v1.5.0", "v1.6.0", cwd=drafted)
    assert "  v1.6.0-rc.1 (FEAT-201): full-ci pass\n" in gryt.ok("check", cwd=drafted).stdout
    trail = gryt.ok("audit", "log", cwd=drafted).stdout
    assert trail.count("run.finished") == 1
    assert "v1.5.0 -> v1.6.0" in trail
    asked = gryt.ok("db", "query", "SELECT version FROM generations", "--json", cwd=drafted)
    assert "v1.5.0" not in asked.stdout
    taken = gryt.ok("audit", "snapshot", "--label", "renamed", "--json", cwd=drafted).json
    assert taken["snapshots"][0]["generations"] == 1
    listed = gryt.ok(
        "audit", "show-snapshot", taken["snapshots"][0]["id"], "--json", cwd=drafted
    ).json
    assert [each["version"] for each in listed["generations"]] == ["v1.6.0"]
    bundled = gryt.ok("audit", "bundle", "all.bundle", "--json", cwd=drafted).json
    assert bundled["generations"] == 1
    assert gryt.ok("run", "list", cwd=drafted).stdout.count("FEAT-201") <= 1
    report = drafted.path.with_name("report.json")
    gryt("compliance", "--format", "json", "--output", report, cwd=drafted)
    assert report.exists()


def test_what_others_add_to_the_former_name_comes_along(
    gryt: Gryt, drafted: Repo, clone: Repo
) -> None:
    share(drafted)
    clone.git("fetch", "--quiet", "origin", "refs/gryt/*:refs/gryt/*")
    start(gryt, clone, "BUG-88")
    theirs = clone.refs()[V1]
    gryt.ok("generation", "rename", "v1.5.0", "v1.6.0", cwd=drafted)
    drafted.git("fetch", "--quiet", clone, f"{V1}:refs/theirs")
    from gryt.cli.context import App
    from gryt.store.naming import settle

    drafted.git("update-ref", V1, theirs)
    assert settle(App((drafted.path,)).session.ledger) == {"v1.6.0": "v1.6.0", "v1.5.0": "v1.6.0"}
    assert settle(App((drafted.path,)).session.ledger) == {}
    shown = gryt.ok("evolution", "list", "v1.6.0", "--json", cwd=drafted).json
    assert [e["tag"] for e in shown["evolutions"]] == [f"v1.6.0-rc.{n}" for n in (1, 2, 3)]
    sound(gryt, drafted)


def test_a_rename_that_was_killed_halfway_is_finished_by_the_next(
    gryt: Gryt, drafted: Repo
) -> None:
    before = drafted.refs()[V1]
    gryt.ok("generation", "rename", "v1.5.0", "v1.6.0", cwd=drafted)
    drafted.git("update-ref", V1, before)  # git makes the new refs first
    gryt.ok("generation", "rename", "v1.5.0", "v1.6.0", cwd=drafted)
    assert V1 not in drafted.refs()
    sound(gryt, drafted)


def test_another_generation_of_the_name_on_a_remote_takes_its_place(
    gryt: Gryt, repo: Repo, clone: Repo
) -> None:
    draft(gryt, repo)
    share(repo)
    draft(gryt, clone)
    start(gryt, clone, "BUG-88")
    clone.git("fetch", "--quiet", "origin", "refs/gryt/*:refs/gryt-remotes/origin/*")
    gryt.ok("generation", "rename", "v1.5.0", "v1.6.0", cwd=clone)
    assert clone.refs()[V1] == repo.refs()[V1]
    assert versions(gryt, clone) == ["v1.5.0", "v1.6.0"]
    assert (clone / ".gryt/generations/v1.5.0.yaml").exists()
    sound(gryt, clone)


def test_names_can_be_taken_back(gryt: Gryt, drafted: Repo, remote: Repo) -> None:
    share(drafted)
    gryt.ok("generation", "rename", "v1.5.0", "v1.6.0", cwd=drafted)
    gryt.ok("generation", "rename", "v1.6.0", "v1.7.0", cwd=drafted)
    gryt.ok("generation", "rename", "v1.7.0", "v1.5.0", cwd=drafted)
    assert versions(gryt, drafted) == ["v1.5.0"]
    assert V2 not in drafted.refs()
    sound(gryt, drafted)


REFUSED = [
    ("v1.5.0", "v2.0.0", "'v2.0.0' exists already (draft)"),
    ("v1.5.0", "2.0.0", "'v2.0.0' exists already (draft)"),
    ("v1.5.0", "v1.5.0", "'v1.5.0' exists already"),
    ("v1.5.0", "nonsense", "'nonsense' is not a version"),
    ("v1.5.1", "v1.6.0", "did you mean 'v1.5.0'?"),
    ("v3.0.0", "v1.6.0", "'v3.0.0' is promoted"),
    ("v1.5.0", "v7.0.0", "tag 'v7.0.0-rc.1' exists already"),
    ("v1.5.0", "v8.0.0", "tag 'v8.0.0' exists already"),
]


def test_what_cannot_be_renamed_or_abandoned_stays(gryt: Gryt, drafted: Repo) -> None:
    gryt.ok("generation", "new", "v2.0.0", cwd=drafted)
    gryt.ok("generation", "new", "v3.0.0", "--change", "add:A:One", cwd=drafted)
    prove(gryt, drafted, "A", "v3.0.0")
    gryt.ok("generation", "promote", "v3.0.0", cwd=drafted)
    drafted.git("tag", "v7.0.0-rc.1")
    drafted.git("tag", "v8.0.0")
    before = drafted.refs()
    for old, new, said in REFUSED:
        refused = gryt("generation", "rename", old, new, cwd=drafted)
        assert (refused.status, said in refused.stderr) == (3, True), refused.stderr
    refused = gryt("generation", "abandon", "v3.0.0", "--reason", "oh", cwd=drafted)
    assert (refused.status, "is promoted" in refused.stderr) == (3, True)
    assert drafted.refs() == before


def test_an_abandoned_generation_takes_nothing_more(gryt: Gryt, drafted: Repo) -> None:
    gryt.ok("generation", "abandon", "v1.5.0", "--reason", "not this year", cwd=drafted)
    shown = gryt.ok("generation", "show", "v1.5.0", cwd=drafted).stdout
    assert "Status: abandoned\nReason: not this year\n" in shown
    for command in (
        ("evolution", "start", "v1.5.0", "--change", "BUG-88"),
        ("generation", "promote", "v1.5.0"),
        ("generation", "rename", "v1.5.0", "v1.6.0"),
        ("generation", "abandon", "v1.5.0", "--reason", "again"),
        ("run", "--evolution", "v1.5.0-rc.2"),
    ):
        refused = gryt(*command, cwd=drafted)
        assert (refused.status, "is abandoned" in refused.stderr) == (3, True), command
    sound(gryt, drafted)
