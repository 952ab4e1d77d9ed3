"""Remotes that say no: their own words, which ref, and nothing half done here."""

from pathlib import Path

import pytest

from tests.support.cli import Gryt
from tests.support.git import Repo
from tests.sync.team import hook, is_sound, local, new, prove, ref_of, shared


@pytest.fixture
def two(gryt: Gryt, repo: Repo, remote: Repo, clone: Repo) -> Repo:
    """A clone with two proven generations that nobody has seen."""
    local(repo, clone)
    for version in ("v1.0.0", "v2.0.0"):
        new(gryt, repo, version, "A-1")
        prove(gryt, repo, version, "A-1")
    return repo


def test_one_that_is_refused_does_not_keep_the_others(two: Repo, gryt: Gryt, remote: Repo) -> None:
    hook(
        remote,
        "update",
        'case "$1" in refs/tags/v1*) echo "tags of v1 are protected, ask Grace" >&2; exit 1;; esac',
    )
    before = two.refs("refs/gryt/generations/")
    result = gryt("sync", "push", cwd=two)
    assert result.status == 5
    assert "  Created: 1\n" in result.stdout
    assert "v1.0.0: origin refused refs/tags/v1.0.0-rc.1: hook declined" in result.stdout
    assert "remote: tags of v1 are protected, ask Grace" in result.stdout
    assert "Resolution: " in result.stdout
    there = remote.refs()
    assert ref_of("v2.0.0") in there
    assert "refs/tags/v2.0.0-rc.1" in there
    assert ref_of("v1.0.0") not in there
    assert two.refs("refs/gryt/generations/") == before
    lines = gryt.ok("sync", "status", "--json", cwd=two).json["generations"]
    assert [line["status"] for line in lines] == ["pending", "synced"]
    (remote / "hooks" / "update").unlink()
    assert gryt.ok("sync", "push", "--json", cwd=two).json["created"] == ["v1.0.0"]
    assert shared(two) == shared(remote)


@pytest.mark.slow
def test_a_credential_that_may_only_read(two: Repo, gryt: Gryt, remote: Repo) -> None:
    hook(remote, "pre-receive", 'echo "you may only read" >&2; exit 1')
    before = two.refs()
    result = gryt("sync", "push", cwd=two)
    assert result.status == 5
    assert result.stdout.count("remote: you may only read") == 2
    assert {r: o for r, o in two.refs().items() if "gryt-remotes" not in r} == before


@pytest.mark.slow
def test_a_server_without_atomic_pushes(two: Repo, gryt: Gryt, remote: Repo, clone: Repo) -> None:
    remote.git("config", "receive.advertiseAtomic", "false")
    gryt.ok("sync", "push", cwd=two)
    assert shared(two) == shared(remote)
    gryt.ok("sync", "pull", cwd=clone)
    assert shared(clone) == shared(remote)
    hook(remote, "update", 'case "$1" in refs/tags/*) exit 1;; esac')
    prove(gryt, two, "v1.0.0", "A-1")
    result = gryt("sync", "push", cwd=two)
    assert result.status == 5
    assert "refused refs/tags/v1.0.0-rc.2: hook declined" in result.stdout


@pytest.mark.slow
def test_notes_that_are_not_taken_are_a_notice(two: Repo, gryt: Gryt, remote: Repo) -> None:
    hook(remote, "update", 'case "$1" in refs/notes/*) echo "no notes" >&2; exit 1;; esac')
    result = gryt.ok("sync", "push", cwd=two)
    assert "notice: notes are not shared" in result.stderr
    assert "no notes" in result.stderr
    assert {ref_of("v1.0.0"), ref_of("v2.0.0")} < remote.refs().keys()


@pytest.mark.slow
def test_a_number_that_a_tag_there_has_is_given_way_to(two: Repo, gryt: Gryt, remote: Repo) -> None:
    remote.git("tag", "-a", "-m", "by hand", "v1.0.0-rc.1", "main")
    result = gryt.ok("sync", "push", cwd=two)
    assert "v1.0.0-rc.1 is now v1.0.0-rc.2" in result.stdout
    assert {"refs/tags/v1.0.0-rc.1", "refs/tags/v1.0.0-rc.2"} < remote.refs().keys()
    listed = gryt.ok("evolution", "list", "v1.0.0", "--json", cwd=two).json
    assert [e["number"] for e in listed["evolutions"]] == [2]
    assert "refs/tags/v1.0.0-rc.1" not in two.refs()


@pytest.mark.slow
def test_on_a_host_that_takes_only_branches_and_tags(
    gryt: Gryt, repo: Repo, remote: Repo, clone: Repo
) -> None:
    local(repo, clone)
    hook(remote, "update", 'case "$1" in refs/heads/*|refs/tags/*) ;; *) exit 1;; esac')
    for each in (repo, clone):
        each.git("config", "gryt.namespace", "refs/heads/gryt")
    new(gryt, repo, "v1.0.0", "A-1")
    prove(gryt, repo, "v1.0.0", "A-1")
    pushed = gryt.ok("sync", "push", cwd=repo)
    assert pushed.stderr == ""
    gryt.ok("sync", "pull", cwd=clone)
    assert clone.refs("refs/heads/gryt/") == repo.refs("refs/heads/gryt/")
    assert "v1.0.0-rc.1" in clone.git("notes", "--ref=gryt", "show", "HEAD")
    is_sound(gryt, repo, clone)


@pytest.mark.slow
def test_it_gives_up_on_a_remote_that_does_not_answer(
    two: Repo, gryt: Gryt, tmp_path: Path
) -> None:
    slow = tmp_path / "slow"
    slow.write_text("#!/bin/sh\nexec sleep 60\n")
    slow.chmod(0o755)
    two.git("remote", "set-url", "origin", "ssh://host/repo.git")
    two.git("config", "core.sshCommand", str(slow))
    two.git("config", "gryt.timeout", "1")
    result = gryt("sync", "push", cwd=two)
    assert result.status == 5
    assert "gryt: fetching from 'origin' took more than 1 seconds\n" in result.stderr
    assert "hint: git config gryt.timeout SECONDS\n" in result.stderr


@pytest.mark.slow
def test_a_password_in_the_address_is_not_shown(two: Repo, gryt: Gryt) -> None:
    two.git("remote", "set-url", "origin", "https://ada:s3cret@127.0.0.1:9/x.git")
    result = gryt("sync", "push", cwd=two)
    assert result.status == 5
    assert "s3cret" not in result.stderr + result.stdout
