"""Refs move together, each from the value it is expected to have, or not at all."""

import re
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from gryt.errors import GitFailed, GrytError, Locked, Refused
from gryt.git import refs
from gryt.git.process import Finished
from gryt.git.refs import ABSENT, RefsMoved, RefUpdate, move, read_refs, ready_to_move
from tests.git.conftest import Open
from tests.support.git import Repo, make_repo

A, B, NEW = "refs/gryt/a", "refs/gryt/b", "refs/gryt/new"


@dataclass(frozen=True)
class Commits:
    """Three commits to point to."""

    one: str
    two: str
    three: str


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    repo = make_repo(tmp_path / "repo", commits=3)
    repo.git("update-ref", A, "HEAD~2")
    repo.git("update-ref", B, "HEAD~2")
    return repo


@pytest.fixture
def commits(repo: Repo) -> Commits:
    three, two, one = repo.log("main", "%H")
    return Commits(one, two, three)


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refs, "_PATIENCE", 0.05)


def loose(repo: Repo) -> None:
    """Leaves the refs as they are written."""


def packed(repo: Repo) -> None:
    repo.git("pack-refs", "--all", "--prune")


def collected(repo: Repo) -> None:
    repo.git("gc", "--quiet")


BACKENDS = pytest.mark.parametrize("keep", [loose, packed, collected])
Keep = Callable[[Repo], None]


@BACKENDS
def test_all_refs_of_a_move_are_moved(
    keep: Keep, repo: Repo, opened: Open, commits: Commits
) -> None:
    keep(repo)
    updates = [
        RefUpdate(A, commits.two, commits.one),
        RefUpdate(NEW, commits.three, ABSENT),
        RefUpdate(B, ABSENT, commits.one),
    ]
    move(opened(repo), updates, reason="test")
    assert repo.refs("refs/gryt") == {A: commits.two, NEW: commits.three}
    assert repo.git("reflog", "show", "--format=%gs", A) == "gryt: test"


@dataclass(frozen=True)
class Refusal:
    """A second update that cannot be made."""

    name: str
    new: str
    old: str
    error: type[GrytError]
    says: str


REFUSALS = {
    "the ref is missing": Refusal(NEW, "two", "one", RefsMoved, "found 0000000000"),
    "the old value is wrong": Refusal(B, "two", "three", RefsMoved, "expected "),
    "it exists already": Refusal(B, "two", "absent", RefsMoved, "expected 0000000000"),
    "a file is where a folder is needed": Refusal(
        f"{B}/below", "two", "absent", GitFailed, "cannot move refs"
    ),
    "a folder is where a file is needed": Refusal(
        "refs/gryt", "two", "absent", GitFailed, "cannot move refs"
    ),
    "the name is no ref name": Refusal("refs/gryt/x..y", "two", "absent", GitFailed, "cannot"),
    "the object is missing": Refusal(B, "missing", "one", GitFailed, "cannot move refs"),
}


@BACKENDS
@pytest.mark.parametrize("name", REFUSALS)
def test_no_ref_moves_where_one_cannot(
    name: str, keep: Keep, repo: Repo, opened: Open, commits: Commits
) -> None:
    keep(repo)
    refusal = REFUSALS[name]
    values = {
        "one": commits.one,
        "two": commits.two,
        "three": commits.three,
        "absent": ABSENT,
        "missing": "1" * 40,
    }
    updates = [
        RefUpdate(A, commits.two, commits.one),
        RefUpdate(refusal.name, values[refusal.new], values[refusal.old]),
    ]
    before = repo.refs()
    with pytest.raises(refusal.error) as refused:
        move(opened(repo), updates, reason="test")
    assert refusal.says in refused.value.message
    assert repo.refs() == before
    assert not list(repo.path.rglob("*.lock"))


def test_the_error_names_the_ref_that_moved_and_where_it_is(
    repo: Repo, opened: Open, commits: Commits
) -> None:
    with pytest.raises(RefsMoved) as refused:
        move(opened(repo), [RefUpdate(A, commits.two, commits.three)], reason="test")
    assert refused.value.message == (
        f"'{A}' moved: expected {commits.three[:10]}, found {commits.one[:10]}"
    )
    assert (refused.value.exit_status, refused.value.code) == (4, "refs-moved")


@pytest.mark.parametrize("lock", [f"{A}.lock", "packed-refs.lock"])
def test_a_lock_that_stays_is_named_with_its_age(
    lock: str, repo: Repo, opened: Open, commits: Commits
) -> None:
    packed(repo)
    (repo / ".git" / lock).parent.mkdir(parents=True, exist_ok=True)
    (repo / ".git" / lock).touch()
    before = repo.refs()
    with pytest.raises(Locked) as refused:
        move(opened(repo), [RefUpdate(A, ABSENT, commits.one)], reason="test")
    assert refused.value.message == f"'{A}' is locked"
    [detail] = refused.value.details
    assert re.fullmatch(re.escape(f"{repo / '.git' / lock} is ") + r"\d seconds old", detail)
    assert refused.value.hints
    assert repo.refs() == before


def test_a_lock_that_goes_away_is_waited_for(
    repo: Repo, opened: Open, commits: Commits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refs, "_PATIENCE", 30.0)
    lock = repo / ".git" / f"{A}.lock"
    lock.touch()

    def pause(_: float) -> None:
        lock.unlink(missing_ok=True)

    monkeypatch.setattr(time, "sleep", pause)
    move(opened(repo), [RefUpdate(A, commits.two, commits.one)], reason="test")
    assert repo.refs()[A] == commits.two


def test_a_move_that_was_made_already_is_no_failure(
    repo: Repo, opened: Open, commits: Commits
) -> None:
    updates = [RefUpdate(A, commits.two, commits.one), RefUpdate(B, commits.two, commits.one)]
    repo.git("update-ref", A, commits.two)  # a git that was killed came as far as this
    move(opened(repo), updates, reason="test")
    assert {repo.refs()[A], repo.refs()[B]} == {commits.two}


def test_hooks_of_the_repository_are_not_run(
    repo: Repo, opened: Open, commits: Commits, tmp_path: Path
) -> None:
    hook = repo / ".git/hooks/reference-transaction"
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/pwn\n")
    hook.chmod(0o755)
    move(opened(repo), [RefUpdate(A, commits.two, commits.one)], reason="test")
    assert not (tmp_path / "pwn").exists()


def test_reading_is_by_prefix(repo: Repo, opened: Open, commits: Commits) -> None:
    assert read_refs(opened(repo), "refs/gryt") == {A: commits.one, B: commits.one}
    assert read_refs(opened(repo), A) == {A: commits.one}
    assert read_refs(opened(repo), "refs/nothing") == {}


def test_a_writer_that_dies_in_the_middle_has_moved_nothing(
    repo: Repo, opened: Open, commits: Commits
) -> None:
    git = opened(repo).git
    attempt, told = git.attempt, []

    def listen(*args: str, stdin: bytes = b"") -> Finished:
        told.append((args, stdin.splitlines(keepends=True)))
        return attempt(*args, stdin=stdin)

    git.attempt = listen  # type: ignore[method-assign, assignment]
    repository = opened(repo)
    repository.git = git
    updates = [RefUpdate(A, commits.two, commits.one), RefUpdate(B, commits.two, commits.one)]
    move(repository, updates, reason="test")
    assert set(repo.refs("refs/gryt").values()) == {commits.two}
    back = [RefUpdate(A, commits.one, commits.two), RefUpdate(B, commits.one, commits.two)]
    move(repository, back, reason="test")
    args, lines = told[0]
    for end in range(1, len(lines)):
        assert attempt(*args, stdin=b"".join(lines[:end])).status == 0
        assert set(repo.refs("refs/gryt").values()) == {commits.one}, lines[:end]


def test_a_git_that_is_ready_is_the_one_that_moves(
    repo: Repo, opened: Open, commits: Commits
) -> None:
    repository = opened(repo)
    with ready_to_move(repository, "test"):
        (begun,) = repository.git._ahead.values()
        move(repository, [RefUpdate(A, commits.two, commits.one)], reason="test")
        assert begun.returncode == 0
    assert repo.refs("refs/gryt")[A] == commits.two


def test_a_git_that_was_ready_for_nothing_is_gone(repo: Repo, opened: Open) -> None:
    repository = opened(repo)
    with suppress(Refused), ready_to_move(repository, "test"):
        (begun,) = repository.git._ahead.values()
        raise Refused("no")
    assert begun.returncode is not None
