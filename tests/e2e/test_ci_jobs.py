"""The workflow files of `gryt ci init` at work: their own commands, on checkouts as CI has them."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from tests.cli.scenes import draft, start
from tests.support.cli import Gryt
from tests.support.git import Repo, git

REF = "refs/gryt/generations/v1.5.0"
BRANCH = "feature/login"
JOBS = {
    "github": {
        "GITHUB_ACTIONS": "true",
        "GITHUB_SERVER_URL": "https://github.com",
        "GITHUB_REPOSITORY": "o/r",
        "GITHUB_RUN_ID": "77",
        "GITHUB_ACTOR": "ada",
        "GITHUB_REF": f"refs/heads/{BRANCH}",
        "GRYT_EVOLUTION": "",
    },
    "gitlab": {
        "GITLAB_CI": "true",
        "CI": "true",
        "CI_JOB_URL": "https://gitlab.example/o/r/-/jobs/77",
        "CI_PROJECT_URL": "https://gitlab.example/o/r",
        "CI_COMMIT_BRANCH": BRANCH,
        "GITLAB_USER_NAME": "ada",
    },
}
JOBS["forgejo"] = {**JOBS["github"], "FORGEJO_ACTIONS": "true"}
URLS = {"gitlab": "https://gitlab.example/o/r/-/jobs/77"}
CHECKOUTS = {
    "full": ("--branch", BRANCH),
    "one commit": ("--depth=1", "--branch", BRANCH),
    "no blobs": ("--filter=blob:none", "--branch", BRANCH),
}


@pytest.fixture
def shared(gryt: Gryt, repo: Repo, remote: Repo) -> Repo:
    """An evolution that was started on a branch, shared, with work on it that was pushed."""
    remote.git("config", "uploadpack.allowFilter", "true")
    draft(gryt, repo)
    start(gryt, repo, "BUG-88")
    repo.git("checkout", "--quiet", "-b", BRANCH)
    start(gryt, repo, "FEAT-201")
    repo.commit("feat: log in", {"login.py": "ok\n"})
    gryt.ok("sync", "push", cwd=repo)
    repo.git("push", "--quiet", "origin", BRANCH)
    return repo


def commands_of(gryt: Gryt, repo: Repo, system: str) -> list[tuple[str, bool]]:
    """The scripts of a job, and whether each is run whatever came before; gryt is installed."""
    file = yaml.safe_load(gryt.ok("ci", "init", system, "--stdout", cwd=repo).stdout)
    if system == "gitlab":
        lines = [line for line in file["gryt"]["script"] if "pip install" not in line]
        return [("\n".join(lines), False)]
    [job] = file["jobs"].values()
    steps = [step for step in job["steps"] if "run" in step]
    return [
        (step["run"], step.get("if") == "always()")
        for step in steps
        if "pip install" not in step["run"]
    ]


def run_job(gryt: Gryt, repo: Repo, system: str, checkout: str = "full") -> tuple[int, Repo, str]:
    """Checks out and runs every command of the file; returns the job's status and what it said."""
    job = Repo(repo.path.with_name("job"))
    remote = f"file://{repo.path.with_name('remote.git')}"
    git("clone", "--quiet", *CHECKOUTS[checkout], remote, job, cwd=repo)
    job.git("checkout", "--quiet", "--detach")
    config = repo.path.with_name("runner.config")
    config.write_text(
        f'[user]\n\tuseConfigOnly = true\n[url "{remote}"]\n'
        "\tinsteadOf = https://gitlab.example/o/r.git\n"
    )
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    env: Mapping[str, str] = {
        **os.environ,
        **JOBS[system],
        "PATH": path,
        "GIT_CONFIG_GLOBAL": str(config),
    }
    status, said = 0, ""
    for script, always in commands_of(gryt, repo, system):
        if status and not always:
            continue
        done = subprocess.run(
            ["bash", "-eo", "pipefail", "-c", script],
            cwd=job,
            env=env,
            capture_output=True,
            text=True,
            check=False,
        )
        status = status or done.returncode
        said += done.stdout + done.stderr
    return status, job, said


def finished_in(repo: Repo) -> str:
    names = repo.git("ls-tree", "-r", "--name-only", REF).splitlines()
    [path] = [name for name in names if name.endswith("run-finished.yaml")]
    return repo.git("cat-file", "blob", f"{REF}:{path}")


CASES = [(system, "full") for system in JOBS] + [
    ("github", checkout) for checkout in CHECKOUTS if checkout != "full"
]


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=", ".join)
def test_a_job_proves_and_publishes(
    gryt: Gryt, shared: Repo, remote: Repo, case: tuple[str, str], tmp_path: Path
) -> None:
    system, checkout = case
    status, job, said = run_job(gryt, shared, system, checkout)
    assert status == 0, said
    assert remote.git("rev-parse", "v1.5.0-rc.2^{commit}") == job.head
    text = finished_in(remote)
    url = URLS.get(system, "https://github.com/o/r/actions/runs/77")
    for line in (f"ci: {system}", "actor: ada", f"url: {url}", "by: ada <gryt@localhost>"):
        assert line in text
    # a reader who has nothing but git
    git("clone", "--quiet", "--branch", BRANCH, remote, tmp_path / "reader", cwd=tmp_path)
    reader = Repo(tmp_path / "reader")
    reader.git("fetch", "--quiet", "origin", "refs/notes/gryt:refs/notes/gryt")
    note = reader.git("notes", "--ref=gryt", "show", "HEAD")
    assert note.startswith("{evolution: v1.5.0-rc.2, status: pass")
    gryt.ok("sync", "pull", cwd=shared)
    assert gryt("verify", cwd=shared).status == 0


@pytest.mark.slow
@pytest.mark.parametrize("system", JOBS)
def test_a_job_that_fails_publishes_that_too(
    gryt: Gryt, shared: Repo, remote: Repo, system: str
) -> None:
    shared.commit(
        "fix: break it",
        {".gryt/pipelines/full-ci.yaml": "name: full-ci\nsteps: [{name: no, command: 'exit 3'}]\n"},
    )
    shared.git("push", "--quiet", "origin", BRANCH)
    status, _, said = run_job(gryt, shared, system)
    assert status == 1, said
    assert "status: fail" in finished_in(remote)


@pytest.mark.slow
def test_a_job_that_cannot_tell_names_the_candidates(gryt: Gryt, shared: Repo) -> None:
    gryt.ok("evolution", "start", "v1.5.0", "--change", "FEAT-202", cwd=shared)
    gryt.ok("sync", "push", cwd=shared)
    status, _, said = run_job(gryt, shared, "github")
    assert status == 3
    assert "v1.5.0-rc.2  FEAT-201" in said
    assert "v1.5.0-rc.3  FEAT-202" in said


@pytest.mark.slow
def test_a_job_that_only_runs_fetches_the_ledger_itself(
    gryt: Gryt, shared: Repo, remote: Repo, tmp_path: Path
) -> None:
    git(
        "clone",
        "--quiet",
        "--depth=1",
        "--branch",
        BRANCH,
        f"file://{remote}",
        tmp_path / "job",
        cwd=tmp_path,
    )
    ran = gryt("run", "full-ci", cwd=tmp_path / "job", env=JOBS["github"])
    assert ran.status == 0
    assert "there is no ledger in this clone: fetching that of 'origin'" in ran.stderr
    assert "refs/tags/v1.5.0-rc.2" in remote.refs("refs/tags/")
    aside = gryt("run", "full-ci", cwd=tmp_path / "job")
    assert "fetching" not in aside.stderr
