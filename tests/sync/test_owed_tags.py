"""Tags that a remote lacks though it has their records: the next push brings them."""

import pytest

from tests.support.cli import Gryt
from tests.support.git import Repo
from tests.sync.team import hook, is_sound, local, new, prove, ref_of, shared

TAG = "refs/tags/v1.0.0-rc.1"


@pytest.fixture
def proven(gryt: Gryt, repo: Repo, remote: Repo) -> Repo:
    local(repo)
    new(gryt, repo, "v1.0.0", "A-1")
    prove(gryt, repo, "v1.0.0", "A-1")
    return repo


def standing(gryt: Gryt, repo: Repo) -> list[str]:
    lines = gryt.ok("sync", "status", "--json", cwd=repo).json["generations"]
    return [line["status"] for line in lines]


@pytest.mark.slow
def test_one_that_was_refused_after_its_records_were_taken(
    proven: Repo, gryt: Gryt, remote: Repo, clone: Repo
) -> None:
    remote.git("config", "receive.advertiseAtomic", "false")
    hook(remote, "update", 'case "$1" in refs/tags/*) echo "not now" >&2; exit 1;; esac')
    for _ in range(2):  # the second has only the tag to push, and says so too
        refused = gryt("sync", "push", cwd=proven)
        assert refused.status == 5
        assert f"refused {TAG}: hook declined" in refused.stdout
        assert "gryt sync push" in refused.stdout
        assert standing(gryt, proven) == ["pending"]
        assert ref_of("v1.0.0") in remote.refs()
    (remote / "hooks" / "update").unlink()
    gryt.ok("sync", "push", cwd=proven)
    assert shared(proven) == shared(remote)
    assert standing(gryt, proven) == ["synced"]
    gryt.ok("sync", "pull", cwd=clone)
    assert shared(clone) == shared(remote)
    is_sound(gryt, proven, clone)


def test_a_push_that_was_killed_before_its_tags(proven: Repo, gryt: Gryt, remote: Repo) -> None:
    proven.git("push", "--quiet", "origin", "refs/gryt/*:refs/gryt/*")
    gryt.ok("sync", "pull", cwd=proven)  # by now the records count as published
    assert TAG not in remote.refs()
    done = gryt.ok("sync", "push", cwd=proven)
    assert "  Updated: 1\n" in done.stdout
    assert shared(proven) == shared(remote)
    assert "  Updated: 0\n" in gryt.ok("sync", "push", cwd=proven).stdout


@pytest.mark.slow
def test_with_other_things_to_push_and_with_notes_alone(
    proven: Repo, gryt: Gryt, remote: Repo
) -> None:
    proven.git("push", "--quiet", "origin", "refs/gryt/*:refs/gryt/*")
    gryt.ok("sync", "pull", cwd=proven)
    new(gryt, proven, "v2.0.0", "B-1")
    gryt.ok("sync", "push", cwd=proven)
    gryt.ok("sync", "push", cwd=proven)
    assert shared(proven) == shared(remote)


@pytest.mark.slow
def test_what_no_record_tells_of_stays_here(proven: Repo, gryt: Gryt, remote: Repo) -> None:
    gryt.ok("sync", "push", cwd=proven)
    before = remote.refs()
    proven.git("tag", "-a", "-m", "by hand", "v1.0.0-rc.7")
    proven.git("tag", "mine")
    gryt.ok("sync", "push", cwd=proven)
    assert remote.refs() == before
    assert standing(gryt, proven) == ["synced"]


@pytest.mark.slow
def test_a_tag_of_another_there_is_left_alone(proven: Repo, gryt: Gryt, remote: Repo) -> None:
    proven.git("push", "--quiet", "origin", "refs/gryt/*:refs/gryt/*")
    gryt.ok("sync", "pull", cwd=proven)
    remote.git("tag", "-a", "-m", "by hand", "v1.0.0-rc.1", "main")
    before = remote.refs()[TAG]
    gryt("sync", "push", cwd=proven)
    assert remote.refs()[TAG] == before
