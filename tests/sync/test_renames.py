"""Renames and clones that had not heard of them."""

import pytest

from tests.support.cli import Gryt
from tests.support.git import Repo
from tests.support.ledgers import stock_law_1

pytestmark = pytest.mark.slow


@pytest.fixture
def shared(gryt: Gryt, repo: Repo, clone: Repo) -> Repo:
    """v5.0.0 in both clones, with one change proven and published; nobody syncs by itself."""
    for each in (repo, clone):
        each.git("config", "gryt.mode", "local")
    changes = ("--change", "add:A-1:One", "--change", "add:A-2:Two")
    gryt.ok("generation", "new", "v5.0.0", *changes, cwd=repo)
    prove(gryt, repo, "A-1")
    gryt.ok("sync", "push", cwd=repo)
    gryt.ok("sync", "pull", cwd=clone)
    return repo


def prove(gryt: Gryt, repo: Repo, change: str) -> None:
    gryt.ok("evolution", "start", "v5.0.0", "--change", change, cwd=repo)
    gryt.ok("run", cwd=repo)


def round_of(gryt: Gryt, *repos: Repo) -> None:
    for command in ("pull", "push", "pull"):
        for each in repos:
            gryt.ok("sync", command, cwd=each)


def listed(gryt: Gryt, repo: Repo) -> list[str]:
    lines = gryt.ok("generation", "list", "--json", cwd=repo).json["generations"]
    return [line["version"] for line in lines]


def test_everybody_learns_the_new_name_and_nothing_is_lost(
    gryt: Gryt, shared: Repo, clone: Repo, remote: Repo
) -> None:
    gryt.ok("generation", "rename", "v5.0.0", "v5.1.0", cwd=shared)
    prove(gryt, clone, "A-2")
    gryt.ok("sync", "push", cwd=shared)
    gryt.ok("sync", "push", cwd=clone)
    round_of(gryt, shared, clone)
    for each in (shared, clone):
        assert listed(gryt, each) == ["v5.1.0"]
        shown = gryt.ok("generation", "show", "v5.1.0", "--json", cwd=each).json
        assert [c["status"] for c in shown["changes"]] == ["proven", "proven"]
        assert gryt("verify", cwd=each).status == 0
        assert {path.name for path in (each / ".gryt/generations").iterdir()} == {"v5.1.0.yaml"}
    assert shared.refs("refs/gryt/") == clone.refs("refs/gryt/") == remote.refs("refs/gryt/")
    assert stock_law_1(remote, "refs/gryt/generations/v5.1.0") == []


def test_two_new_names_come_to_one(gryt: Gryt, shared: Repo, clone: Repo) -> None:
    gryt.ok("generation", "rename", "v5.0.0", "v5.1.0", cwd=shared)
    gryt.ok("generation", "rename", "v5.0.0", "v5.2.0", cwd=clone)
    gryt.ok("sync", "push", cwd=shared)
    gryt.ok("sync", "push", cwd=clone)
    round_of(gryt, shared, clone)
    assert listed(gryt, shared) == listed(gryt, clone) == ["v5.2.0"]
    for each in (shared, clone):
        assert gryt("verify", cwd=each).status == 0
    assert shared.refs("refs/gryt/") == clone.refs("refs/gryt/")


def test_the_tags_of_a_renamed_generation_are_pushed(
    gryt: Gryt, shared: Repo, remote: Repo
) -> None:
    gryt.ok("generation", "rename", "v5.0.0", "v5.1.0", cwd=shared)
    gryt.ok("sync", "push", cwd=shared)
    assert [*remote.refs("refs/tags/")] == ["refs/tags/v5.0.0-rc.1", "refs/tags/v5.1.0-rc.1"]


def test_a_tag_that_is_refused_alone_is_told_with_the_way_out(
    gryt: Gryt, shared: Repo, remote: Repo
) -> None:
    prove(gryt, shared, "A-2")
    hook = remote / "hooks/update"
    hook.write_text('#!/bin/sh\ncase $1 in refs/tags/*) echo "no tags" >&2; exit 1;; esac\n')
    hook.chmod(0o755)
    remote.git("config", "receive.advertiseAtomic", "false")
    pushed = gryt("sync", "push", cwd=shared)
    assert pushed.status == 5
    assert "origin refused refs/tags/v5.0.0-rc.2: hook declined" in pushed.stdout
    assert "remote: no tags" in pushed.stdout
    assert "git push origin refs/tags/v5.0.0-rc.2" in pushed.stdout
    assert shared.refs("refs/gryt/") == remote.refs("refs/gryt/")


def test_a_release_tag_that_is_refused_alone_is_told_too(
    gryt: Gryt, shared: Repo, remote: Repo
) -> None:
    prove(gryt, shared, "A-2")
    shared.git("config", "gryt.mode", "hybrid")
    hook = remote / "hooks/update"
    hook.write_text('#!/bin/sh\ncase $1 in refs/tags/v5.0.0) echo "ask Joe" >&2; exit 1;; esac\n')
    hook.chmod(0o755)
    remote.git("config", "receive.advertiseAtomic", "false")
    told = gryt("generation", "promote", "v5.0.0", cwd=shared)
    assert told.status == 5
    assert "'v5.0.0' is promoted, but origin refused refs/tags/v5.0.0" in told.stderr
    assert "remote: ask Joe" in told.stderr
    assert "hint: git push origin refs/tags/v5.0.0" in told.stderr
    assert shared.refs("refs/gryt/") == remote.refs("refs/gryt/")


def test_a_rename_of_what_is_shared_is_published(
    gryt: Gryt, shared: Repo, clone: Repo, remote: Repo
) -> None:
    gryt.ok("generation", "new", "v9.0.0", cwd=shared)
    for each in (shared, clone):
        each.git("config", "gryt.mode", "hybrid")
    gryt.ok("generation", "rename", "v5.0.0", "v5.1.0", cwd=shared)
    names = [ref.rpartition("/")[2] for ref in remote.refs("refs/gryt/")]
    assert names == ["v5.0.0", "v5.1.0"], "and the private draft is not"
    gryt.ok("sync", "pull", cwd=clone)
    assert listed(gryt, clone) == ["v5.1.0"]
    assert "Total generations: 1\n  Synced: 1\n" in gryt.ok("sync", "status", cwd=clone).stdout


def test_the_generation_that_takes_the_place_has_its_tags(
    gryt: Gryt, shared: Repo, clone: Repo
) -> None:
    gryt.ok("generation", "new", "v6.0.0", "--change", "add:B:Theirs", cwd=shared)
    gryt.ok("evolution", "start", "v6.0.0", "--change", "B", cwd=shared)
    gryt.ok("run", cwd=shared)
    gryt.ok("sync", "push", cwd=shared)
    gryt.ok("generation", "new", "v6.0.0", "--change", "add:C:Ours", cwd=clone)
    assert gryt("sync", "push", cwd=clone).status == 4
    clone.git("config", "gryt.mode", "hybrid")
    gryt.ok("generation", "rename", "v6.0.0", "v6.1.0", cwd=clone)
    assert listed(gryt, clone) == ["v5.0.0", "v6.0.0", "v6.1.0"]
    assert "refs/tags/v6.0.0-rc.1" in clone.refs("refs/tags/")
    assert gryt.ok("verify", cwd=clone).stdout.startswith("Ledger: sound")
