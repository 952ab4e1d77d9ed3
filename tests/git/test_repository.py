"""What git says about a repository, its config and who is at work."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gryt.errors import GitFailed, NotARepository, Refused
from gryt.git.process import Git
from gryt.git.repository import Identity, discover
from tests.git.conftest import Open
from tests.support.cli import Gryt
from tests.support.git import Repo, git

NOBODY = {
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_COUNT": "1",
    "GIT_CONFIG_KEY_0": "user.useConfigOnly",
    "GIT_CONFIG_VALUE_0": "true",
}


def test_a_work_tree_knows_its_places(repo: Repo, opened: Open, tmp_path: Path) -> None:
    repo.git("worktree", "add", "-q", tmp_path / "linked")
    main, linked = opened(repo), opened(Repo(tmp_path / "linked"))
    assert (main.git_dir, main.common_dir, main.top) == (
        *(repo / ".git", repo / ".git"),
        repo.path,
    )
    assert linked.git_dir == repo / ".git/worktrees/linked"
    assert (linked.common_dir, linked.top) == (repo / ".git", tmp_path / "linked")
    assert not main.is_bare


def test_a_path_with_a_space_or_an_accent_is_read_as_it_is(tmp_path: Path, opened: Open) -> None:
    path = tmp_path / "a b é\u200b"
    path.mkdir()
    git("init", "-q", cwd=path)
    assert opened(Repo(path)).top == path


def test_a_bare_repository_has_no_top(remote: Repo, opened: Open) -> None:
    assert (opened(remote).is_bare, opened(remote).top) == (True, None)


def test_a_shallow_clone_says_so(repo: Repo, opened: Open, tmp_path: Path) -> None:
    repo.commit("more")
    git("clone", "-q", "--depth=1", f"file://{repo}", tmp_path / "shallow", cwd=tmp_path)
    assert opened(Repo(tmp_path / "shallow")).is_shallow
    assert not opened(repo).is_shallow


def test_outside_of_a_repository(tmp_path: Path) -> None:
    with pytest.raises(NotARepository) as refused:
        discover(Git(tmp_path, os.environ))
    assert refused.value.message == f"'{tmp_path}' is not in a git repository"
    assert refused.value.details == ()
    assert refused.value.hints


def test_sha256_is_refused(tmp_path: Path) -> None:
    git("init", "-q", "--object-format=sha256", cwd=tmp_path)
    with pytest.raises(Refused, match="has sha256 objects"):
        discover(Git(tmp_path, os.environ))


def test_without_git_the_error_says_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(GitFailed) as failed:
        Git(tmp_path, {}).run("version", env={"PATH": str(tmp_path)})
    assert "git program was not found" in failed.value.message


def test_a_failing_git_command_is_told_with_its_own_words(repo: Repo, opened: Open) -> None:
    with pytest.raises(GitFailed) as failed:
        opened(repo).git.run("rev-parse", "--verify", "nope")
    assert failed.value.message == "'git rev-parse --verify' failed with status 128"
    assert failed.value.details == ("fatal: Needed a single revision",)
    assert opened(repo).git.run("rev-parse", "--verify", "-q", "nope", accept=[1]).status == 1


def test_config_is_read_as_git_reads_it(repo: Repo, opened: Open) -> None:
    repo.git("config", "gryt.defaultPipeline", "first")
    repo.git("config", "--add", "gryt.defaultPipeline", "last")
    repo.git("config", "gryt.note", "two\nlines = here")
    repo.git("config", "branch.Feature/X.remote", "here")
    with (repo / ".git/config").open("a") as file:
        file.write("[gryt]\n\tsign\n\tempty =\n")
    config = opened(repo).config
    assert config["gryt.defaultpipeline"] == "last"
    assert config["gryt.note"] == "two\nlines = here"
    assert config["branch.Feature/X.remote"] == "here"
    assert (config["gryt.sign"], config["gryt.empty"]) == ("true", "")


def test_config_of_the_environment_counts(repo: Repo, opened: Open) -> None:
    env = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "gryt.team", "GIT_CONFIG_VALUE_0": "A"}
    assert opened(repo, env).config["gryt.team"] == "A"


@pytest.mark.parametrize(
    "value", ["true", "Yes", "on", "1", "2", "false", "No", "off", "0", ""], ids=repr
)
def test_a_boolean_is_what_git_takes_for_one(value: str, repo: Repo, opened: Open) -> None:
    repo.git("config", "commit.gpgSign", value)
    asked = repo.git("config", "--type=bool", "commit.gpgsign")
    assert opened(repo).config_bool("commit.gpgSign") is (asked == "true")
    assert opened(repo).config_bool("tag.gpgSign") is None


def test_the_author_is_whom_git_would_name(repo: Repo, opened: Open) -> None:
    author = opened(repo).author()
    assert author is not None
    assert (author.name, author.email, author.zone) == ("Ada Lovelace", "ada@example.com", "+0000")
    assert str(author) == "Ada Lovelace <ada@example.com>"


@pytest.fixture
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with monkeypatch.context() as patched:
        patched.setenv("TZ", request.param)
        time.tzset()
        yield request.param
    time.tzset()


@pytest.mark.parametrize(
    "zone", ["UTC", "Asia/Kolkata", "America/St_Johns", "Pacific/Apia"], indirect=True
)
@pytest.mark.parametrize("name", ["A", "Jean Müller 3", "李 明", "Dr. O (she/her, MIT)1"])
def test_a_plain_author_is_read_from_the_config_as_git_reads_it(
    name: str, zone: str, repo: Repo, opened: Open
) -> None:
    repo.git("config", "user.name", name)
    repo.git("config", "user.email", "who+what@example.com")
    repository = opened(repo, {**NOBODY, "TZ": zone})
    read, told = repository._configured(), repository._identity("GIT_AUTHOR_IDENT")
    assert read is not None
    assert told is not None
    assert read._replace(time=0) == told._replace(time=0)
    assert abs(read.time - told.time) < 60


@pytest.mark.parametrize("name", [".dot.", "a <b> c", '"quoted" name', "tab\there", " s ", ""])
def test_an_author_with_odd_characters_is_left_to_git(name: str, repo: Repo, opened: Open) -> None:
    repo.git("config", "user.name", name)
    repo.git("config", "user.email", "who@example.com")
    repository = opened(repo, NOBODY)
    assert repository._configured() is None
    author, told = repository.author(), repository._identity("GIT_AUTHOR_IDENT")
    assert (author and str(author)) == (told and str(told))


@pytest.mark.parametrize("key", ["author.name", "author.email"])
def test_an_author_beside_the_user_is_asked_for(key: str, repo: Repo, opened: Open) -> None:
    repo.git("config", "user.name", "User")
    repo.git("config", "user.email", "user@example.com")
    repo.git("config", key, "other")
    author = opened(repo, NOBODY).author()
    assert author is not None
    assert "other" in str(author)


def test_the_environment_names_the_author(repo: Repo, opened: Open) -> None:
    env = {
        "GIT_AUTHOR_NAME": "Grace Hopper",
        "GIT_AUTHOR_EMAIL": "grace@example.com",
        "GIT_AUTHOR_DATE": "1705741200 -0330",
    }
    author = opened(repo, env).author()
    assert author == Identity("Grace Hopper", "grace@example.com", 1_705_741_200, "-0330")
    assert author.offset == -210


def test_the_committer_is_the_author_unless_somebody_says_otherwise(
    repo: Repo, opened: Open
) -> None:
    ada = Identity("A", "a@b", 1)
    assert opened(repo).committer(ada) is ada
    by_environment = opened(repo, {"GIT_COMMITTER_NAME": "CI"}).committer(ada)
    assert (by_environment.name, by_environment.email) == ("CI", "ada@example.com")
    repo.git("config", "committer.email", "bot@example.com")
    assert opened(repo).committer(ada).email == "bot@example.com"


def test_nobody_is_nobody(repo: Repo, opened: Open) -> None:
    assert opened(repo, NOBODY).author() is None


@pytest.mark.parametrize(
    ("environment", "by"),
    [
        ({}, "gryt <gryt@localhost>"),
        ({"CI": "true"}, "gryt <gryt@localhost>"),
        ({"GITHUB_ACTIONS": "true", "GITHUB_ACTOR": "octocat"}, "octocat <gryt@localhost>"),
        ({"GITLAB_CI": "true", "GITLAB_USER_NAME": "Zoë"}, "Zoë <gryt@localhost>"),
        (
            {"GITHUB_ACTIONS": "true", "GITHUB_ACTOR": "a<b>\n\x1b[2J c"},
            "ab[2J c <gryt@localhost>",
        ),
        ({"GITHUB_ACTIONS": "true", "GITHUB_ACTOR": "\x1b<>"}, "gryt <gryt@localhost>"),
    ],
)
def test_where_git_knows_nobody_the_ci_actor_acts(
    environment: dict[str, str], by: str, repo: Repo, gryt: Gryt
) -> None:
    env = {**NOBODY, **environment}
    gryt.ok("generation", "new", "v1.0.0", cwd=repo, env=env)
    ref = "refs/gryt/generations/v1.0.0"
    assert repo.git("log", "-1", "--format=%an <%ae>|%cn <%ce>", ref) == f"{by}|{by}"
    assert gryt.ok("audit", "log", "--json", cwd=repo).json["records"][0]["by"] == by


def test_records_are_by_the_author_of_the_environment(repo: Repo, gryt: Gryt) -> None:
    env = {"GIT_AUTHOR_NAME": "Grace Hopper", "GIT_AUTHOR_EMAIL": "grace@example.com"}
    gryt.ok("generation", "new", "v1.0.0", cwd=repo, env=env)
    shown = gryt.ok("generation", "show", "v1.0.0", "--json", cwd=repo).json
    assert shown["created_by"] == "Grace Hopper <grace@example.com>"


def test_an_author_without_an_address_can_act(repo: Repo, gryt: Gryt) -> None:
    gryt.ok("generation", "new", "v1.0.0", cwd=repo, env={"GIT_AUTHOR_EMAIL": ""})
    shown = gryt.ok("generation", "show", "v1.0.0", "--json", cwd=repo).json
    assert shown["created_by"] == "Ada Lovelace <>"
    assert repo.git("fsck", "--strict") == ""
