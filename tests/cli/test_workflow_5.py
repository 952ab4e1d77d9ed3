"""Workflow 5, word for word: a pipeline that lacks what a policy requires starts nothing."""

from pathlib import Path

import pytest

from tests.cli.scenes import bytes_below, copy_of
from tests.support.cli import Gryt
from tests.support.git import Repo, make_repo

POLICY = """\
policies:
  - name: "e2e-tests-for-features"
    applies_to: [add]
    required_steps:
      - e2e-tests
    description: "All new features need E2E tests"

  - name: "security-scan-always"
    applies_to: [add, fix, refine, remove]
    required_steps:
      - security-scan
      - dependency-audit
    description: "Security scan required for all changes"

  - name: "performance-benchmarks"
    applies_to: [refine]
    required_steps:
      - benchmark
    description: "Performance changes need benchmarks"

  - name: "minimum-evolutions"
    min_evolutions: 2
    description: "At least 2 evolutions before promotion"
"""
PREDECESSOR = """\
policies:
  - name: e2e-tests-for-features
    type: change_type
    enabled: true
    config: {change_types: [add], required_steps: [e2e-tests]}
  - name: security-scan-always
    type: change_type
    config: {required_steps: [security-scan, dependency-audit]}
  - name: performance-benchmarks
    type: change_type
    config: {change_types: [refine], required_steps: [benchmark]}
  - name: minimum-evolutions
    type: evolution_count
    config: {min_evolutions: 2}
"""
CONTRACT = """\
version: v5.0.0
changes:
  - type: add
    id: FEAT-400
    title: "Real-time notifications"
  - type: refine
    id: PERF-100
    title: "Optimize database queries"
"""
VIOLATION = """\
ERROR: Policy violation

Policy: e2e-tests-for-features
  Applies to: add
  Violation: Pipeline 'release-pipeline' missing required step: e2e-tests

Policy: security-scan-always
  Applies to: add
  Violation: Pipeline 'release-pipeline' missing required step: security-scan

Evolution not started.
"""
STARTED = """\
Validating policies...
  e2e-tests-for-features: PASS
  security-scan-always: PASS

Evolution started: v5.0.0-rc.1
Change: FEAT-400
Pipeline: release-pipeline
"""
PIPELINE = ".gryt/pipelines/release-pipeline.yaml"
LEDGER = "refs/gryt/generations/v5.0.0"


def pipeline(*steps: str, **commands: str) -> str:
    """A pipeline of these steps, each of which does something unless told otherwise."""
    lines = ["name: release-pipeline", "steps:"]
    for name in steps:
        command = commands.get(name.replace("-", "_"), f"echo {name}")
        lines += [f"  - name: {name}", f"    command: {command!r}"]
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="session")
def workflow_5(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    """The generation of Workflow 5 under its policy, with a pipeline of a test and an audit."""
    gryt, repo = Gryt(), make_repo(tmp_path_factory.mktemp("workflow-5") / "repo")
    gryt.ok("init", cwd=repo)
    (repo / ".gryt/pipelines").mkdir(parents=True, exist_ok=True)
    for path in (repo / ".gryt/pipelines").iterdir():
        path.unlink()
    (repo / ".gryt/policy.yaml").write_text(POLICY)
    (repo / PIPELINE).write_text(pipeline("test", "dependency-audit"))
    repo.git("add", ".gryt")
    repo.commit("policy")
    gryt.ok("generation", "new", "v5.0.0", "--from", "-", cwd=repo, stdin=CONTRACT)
    return repo


@pytest.fixture
def project(workflow_5: Repo, tmp_path: Path) -> Repo:
    """A copy of it."""
    return copy_of(workflow_5, tmp_path / "repo")


def write(repo: Repo, *steps: str, **commands: str) -> None:
    (repo / PIPELINE).write_text(pipeline(*steps, **commands))
    repo.git("add", ".gryt")
    repo.git("commit", "-qm", "pipeline")


ALL = ("test", "e2e-tests", "security-scan", "dependency-audit", "build")


@pytest.mark.parametrize("spelling", ["policy.yaml", "policies.yaml"])
def test_the_story_word_for_word(project: Repo, gryt: Gryt, spelling: str) -> None:
    if spelling == "policies.yaml":
        project.git("mv", ".gryt/policy.yaml", ".gryt/policies.yaml")
        (project / ".gryt/policies.yaml").write_text(PREDECESSOR)
        project.commit("as the predecessor has it", {})
    start = ("evolution", "start", "v5.0.0", "--change", "FEAT-400")
    refused = gryt(*start, cwd=project)
    assert (refused.status, refused.stdout) == (1, VIOLATION)
    assert gryt.ok("evolution", "list", "v5.0.0", "--json", cwd=project).json["evolutions"] == []
    (project / PIPELINE).write_text(pipeline(*ALL))
    assert gryt.ok(*start, cwd=project).stdout == STARTED
    again = gryt("evolution", "start", "v5.0.0", "--change", "PERF-100", cwd=project)
    assert "Violation: Pipeline 'release-pipeline' missing required step: benchmark" in again.stdout
    assert "e2e-tests-for-features" not in again.stdout


def test_every_missing_step_is_named(project: Repo, gryt: Gryt) -> None:
    write(project, "test")
    said = gryt("evolution", "start", "v5.0.0", "--change", "FEAT-400", cwd=project).stdout
    for step in ("e2e-tests", "security-scan", "dependency-audit"):
        assert f"  Violation: Pipeline 'release-pipeline' missing required step: {step}\n" in said


def test_a_refusal_is_on_record_with_its_policy(project: Repo, gryt: Gryt) -> None:
    gryt("evolution", "start", "v5.0.0", "--change", "FEAT-400", cwd=project)
    message = project.git("log", "-1", "--format=%B", LEDGER)
    assert message.startswith("v5.0.0 evolution.start refused: e2e-tests-for-features, security-")
    blob = project.git("rev-parse", "HEAD:.gryt/policy.yaml")
    assert f"Gryt-Policy: {blob}" in message
    newest = gryt.ok("audit", "log", "--json", cwd=project).json["records"][0]
    assert newest["kind"] == "audit.refused"
    assert newest["policy"] == blob
    assert newest["by"].startswith("Ada ")
    assert gryt("verify", cwd=project).status == 0


def test_a_start_records_what_the_policies_said(project: Repo, gryt: Gryt) -> None:
    write(project, *ALL)
    gryt.ok("evolution", "start", "v5.0.0", "--change", "FEAT-400", cwd=project)
    newest = gryt.ok("audit", "log", "--json", cwd=project).json["records"][0]
    assert newest["policy"] == project.git("rev-parse", "HEAD:.gryt/policy.yaml")
    assert [(p["name"], p["outcome"], p["steps"]) for p in newest["policies"]] == [
        ("e2e-tests-for-features", "pass", ["e2e-tests"]),
        ("security-scan-always", "pass", ["security-scan", "dependency-audit"]),
    ]


def test_a_run_is_held_against_the_policy_again(project: Repo, gryt: Gryt) -> None:
    write(project, *ALL)
    gryt.ok("evolution", "start", "v5.0.0", "--change", "FEAT-400", cwd=project)
    write(project, "test", "e2e-tests", "dependency-audit", e2e_tests="touch ran")
    refused = gryt("run", cwd=project)
    assert refused.status == 1
    assert refused.stdout == (
        "ERROR: Policy violation\n\n"
        "Policy: security-scan-always\n"
        "  Applies to: add\n"
        "  Violation: Pipeline 'release-pipeline' missing required step: security-scan\n\n"
        "Not run.\n"
    )
    assert not (project / "ran").exists()
    newest = gryt.ok("audit", "log", "--json", cwd=project).json["records"][0]
    assert (newest["kind"], newest["action"]) == ("audit.refused", "run.start")


@pytest.mark.parametrize(
    ("steps", "violation"),
    [
        ({"e2e_tests": "true"}, "required step e2e-tests does nothing: true"),
        ({"e2e_tests": "npm test || true"}, "required step e2e-tests cannot fail: npm test"),
    ],
)
def test_an_emptied_step_is_no_step(
    project: Repo, gryt: Gryt, steps: dict[str, str], violation: str
) -> None:
    write(project, *ALL, **steps)
    refused = gryt("evolution", "start", "v5.0.0", "--change", "FEAT-400", cwd=project)
    assert refused.status == 1
    assert violation in refused.stdout


def test_a_step_that_may_fail_is_no_step(project: Repo, gryt: Gryt) -> None:
    text = pipeline(*ALL).replace("'echo e2e-tests'", "'echo e2e-tests'\n    allow_failure: true")
    (project / PIPELINE).write_text(text)
    refused = gryt("evolution", "start", "v5.0.0", "--change", "FEAT-400", cwd=project)
    assert "required step e2e-tests is allowed to fail" in refused.stdout


def test_a_wrong_policy_is_an_error_with_its_place(project: Repo, gryt: Gryt) -> None:
    (project / ".gryt/policy.yaml").write_text(POLICY.replace("required_steps", "required_step", 1))
    before = bytes_below(project / ".git")
    wrong = gryt("evolution", "start", "v5.0.0", "--change", "FEAT-400", cwd=project)
    assert wrong.status == 3
    assert (
        ".gryt/policy.yaml:4:5: /policies/0: unknown key 'required_step',"
        " did you mean 'required_steps'?"
    ) in wrong.stderr
    assert bytes_below(project / ".git") == before


def test_two_policy_files_are_one_too_many(project: Repo, gryt: Gryt) -> None:
    (project / ".gryt/policies.yaml").write_text("policies: []\n")
    refused = gryt("evolution", "start", "v5.0.0", "--change", "FEAT-400", cwd=project)
    assert refused.status == 3
    assert "are both here: which one holds?" in refused.stderr
