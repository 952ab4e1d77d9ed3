"""Gates that are commands: what they are told, what they may see, and when they are not run."""

import json
from pathlib import Path

import pytest

from tests.cli.scenes import copy_of
from tests.support.cli import Gryt, Result
from tests.support.git import Repo, make_repo

pytestmark = pytest.mark.xdist_group("test_command_gates")  # one scene for all

VERSION = "v1.0.0"


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    gryt, repo = Gryt(), make_repo(tmp_path_factory.mktemp("scene") / "repo")
    change = "add:A-1:$(touch pwned); `touch pwned`"
    gryt.ok("generation", "new", VERSION, "--change", change, cwd=repo)
    gryt.ok("evolution", "start", VERSION, "--change", "A-1", cwd=repo)
    gryt.ok("run", cwd=repo)
    return repo


@pytest.fixture
def project(scene: Repo, tmp_path: Path) -> Repo:
    return copy_of(scene, tmp_path / "repo")


def asking(command: object, more: str = "") -> str:
    return f"gates:\n  - name: asked\n    command: {json.dumps(command)}\n{more}"


def check(gryt: Gryt, repo: Repo, policy: str, *args: str) -> Result:
    (repo / ".gryt").mkdir(exist_ok=True)
    (repo / ".gryt/policy.yaml").write_text(policy)
    return gryt("gate", "check", VERSION, *args, cwd=repo)


@pytest.mark.parametrize("command", ["cat >../told.json", ["cp", "/dev/stdin", "../told.json"]])
def test_it_is_told_everything_as_json(project: Repo, gryt: Gryt, command: object) -> None:
    assert check(gryt, project, asking(command)).status == 0
    told = json.loads((project.path.parent / "told.json").read_text())
    assert told["schema"] == "gryt/gate-context/1"
    assert (told["version"], told["commit"]) == (VERSION, project.head)
    (change,) = told["changes"]
    assert (change["id"], change["status"]) == ("A-1", "proven")
    assert told["evolutions"][0]["status"] == "pass"


def test_nothing_of_the_data_reaches_a_shell(project: Repo, gryt: Gryt) -> None:
    command = "cat >/dev/null; env >../env"
    said = gryt(
        *("gate", "check", VERSION),
        cwd=_with(project, asking(command)),
        env={"GIT_AUTHOR_NAME": "x", "GRYT_RUN_ID": "another"},
    )
    assert said.status == 0
    assert not list(project.path.parent.rglob("pwned"))
    told = (project.path.parent / "env").read_text()
    names = {line.partition("=")[0] for line in told.splitlines()}
    assert not [name for name in names if name.startswith("GIT_")]
    assert {"GRYT_VERSION", "GRYT_COMMIT", "GRYT_GENERATION", "GRYT_GATE"} <= names
    assert "GRYT_RUN_ID" not in names


def _with(repo: Repo, policy: str) -> Repo:
    (repo / ".gryt/policy.yaml").write_text(policy)
    return repo


def test_what_it_prints_is_the_reason(project: Repo, gryt: Gryt) -> None:
    said = check(gryt, project, asking("echo three blockers; printf '\\033[2J' >&2; exit 3"))
    assert said.status == 1
    assert "  asked: FAIL\n    three blockers\n" in said.stdout
    assert "\033" not in said.stdout


def test_it_is_not_run_on_another_commit(project: Repo, gryt: Gryt) -> None:
    (project / "later.txt").write_text("x\n")
    commit = project.head
    project.commit("later")
    said = check(gryt, project, asking("touch ../ran"), "--commit", commit)
    assert said.status == 125
    assert f"the work tree is not at {commit[:10]}" in said.stdout
    assert f"mend: git switch --detach {commit[:10]}" in said.stdout
    assert not (project.path.parent / "ran").exists()


def test_it_is_not_run_on_an_edited_work_tree(project: Repo, gryt: Gryt) -> None:
    project.commit("a script", {"check.sh": "exit 1\n"})
    (project / "check.sh").write_text("exit 0\n")
    said = check(gryt, project, asking("sh check.sh"))
    assert said.status == 125
    assert "the work tree has uncommitted changes: check.sh" in said.stdout


def test_a_command_that_was_only_fetched_is_never_run(project: Repo, gryt: Gryt) -> None:
    (project / ".gryt/policy.yaml").write_text(asking("touch ../ran"))
    gryt.ok("policy", "publish", cwd=project)
    (project / ".gryt/policy.yaml").unlink()
    for command in (("gate", "check"), ("generation", "promote")):
        said = gryt(*command, VERSION, cwd=project)
        assert "only the published policy has this command" in said.stdout
        assert said.status != 0
    assert not (project.path.parent / "ran").exists()


def test_it_may_call_gryt_while_a_promotion_waits_for_it(project: Repo, gryt: Gryt) -> None:
    import sys

    command = f"{sys.executable} -m gryt audit snapshot --label asked >/dev/null"
    (project / ".gryt/policy.yaml").write_text(asking(command, "    timeout: 60\n"))
    said = gryt("generation", "promote", VERSION, cwd=project)
    assert (said.status, said.stderr) == (0, ""), said.stdout
    snapshots = gryt.ok("audit", "list-snapshots", "--json", cwd=project).json["snapshots"]
    assert len(snapshots) == 1, "it is asked once"
