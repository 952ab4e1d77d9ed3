"""A dry run judges what a promotion would judge, and writes not a byte."""

from pathlib import Path

import pytest

from tests.cli.scenes import (
    CONTRACT,
    CONTRACT_FILE,
    add_change,
    bytes_below,
    copy_of,
    draft,
    prove,
    proven,
)
from tests.support.cli import Gryt
from tests.support.git import Repo, make_repo


@pytest.fixture(scope="module")
def all_proven(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    repo = make_repo(tmp_path_factory.mktemp("proven") / "repo")
    proven(Gryt(), repo)
    return repo


def test_a_dry_run_judges_the_edit_and_writes_nothing(
    all_proven: Repo, tmp_path: Path, gryt: Gryt
) -> None:
    repo = copy_of(all_proven, tmp_path / "repo")
    add_change(repo, 203)
    before = bytes_below(repo.path)
    said = gryt("generation", "promote", "v1.5.0", "--dry-run", cwd=repo)
    assert said.status == 1
    assert "    FEAT-203 is not proven\n" in said.stdout
    assert said.stderr == ""
    assert bytes_below(repo.path) == before


def test_a_dry_run_that_passes_writes_nothing(all_proven: Repo, tmp_path: Path, gryt: Gryt) -> None:
    repo = copy_of(all_proven, tmp_path / "repo")
    before = bytes_below(repo.path)
    said = gryt.ok("generation", "promote", "v1.5.0", "--dry-run", cwd=repo)
    assert said.stdout.endswith(
        "Generation v1.5.0 would be promoted (dry run: nothing was changed)\n"
    )
    assert bytes_below(repo.path) == before


def test_a_dry_run_over_squashed_work_writes_nothing(
    repo: Repo, tmp_path: Path, gryt: Gryt
) -> None:
    draft(gryt, repo, "version: v1.5.0\nchanges: [{id: A, type: add, title: T}]\n")
    repo.git("checkout", "-q", "-b", "work")
    prove(gryt, repo, "A")
    repo.git("checkout", "-q", "main")
    repo.commit("Meanwhile", {"other.txt": "x\n"})
    repo.git("merge", "-q", "--squash", "work")
    repo.commit("feat: squashed")
    before = bytes_below(repo.path)
    gryt.ok("generation", "promote", "v1.5.0", "--dry-run", cwd=repo)
    assert bytes_below(repo.path) == before


def test_a_dry_run_of_a_file_without_a_generation_does_not_begin_it(repo: Repo, gryt: Gryt) -> None:
    repo.write({CONTRACT_FILE: CONTRACT})
    before = bytes_below(repo.path)
    said = gryt("generation", "promote", "v1.5.0", "--dry-run", cwd=repo)
    assert said.status == 3
    assert bytes_below(repo.path) == before
