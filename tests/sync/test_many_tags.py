"""Many tags are told to git by a pattern, which stands for just those that are to be pushed."""

from collections.abc import Sequence
from typing import Any

import pytest

from gryt.git import transport
from gryt.store import sync_push
from tests.support.cli import Gryt
from tests.support.git import Repo
from tests.sync.team import is_sound, local, new, prove, shared


@pytest.fixture
def many(gryt: Gryt, repo: Repo, remote: Repo, monkeypatch: pytest.MonkeyPatch) -> Repo:
    monkeypatch.setattr(sync_push, "_MANY", 2)
    local(repo)
    new(gryt, repo, "v1.0.0", "A-1")
    for _ in range(2):
        prove(gryt, repo, "v1.0.0", "A-1")
    return repo


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The patterns that git was told of."""
    seen: list[str] = []
    real = transport.push

    def push(*args: Any, patterns: Sequence[str] = (), **more: Any) -> transport.Pushed:
        seen.extend(patterns)
        return real(*args, patterns=patterns, **more)

    monkeypatch.setattr(transport, "push", push)
    return seen


@pytest.mark.slow
def test_all_tags_of_a_version_go_by_one(
    many: Repo, gryt: Gryt, remote: Repo, told: list[str]
) -> None:
    gryt.ok("sync", "push", cwd=many)
    assert told == ["refs/tags/v1.0.0-rc.*"]
    assert shared(many) == shared(remote)
    is_sound(gryt, many)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["v1.0.0-rc.9", "v1.0.0-rc.1-rc.2", "v1.0.0-rc.mine"])
def test_a_tag_that_no_record_tells_of_is_not_swept_along(
    many: Repo, gryt: Gryt, remote: Repo, told: list[str], name: str
) -> None:
    many.git("tag", "-a", "-m", "by hand", name)
    gryt.ok("sync", "push", cwd=many)
    assert told == []
    there = remote.refs("refs/tags/")
    assert there.keys() == {"refs/tags/v1.0.0-rc.1", "refs/tags/v1.0.0-rc.2"}


@pytest.mark.slow
def test_a_release_goes_by_itself(many: Repo, gryt: Gryt, remote: Repo, told: list[str]) -> None:
    gryt.ok("generation", "promote", "v1.0.0", "--offline", cwd=many)
    many.git("tag", "mine")
    gryt.ok("sync", "push", cwd=many)
    assert told == ["refs/tags/v1.0.0-rc.*"]
    assert "refs/tags/v1.0.0" in remote.refs()
    assert "refs/tags/mine" not in remote.refs()


@pytest.mark.slow
def test_those_that_the_remote_has_already_may_be_among_them(
    many: Repo, gryt: Gryt, remote: Repo, told: list[str]
) -> None:
    gryt.ok("sync", "push", cwd=many)
    prove(gryt, many, "v1.0.0", "A-1")
    gryt.ok("sync", "push", cwd=many)
    assert told == ["refs/tags/v1.0.0-rc.*"] * 2
    assert shared(many) == shared(remote)


@pytest.mark.slow
def test_one_of_them_that_is_another_there_keeps_nobody(
    many: Repo, gryt: Gryt, remote: Repo, told: list[str]
) -> None:
    gryt.ok("sync", "push", cwd=many)
    remote.git("tag", "-f", "-a", "-m", "forged", "v1.0.0-rc.1", "main")
    prove(gryt, many, "v1.0.0", "A-1")
    gryt.ok("sync", "push", cwd=many)
    assert "refs/tags/v1.0.0-rc.3" in remote.refs()
    assert remote.refs("refs/gryt/") == many.refs("refs/gryt/")
