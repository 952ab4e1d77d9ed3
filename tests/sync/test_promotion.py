"""Promotion is decided at the remote: the first to reach it wins."""

import pytest

from tests.support.cli import Gryt
from tests.support.git import Repo
from tests.sync.team import hook, is_sound, new, prove, ref_of, shared

PROMOTE = ("generation", "promote", "v1.0.0")


@pytest.fixture
def proven(gryt: Gryt, repo: Repo, remote: Repo, clone: Repo) -> None:
    """Both clones have a generation that is proven, and shared."""
    new(gryt, repo, "v1.0.0", "A-1")
    gryt.ok("sync", "push", cwd=repo)
    prove(gryt, repo, "v1.0.0", "A-1")
    gryt.ok("sync", "pull", cwd=clone)


def test_it_reaches_the_remote_and_says_so(
    proven: None, gryt: Gryt, repo: Repo, remote: Repo, clone: Repo
) -> None:
    done = gryt.ok(*PROMOTE, cwd=repo)
    assert "  All changes proven: 1/1\n  Synced to origin: yes\n" in done.stdout
    assert shared(remote) == shared(repo)
    assert remote.git("rev-parse", "v1.0.0^{commit}") == repo.head
    gryt.ok("sync", "pull", cwd=clone)
    assert gryt.ok("generation", "show", "v1.0.0", "--json", cwd=clone).json["status"] == "promoted"
    assert shared(clone) == shared(remote)
    is_sound(gryt, repo, clone)


@pytest.mark.slow
def test_a_private_draft_is_shared_by_it(gryt: Gryt, repo: Repo, remote: Repo) -> None:
    new(gryt, repo, "v1.0.0", "A-1")
    prove(gryt, repo, "v1.0.0", "A-1")
    assert remote.refs("refs/gryt/") == {}
    assert gryt.ok(*PROMOTE, "--json", cwd=repo).json["synced"] is True
    assert shared(remote) == shared(repo)


@pytest.mark.slow
def test_the_gates_judge_what_the_remote_has_too(
    proven: None, gryt: Gryt, repo: Repo, clone: Repo
) -> None:
    gryt.ok("evolution", "abandon", "v1.0.0-rc.1", "--reason", "flaky", cwd=clone)
    refused = gryt(*PROMOTE, cwd=repo)
    assert refused.status == 1
    assert "AllChangesProvenGate: FAIL" in refused.stdout
    assert "refs/tags/v1.0.0" not in repo.refs()


def test_who_comes_second_sees_the_others_promotion(
    proven: None, gryt: Gryt, repo: Repo, clone: Repo
) -> None:
    clone.commit("feat: more", {"more.txt": "1\n"})
    gryt.ok(*PROMOTE, cwd=repo)
    late = gryt(*PROMOTE, cwd=clone)
    assert late.status == 4
    assert "gryt: 'v1.0.0' was promoted by Ada Lovelace <ada@example.com>" in late.stderr
    assert clone.refs("refs/gryt/") == repo.refs("refs/gryt/")
    assert clone.git("rev-parse", "v1.0.0^{commit}") == repo.head


@pytest.mark.slow
def test_without_the_remote_it_is_refused_or_recorded_and_settled_later(
    proven: None, gryt: Gryt, repo: Repo, remote: Repo, clone: Repo
) -> None:
    clone.commit("feat: more", {"more.txt": "1\n"})
    url = clone.git("remote", "get-url", "origin")
    clone.git("remote", "set-url", "origin", f"{url}-nowhere")
    before = shared(clone)
    refused = gryt(*PROMOTE, cwd=clone)
    assert refused.status == 5
    assert "gryt generation promote v1.0.0 --offline" in refused.stderr
    assert shared(clone) == before
    alone = gryt.ok(*PROMOTE, "--offline", cwd=clone)
    assert "  Synced to origin: no\n" in alone.stdout
    gryt.ok(*PROMOTE, cwd=repo)
    clone.git("remote", "set-url", "origin", url)
    gryt.ok("sync", "push", cwd=clone)
    gryt.ok("sync", "pull", cwd=repo)
    assert shared(clone) == shared(repo) == shared(remote)
    for each in (repo, clone):
        shown = gryt.ok("generation", "show", "v1.0.0", "--json", cwd=each).json
        assert (shown["commit"], shown["status"]) == (repo.head, "promoted")
        assert each.git("rev-parse", "v1.0.0^{commit}") == repo.head
    is_sound(gryt, repo, clone)


@pytest.mark.slow
def test_an_offline_promotion_that_was_first_stands(
    proven: None, gryt: Gryt, repo: Repo, remote: Repo, clone: Repo
) -> None:
    gryt.ok(*PROMOTE, "--offline", cwd=clone)
    gryt.ok("sync", "push", cwd=clone)
    repo.commit("feat: more", {"more.txt": "1\n"})
    assert gryt(*PROMOTE, cwd=repo).status == 4
    assert shared(clone) == shared(repo) == shared(remote)
    is_sound(gryt, repo, clone)


@pytest.mark.slow
def test_a_remote_that_refuses_leaves_nothing_half_done(
    proven: None, gryt: Gryt, repo: Repo, remote: Repo
) -> None:
    script = 'case "$1" in refs/tags/v1.0.0) echo "only the release team" >&2; exit 1;; esac'
    hook(remote, "update", script)
    before = shared(repo)
    refused = gryt(*PROMOTE, cwd=repo)
    assert refused.status == 5
    assert "origin refused refs/tags/v1.0.0: hook declined" in refused.stderr
    assert "remote: only the release team" in refused.stderr
    assert shared(repo) == before == shared(remote)


@pytest.mark.slow
def test_the_same_version_promoted_by_another_generation(
    gryt: Gryt, repo: Repo, remote: Repo, clone: Repo
) -> None:
    for each, change in ((repo, "A-1"), (clone, "B-1")):
        new(gryt, each, "v1.0.0", change)
        prove(gryt, each, "v1.0.0", change)
    gryt.ok(*PROMOTE, cwd=repo)
    refused = gryt(*PROMOTE, cwd=clone)
    assert refused.status == 4
    assert "Version v1.0.0 already exists in origin (promoted by Ada Lovelace" in refused.stderr
    listed = gryt.ok("generation", "list", cwd=clone).stdout
    assert "  v1.0.0 (promoted, origin)\n  v1.0.0 (draft, local)\n" in listed
    gryt.ok("generation", "rename", "v1.0.0", "v1.1.0", cwd=clone)
    gryt.ok("sync", "pull", cwd=clone)
    gryt.ok("generation", "promote", "v1.1.0", cwd=clone)
    gryt.ok("sync", "pull", cwd=repo)
    assert shared(repo) == shared(remote) == shared(clone)
    assert ref_of("v1.1.0") in repo.refs()
    is_sound(gryt, repo, clone)
