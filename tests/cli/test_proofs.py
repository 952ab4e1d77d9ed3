"""What counts as a proof, and what takes one away: on real repositories, with the whole command."""

from pathlib import Path
from typing import Any

import pytest

from tests.support.cli import Gryt, Result
from tests.support.git import Repo, git

LEDGER = "refs/gryt/generations/v1.0.0"
PIPELINE = ".gryt/pipelines/full-ci.yaml"


@pytest.fixture
def begun(repo: Repo, gryt: Gryt) -> Repo:
    """A repository with a generation of one change, and an evolution of it begun."""
    gryt.ok("generation", "new", "v1.0.0", "--change", "add:FEAT-1:Log in", cwd=repo)
    gryt.ok("evolution", "start", "v1.0.0", "--change", "FEAT-1", cwd=repo)
    return repo


def listed(gryt: Gryt, repo: Repo) -> Any:
    return gryt.ok("evolution", "list", "v1.0.0", "--json", cwd=repo).json


def statuses(gryt: Gryt, repo: Repo) -> dict[str, str]:
    return {change["id"]: change["status"] for change in listed(gryt, repo)["changes"]}


def promote(gryt: Gryt, repo: Repo, *args: str) -> Result:
    return gryt("generation", "promote", "v1.0.0", *args, cwd=repo)


def outcomes(result: Result) -> dict[str, str]:
    return {gate["name"]: gate["outcome"] for gate in result.json["gates"]}


def records(gryt: Gryt, repo: Repo) -> list[str]:
    """The kind of every record, oldest first."""
    log = gryt.ok("audit", "log", "v1.0.0", "--json", cwd=repo).json
    return [record["kind"] for record in reversed(log["records"])]


def with_step(repo: Repo, command: str) -> None:
    """Commit a pipeline whose only step is this command."""
    text = f"name: full-ci\nsteps:\n  - name: act\n    command: {command}\n"
    repo.commit("Another pipeline", {PIPELINE: text})


# --- runs that prove nothing


@pytest.mark.parametrize(
    ("file", "said"),
    [("README.md", "uncommitted changes: README.md"), ("new.txt", "untracked files: new.txt")],
)
def test_a_dirty_work_tree_runs_and_proves_nothing(
    begun: Repo, gryt: Gryt, file: str, said: str
) -> None:
    begun.write({file: "changed\n"})
    before = begun.refs()

    result = gryt("run", cwd=begun)

    assert result.status == 1
    assert f"proves nothing: the work tree has {said}" in result.stdout
    assert "3 passed" in result.stdout
    assert begun.refs() == before
    assert statuses(gryt, begun) == {"FEAT-1": "unproven"}


def test_an_index_that_differs_proves_nothing(begun: Repo, gryt: Gryt) -> None:
    begun.write({"README.md": "staged\n"})
    begun.git("add", "README.md")
    begun.write({"README.md": "# A project\n"})
    before = begun.refs()
    assert gryt("run", cwd=begun).status == 1
    assert begun.refs() == before


def test_ignored_files_do_no_harm(begun: Repo, gryt: Gryt) -> None:
    begun.commit("Ignore caches", {".gitignore": "cache/\n"})
    begun.write({"cache/x": "x\n"})
    gryt.ok("run", cwd=begun)
    assert statuses(gryt, begun) == {"FEAT-1": "proven"}


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("git commit --quiet --allow-empty --message moved", "HEAD moved during the run"),
        ("echo more >> README.md", "tracked files changed during the run: README.md"),
        ("git rm --quiet --cached README.md", "tracked files changed during the run: README.md"),
    ],
)
def test_what_the_pipeline_does_to_the_checkout_voids_the_proof(
    begun: Repo, gryt: Gryt, command: str, said: str
) -> None:
    with_step(begun, command)
    tags = begun.refs("refs/tags")

    result = gryt("run", cwd=begun)

    assert result.status == 1
    assert f"proves nothing: {said}" in result.stdout
    assert begun.refs("refs/tags") == tags
    assert begun.refs("refs/notes") == {}
    assert statuses(gryt, begun) == {"FEAT-1": "unproven"}
    (evolution,) = listed(gryt, begun)["evolutions"]
    assert evolution["status"] == "void"
    assert said in evolution["reasons"][0]
    assert records(gryt, begun)[-1] == "run.finished"


def test_a_void_run_can_be_run_again(begun: Repo, gryt: Gryt) -> None:
    with_step(begun, "test -f built || echo more >> README.md")
    begun.git("config", "core.excludesFile", begun / ".git/excluded")
    (begun / ".git/excluded").write_text("built\n")
    assert gryt("run", cwd=begun).status == 1
    begun.git("checkout", "--quiet", "README.md")
    begun.write({"built": ""})
    gryt.ok("run", cwd=begun)
    assert statuses(gryt, begun) == {"FEAT-1": "proven"}
    assert list(begun.refs("refs/tags")) == ["refs/tags/v1.0.0-rc.1"]


def test_a_failed_run_proves_nothing_and_leaves_no_tag(begun: Repo, gryt: Gryt) -> None:
    with_step(begun, "exit 3")
    result = gryt("run", cwd=begun)
    assert result.status == 1
    assert begun.refs("refs/tags") == {}
    assert statuses(gryt, begun) == {"FEAT-1": "unproven"}
    assert listed(gryt, begun)["evolutions"][0]["status"] == "fail"


def test_an_edit_kept_out_of_sight_of_git_status_proves_nothing(begun: Repo, gryt: Gryt) -> None:
    begun.git("update-index", "--assume-unchanged", PIPELINE)
    begun.write({PIPELINE: "name: full-ci\nsteps:\n  - name: easy\n    command: 'true'\n"})
    result = gryt("run", "--json", cwd=begun)
    assert (result.status, result.json["recorded"]) == (1, False)
    assert result.json["reasons"] == [
        f"git is told not to look at {PIPELINE} (git update-index)",
    ]


def test_proving_another_evolution_leaves_the_current_one_in_place(begun: Repo, gryt: Gryt) -> None:
    gryt.ok("evolution", "start", "v1.0.0", "--change", "FEAT-1", cwd=begun)
    gryt.ok("evolution", "start", "v1.0.0", "--change", "FEAT-1", cwd=begun)
    gryt.ok("run", "--evolution", "v1.0.0-rc.1", cwd=begun)

    result = gryt.ok("run", "--json", cwd=begun)

    assert result.json["evolution"] == "v1.0.0-rc.3"


# --- contracts that move on


@pytest.mark.parametrize(
    ("old", "new", "status"),
    [
        ("title: Log in", "title: Log in fast", "stale"),
        ("type: add", "type: fix", "stale"),
        ("title: Log in", "title: Log in\n    description: With a password", "proven"),
    ],
)
def test_a_proof_holds_for_the_promise_that_it_was_made_for(
    begun: Repo, gryt: Gryt, old: str, new: str, status: str
) -> None:
    gryt.ok("run", cwd=begun)
    contract = begun / ".gryt/generations/v1.0.0.yaml"
    before = contract.read_text()
    assert old in before
    contract.write_text(before.replace(old, new))

    assert statuses(gryt, begun) == {"FEAT-1": status}
    refused = promote(gryt, begun, "--dry-run", "--json")
    is_stale = status == "stale"
    assert outcomes(refused)["AllChangesProvenGate"] == ("fail" if is_stale else "pass")

    contract.write_text(before)
    assert statuses(gryt, begun) == {"FEAT-1": "proven"}


def test_an_added_change_has_to_be_proven_too(begun: Repo, gryt: Gryt) -> None:
    gryt.ok("run", cwd=begun)
    contract = begun / ".gryt/generations/v1.0.0.yaml"
    more = "  - type: fix\n    id: BUG-2\n    title: Sessions end\n"
    contract.write_text(contract.read_text() + more)
    result = promote(gryt, begun)
    assert result.status == 1
    assert "BUG-2 is not proven" in result.stdout
    assert statuses(gryt, begun) == {"FEAT-1": "proven", "BUG-2": "unproven"}


def test_an_abandoned_evolution_takes_its_proof_with_it(begun: Repo, gryt: Gryt) -> None:
    gryt.ok("run", cwd=begun)
    gryt.ok("evolution", "abandon", "v1.0.0-rc.1", "--reason", "wrong commit", cwd=begun)
    assert statuses(gryt, begun) == {"FEAT-1": "unproven"}
    started = gryt.ok("evolution", "start", "v1.0.0", "--change", "FEAT-1", cwd=begun)
    assert "v1.0.0-rc.2" in started.stdout


# --- where the proven work is


@pytest.fixture
def on_branch(begun: Repo, gryt: Gryt) -> Repo:
    """The change is proven by two commits on a branch; main, which lacks them, is checked out."""
    begun.git("switch", "--quiet", "--create", "feature")
    begun.commit("Begin to log in", {"login.py": "x = 1\n"})
    begun.commit("Log in", {"login.py": "x = 2\n", "more.py": "y = 1\n"})
    gryt.ok("run", cwd=begun)
    begun.git("switch", "--quiet", "main")
    return begun


def test_a_commit_without_the_proven_work_is_not_promoted(on_branch: Repo, gryt: Gryt) -> None:
    before = {name: oid for name, oid in on_branch.refs().items() if name != LEDGER}
    kinds = records(gryt, on_branch)

    result = promote(gryt, on_branch)

    assert result.status == 1
    lines = [line.strip() for line in result.stdout.splitlines()]
    at = lines.index("ProofsContainedGate: FAIL")
    proven = on_branch.git("rev-parse", "feature")
    lacks = f"{on_branch.head[:10]} does not contain v1.0.0-rc.1 ({proven[:10]})"
    assert lines[at + 1 : at + 3] == [lacks, "mend: git merge v1.0.0-rc.1"]
    assert {name: oid for name, oid in on_branch.refs().items() if name != LEDGER} == before
    assert records(gryt, on_branch) == [*kinds, "audit.refused"]
    refusal = gryt.ok("audit", "log", "v1.0.0", "--json", cwd=on_branch).json["records"][0]
    assert refusal["reasons"] == [lacks]


def test_a_dry_run_of_a_refusal_records_nothing(on_branch: Repo, gryt: Gryt) -> None:
    before = on_branch.refs()
    result = promote(gryt, on_branch, "--dry-run", "--json")
    assert result.status == 1
    assert outcomes(result)["ProofsContainedGate"] == "fail"
    assert on_branch.refs() == before


def test_the_command_that_mends_it_mends_it(on_branch: Repo, gryt: Gryt) -> None:
    promote(gryt, on_branch)
    on_branch.git("merge", "--quiet", "v1.0.0-rc.1")
    assert promote(gryt, on_branch).status == 0


def test_a_merge_commit_contains_the_work(on_branch: Repo, gryt: Gryt) -> None:
    on_branch.commit("Meanwhile", {"other.txt": "1\n"})
    on_branch.git("merge", "--quiet", "--no-ff", "--message", "Merge", "feature")
    on_branch.commit("Later", {"other.txt": "2\n"})
    assert promote(gryt, on_branch).status == 0


def squash(repo: Repo) -> None:
    repo.git("merge", "--quiet", "--squash", "feature")
    repo.commit("Log in (#1)")


def rebase(repo: Repo) -> None:
    repo.git("cherry-pick", "feature~1", "feature")


@pytest.mark.parametrize("take_over", [squash, rebase])
@pytest.mark.parametrize("later", [{}, {"other.txt": "2\n"}, {"login.py": "x = 3\n"}])
def test_squashed_and_rebased_work_is_recognised(
    on_branch: Repo, gryt: Gryt, take_over: Any, later: dict[str, str]
) -> None:
    """Also where main went on since, be it in the very file that the work is in."""
    on_branch.commit("Meanwhile", {"other.txt": "1\n"})
    take_over(on_branch)
    if later:
        on_branch.commit("Later", later)

    result = promote(gryt, on_branch, "--json")

    assert outcomes(result)["ProofsContainedGate"] == "pass"
    assert result.status == 0
    assert on_branch.git("rev-parse", "v1.0.0^{commit}") == on_branch.head


def test_half_of_the_work_is_not_the_work(on_branch: Repo, gryt: Gryt) -> None:
    on_branch.commit("Meanwhile", {"other.txt": "1\n"})
    on_branch.git("cherry-pick", "feature~1")
    result = promote(gryt, on_branch, "--json")
    assert (result.status, outcomes(result)["ProofsContainedGate"]) == (1, "fail")


def test_other_work_in_the_same_place_is_not_the_work(on_branch: Repo, gryt: Gryt) -> None:
    on_branch.commit("Log in otherwise", {"login.py": "z = 1\n"})
    result = promote(gryt, on_branch, "--json")
    assert (result.status, outcomes(result)["ProofsContainedGate"]) == (1, "fail")


# --- where the history is not here


@pytest.mark.parametrize("is_proven_commit_here", [False, True])
def test_a_shallow_clone_cannot_tell(
    begun: Repo, gryt: Gryt, tmp_path: Path, *, is_proven_commit_here: bool
) -> None:
    gryt.ok("run", cwd=begun)
    begun.commit("Later", {"work.txt": "1\n"})
    shallow = Repo(tmp_path / "shallow")
    url = f"file://{begun}"
    git("clone", "--quiet", "--depth=1", "--no-tags", url, shallow, cwd=tmp_path)
    shallow.git("fetch", "--quiet", "--no-tags", "origin", "refs/gryt/*:refs/gryt/*")
    shallow.git("config", "gryt.mode", "local")  # nothing but what is here is asked
    if is_proven_commit_here:
        shallow.git("fetch", "--quiet", "--depth=1", "origin", "tag", "v1.0.0-rc.1")
    before = {name: oid for name, oid in shallow.refs().items() if name != LEDGER}
    kinds = records(gryt, shallow)

    result = promote(gryt, shallow)

    assert result.status == 1
    assert "ProofsContainedGate: INCONCLUSIVE" in result.stdout
    assert "mend: git fetch --unshallow" in result.stdout
    assert {name: oid for name, oid in shallow.refs().items() if name != LEDGER} == before
    assert records(gryt, shallow) == [*kinds, "audit.refused"]

    shallow.git("fetch", "--quiet", "--unshallow", "--tags")
    assert promote(gryt, shallow).status == 0


def test_where_the_proven_commit_itself_is_promoted_a_shallow_clone_can_tell(
    begun: Repo, gryt: Gryt, tmp_path: Path
) -> None:
    gryt.ok("run", cwd=begun)
    shallow = Repo(tmp_path / "shallow")
    git("clone", "--quiet", "--depth=1", f"file://{begun}", shallow, cwd=tmp_path)
    shallow.git("fetch", "--quiet", "origin", "refs/gryt/*:refs/gryt/*")
    assert promote(gryt, shallow).status == 0


def test_a_promotion_that_lost_its_tag_is_finished_by_promoting_again(
    repo: Repo, gryt: Gryt
) -> None:
    gryt.ok("generation", "new", "v1.0.0", "--change", "add:A-1:The thing", cwd=repo)
    gryt.ok("evolution", "start", "v1.0.0", "--change", "A-1", cwd=repo)
    gryt.ok("run", cwd=repo)
    gryt.ok("generation", "promote", "v1.0.0", cwd=repo)
    refs = repo.refs()
    repo.git("tag", "-d", "v1.0.0")
    again = gryt.ok("generation", "promote", "v1.0.0", cwd=repo)
    assert again.stderr == "tag 'v1.0.0' was missing and is there again\n"
    assert repo.refs() == refs


def test_a_run_takes_up_an_edited_contract_before_it_begins(repo: Repo, gryt: Gryt) -> None:
    gryt.ok("generation", "new", "v1.0.0", "--change", "add:A-1:The thing", cwd=repo)
    gryt.ok("evolution", "start", "v1.0.0", "--change", "A-1", cwd=repo)
    path = repo / ".gryt/generations/v1.0.0.yaml"
    path.write_text(path.read_text().replace("The thing", "Another thing"))
    assert "contract recorded: A-1: title edited\n" in gryt.ok("run", cwd=repo).stderr
    [change] = gryt.ok("generation", "show", "v1.0.0", "--json", cwd=repo).json["changes"]
    assert (change["title"], change["status"]) == ("Another thing", "proven")


def test_a_pipeline_goes_by_the_name_of_its_file(repo: Repo, gryt: Gryt) -> None:
    text = "name: another\nsteps:\n  - {name: t, command: 'true'}\n"
    repo.commit("A pipeline", {".gryt/pipelines/mine.yaml": text})
    gryt.ok("generation", "new", "v1.0.0", "--change", "add:A-1:The thing", cwd=repo)
    gryt.ok("evolution", "start", "v1.0.0", "--change", "A-1", cwd=repo)
    assert gryt.ok("run", "mine", "--json", cwd=repo).json["pipeline"] == "mine"
    gryt.ok("verify", cwd=repo)
