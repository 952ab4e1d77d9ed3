"""Each thing that a policy may ask for: it passes, fails, cannot tell, and may be overridden.

The policy is written into the work tree of a repository whose two changes are proven; what is not
committed can only add, so that one scene does for all.
"""

import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli.scenes import bytes_below, copy_of
from tests.support.cli import Gryt, Result
from tests.support.git import Repo, git, make_repo

pytestmark = [
    pytest.mark.xdist_group("test_policy_gates"),  # one scene for all
    pytest.mark.slow,
]

PIPELINE = ".gryt/pipelines/ci.yaml"
STEPS = "name: ci\nsteps:\n  - {name: test, command: 'test ! -e broken'}\n"
VERSION = "v1.0.0"


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    """A-1 is proven; B-1 failed once, and is proven by the next commit."""
    gryt, repo = Gryt(), make_repo(tmp_path_factory.mktemp("scene") / "repo", pipeline=False)
    repo.commit("ci: a pipeline", {PIPELINE: STEPS})
    gryt.ok("generation", "new", VERSION, "--change", "add:A-1:One", cwd=repo)
    contract = repo / ".gryt/generations/v1.0.0.yaml"
    contract.write_text(contract.read_text() + "  - {type: fix, id: B-1, title: Two}\n")
    gryt.ok("evolution", "start", VERSION, "--change", "A-1", cwd=repo)
    gryt.ok("run", cwd=repo)
    gryt.ok("evolution", "start", VERSION, "--change", "B-1", cwd=repo)
    repo.commit("feat: broken", {"broken": "x\n"})
    assert gryt("run", cwd=repo).status == 1
    gryt.ok("evolution", "start", VERSION, "--change", "B-1", cwd=repo)
    repo.git("rm", "-q", "broken")
    repo.commit("fix: mended", {"src/b.py": "x\n"})
    gryt.ok("run", cwd=repo)
    return repo


@pytest.fixture
def project(scene: Repo, tmp_path: Path) -> Repo:
    return copy_of(scene, tmp_path / "repo")


def check(gryt: Gryt, repo: Repo, policy: str) -> tuple[Result, Any]:
    """What `gate check` says under a policy, as text and as a document."""
    (repo / ".gryt/policy.yaml").write_text(policy)
    said = gryt("gate", "check", VERSION, "--json", cwd=repo)
    return said, said.json


def verdict(document: Any, gate: str) -> Any:
    (found,) = [each for each in document["gates"] if each["name"] == gate]
    return found


FUTURE = "freeze: [{from: 2020-01-01, to: 2999-12-31, reason: holidays}]"
PAST = "freeze: [{from: 2020-01-01, to: 2020-01-02}]"
ROWS = {
    "required step": ("required_steps: [test]", "required_steps: [lint]"),
    "pinned step": (
        "required_steps: [{name: test, command: 'test ! -e broken'}]",
        "required_steps: [{name: test, command: pytest}]",
    ),
    "min_evolutions of a type": (
        "min_evolutions: 1\n    applies_to: [add]",
        "min_evolutions: 2\n    applies_to: [add]",
    ),
    "strict": ("strict: true\n    applies_to: [add]", "strict: true"),
    "tip_proven": ("tip_proven: true\n    applies_to: [fix]", "tip_proven: true"),
    "proof_source": ("proof_source: any", "proof_source: ci"),
    "soak": ("soak: 0.001", "soak: 24h"),
    "max_age": ("max_age: 24h", "max_age: 0.001"),
    "freeze": (PAST, FUTURE),
    "freeze for ever": (PAST, "freeze: [{from: 0001-01-01, to: 9999-12-31}]"),
    "soak for ever": ("soak: 0.001", "soak: 999999999w"),
    "command": ("command: 'exit 0'", "command: 'exit 1'"),
    "approvals": ("approvals: {min: 1}\n    applies_to: [remove]", "approvals: {min: 1}"),
}


def rule(asks: str, more: str = "") -> str:
    return f"policies:\n  - name: the-rule\n    {asks}\n{more}"


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_a_rule_passes_fails_is_overridden_or_may_not_be(
    project: Repo, gryt: Gryt, row: tuple[str, str]
) -> None:
    passing, failing = row
    said, document = check(gryt, project, rule(passing))
    assert said.status == 0, document
    assert {gate["outcome"] for gate in document["gates"]} == {"pass"}

    said, document = check(gryt, project, rule(failing))
    answer = verdict(document, "the-rule")
    assert (said.status, answer["outcome"]) == (1, "fail")
    assert answer["reasons"]
    assert answer["mend"]

    override = ("--override", "the-rule", "--reason", "INC-7", "--dry-run")
    assert gryt("generation", "promote", VERSION, *override, cwd=project).status == 0

    _, document = check(gryt, project, rule(failing, "    override: forbid\n"))
    assert verdict(document, "the-rule")["may_override"] is False
    refused = gryt("generation", "promote", VERSION, *override, cwd=project)
    assert refused.status == 1
    assert "the policy forbids to override it" in refused.stdout


@pytest.mark.parametrize("row", [ROWS["required step"], ROWS["command"]])
def test_a_rule_that_only_warns_keeps_nobody(
    project: Repo, gryt: Gryt, row: tuple[str, str]
) -> None:
    said, document = check(gryt, project, rule(row[1], "    mode: warn\n"))
    answer = verdict(document, "the-rule")
    assert (said.status, answer["outcome"], answer["advisory"]) == (0, "fail", True)


def test_enough_evolutions_is_a_gate_that_is_always_there(project: Repo, gryt: Gryt) -> None:
    said, document = check(gryt, project, rule("min_evolutions: 2"))
    assert said.status == 0
    said, document = check(gryt, project, rule("min_evolutions: 3"))
    answer = verdict(document, "MinEvolutionsGate")
    assert answer["reasons"] == ["2 of at least 3 evolutions passed ('the-rule')"]
    override = ("--override", "MinEvolutionsGate", "--reason", "INC-7", "--dry-run")
    assert gryt("generation", "promote", VERSION, *override, cwd=project).status == 0
    check(gryt, project, rule("min_evolutions: 3", "    override: forbid\n"))
    assert gryt("generation", "promote", VERSION, *override, cwd=project).status == 1
    check(gryt, project, "no_override: [MinEvolutionsGate]\n" + rule("min_evolutions: 3"))
    assert gryt("generation", "promote", VERSION, *override, cwd=project).status == 1


@pytest.mark.parametrize(
    ("asks", "reason"),
    [
        ("command: 'echo who knows; exit 125'", "it cannot tell"),
        ("command: 'exit 127'", "it ended with 127"),
        ("command: [no-such-program]", "it ended with 127"),
        ("command: 'kill -9 $$'", "it ended with"),
        ("command: 'sleep 60'\n    timeout: 0.1", "it was ended after 0.1 s"),
        ("metrics: [{name: coverage, min: 80}]", "no proof has recorded 'coverage'"),
    ],
)
def test_who_cannot_tell_says_so_and_blocks(
    project: Repo, gryt: Gryt, asks: str, reason: str
) -> None:
    said, document = check(gryt, project, rule(asks))
    answer = verdict(document, "the-rule")
    assert (said.status, answer["outcome"]) == (125, "inconclusive")
    assert reason in answer["reasons"][0]
    promoted = gryt("generation", "promote", VERSION, "--dry-run", cwd=project)
    assert promoted.status != 0


def test_a_proof_whose_pipeline_is_gone_cannot_be_judged(project: Repo, gryt: Gryt) -> None:
    blob = project.git("rev-parse", f"HEAD:{PIPELINE}")
    (project / ".git/objects" / blob[:2] / blob[2:]).unlink()
    said, document = check(gryt, project, rule("required_steps: [test]"))
    answer = verdict(document, "the-rule")
    assert (said.status, answer["outcome"]) == (125, "inconclusive")
    assert "pipeline 'ci' as it ran in v1.0.0-rc.1 is missing" in answer["reasons"][0]


def test_in_a_shallow_clone_paths_count_as_touched(
    project: Repo, tmp_path: Path, gryt: Gryt
) -> None:
    clone = tmp_path / "shallow"
    git("clone", "-q", "--depth=1", f"file://{project.path}", clone, cwd=tmp_path)
    git("fetch", "-q", "origin", "refs/gryt/*:refs/gryt/*", cwd=clone)
    asks = rule("required_steps: [lint]\n    paths: ['nowhere/**']")
    assert check(gryt, project, asks)[0].status == 0
    said, document = check(gryt, Repo(clone), rule("required_steps: [lint]\n    paths: ['src/**']"))
    outcomes = {gate["name"]: gate["outcome"] for gate in document["gates"]}
    assert outcomes["ProofsContainedGate"] == "inconclusive"
    assert outcomes["the-rule"] == "fail"
    assert said.status == 1


def test_asking_writes_nothing_and_uses_no_network(project: Repo, gryt: Gryt) -> None:
    project.git("remote", "add", "origin", "https://user@localhost:1/none.git")
    project.git("config", "remote.origin.promisor", "true")
    (project / ".gryt/policy.yaml").write_text(
        rule("required_steps: [test]", "  - {name: asks, command: 'cat >/dev/null'}\n")
    )
    contract = project / ".gryt/generations/v1.0.0.yaml"
    contract.write_text(contract.read_text() + "description: an edit that is not recorded yet\n")
    for cache in (project / ".git/gryt").glob("index.db*"):
        cache.unlink()
    before = bytes_below(project / ".git")
    assert gryt("gate", "check", VERSION, cwd=project).status == 0
    assert gryt("policy", "check", VERSION, cwd=project).status == 0
    assert gryt("policy", "show", cwd=project).status == 0
    assert gryt("generation", "promote", VERSION, "--dry-run", cwd=project).status == 0
    assert bytes_below(project / ".git") == before


def test_refusals_are_shown_with_who_when_and_which_policy(project: Repo, gryt: Gryt) -> None:
    check(gryt, project, rule("required_steps: [lint]"))
    assert gryt("generation", "promote", VERSION, cwd=project).status == 1
    _, document = check(gryt, project, rule("required_steps: [lint]"))
    (refused, *_) = document["refused"]
    blob = project.git("hash-object", ".gryt/policy.yaml")
    assert (refused["action"], refused["policy"]) == ("generation.promote", blob)
    assert refused["by"].startswith("Ada ")
    text = gryt("gate", "check", VERSION, cwd=project).stdout
    assert f"generation.promote refused: A-1: in {VERSION}-rc.1 step 'lint'" in text
    assert f"policy {blob[:10]})" in text
    assert f"(policy {blob[:10]})" in gryt.ok("audit", "log", VERSION, cwd=project).stdout
    message = project.git("log", "-1", "--format=%B", f"refs/gryt/generations/{VERSION}")
    assert message.startswith(f"{VERSION} not promoted: the-rule\n")
    assert f"Gryt-Policy: {blob}" in message


def test_a_promotion_records_the_policy_it_was_judged_by(project: Repo, gryt: Gryt) -> None:
    check(gryt, project, rule("required_steps: [test]"))
    gryt.ok("generation", "promote", VERSION, cwd=project)
    record = gryt.ok("audit", "log", VERSION, "--json", cwd=project).json["records"][0]
    assert record["policy"] == project.git("hash-object", ".gryt/policy.yaml")
    assert {"name": "the-rule", "outcome": "pass", "message": ""} in record["gates"]
    assert gryt("gate", "check", VERSION, cwd=project).status == 0
    assert gryt("verify", cwd=project).status == 0


@pytest.mark.slow
def test_a_metric_is_compared_with_the_release_before(repo: Repo, gryt: Gryt) -> None:
    measure = f"{sys.executable} -m gryt metric coverage $(cat coverage)"
    policy = "metrics: [{name: coverage, min: 80, not_worse_than: previous}]\n"
    steps = f"name: ci\nsteps:\n  - {{name: measure, command: {measure}}}\n"
    repo.git("rm", "-qr", "--ignore-unmatch", ".gryt/pipelines")
    repo.commit("ci", {PIPELINE: steps, ".gryt/policy.yaml": policy, "coverage": "85\n"})
    answers = []
    for version, value in (("v1.0.0", "85"), ("v1.1.0", "84"), ("v1.2.0", "86")):
        gryt.ok("generation", "new", version, "--change", f"add:A-{value}:More", cwd=repo)
        gryt.ok("evolution", "start", version, "--change", f"A-{value}", cwd=repo)
        repo.commit(f"feat: {value}", {"coverage": f"{value}\n", "work": value})
        gryt.ok("run", cwd=repo)
        said = gryt("generation", "promote", version, cwd=repo)
        answers.append((said.status, "worse than 85 in the release before" in said.stdout))
    assert answers == [(0, False), (1, True), (0, False)]
