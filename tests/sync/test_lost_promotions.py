"""A promotion made offline, whose version another generation took at the remote meanwhile."""

import json
from pathlib import Path

import pytest

from tests.support.cli import Gryt
from tests.support.git import Repo
from tests.sync.team import is_sound, local, new, prove, ref_of, shared

PROMOTE = ("generation", "promote", "v1.0.0")
RENAME = ("generation", "rename", "v1.0.0", "v1.1.0")


def show(gryt: Gryt, repo: Repo, version: str) -> dict[str, object]:
    return dict(gryt.ok("generation", "show", version, "--json", cwd=repo).json)


@pytest.fixture
def lost(gryt: Gryt, repo: Repo, remote: Repo, clone: Repo) -> Repo:
    """The clone has promoted v1.0.0 offline; another v1.0.0 is promoted at the remote."""
    local(clone)
    for each, change in ((repo, "A-1"), (clone, "B-1")):
        new(gryt, each, "v1.0.0", change)
        prove(gryt, each, "v1.0.0", change)
    gryt.ok(*PROMOTE, "--offline", cwd=clone)
    gryt.ok(*PROMOTE, cwd=repo)
    return clone


@pytest.mark.slow
def test_it_is_given_up_with_the_name(lost: Repo, gryt: Gryt, repo: Repo, remote: Repo) -> None:
    before = lost.refs()["refs/tags/v1.0.0"]
    refused = gryt("sync", "push", cwd=lost)
    assert refused.status == 4
    assert "gryt generation rename v1.0.0 VERSION" in refused.stdout
    gryt.ok(*RENAME, cwd=lost)
    assert "refs/tags/v1.0.0" not in lost.refs()
    assert lost.git("cat-file", "-t", before) == "tag"
    shown = show(gryt, lost, "v1.1.0")
    assert (shown["status"], shown.get("commit")) == ("draft", None)
    assert (lost / ".gryt/generations/v1.1.0.yaml").exists()
    gryt.ok("sync", "pull", cwd=lost)
    is_sound(gryt, lost)
    gryt.ok("sync", "push", cwd=lost)
    assert lost.refs()["refs/tags/v1.0.0"] == repo.refs()["refs/tags/v1.0.0"]
    gryt.ok("generation", "promote", "v1.1.0", cwd=lost)
    gryt.ok("sync", "push", cwd=lost)
    gryt.ok("sync", "pull", cwd=repo)
    assert shared(lost) == shared(repo) == shared(remote)
    assert [show(gryt, repo, v)["status"] for v in ("v1.0.0", "v1.1.0")] == ["promoted"] * 2
    is_sound(gryt, repo, lost)


@pytest.mark.slow
def test_a_draft_that_took_the_version_wins_too(
    gryt: Gryt, repo: Repo, remote: Repo, clone: Repo
) -> None:
    """And the clone is told whose it was only where it has both."""
    local(clone)
    new(gryt, clone, "v1.0.0", "B-1")
    prove(gryt, clone, "v1.0.0", "B-1")
    gryt.ok(*PROMOTE, "--offline", cwd=clone)
    new(gryt, repo, "v1.0.0", "A-1")
    gryt.ok("sync", "push", cwd=repo)
    assert gryt("sync", "pull", cwd=clone).status == 4
    gryt.ok(*RENAME, cwd=clone)
    assert show(gryt, clone, "v1.0.0")["status"] == "draft"
    gryt.ok("sync", "push", cwd=clone)
    gryt.ok("sync", "pull", cwd=repo)
    assert shared(clone) == shared(repo) == shared(remote)
    is_sound(gryt, repo, clone)


@pytest.mark.slow
def test_a_promotion_that_nothing_was_faster_than_keeps_its_name(
    gryt: Gryt, repo: Repo, remote: Repo
) -> None:
    local(repo)
    new(gryt, repo, "v1.0.0", "A-1")
    prove(gryt, repo, "v1.0.0", "A-1")
    gryt.ok(*PROMOTE, "--offline", cwd=repo)
    before = shared(repo)
    refused = gryt(*RENAME, cwd=repo)
    assert (refused.status, shared(repo)) == (3, before)
    assert "gryt: generation 'v1.0.0' is promoted\n" in refused.stderr


@pytest.mark.slow
def test_a_promotion_that_some_remote_has_keeps_its_name(
    lost: Repo, gryt: Gryt, tmp_path: Path
) -> None:
    lost.git("init", "--quiet", "--bare", str(tmp_path / "other.git"))
    lost.git("remote", "add", "other", str(tmp_path / "other.git"))
    gryt.ok("sync", "push", "--remote", "other", cwd=lost)
    assert gryt("sync", "pull", cwd=lost).status == 4
    before = shared(lost)
    refused = gryt(*RENAME, cwd=lost)
    assert (refused.status, shared(lost)) == (3, before)
    assert "is promoted, and other has its promotion" in refused.stderr


@pytest.mark.slow
def test_a_winner_that_is_not_here_is_noticed(lost: Repo, gryt: Gryt, repo: Repo) -> None:
    gryt("sync", "pull", cwd=lost)
    gryt.ok(*RENAME, cwd=lost)
    gryt.ok("sync", "pull", cwd=lost)
    ref = ref_of("v1.1.0")
    rows = lost.git("ls-tree", "-r", "--name-only", ref).splitlines()
    path = next(row for row in rows if row.endswith("-outrun.yaml"))
    text = lost.git("show", f"{ref}:{path}")
    assert "version: v1.0.0" in text
    gone = lost.git("rev-parse", ref_of("v1.0.0"))
    lost.git("update-ref", "-d", ref_of("v1.0.0"))
    found = json.loads(gryt("verify", "--json", cwd=lost).stdout)["findings"]
    assert "winner-missing" in [each["kind"] for each in found]
    lost.git("update-ref", ref_of("v1.0.0"), gone)
    is_sound(gryt, lost)
