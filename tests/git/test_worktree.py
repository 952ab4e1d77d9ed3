"""What keeps a work tree from being its commit: git's own answer, read without loss."""

import pytest

from gryt.git.objects import Objects
from gryt.git.worktree import Head, WorkTree, read_worktree, resolve_commit
from tests.git.conftest import Open
from tests.support.git import GitFailedError, Repo, git

ODD = ["with space", "Zoë 漢字", "quo\"te's", "tab\there", "line\nfeed", "-option", "back\\slash"]


@pytest.fixture
def odd(repo: Repo) -> Repo:
    """Files with every odd name are tracked."""
    repo.commit("odd names", {f"dir/{name}": f"{name} {'x' * 100}\n" for name in ODD})
    return repo


def read(repo: Repo, opened: Open) -> WorkTree:
    return read_worktree(opened(repo))


def test_a_clean_tree_is_clean(odd: Repo, opened: Open) -> None:
    found = read(odd, opened)
    assert found == WorkTree(Head(odd.head, "main"), (), ())
    assert found.is_clean


def test_changed_files_are_named_as_they_are(odd: Repo, opened: Open) -> None:
    odd.write({f"dir/{name}": "changed\n" for name in ODD})
    found = read(odd, opened)
    assert set(found.changed) == {f"dir/{name}" for name in ODD}
    assert not found.is_clean


def test_renames_are_named_by_the_new_name_alone(odd: Repo, opened: Open) -> None:
    odd.git("mv", "dir/with space", "dir/1 moved here")
    odd.git("mv", "dir/line\nfeed", "dir/2 another")
    odd.write({"README.md": "changed\n"})
    assert set(read(odd, opened).changed) == {"dir/1 moved here", "dir/2 another", "README.md"}


def test_staged_deleted_and_mode_changes_count(odd: Repo, opened: Open) -> None:
    odd.write({"new": "x\n"})
    odd.git("add", "new")
    (odd / "README.md").unlink()
    (odd / "dir/with space").chmod(0o755)
    found = read(odd, opened)
    assert set(found.changed) == {"new", "README.md", "dir/with space"}
    assert found.untracked == ()


def test_untracked_files_count_unless_they_are_ignored(repo: Repo, opened: Open) -> None:
    repo.commit("ignore", {".gitignore": "*.log\n"})
    repo.write({"a b": "x", "x.log": "x", "sub/deep": "x"})
    found = read(repo, opened)
    assert (found.changed, set(found.untracked)) == ((), {"a b", "sub/"})


def test_the_users_config_does_not_hide_anything(repo: Repo, opened: Open) -> None:
    repo.git("config", "status.showUntrackedFiles", "no")
    repo.git("config", "diff.ignoreSubmodules", "all")
    repo.git("config", "status.renames", "false")
    repo.write({"new": "x"})
    assert read(repo, opened).untracked == ("new",)


@pytest.mark.parametrize("flag", ["assume-unchanged", "skip-worktree"])
def test_where_git_is_told_not_to_look_is_told(repo: Repo, opened: Open, flag: str) -> None:
    repo.commit("more", {"a file": "x\n", "sub/b": "x\n"})
    repo.git("update-index", f"--{flag}", "sub/b")
    repo.write({"sub/b": "y\n"})
    found = read(repo, opened)
    assert (found.changed, found.unseen, found.is_clean) == ((), ("sub/b",), False)
    (repo / "sub/b").unlink()
    gone = () if flag == "skip-worktree" else ("sub/b",)
    assert read(repo, opened).unseen == gone, "what a sparse checkout leaves out is not here"


def test_a_conflict_counts(repo: Repo, opened: Open) -> None:
    repo.git("checkout", "-q", "-b", "other")
    repo.commit("theirs", {"a file": "theirs\n"})
    repo.git("checkout", "-q", "main")
    repo.commit("ours", {"a file": "ours\n"})
    with pytest.raises(GitFailedError):
        repo.git("merge", "-q", "other")
    assert read(repo, opened).changed == ("a file",)


def test_a_submodule_counts_where_it_moved_or_was_changed(
    repo: Repo, clone: Repo, opened: Open
) -> None:
    allow = ("-c", "protocol.file.allow=always")
    git(*allow, "submodule", "add", "-q", clone, "sub module", cwd=repo)
    repo.commit("add a submodule")
    assert read(repo, opened).is_clean
    Repo(repo / "sub module").write({"untracked": "x"})
    assert read(repo, opened).changed == ("sub module",)


def test_head_may_be_detached_or_not_yet_be(repo: Repo, opened: Open) -> None:
    repo.git("checkout", "-q", "--detach")
    assert read(repo, opened).head == Head(repo.head, None)
    repo.git("checkout", "-q", "--orphan", "feature/new one".replace(" ", "-"))
    assert read(repo, opened).head == Head(None, "feature/new-one")


@pytest.mark.parametrize("branch", ["main", "feature/x", "zażółć", "v1.0.0", "heads/main"])
def test_the_library_and_git_agree_about_head(
    branch: str, repo: Repo, opened: Open, objects: Objects
) -> None:
    repo.git("tag", "v1.0.0")
    repo.git("symbolic-ref", "HEAD", f"refs/heads/{branch}")
    repo.git("commit", "-q", "--allow-empty", "-m", "here")
    found = read(repo, opened).head
    assert found == Head(repo.head, branch)
    assert Objects(opened(repo)).head() == (found.commit, found.branch)


@pytest.mark.parametrize("revision", ["HEAD", "main", "v1", "@", "main^{commit}"])
def test_a_revision_names_a_commit(revision: str, repo: Repo, opened: Open) -> None:
    repo.git("tag", "-a", "-m", "x", "v1")
    assert resolve_commit(opened(repo), revision) == repo.head


@pytest.mark.parametrize(
    "revision",
    ["HEAD~9", "--all", "", "main main", "HEAD:README.md", "HEAD^{tree}", "main\nmain", "-1"],
)
def test_what_names_no_commit(revision: str, repo: Repo, opened: Open) -> None:
    assert resolve_commit(opened(repo), revision) is None
