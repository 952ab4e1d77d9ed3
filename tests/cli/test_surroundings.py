"""Odd surroundings: nothing of the ledger is lost in them, or the reason is said."""

from pathlib import Path

import pytest

from tests.cli.scenes import draft, prove
from tests.support.cli import Gryt
from tests.support.git import Repo, git

REF = "refs/gryt/generations/v1.5.0"


@pytest.fixture
def proven(gryt: Gryt, repo: Repo) -> Repo:
    draft(gryt, repo)
    prove(gryt, repo, "FEAT-201")
    return repo


def test_a_mirror_is_read_and_not_written(gryt: Gryt, proven: Repo, tmp_path: Path) -> None:
    git("clone", "--quiet", "--mirror", proven, tmp_path / "mirror.git", cwd=tmp_path)
    mirror = Repo(tmp_path / "mirror.git")
    assert "v1.5.0" in gryt.ok("generation", "list", cwd=mirror).stdout
    before = mirror.refs()
    refused = gryt("generation", "abandon", "v1.5.0", "--reason", "no", cwd=mirror)
    assert (refused.status, "this clone mirrors 'origin'" in refused.stderr) == (3, True)
    assert mirror.refs() == before


def test_a_contract_file_of_another_work_tree_follows_a_rename(
    gryt: Gryt, proven: Repo, tmp_path: Path
) -> None:
    proven.git("worktree", "add", "--quiet", "-b", "other", tmp_path / "linked")
    linked = Repo(tmp_path / "linked")
    gryt.ok("generation", "update", "v1.5.0", cwd=linked)
    gryt.ok("generation", "rename", "v1.5.0", "v1.6.0", cwd=proven)
    listed = gryt.ok("generation", "list", cwd=linked)
    assert "generation 'v1.5.0' goes by 'v1.6.0' now" in listed.stderr
    assert "v1.5.0" not in listed.stdout
    assert [path.name for path in (linked / ".gryt/generations").iterdir()] == ["v1.6.0.yaml"]


def test_an_edited_contract_file_of_a_former_name_is_left_alone(
    gryt: Gryt, proven: Repo, tmp_path: Path
) -> None:
    proven.git("worktree", "add", "--quiet", "-b", "other", tmp_path / "linked")
    linked = Repo(tmp_path / "linked")
    gryt.ok("generation", "update", "v1.5.0", cwd=linked)
    path = linked / ".gryt/generations/v1.5.0.yaml"
    path.write_text(path.read_text().replace("OAuth2 login support", "Passkeys"))
    gryt.ok("generation", "rename", "v1.5.0", "v1.6.0", cwd=proven)
    refused = gryt("generation", "show", "v1.5.0", cwd=linked)
    assert (refused.status, "was edited" in refused.stderr) == (3, True)
    assert "Passkeys" in path.read_text()
    assert [*proven.refs("refs/gryt")] == ["refs/gryt/generations/v1.6.0"]


def test_readers_need_nothing_but_git(gryt: Gryt, proven: Repo, remote: Repo, clone: Repo) -> None:
    proven.git("push", "--quiet", "origin", "HEAD", "refs/gryt/*:refs/gryt/*", "refs/notes/gryt")
    clone.git("pull", "--quiet")
    clone.git("fetch", "--quiet", "origin", "refs/notes/gryt:refs/notes/gryt")
    assert clone.git("notes", "--ref=gryt", "show", "HEAD").startswith(
        "{evolution: v1.5.0-rc.1, status: pass, changes: [FEAT-201], pipeline: full-ci"
    )
