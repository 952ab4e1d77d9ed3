"""Two clones and a bare remote: what one pushes the other pulls, and nothing is used twice."""

from pathlib import Path

import pytest

from tests.support.cli import Gryt
from tests.support.git import Repo, make_clone

LEDGER = "refs/gryt/generations/v5.0.0"
LAW_1 = ("log", "-m", "--diff-filter=MDRT", "--name-status", "--format=%h")
NEW = ("generation", "new", "v5.0.0", "--change", "add:A-1:One", "--change", "add:A-2:Two")


@pytest.fixture
def local(repo: Repo, remote: Repo, clone: Repo) -> None:
    """No clone syncs by itself."""
    for each in (repo, clone):
        each.git("config", "gryt.mode", "local")


def prove(gryt: Gryt, repo: Repo, change: str) -> None:
    gryt.ok("evolution", "start", "v5.0.0", "--change", change, cwd=repo)
    gryt.ok("run", cwd=repo)


def is_sound(gryt: Gryt, *repos: Repo) -> None:
    for repo in repos:
        found = gryt.ok("verify", "--json", cwd=repo).json
        assert found["findings"] == []
        for ref in repo.refs("refs/gryt/"):
            assert repo.git(*LAW_1, ref) == ""


def ledger(repo: Repo) -> dict[str, str]:
    """Every ref that is shared."""
    shared = ("refs/gryt/", "refs/tags/", "refs/notes/")
    return {ref: oid for prefix in shared for ref, oid in repo.refs(prefix).items()}


def test_a_contract_goes_from_one_to_the_other(
    local: None, gryt: Gryt, repo: Repo, clone: Repo, remote: Repo
) -> None:
    gryt.ok(*NEW, cwd=repo)
    pushed = gryt.ok("sync", "push", "--version", "v5.0.0", cwd=repo)
    assert pushed.stdout == "Push complete\n  Created: 1\n  Updated: 0\n"
    pulled = gryt.ok("sync", "pull", cwd=clone)
    assert pulled.stdout == (
        "Pull complete\n  New generations: 1\n  Updated generations: 0\n  Conflicts: 0\n"
    )
    assert "id: A-2" in (clone / ".gryt/generations/v5.0.0.yaml").read_text()
    assert ledger(repo) == ledger(clone) == ledger(remote)
    again = gryt.ok("sync", "push", "--json", cwd=repo).json
    assert (again["created"], again["updated"], again["errors"]) == ([], [], [])


@pytest.mark.slow
def test_an_edit_of_the_file_is_pushed_with_it(
    local: None, gryt: Gryt, repo: Repo, clone: Repo
) -> None:
    gryt.ok(*NEW, cwd=repo)
    file = repo / ".gryt/generations/v5.0.0.yaml"
    file.write_text(file.read_text().replace("title: One", "title: Another"))
    gryt.ok("sync", "push", "--version", "v5.0.0", cwd=repo)
    gryt.ok("sync", "pull", cwd=clone)
    shown = gryt.ok("generation", "show", "v5.0.0", "--json", cwd=clone).json
    assert [change["title"] for change in shown["changes"]] == ["Another", "Two"]


def test_of_two_with_one_number_the_later_to_publish_gets_another(
    local: None, gryt: Gryt, repo: Repo, clone: Repo, remote: Repo
) -> None:
    gryt.ok(*NEW, cwd=repo)
    gryt.ok("sync", "push", cwd=repo)
    gryt.ok("sync", "pull", cwd=clone)
    prove(gryt, repo, "A-1")
    prove(gryt, clone, "A-2")
    gryt.ok("sync", "push", cwd=repo)
    first = remote.refs("refs/tags/")
    pushed = gryt.ok("sync", "push", cwd=clone)
    assert "    • v5.0.0-rc.1 is now v5.0.0-rc.2\n" in pushed.stdout
    assert first.items() < remote.refs("refs/tags/").items()
    gryt.ok("sync", "pull", cwd=repo)
    assert ledger(repo) == ledger(clone) == ledger(remote)
    is_sound(gryt, repo, clone)
    listed = gryt.ok("evolution", "list", "v5.0.0", "--json", cwd=repo).json
    shown = [(e["tag"], e["changes"], e["status"]) for e in listed["evolutions"]]
    assert shown == [("v5.0.0-rc.1", ["A-1"], "pass"), ("v5.0.0-rc.2", ["A-2"], "pass")]
    notes = repo.git("notes", "--ref=gryt", "show", "HEAD").splitlines()
    assert [line[:25] for line in notes] == [f"{{evolution: v5.0.0-rc.{n}, " for n in (1, 2)]
    [renumbered] = [e for e in listed["evolutions"] if e["number"] == 2]
    assert renumbered["tag_object"] == repo.git("rev-parse", "v5.0.0-rc.2")


@pytest.mark.slow
def test_a_pull_gives_way_too_and_nothing_is_lost(
    local: None, gryt: Gryt, repo: Repo, clone: Repo, remote: Repo
) -> None:
    gryt.ok(*NEW, cwd=repo)
    gryt.ok("sync", "push", cwd=repo)
    gryt.ok("sync", "pull", cwd=clone)
    prove(gryt, repo, "A-1")
    prove(gryt, clone, "A-2")
    gryt.ok("sync", "push", cwd=repo)
    gryt.ok("sync", "pull", cwd=clone)
    assert clone.git("rev-parse", "v5.0.0-rc.1") == repo.git("rev-parse", "v5.0.0-rc.1")
    is_sound(gryt, clone)
    assert gryt.ok("sync", "push", "--json", cwd=clone).json["updated"] == ["v5.0.0"]
    gryt.ok("sync", "pull", cwd=repo)
    assert ledger(repo) == ledger(clone) == ledger(remote)
    is_sound(gryt, repo, clone)


def test_the_status_of_each_generation(local: None, gryt: Gryt, repo: Repo, clone: Repo) -> None:
    for version in ("v1.0.0", "v2.0.0"):
        gryt.ok("generation", "new", version, "--change", "add:A-1:One", cwd=repo)
    gryt.ok("sync", "push", "--version", "v1.0.0", cwd=repo)
    shown = gryt.ok("sync", "status", "--json", cwd=repo).json
    standings = {line["version"]: line["status"] for line in shown["generations"]}
    assert standings == {"v1.0.0": "synced", "v2.0.0": "pending"}
    there = gryt.ok("sync", "status", cwd=clone).stdout
    assert "  Total generations: 1\n" in there
    assert "v1.0.0     behind" in there
    assert clone.refs("refs/gryt/") == {}
    gryt.ok("sync", "pull", cwd=clone)
    gryt.ok("evolution", "start", "v1.0.0", "--change", "A-1", cwd=clone)
    gryt.ok("evolution", "start", "v1.0.0", "--change", "A-1", cwd=repo)
    gryt.ok("sync", "push", cwd=repo)
    diverged = gryt.ok("sync", "status", "--version", "v1.0.0", "--json", cwd=clone).json
    assert [line["status"] for line in diverged["generations"]] == ["diverged"]
    known = gryt.ok("sync", "status", "--offline", "--json", cwd=clone).json
    assert (known["reached"], known["summary"]["behind"]) == (False, 1)


def test_one_version_begun_twice_is_never_united(
    local: None, gryt: Gryt, repo: Repo, clone: Repo, remote: Repo
) -> None:
    gryt.ok("generation", "new", "v6.0.0", "--change", "add:A-1:One", cwd=repo)
    gryt.ok("generation", "new", "v6.0.0", "--change", "add:B-1:Other", cwd=clone)
    gryt.ok("sync", "push", cwd=repo)
    there, here = remote.refs("refs/gryt/"), clone.refs("refs/gryt/")
    pushed = gryt("sync", "push", "--version", "v6.0.0", cwd=clone)
    assert pushed.status == 4
    assert "  Errors: 1\n    • v6.0.0: Version v6.0.0 already exists in origin" in pushed.stdout
    assert "Ada Lovelace" in pushed.stdout
    assert "gryt generation rename v6.0.0" in pushed.stdout
    pulled = gryt("sync", "pull", cwd=clone)
    assert pulled.status == 4
    assert (
        "  Conflicts: 1\n    • v6.0.0 (draft, origin)\n    • v6.0.0 (draft, local)" in pulled.stdout
    )
    assert (remote.refs("refs/gryt/"), clone.refs("refs/gryt/")) == (there, here)


def test_without_a_remote_it_says_what_to_do(gryt: Gryt, repo: Repo) -> None:
    for command in ("push", "pull", "status"):
        result = gryt("sync", command, cwd=repo)
        assert result.status == 3
        assert "hint: git remote add origin URL" in result.stderr


@pytest.mark.slow
def test_an_unreachable_remote_is_told_with_gits_own_words(
    local: None, gryt: Gryt, repo: Repo, tmp_path: Path
) -> None:
    gryt.ok(*NEW, cwd=repo)
    repo.git("remote", "set-url", "origin", str(tmp_path / "nowhere.git"))
    refs = repo.refs()
    for command in ("push", "pull"):
        result = gryt("sync", command, cwd=repo)
        assert result.status == 5
        assert "gryt: cannot fetch from 'origin'\n" in result.stderr
        assert "does not appear to be a git repository" in result.stderr
    assert gryt.ok("sync", "status", cwd=repo).stderr.startswith("notice: cannot fetch")
    assert repo.refs() == refs


def test_mode_and_remote_are_git_config(gryt: Gryt, repo: Repo, remote: Repo) -> None:
    assert gryt.ok("sync", "config", cwd=repo).stdout == "Mode: hybrid\nRemote: origin\n"
    repo.git("remote", "add", "backup", remote)
    args = ("sync", "config", "--mode", "cloud", "--remote", "backup")
    assert gryt.ok(*args, cwd=repo).stdout == "Mode: cloud\nRemote: backup\n"
    assert repo.git("config", "gryt.mode") == "cloud"
    assert gryt("sync", "config", "--remote", "backpu", cwd=repo).status == 3


@pytest.mark.slow
def test_a_renamed_remote_is_still_known(
    local: None, gryt: Gryt, repo: Repo, remote: Repo, clone: Repo
) -> None:
    gryt.ok(*NEW, cwd=repo)
    gryt.ok("sync", "push", cwd=repo)
    seen = repo.refs("refs/gryt-remotes/origin/")
    repo.git("remote", "rename", "origin", "upstream")
    remote.git("update-ref", "-d", LEDGER)
    result = gryt("sync", "pull", cwd=repo)
    assert result.status == 6
    assert f"{LEDGER} was at {repo.git('rev-parse', LEDGER)} and is gone" in result.stdout
    moved = {ref.replace("/origin/", "/upstream/"): oid for ref, oid in seen.items()}
    assert repo.refs("refs/gryt-remotes/") == moved


@pytest.mark.slow
def test_a_clone_of_a_clone_gets_all(
    local: None, gryt: Gryt, repo: Repo, remote: Repo, tmp_path: Path
) -> None:
    gryt.ok(*NEW, cwd=repo)
    prove(gryt, repo, "A-1")
    gryt.ok("audit", "snapshot", "--label", "q1", cwd=repo)
    gryt.ok("sync", "push", cwd=repo)
    third = make_clone(remote, tmp_path / "third", name="Third", email="third@example.com")
    gryt.ok("sync", "pull", cwd=third)
    assert ledger(third) == ledger(repo)
    assert "refs/gryt/meta" in third.refs("refs/gryt/")
    is_sound(gryt, third)
