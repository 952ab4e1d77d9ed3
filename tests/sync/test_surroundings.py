"""What other git commands do to a shared ledger: nothing is lost, or the reason is said."""

from pathlib import Path

import pytest

from tests.cli.scenes import draft, prove, start
from tests.support.cli import Gryt
from tests.support.git import Repo, git, make_repo
from tests.support.ledgers import stock_law_1

pytestmark = pytest.mark.slow

REF = "refs/gryt/generations/v1.5.0"


@pytest.fixture
def shared(gryt: Gryt, repo: Repo, remote: Repo) -> Repo:
    """v1.5.0 with one change proven and published, and an evolution that is only here."""
    repo.git("config", "gryt.mode", "local")
    draft(gryt, repo)
    prove(gryt, repo, "FEAT-201")
    repo.git("push", "--quiet", "origin", "main")
    gryt.ok("sync", "push", cwd=repo)
    start(gryt, repo, "BUG-88")
    return repo


def ours(repo: Repo) -> dict[str, str]:
    found: dict[str, str] = {}
    for prefix in ("refs/gryt", "refs/notes", "refs/tags"):
        found |= repo.refs(prefix)
    return found


def is_sound(gryt: Gryt, repo: Repo) -> None:
    told = gryt("verify", cwd=repo)
    assert told.status == 0, told.stdout
    assert stock_law_1(repo, REF) == []


def test_fetch_with_prune_takes_nothing_away(gryt: Gryt, shared: Repo) -> None:
    before = shared.refs()
    shared.git("fetch", "--quiet", "--prune", "--all")
    shared.git("remote", "prune", "origin")
    assert shared.refs() == before
    gryt.ok("sync", "push", cwd=shared)
    is_sound(gryt, shared)


def test_garbage_collection_takes_nothing_away(gryt: Gryt, shared: Repo, remote: Repo) -> None:
    before = ours(shared)
    for each in (shared, remote):
        each.git("reflog", "expire", "--expire=now", "--all")
        each.git("gc", "--quiet", "--prune=now")
    assert ours(shared) == before
    is_sound(gryt, shared)
    assert (
        gryt.ok("sync", "push", cwd=shared).stdout == "Push complete\n  Created: 0\n  Updated: 1\n"
    )


def test_a_renamed_remote_is_known_by_its_new_name(gryt: Gryt, shared: Repo, remote: Repo) -> None:
    shared.git("remote", "rename", "origin", "upstream")
    gryt.ok("sync", "push", cwd=shared)
    gone = remote.git("rev-parse", REF)
    remote.git("update-ref", REF, f"{REF}~1")
    told = gryt("sync", "pull", cwd=shared)
    assert (told.status, f"was at {gone}" in told.stdout) == (6, True), told.stdout
    assert not shared.refs("refs/gryt-remotes/origin")
    is_sound(gryt, shared)


def test_a_remote_branch_called_gryt_is_in_nobodys_way(
    gryt: Gryt, shared: Repo, clone: Repo
) -> None:
    shared.git("push", "--quiet", "origin", "main:refs/heads/gryt")
    shared.git("fetch", "--quiet", "--prune")
    gryt.ok("sync", "push", cwd=shared)
    clone.git("pull", "--quiet", "--prune")
    gryt.ok("sync", "pull", cwd=clone)
    assert ours(clone) == ours(shared)
    is_sound(gryt, clone)


def test_a_branch_in_the_way_of_the_namespace_is_named(
    gryt: Gryt, repo: Repo, remote: Repo
) -> None:
    repo.git("config", "gryt.namespace", "refs/heads/gryt")
    repo.git("config", "gryt.mode", "local")
    repo.git("push", "--quiet", "origin", "main:refs/heads/gryt")
    draft(gryt, repo)
    before = repo.refs()
    told = gryt("sync", "push", cwd=repo)
    assert (told.status, "refs/heads/gryt/generations/v1.5.0" in told.stdout) == (5, True)
    assert repo.refs("refs/heads/gryt") == {
        ref: oid for ref, oid in before.items() if ref.startswith("refs/heads/gryt")
    }


def test_a_mirror_is_not_synced(gryt: Gryt, shared: Repo, remote: Repo, tmp_path: Path) -> None:
    git("clone", "--quiet", "--mirror", remote, tmp_path / "mirror.git", cwd=tmp_path)
    mirror = Repo(tmp_path / "mirror.git")
    assert ours(mirror) == ours(remote)
    for command in ("pull", "push"):
        refused = gryt("sync", command, cwd=mirror)
        assert (refused.status, "mirrors 'origin'" in refused.stderr) == (3, True)


def test_what_a_push_with_mirror_deletes_comes_back(
    gryt: Gryt, shared: Repo, clone: Repo, remote: Repo
) -> None:
    had = ours(remote)
    clone.git("push", "--quiet", "--mirror", "origin")
    assert REF not in remote.refs()
    here = ours(shared)
    told = gryt("sync", "pull", cwd=shared)
    assert told.status == 6
    assert f"origin has gone back: {REF} was at" in told.stdout
    assert ours(shared) == here
    back = told.stdout.partition("to put it back: ")[2].splitlines()[0]
    shared.git(*back.split()[1:])
    gryt.ok("sync", "push", cwd=shared)
    assert ours(remote).items() >= {REF: ours(shared)[REF]}.items()
    assert {ref for ref in had if "tags" in ref} <= ours(shared).keys()


def test_linked_work_trees_share_one_ledger(gryt: Gryt, shared: Repo, tmp_path: Path) -> None:
    shared.git("worktree", "add", "--quiet", "-b", "topic", tmp_path / "linked")
    linked = Repo(tmp_path / "linked")
    start(gryt, linked, "FEAT-202")
    linked.commit("feat: mail", {"mail.py": "ok\n"})
    assert "v1.5.0-rc.3: proves FEAT-202" in gryt.ok("run", cwd=linked).stdout
    gryt.ok("sync", "push", cwd=linked)
    shared.commit("fix: time-out", {"time.py": "ok\n"})
    assert "v1.5.0-rc.2: proves BUG-88" in gryt.ok("run", cwd=shared).stdout
    gryt.ok("sync", "push", cwd=shared)
    is_sound(gryt, linked)


def test_a_submodule_has_a_ledger_of_its_own(
    gryt: Gryt, shared: Repo, remote: Repo, tmp_path: Path
) -> None:
    above = make_repo(tmp_path / "above")
    above.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", remote, "sub")
    above.commit("Add it")
    sub = Repo(above / "sub")
    sub.git("config", "gryt.mode", "local")
    gryt.ok("sync", "pull", cwd=sub)
    start(gryt, sub, "FEAT-202")
    gryt.ok("sync", "push", cwd=sub)
    assert gryt.ok("generation", "list", cwd=above).stdout == "No generations yet.\n"
    assert above.git("status", "--porcelain") == ""
    is_sound(gryt, sub)
    gryt.ok("sync", "pull", cwd=shared)
    is_sound(gryt, shared)
