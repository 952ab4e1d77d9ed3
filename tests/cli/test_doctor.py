"""`gryt doctor` names what is wrong with a clone, and its mends mend it."""

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.cli.scenes import bytes_below, draft, prove
from tests.support.cli import Gryt
from tests.support.git import Repo, git

pytestmark = pytest.mark.slow  # many processes

GITHUB = {"GITHUB_ACTIONS": "true", "GITHUB_ACTOR": "ada"}


@pytest.fixture
def proven(gryt: Gryt, repo: Repo) -> Repo:
    """A repository with one proven change, and without a remote."""
    draft(gryt, repo)
    prove(gryt, repo, "FEAT-201")
    return repo


def wrong(gryt: Gryt, repo: Repo, **env: str) -> dict[str, list[str]]:
    """The mends of every finding, by name; nothing may be written by looking."""
    before = bytes_below(repo / ".git")
    result = gryt("doctor", "--json", cwd=repo, env=env)
    assert bytes_below(repo / ".git") == before
    checks: list[dict[str, Any]] = result.json["checks"]
    found: dict[str, list[str]] = {}
    for check in checks:
        if not check["fine"]:
            found.setdefault(check["name"], []).extend(check["mends"])
    assert result.status == (1 if found else 0), result.stderr
    assert result.json["fine"] is (not found)
    return found


def carry_out(repo: Repo, mend: str) -> None:
    """Runs a mend as it is printed."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    env = {**os.environ, "PATH": path}
    subprocess.run(["bash", "-ec", mend], cwd=repo, env=env, check=True, capture_output=True)


def test_nothing_is_wrong_with_an_ordinary_clone(gryt: Gryt, proven: Repo) -> None:
    assert wrong(gryt, proven) == {}
    assert gryt("doctor", cwd=proven).stdout.endswith("\nDoctor: nothing to mend\n")


HARM = {
    "remote": "git config gryt.remote nowhere",
    "tags": "git tag -d v1.5.0-rc.1",
    "notes": "git update-ref -d refs/notes/gryt",
    "objects": "git config gc.pruneExpire now",
    "contracts": "git add -f .gryt/generations",
    "tracking": "git update-ref refs/gryt-remotes/old/generations/v1.5.0 HEAD",
    "rewrite": "git config notes.rewriteRef 'refs/notes/*'",
    "refspecs": "git config remote.o.url . && git config remote.o.fetch '+refs/gryt/*:refs/gryt/*'",
}
"""By the finding that it makes; what is first among its mends mends it."""


def test_what_is_wrong_is_named_and_mended(gryt: Gryt, proven: Repo) -> None:
    for name, harm in HARM.items():
        carry_out(proven, harm)
        found = wrong(gryt, proven)
        assert [*found] == [name]
        carry_out(proven, found[name][0])
        assert wrong(gryt, proven) == {}


def test_what_only_a_person_can_mend_is_named(gryt: Gryt, proven: Repo) -> None:
    proven.git("config", "gryt.mode", "sometimes")
    proven.git("branch", "gryt")
    proven.git("config", "gryt.namespace", "refs/heads/gryt")
    config = proven.path.with_name("nobody")
    config.write_text("[user]\n\tuseConfigOnly = true\n")
    found = wrong(gryt, proven, GIT_CONFIG_GLOBAL=str(config))
    assert found["mode"] == ["gryt sync config --mode hybrid"]
    assert found["identity"][0].startswith("git config --global user.name")
    assert "git branch -m gryt gryt-branch" in found["namespace"]


def test_a_fresh_ci_checkout_is_told_its_lines(gryt: Gryt, proven: Repo, tmp_path: Path) -> None:
    git("clone", "--quiet", "--depth=1", f"file://{proven}", tmp_path / "job", cwd=tmp_path)
    found = wrong(gryt, Repo(tmp_path / "job"), **GITHUB)
    assert found["shallow"][1].startswith("CI (github): with: {fetch-depth: 0}")
    assert found["fetched"] == ["gryt sync pull", "CI (github): gryt sync pull  # before gryt run"]
    carry_out(Repo(tmp_path / "job"), found["shallow"][0])
    assert "shallow" not in wrong(gryt, Repo(tmp_path / "job"), **GITHUB)


def test_a_ledger_that_was_left_behind_is_fetched_whole(
    gryt: Gryt, proven: Repo, tmp_path: Path
) -> None:
    proven.git("config", "uploadpack.allowFilter", "true")
    job = Repo(tmp_path / "job")
    git("clone", "-q", "--filter=blob:none", f"file://{proven}", job, cwd=tmp_path)
    job.git("fetch", "--quiet", "origin", "refs/gryt/*:refs/gryt/*")
    found = wrong(gryt, job)
    carry_out(job, found["partial"][0])
    assert "partial" not in wrong(gryt, job)


def test_a_killed_run_and_its_lock_are_named(gryt: Gryt, proven: Repo) -> None:
    lock = proven / ".git" / "packed-refs.lock"
    lock.touch()
    os.utime(lock, (time.time() - 600,) * 2)
    found = wrong(gryt, proven)
    assert found == {"locks": ["gryt verify --repair"]}
    carry_out(proven, found["locks"][0])
    assert wrong(gryt, proven) == {}


def remote_checks(gryt: Gryt, repo: Repo) -> dict[str, dict[str, Any]]:
    result = gryt("doctor", "--remote", "--json", cwd=repo)
    return {check["name"]: check for check in result.json["checks"]}


def test_a_remote_is_asked_and_nothing_stays_there(
    gryt: Gryt, proven: Repo, remote: Repo, clone: Repo
) -> None:
    before = remote.refs()
    found = remote_checks(gryt, proven)
    assert found["push"]["fine"]
    assert "hooks and protected tags were not asked" in found["push"]["message"]
    assert "in one piece" in found["atomic"]["message"]
    remote.git("config", "receive.advertiseAtomic", "false")
    assert "records first" in remote_checks(gryt, proven)["atomic"]["message"]
    assert remote.refs() == before
    proven.git("push", "--quiet", "origin", "refs/gryt/*:refs/gryt/*")
    assert remote_checks(gryt, clone)["behind"]["mends"] == ["gryt sync pull"]


def test_a_remote_that_is_not_there_is_told_in_its_own_words(gryt: Gryt, proven: Repo) -> None:
    assert remote_checks(gryt, proven)["reach"]["mends"] == ["git remote add origin URL"]
    proven.git("remote", "add", "origin", "/nowhere/at/all")
    reach = remote_checks(gryt, proven)["reach"]
    assert (reach["fine"], "'/nowhere/at/all' does not appear to be" in reach["message"]) == (
        False,
        True,
    )
