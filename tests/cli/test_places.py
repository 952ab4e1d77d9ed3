"""Where commands can be run: subdirectories, other work trees, detached, bare, dirty."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.scenes import CONTRACT_FILE, bytes_below, copy_of, draft, prove, proven, start
from tests.support.cli import Gryt
from tests.support.git import Repo, make_repo

pytestmark = pytest.mark.slow  # many processes

QUESTIONS = [
    ("generation", "list"),
    ("generation", "show", "v1.5.0"),
    ("evolution", "list", "v1.5.0"),
    ("evolution", "show", "v1.5.0-rc.1"),
    ("audit", "log"),
    ("audit", "log", "v1.5.0"),
    ("audit", "list-snapshots"),
]


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    """All of v1.5.0 is proven."""
    repo = make_repo(tmp_path_factory.mktemp("finished") / "repo")
    proven(Gryt(), repo)
    Gryt().ok("audit", "snapshot", "--label", "before", cwd=repo)
    return repo


@pytest.fixture
def ready(finished: Repo, tmp_path: Path) -> Repo:
    """A copy of it, to be changed."""
    return copy_of(finished, tmp_path / "repo")


@pytest.mark.parametrize("where", ["sub/directory", ".gryt/pipelines"])
def test_a_subdirectory_is_as_good_as_the_top(where: str, ready: Repo, gryt: Gryt) -> None:
    (ready / where).mkdir(parents=True, exist_ok=True)
    for question in QUESTIONS:
        assert gryt(*question, cwd=ready / where) == gryt(*question, cwd=ready)


def test_steps_run_at_the_top_from_wherever_they_are_started(ready: Repo, gryt: Gryt) -> None:
    (ready / "sub").mkdir()
    ran = gryt.ok("run", "full-ci", cwd=ready / "sub")
    assert "lint: pass" in ran.stdout  # it looks for README.md


def test_several_directories_add_up_as_with_git(ready: Repo, gryt: Gryt) -> None:
    (ready / "sub").mkdir()
    asked = gryt("-C", "sub", "-C", "..", "generation", "list", cwd=ready)
    assert asked == gryt("generation", "list", cwd=ready)


def test_a_linked_work_tree_shares_the_ledger_but_not_the_current_evolution(
    repo: Repo, gryt: Gryt, tmp_path: Path
) -> None:
    draft(gryt, repo)
    repo.git("worktree", "add", "-q", "-b", "other", tmp_path / "linked")
    linked = Repo(tmp_path / "linked")
    start(gryt, linked, "FEAT-201")
    start(gryt, repo, "BUG-88")
    assert "v1.5.0-rc.2: proves BUG-88" in gryt.ok("run", cwd=repo).stdout
    assert "v1.5.0-rc.1: proves FEAT-201" in gryt.ok("run", cwd=linked).stdout
    listed = gryt.ok("evolution", "list", "v1.5.0", cwd=linked).stdout
    assert listed == gryt.ok("evolution", "list", "v1.5.0", cwd=repo).stdout


def test_a_detached_head_is_no_obstacle(repo: Repo, gryt: Gryt) -> None:
    repo.git("checkout", "-q", "--detach")
    gryt.ok("generation", "new", "v1.0.0", "--change", "add:A:T", cwd=repo)
    prove(gryt, repo, "A", "v1.0.0")
    [evolution] = gryt.ok("evolution", "list", "v1.0.0", "--json", cwd=repo).json["evolutions"]
    assert (evolution["branch"], evolution["status"]) == (None, "pass")
    gryt.ok("generation", "promote", "v1.0.0", cwd=repo)
    assert repo.git("rev-parse", "v1.0.0^{commit}") == repo.head


def test_a_bare_repository_can_be_read(ready: Repo, gryt: Gryt, tmp_path: Path) -> None:
    ready.git("clone", "-q", "--mirror", ready, tmp_path / "bare.git")
    for question in QUESTIONS:
        assert gryt(*question, cwd=tmp_path / "bare.git") == gryt(*question, cwd=ready)


def test_the_git_directory_itself_can_be_read(ready: Repo, gryt: Gryt) -> None:
    assert gryt("generation", "list", cwd=ready / ".git").stdout.startswith("Version")


def test_a_repository_that_is_only_read_is_not_written(ready: Repo, gryt: Gryt) -> None:
    for question in QUESTIONS:
        gryt.ok(*question, cwd=ready)
    before = bytes_below(ready.path)
    for question in QUESTIONS:
        gryt.ok(*question, cwd=ready)
    assert bytes_below(ready.path) == before


@pytest.mark.parametrize(
    ("path", "text", "why"),
    [
        ("README.md", "changed\n", "uncommitted changes: README.md"),
        ("new file.txt", "new\n", "untracked files: new file.txt"),
        (
            ".gryt/pipelines/full-ci.yaml",
            "name: full-ci\nsteps: [{name: a, run: 'true'}]\n",
            "uncommitted changes: .gryt/pipelines/full-ci.yaml",
        ),
    ],
)
def test_a_dirty_work_tree_runs_and_proves_nothing(
    path: str, text: str, why: str, repo: Repo, gryt: Gryt
) -> None:
    draft(gryt, repo)
    start(gryt, repo, "FEAT-201")
    repo.write({path: text})
    refs = repo.refs()
    ran = gryt("run", cwd=repo)
    assert ran.status == 1
    assert ran.stderr == f"this run proves nothing: the work tree has {why}\n"
    assert f"  proves nothing: the work tree has {why}\n" in ran.stdout
    assert ran.stdout.endswith("Nothing was recorded.\n")
    assert repo.refs() == refs


def test_a_run_without_an_evolution_runs_and_says_so(repo: Repo, gryt: Gryt) -> None:
    refs = repo.refs()
    ran = gryt.ok("run", "full-ci", cwd=repo)
    assert ran.stderr == "no evolution is open here: nothing is recorded\n"
    assert ran.stdout.endswith("Pipeline full-ci: PASSED (2/2 steps)\nNothing was recorded.\n")
    assert repo.refs() == refs


def test_an_empty_repository_can_promise(tmp_path: Path, gryt: Gryt) -> None:
    subprocess.run(["git", "init", "-q", tmp_path / "empty"], check=True)
    gryt.ok("generation", "new", "v1.0.0", "--change", "add:A:T", cwd=tmp_path / "empty")
    listed = gryt.ok("evolution", "list", "v1.0.0", cwd=tmp_path / "empty").stdout
    assert listed.endswith(
        "Ready for promotion: NO\n  A is not proven\n  0 of at least 1 evolutions passed\n"
    )


def test_init_puts_samples_in_place_and_can_be_repeated(tmp_path: Path, gryt: Gryt) -> None:
    repo = make_repo(tmp_path / "repo", pipeline=False)
    first = gryt.ok("init", cwd=repo).stdout.splitlines()
    assert "created .gryt/policy.yaml" in first
    assert "created .gryt/pipelines/full-ci.yaml.sample" in first
    before = bytes_below(repo.path)
    assert gryt.ok("init", cwd=repo).stdout == "nothing to do\n"
    assert bytes_below(repo.path) == before
    (repo / ".gryt/policy.yaml").write_text("policies: []\n")
    gryt.ok("init", cwd=repo)
    assert (repo / ".gryt/policy.yaml").read_text() == "policies: []\n"


def test_the_sample_pipeline_is_a_valid_one(tmp_path: Path, gryt: Gryt) -> None:
    repo = make_repo(tmp_path / "repo", pipeline=False)
    gryt.ok("init", cwd=repo)
    sample = (repo / ".gryt/pipelines/full-ci.yaml.sample").read_text()
    repo.write({".gryt/pipelines/full-ci.yaml": sample})
    ran = gryt("run", "full-ci", cwd=repo, env={"PATH": "/nowhere:/usr/bin:/bin"})
    assert "==> lint (1/2)" in ran.stdout


def test_a_reader_who_has_gone_away_ends_it_quietly(ready: Repo) -> None:
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "wb") as closed:
        ended = subprocess.run(
            [sys.executable, "-m", "gryt", "audit", "log"],
            cwd=ready,
            stdout=closed,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert (ended.returncode, ended.stderr) == (141, b"")


def test_the_contract_file_is_named_relative_to_the_top(repo: Repo, gryt: Gryt) -> None:
    (repo / "sub").mkdir()
    made = gryt.ok("generation", "new", "v1.5.0", cwd=repo / "sub")
    assert made.stdout == f"Generation created: v1.5.0\nContract: {CONTRACT_FILE}\n"
    assert (repo / CONTRACT_FILE).is_file()


def test_a_closed_or_full_stream_is_no_bug(repo: Repo) -> None:
    gryt = f"{sys.executable} -m gryt"
    for redirected, expected in {
        "generation show v9.9.9 2>&-": 3,
        "generation list >&-": 0,
        "generation list <&-": 0,
        "generation list >/dev/full": 3,
        "--help >/dev/full": 3,
    }.items():
        ended = subprocess.run(
            ["sh", "-c", f"{gryt} {redirected}"], cwd=repo, capture_output=True, check=False
        )
        assert (ended.returncode, b"BUG" in ended.stderr) == (expected, False), redirected
