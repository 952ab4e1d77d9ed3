"""Whether a commit has the work of another in it, in whatever shape it was merged."""

from pathlib import Path

import pytest

from gryt.git.ancestry import contains
from gryt.git.objects import Objects
from tests.git.conftest import Open
from tests.support.git import Repo, git

pytestmark = pytest.mark.slow  # many processes

BASE = "one\ntwo\nthree\nfour\nfive\n"


@pytest.fixture
def work(repo: Repo) -> str:
    """The work that was proven, two commits on a branch of its own."""
    repo.commit("base", {"file": BASE})
    repo.git("checkout", "-q", "-b", "work")
    repo.commit("first", {"file": BASE.replace("two", "TWO")})
    commit = repo.commit("second", {"new": "new\n"})
    repo.git("checkout", "-q", "main")
    return commit


def asks(repo: Repo, opened: Open, commit: str, work: str) -> bool | None:
    repository = opened(repo)
    return contains(repository, Objects(repository), commit, work)


def elsewhere(repo: Repo) -> None:
    """Something else happens on main."""
    repo.commit("meanwhile", {"other": "x\n"})


def test_a_commit_contains_itself_and_its_ancestors(repo: Repo, opened: Open, work: str) -> None:
    assert asks(repo, opened, work, work)
    assert asks(repo, opened, work, repo.head)


def test_work_that_was_not_merged_is_missing(repo: Repo, opened: Open, work: str) -> None:
    elsewhere(repo)
    assert asks(repo, opened, repo.head, work) is False


def test_merged_work_is_contained(repo: Repo, opened: Open, work: str) -> None:
    elsewhere(repo)
    repo.git("merge", "-q", "--no-ff", "-m", "merge", "work")
    elsewhere(repo)
    assert asks(repo, opened, repo.head, work)


def test_squashed_work_is_contained(repo: Repo, opened: Open, work: str) -> None:
    elsewhere(repo)
    repo.git("merge", "-q", "--squash", "work")
    assert asks(repo, opened, repo.commit("squashed"), work)


def test_rebased_work_is_contained(repo: Repo, opened: Open, work: str) -> None:
    elsewhere(repo)
    repo.git("checkout", "-q", "-b", "copy", "work")
    repo.git("rebase", "-q", "main")
    assert repo.head != work
    assert asks(repo, opened, repo.head, work)


def test_half_of_the_work_is_not_the_work(repo: Repo, opened: Open, work: str) -> None:
    elsewhere(repo)
    repo.git("cherry-pick", "work~1")
    assert asks(repo, opened, repo.head, work) is False
    repo.git("cherry-pick", "work")
    assert asks(repo, opened, repo.head, work)


def test_squashed_work_that_was_built_upon_is_contained(
    repo: Repo, opened: Open, work: str
) -> None:
    elsewhere(repo)
    repo.git("merge", "-q", "--squash", "work")
    repo.commit("squashed")
    repo.commit("built upon", {"file": BASE.replace("two", "2"), "new": "newer\n"})
    assert asks(repo, opened, repo.head, work)


def test_merged_work_that_was_reverted_is_still_in_the_history(
    repo: Repo, opened: Open, work: str
) -> None:
    repo.git("merge", "-q", "--no-ff", "-m", "merge", "work")
    repo.git("revert", "--no-edit", "-m", "1", "HEAD")
    assert asks(repo, opened, repo.head, work)


def test_squashed_work_that_was_reverted_counts_like_a_reverted_merge(
    repo: Repo, opened: Open, work: str
) -> None:
    repo.git("merge", "-q", "--squash", "work")
    repo.commit("squashed")
    repo.git("revert", "--no-edit", "HEAD")
    assert asks(repo, opened, repo.head, work)


def test_work_that_conflicts_is_missing(repo: Repo, opened: Open, work: str) -> None:
    repo.commit("another way", {"file": BASE.replace("two", "zwei")})
    assert asks(repo, opened, repo.head, work) is False


def test_work_of_an_unrelated_history_is_missing(repo: Repo, opened: Open, work: str) -> None:
    repo.git("checkout", "-q", "--orphan", "island")
    assert asks(repo, opened, repo.commit("island"), work) is False


def test_work_that_is_not_here_is_inconclusive(repo: Repo, opened: Open, work: str) -> None:
    assert asks(repo, opened, repo.head, "1" * 40) is None


def test_a_shallow_clone_is_inconclusive_where_the_link_is_missing(
    repo: Repo, opened: Open, work: str, tmp_path: Path
) -> None:
    repo.git("merge", "-q", "--no-ff", "-m", "merge", "work")
    for _ in range(3):
        elsewhere(repo)
    path = tmp_path / "shallow"
    git("clone", "-q", "--depth=2", f"file://{repo}", path, cwd=tmp_path)
    shallow = Repo(path)
    shallow.git("fetch", "-q", "--depth=1", "origin", "work:work")
    assert asks(shallow, opened, shallow.head, work) is None
    assert asks(shallow, opened, shallow.head, shallow.head)
    shallow.git("fetch", "-q", "--unshallow", "origin")
    assert asks(shallow, opened, shallow.head, work)
