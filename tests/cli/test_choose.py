"""A bare `gryt run` finds the evolution that is meant, or names those that may be."""

import pytest

from tests.cli.scenes import draft, start
from tests.support.cli import Gryt, Result
from tests.support.git import Repo, git

pytestmark = pytest.mark.slow  # many processes

JOB = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_REPOSITORY": "o/r",
    "GITHUB_RUN_ID": "77",
    "GITHUB_ACTOR": "ada",
}


@pytest.fixture
def shared(gryt: Gryt, repo: Repo, remote: Repo) -> Repo:
    """v1.5.0 with an evolution of each change but the last, on a branch each; all published."""
    draft(gryt, repo)
    for change in ("FEAT-201", "FEAT-202"):
        repo.git("checkout", "--quiet", "-b", f"feature/{change}", "main")
        start(gryt, repo, change)
    repo.git("push", "--quiet", "origin", "refs/gryt/*:refs/gryt/*")
    return repo


def job(gryt: Gryt, repo: Repo, message: str, *args: str, **env: str) -> Result:
    """Pushes a commit from main with this message, and runs the pipeline on a fresh clone."""
    repo.git("checkout", "--quiet", "main")
    repo.commit(message)
    repo.git("push", "--quiet", "origin", "main")
    clone = repo.path.with_name("job")
    where = f"file://{repo.path.with_name('remote.git')}"
    git("clone", "--quiet", "--depth=1", where, clone, cwd=repo)
    git("checkout", "--quiet", "--detach", cwd=clone)
    git("fetch", "--quiet", "origin", "refs/gryt/*:refs/gryt/*", cwd=clone)
    return gryt("run", "--json", *args, cwd=clone, env={**JOB, **env})


def proved(result: Result) -> str:
    assert result.status == 0, result.stderr
    evolution: str = result.json["evolution"]
    return evolution


def test_the_option_comes_first(gryt: Gryt, shared: Repo) -> None:
    message = "Work [FEAT-202]\n\nGryt-Evolution: v1.5.0-rc.2\n"
    args = ("--evolution", "v1.5.0-rc.1")
    assert proved(job(gryt, shared, message, *args, GRYT_EVOLUTION="v1.5.0-rc.2")) == "v1.5.0-rc.1"


def test_the_environment_comes_before_the_commit(gryt: Gryt, shared: Repo) -> None:
    assert proved(job(gryt, shared, "[FEAT-202]", GRYT_EVOLUTION="v1.5.0-rc.1")) == "v1.5.0-rc.1"


def test_a_trailer_comes_before_a_change_id(gryt: Gryt, shared: Repo) -> None:
    message = "Work [FEAT-202]\n\nGryt-Evolution: v1.5.0-rc.1\n"
    assert proved(job(gryt, shared, message)) == "v1.5.0-rc.1"


def test_a_change_id_comes_before_the_branch(gryt: Gryt, shared: Repo) -> None:
    branch = {"GITHUB_REF": "refs/heads/feature/FEAT-201"}
    assert proved(job(gryt, shared, "feat: mail [FEAT-202]", **branch)) == "v1.5.0-rc.2"


def test_a_detached_head_is_on_the_branch_that_ci_tells(gryt: Gryt, shared: Repo) -> None:
    pull_request = {"GITHUB_REF": "refs/pull/7/merge", "GITHUB_HEAD_REF": "feature/FEAT-202"}
    assert proved(job(gryt, shared, "Work", **pull_request)) == "v1.5.0-rc.2"


def test_the_only_open_one_is_meant(gryt: Gryt, shared: Repo) -> None:
    gryt.ok("evolution", "abandon", "v1.5.0-rc.1", "--reason", "no", cwd=shared)
    shared.git("push", "--quiet", "origin", "refs/gryt/*:refs/gryt/*")
    assert proved(job(gryt, shared, "Work")) == "v1.5.0-rc.2"


def test_several_are_listed(gryt: Gryt, shared: Repo) -> None:
    refused = job(gryt, shared, "Work")
    assert refused.status == 3
    for words in ("v1.5.0-rc.1", "FEAT-201", "v1.5.0-rc.2", "feature/FEAT-202"):
        assert words in refused.stderr


def test_what_another_job_started_in_this_work_tree_is_not_meant(gryt: Gryt, shared: Repo) -> None:
    shared.git("checkout", "--quiet", "feature/FEAT-201")
    shared.commit("More")
    result = gryt("run", "--json", cwd=shared, env=JOB)
    assert proved(result) == "v1.5.0-rc.1", "rc.2 is the one that was started last here"


def test_the_record_names_system_run_and_actor(gryt: Gryt, shared: Repo) -> None:
    config = shared.path.with_name("nobody")
    config.write_text("[user]\n\tuseConfigOnly = true\n")
    ran = job(gryt, shared, "[FEAT-201]", GIT_CONFIG_GLOBAL=str(config))
    assert ran.status == 0, ran.stderr
    clone = shared.path.with_name("job")
    refs = "refs/gryt/generations/v1.5.0"
    names = git("ls-tree", "-r", "--name-only", refs, cwd=clone).splitlines()
    path = next(name for name in names if name.endswith("run-finished.yaml"))
    text = git("cat-file", "blob", f"{refs}:{path}", cwd=clone)
    assert "by: ada <gryt@localhost>" in text
    for line in ("ci: github", "actor: ada", "url: https://github.com/o/r/actions/runs/77"):
        assert line in text
