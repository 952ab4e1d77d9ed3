"""When gryt talks to a remote by itself, and when it never does."""

from pathlib import Path

import pytest

from tests.support.cli import Gryt
from tests.support.git import Repo
from tests.sync.team import is_sound, local, new, prove, ref_of, shared

pytestmark = pytest.mark.slow  # many processes

READING = [
    ("generation", "list"),
    ("generation", "show", "v1.0.0"),
    ("evolution", "list", "v1.0.0"),
    ("evolution", "show", "v1.0.0-rc.1"),
    ("audit", "log"),
    ("audit", "list-snapshots"),
    ("verify",),
    ("check",),
    ("sync", "config"),
    ("sync", "status", "--offline"),
    ("generation", "promote", "v1.0.0", "--dry-run"),
]


@pytest.fixture
def trap(tmp_path: Path) -> Path:
    """A program that stands in for ssh and leaves a trace."""
    trap = tmp_path / "trap"
    trap.write_text(f"#!/bin/sh\ntouch {tmp_path}/reached\nexit 1\n")
    trap.chmod(0o755)
    return trap


def test_what_only_reads_never_talks_to_a_remote(
    gryt: Gryt, repo: Repo, remote: Repo, trap: Path
) -> None:
    new(gryt, repo, "v1.0.0", "A-1")
    gryt.ok("sync", "push", cwd=repo)
    prove(gryt, repo, "v1.0.0", "A-1")
    repo.git("remote", "set-url", "origin", "ssh://host/repo.git")
    repo.git("config", "core.sshCommand", str(trap))
    for mode in ("cloud",):  # it publishes most
        gryt.ok("sync", "config", "--mode", mode, cwd=repo)
        file = repo / ".gryt/generations/v1.0.0.yaml"
        file.write_text(file.read_text().replace("description:", f"description: {mode} #"))
        for args in READING:
            gryt.ok(*args, cwd=repo)
    assert not (trap.parent / "reached").exists()
    assert gryt("sync", "pull", cwd=repo).status == 5
    assert (trap.parent / "reached").exists()


def test_hybrid_publishes_what_is_shared_and_nothing_else(
    gryt: Gryt, repo: Repo, remote: Repo, clone: Repo
) -> None:
    new(gryt, repo, "v1.0.0", "A-1", "A-2")
    new(gryt, repo, "v2.0.0", "B-1")
    prove(gryt, repo, "v2.0.0", "B-1")
    assert remote.refs("refs/gryt/") == {}
    gryt.ok("sync", "push", "--version", "v1.0.0", cwd=repo)
    gryt.ok("sync", "pull", cwd=clone)
    assert prove(gryt, repo, "v1.0.0", "A-1") == "v1.0.0-rc.1"
    assert remote.refs("refs/gryt/") == {ref_of("v1.0.0"): repo.refs()[ref_of("v1.0.0")]}
    assert "refs/tags/v1.0.0-rc.1" in remote.refs()
    assert prove(gryt, clone, "v1.0.0", "A-2") == "v1.0.0-rc.2"
    gryt.ok("sync", "pull", cwd=repo)
    listed = gryt.ok("evolution", "list", "v1.0.0", "--json", cwd=repo).json
    assert [(e["tag"], e["status"]) for e in listed["evolutions"]] == [
        ("v1.0.0-rc.1", "pass"),
        ("v1.0.0-rc.2", "pass"),
    ]
    assert ref_of("v2.0.0") not in remote.refs()
    notes = clone.git("notes", "--ref=gryt", "show", "HEAD")
    assert ("v1.0.0-rc.1" in notes, "v2.0.0-rc.1" in notes) == (True, False)
    is_sound(gryt, repo, clone)


def test_local_keeps_everything_to_itself(gryt: Gryt, repo: Repo, remote: Repo) -> None:
    local(repo)
    new(gryt, repo, "v1.0.0", "A-1")
    gryt.ok("sync", "push", cwd=repo)
    there = remote.refs()
    prove(gryt, repo, "v1.0.0", "A-1")
    promoted = gryt.ok("generation", "promote", "v1.0.0", cwd=repo)
    assert "  Synced to origin: no\n" in promoted.stdout
    assert remote.refs() == there
    gryt.ok("sync", "push", cwd=repo)
    assert shared(remote) == shared(repo)


def test_cloud_publishes_every_action(gryt: Gryt, repo: Repo, remote: Repo) -> None:
    gryt.ok("sync", "config", "--mode", "cloud", cwd=repo)
    new(gryt, repo, "v1.0.0", "A-1")
    assert shared(remote) == shared(repo)
    prove(gryt, repo, "v1.0.0", "A-1")
    gryt.ok("audit", "snapshot", cwd=repo)
    assert shared(remote) == shared(repo)


def test_offline_is_a_notice_and_the_number_is_provisional(
    gryt: Gryt, repo: Repo, remote: Repo, clone: Repo, tmp_path: Path
) -> None:
    new(gryt, repo, "v1.0.0", "A-1")
    gryt.ok("sync", "push", cwd=repo)
    gryt.ok("sync", "pull", cwd=clone)
    prove(gryt, repo, "v1.0.0", "A-1")
    url = clone.git("remote", "get-url", "origin")
    clone.git("remote", "set-url", "origin", str(tmp_path / "nowhere"))
    started = gryt.ok("evolution", "start", "v1.0.0", "--change", "A-1", cwd=clone)
    assert "notice: cannot fetch from 'origin'\n" in started.stderr
    assert "notice: v1.0.0-rc.1 is provisional until it is published\n" in started.stderr
    run = gryt.ok("run", cwd=clone)
    assert "notice: not published yet; later: gryt sync push --version v1.0.0\n" in run.stderr
    clone.git("remote", "set-url", "origin", url)
    pushed = gryt.ok("sync", "push", cwd=clone)
    assert "v1.0.0-rc.1 is now v1.0.0-rc.2" in pushed.stdout
    gryt.ok("sync", "pull", cwd=repo)
    assert shared(repo) == shared(remote) == shared(clone)
    is_sound(gryt, repo, clone)


def test_a_number_that_was_seen_at_the_remote_is_not_given_out(
    gryt: Gryt, repo: Repo, remote: Repo, clone: Repo
) -> None:
    local(repo, clone)
    new(gryt, repo, "v1.0.0", "A-1")
    gryt.ok("sync", "push", cwd=repo)
    gryt.ok("sync", "pull", cwd=clone)
    gryt.ok("evolution", "start", "v1.0.0", "--change", "A-1", cwd=repo)
    gryt.ok("sync", "push", cwd=repo)
    gryt.ok("sync", "status", cwd=clone)
    started = gryt.ok("evolution", "start", "v1.0.0", "--change", "A-1", cwd=clone)
    assert "Evolution started: v1.0.0-rc.2\n" in started.stdout
