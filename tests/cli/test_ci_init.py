"""`gryt ci init` writes workflow files that ask for what they need, and never over another."""

import re
from typing import Any

import pytest
import yaml

from gryt import __version__
from tests.support.cli import Gryt
from tests.support.git import Repo

PATHS = {
    "github": ".github/workflows/gryt.yml",
    "gitlab": ".gitlab-ci.yml",
    "forgejo": ".forgejo/workflows/gryt.yml",
    "woodpecker": ".woodpecker/gryt.yaml",
    "jenkins": "Jenkinsfile",
}
STEPS = ("gryt sync pull", "gryt run", "gryt sync push")


@pytest.mark.parametrize("system", PATHS)
def test_a_file_is_written_once(gryt: Gryt, repo: Repo, system: str) -> None:
    gryt.ok("ci", "init", system, cwd=repo)
    text = (repo / PATHS[system]).read_text()
    assert gryt.ok("ci", "init", system, "--stdout", cwd=repo).stdout == text
    assert f"pip install gryt=={__version__}\n" in text
    positions = [text.index(step) for step in STEPS]
    assert positions == sorted(positions)
    assert "@" not in re.sub(r"\S+@[0-9a-f]{40} # v\S+", "", text), "a place was not filled"
    gryt.ok("ci", "init", system, cwd=repo)
    (repo / PATHS[system]).write_text("mine\n")
    refused = gryt("ci", "init", system, cwd=repo)
    assert (refused.status, "exists already" in refused.stderr) == (3, True)
    assert (repo / PATHS[system]).read_text() == "mine\n"
    gryt.ok("ci", "init", system, "--force", cwd=repo)
    assert (repo / PATHS[system]).read_text() == text


def parsed(gryt: Gryt, repo: Repo, system: str) -> Any:
    return yaml.safe_load(gryt.ok("ci", "init", system, "--stdout", cwd=repo).stdout)


@pytest.mark.parametrize("system", ["github", "forgejo"])
def test_actions_get_one_right_for_one_job(gryt: Gryt, repo: Repo, system: str) -> None:
    file = parsed(gryt, repo, system)
    assert file["permissions"] == {}
    [job] = file["jobs"].values()
    assert job["permissions"] == {"contents": "write"}
    used = [step["uses"] for step in job["steps"] if "uses" in step]
    assert all(
        re.fullmatch(r"(https://code\.forgejo\.org/)?actions/[a-z-]+@[0-9a-f]{40}", u) for u in used
    )
    assert job["steps"][0]["with"] == {"fetch-depth": 0}
    assert file[True]["push"]["branches"] == ["**", "!gryt/**"], "YAML reads `on` as true"
    scripts = [step.get("run", "") for step in job["steps"]]
    assert not any("${{" in script for script in scripts), "an input in a script can be a command"


def test_gitlab_clones_whole_and_runs_one_job_at_a_time(gryt: Gryt, repo: Repo) -> None:
    job = parsed(gryt, repo, "gitlab")["gryt"]
    assert job["variables"] == {"GIT_STRATEGY": "clone", "GIT_DEPTH": "0"}
    assert job["resource_group"] == "gryt"
    assert job["script"][-3:] == [
        "status=0; gryt run || status=$?",
        "gryt sync push",
        "exit $status",
    ]


def test_woodpecker_clones_whole(gryt: Gryt, repo: Repo) -> None:
    file = parsed(gryt, repo, "woodpecker")
    assert file["clone"]["git"]["settings"] == {"partial": False, "depth": 0, "tags": True}
    [step] = file["steps"]
    assert step["environment"] == {"GRYT_TOKEN": {"from_secret": "gryt_token"}}


def test_an_unknown_system_is_named_with_those_there_are(gryt: Gryt, repo: Repo) -> None:
    refused = gryt("ci", "init", "githib", cwd=repo)
    assert refused.status == 3
    assert "did you mean 'github'?" in refused.stderr
    assert "systems are github, gitlab, forgejo, woodpecker, jenkins" in refused.stderr
