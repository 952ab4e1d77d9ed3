"""`gryt policy`: the published policy is a floor, and what the commands say of policies."""

from pathlib import Path

import pytest

from tests.cli.test_workflow_5 import (
    ALL,
    PIPELINE,
    POLICY,
    pipeline,
    project,
    workflow_5,
    write,
)
from tests.support.cli import Gryt
from tests.support.git import Repo, git

pytestmark = pytest.mark.slow  # many processes

__all__ = ["project", "workflow_5"]
START = ("evolution", "start", "v5.0.0", "--change", "FEAT-400")
META = "refs/gryt/meta"


@pytest.fixture
def floored(project: Repo, gryt: Gryt) -> Repo:
    """Workflow 5 with its policy published."""
    gryt.ok("policy", "publish", cwd=project)
    return project


def say(repo: Repo, policy: str) -> None:
    (repo / ".gryt/policy.yaml").write_text(policy)


@pytest.mark.parametrize("policy", ["", "policies: []\n", "# nothing\n", None])
def test_a_branch_cannot_drop_what_is_published(
    floored: Repo, gryt: Gryt, policy: str | None
) -> None:
    if policy is None:
        (floored / ".gryt/policy.yaml").unlink()
    else:
        say(floored, policy)
    refused = gryt(*START, cwd=floored)
    assert refused.status == 1
    assert "Policy: e2e-tests-for-features\n" in refused.stdout


def test_a_branch_cannot_weaken_a_rule_by_writing_it_again(floored: Repo, gryt: Gryt) -> None:
    write(floored, "test", "e2e-tests", "dependency-audit")
    say(
        floored,
        "policies:\n"
        "  - name: security-scan-always\n"
        "    required_steps: [dependency-audit]\n"
        "    mode: warn\n",
    )
    refused = gryt(*START, cwd=floored)
    assert refused.stdout == (
        "ERROR: Policy violation\n\n"
        "Policy: security-scan-always\n"
        "  Applies to: add\n"
        "  Violation: Pipeline 'release-pipeline' missing required step: security-scan\n\n"
        "Evolution not started.\n"
    )
    shown = gryt.ok("policy", "show", cwd=floored).stdout
    for lack in (
        "has 'security-scan-always' as a warning only",
        "has 'security-scan-always' without step 'security-scan'",
        "lacks 'e2e-tests-for-features'",
    ):
        assert f"'.gryt/policy.yaml' (work tree) {lack}: the published one holds\n" in shown


def test_a_branch_may_add(floored: Repo, gryt: Gryt) -> None:
    write(floored, *ALL)
    say(floored, POLICY + "  - {name: linted, required_steps: [lint]}\n")
    refused = gryt(*START, cwd=floored)
    assert "Policy: linted\n" in refused.stdout
    assert "Policy: security" not in refused.stdout


def test_a_clone_that_has_the_meta_branch_has_the_floor(
    floored: Repo, tmp_path: Path, gryt: Gryt
) -> None:
    clone = Repo(tmp_path / "clone")
    git("clone", "-q", floored.path, clone.path, cwd=tmp_path)
    git("fetch", "-q", "origin", "refs/gryt/*:refs/gryt/*", cwd=clone)
    say(clone, "policies: []\n")
    assert gryt(*START, cwd=clone).status == 1


def test_publishing_is_on_record(floored: Repo, gryt: Gryt) -> None:
    blob = floored.git("rev-parse", "HEAD:.gryt/policy.yaml")
    assert floored.git("log", "-1", "--format=%s", META) == f"policy {blob[:10]} published"
    (path,) = floored.git("ls-tree", "-r", "--name-only", META, "policy/").splitlines()
    assert floored.git("rev-parse", f"{META}:{path}") == blob
    assert gryt.ok("policy", "show", "--published", cwd=floored).stdout == POLICY
    again = gryt.ok("policy", "publish", cwd=floored).stdout
    assert again == f"Policy {blob[:10]} is published already: nothing to do\n"
    say(floored, "policies: []\n")
    said = gryt.ok("policy", "publish", "--json", cwd=floored).json
    assert (said["in_force"], said["replaced"]) == (True, [blob])
    assert gryt(*START, cwd=floored).status == 0, "to change it is to publish again"
    assert gryt("verify", cwd=floored).status == 0
    changed = ("log", "-m", "--diff-filter=MDRT", "--name-status", "--format=%h", META)
    assert floored.git(*changed) == ""


def test_changing_it_may_need_a_second_person(
    project: Repo,
    gryt: Gryt,
) -> None:
    strict = POLICY + "publish:\n  approvals: {min: 2}\n"
    say(project, strict)
    gryt.ok("policy", "publish", cwd=project)
    say(project, "policies: []\n")
    waits = gryt.ok("policy", "publish", cwd=project).stdout
    assert "is not in force yet: 1 of 2 people have published it\n" in waits
    assert gryt(*START, cwd=project).status == 1
    gryt.ok("policy", "publish", cwd=project)
    assert gryt(*START, cwd=project).status == 1, "one person is one, however often"
    assert "1 of 2 people (ada" in gryt.ok("policy", "show", cwd=project).stdout
    bob = {"GIT_AUTHOR_NAME": "Bob", "GIT_AUTHOR_EMAIL": "bob@example.com"}
    assert gryt("policy", "publish", cwd=project, env=bob).stdout.startswith("Policy published: ")
    assert gryt(*START, cwd=project).status == 0


def test_a_published_file_that_was_exchanged_is_found(floored: Repo, gryt: Gryt) -> None:
    path = floored.git("ls-tree", "-r", "--name-only", META, "policy/")
    empty = floored.git("hash-object", "-w", "--stdin", stdin="policies: []\n")
    floored.git("read-tree", "--index-output=.git/forged", META)
    index = {"GIT_INDEX_FILE": str(floored / ".git/forged")}
    git("update-index", "--cacheinfo", f"100644,{empty},{path}", cwd=floored, env=index)
    tree = git("write-tree", cwd=floored, env=index)
    forged = floored.git("commit-tree", tree, "-p", META, "-m", "nothing to see")
    floored.git("update-ref", META, forged)
    refused = gryt(*START, cwd=floored)
    assert refused.status == 6
    assert "is not the one that its record names" in refused.stderr
    verified = gryt("verify", "--json", cwd=floored)
    assert verified.status == 6
    assert "policy-exchanged" in {found["kind"] for found in verified.json["findings"]}


def test_check_holds_changes_and_pipelines_against_the_policy(
    project: Repo,
    gryt: Gryt,
) -> None:
    said = gryt("policy", "check", "v5.0.0", "--json", cwd=project)
    assert said.status == 1
    assert [s["change"] for s in said.json["subjects"]] == ["FEAT-400", "PERF-100"]
    write(project, *ALL, "benchmark")
    assert gryt("policy", "check", "v5.0.0", cwd=project).status == 0
    assert gryt("policy", "check", cwd=project).stdout.endswith("Policy: fulfilled\n")
    say(project, "polcies: []\n")
    wrong = gryt("policy", "check", cwd=project)
    assert wrong.status == 3
    assert ".gryt/policy.yaml:1:1: unknown key 'polcies', did you mean 'policies'?" in wrong.stderr


@pytest.mark.parametrize("profile", ["minimal", "standard", "strict"])
def test_a_profile_is_a_policy_that_reads(repo: Repo, gryt: Gryt, profile: str) -> None:
    gryt.ok("init", cwd=repo)
    said = gryt.ok("policy", "init", "--profile", profile, cwd=repo)
    assert said.stdout == f"Policy written: .gryt/policy.yaml ({profile})\n"
    shown = gryt.ok("policy", "show", "--json", cwd=repo).json
    assert {rule["name"] for rule in shown["rules"]} >= {"tests-always"}
    again = gryt("policy", "init", cwd=repo)
    assert again.status == 3
    assert "'.gryt/policy.yaml' is there already" in again.stderr
    gryt.ok("policy", "init", "--force", cwd=repo)


def test_a_thinner_policy_does_not_help_what_was_started(
    project: Repo,
    gryt: Gryt,
) -> None:
    """A policy that is edited after the start: the proof is still held against what it was."""
    say(project, "policies:\n  - {name: e2e, required_steps: [e2e-tests]}\n")
    (project / PIPELINE).write_text(pipeline("e2e-tests"))
    project.git("add", ".gryt")
    project.git("commit", "-qm", "as required")
    gryt.ok(
        "evolution", "start", "v5.0.0", "--change", "FEAT-400", "--change", "PERF-100", cwd=project
    )
    say(project, "policies: []\n")
    (project / PIPELINE).write_text(pipeline("test"))
    project.git("add", ".gryt")
    project.git("commit", "-qm", "thinner")
    gryt.ok("run", cwd=project)
    refused = gryt("generation", "promote", "v5.0.0", cwd=project)
    assert refused.status == 1
    assert "  e2e: FAIL\n    FEAT-400: in v5.0.0-rc.1 step 'e2e-tests' is not in the run" in (
        refused.stdout
    )


def test_to_lose_the_meta_branch_takes_no_floor_away(
    floored: Repo, tmp_path: Path, gryt: Gryt
) -> None:
    clone = Repo(tmp_path / "clone")
    git("clone", "-q", floored.path, clone.path, cwd=tmp_path)
    gryt.ok("sync", "pull", cwd=clone)
    say(clone, "policies: []\n")
    for forget in (("update-ref", "-d", META), ("pack-refs", "--all")):
        clone.git(*forget)
        assert gryt(*START, cwd=clone).status == 1


def test_a_policy_of_another_ending_is_no_way_out(
    project: Repo,
    gryt: Gryt,
) -> None:
    project.git("mv", ".gryt/policy.yaml", ".gryt/policy.yml")
    refused = gryt(*START, cwd=project)
    assert refused.status == 3
    assert "'.gryt/policy.yml' is not read: a policy is called '.gryt/policy.yaml'" in (
        refused.stderr
    )
