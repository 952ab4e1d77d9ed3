"""Hot-fixes from the release to the tag, yanked releases, and generations as they were."""

from pathlib import Path

import pytest

from tests.support.cli import Gryt, Result
from tests.support.git import Repo, make_clone, make_remote
from tests.support.ledgers import Desk, ref_of

pytestmark = pytest.mark.slow  # many processes

BASE, FIX = "v2.3.0", "v2.3.1"
BEGIN = ("--issue", "CRIT-500", "--title", "Fix database connection pool leak")


@pytest.fixture
def desk(repo: Repo) -> Desk:
    """A release."""
    desk = Desk(repo)
    desk.proven(BASE, "FEAT-1")
    desk.promote(BASE)
    return desk


def begin(gryt: Gryt, desk: Desk, base: str = BASE, *more: str) -> Result:
    return gryt("audit", "hotfix", base, *BEGIN, *more, cwd=desk.repo)


def fixed(gryt: Gryt, desk: Desk) -> None:
    """Begin the hot-fix, fix it on its branch, and prove it."""
    assert begin(gryt, desk).status == 0
    desk.repo.git("switch", "--quiet", "-c", f"hotfix/{FIX}", BASE)
    desk.start(FIX, "CRIT-500")
    desk.repo.commit("fix: the leak", {"pool.txt": "closed\n"})
    desk.run()


def test_it_begins_as_workflow_2_shows(desk: Desk, gryt: Gryt) -> None:
    said = begin(gryt, desk).stdout
    gid = gryt.ok("generation", "show", FIX, "--json", cwd=desk.repo).json["gid"]
    assert said.startswith(
        f"Creating hot-fix for {BASE}...\n"
        f"Hot-fix generation created: {FIX}\n"
        f"  Generation ID: {gid}\n"
        "  Issue: CRIT-500\n\n"
        "Next steps:\n"
        f"  1. gryt evolution start {FIX} --change CRIT-500\n"
        "  2. Run your pipeline to test the fix\n"
        f"  3. gryt audit hotfix-promote {FIX}\n"
    )
    assert f"  git switch -c hotfix/{FIX} {BASE}\n" in said
    assert "id: CRIT-500" in (desk.repo / f".gryt/generations/{FIX}.yaml").read_text()


def test_it_is_promoted_as_workflow_2_shows(desk: Desk, gryt: Gryt) -> None:
    fixed(gryt, desk)
    assert gryt.ok("audit", "hotfix-promote", FIX, cwd=desk.repo).stdout == (
        f"Promoting hot-fix: {FIX}\n\n"
        "Running HotfixGate (minimal validation)...\n"
        "  At least one passing evolution: PASS\n"
        "  No pending evolutions: PASS\n\n"
        "Hot-fix promoted successfully!\n"
        f"Tag created: {FIX}\n"
    )
    assert desk.repo.git("rev-parse", f"{FIX}^{{commit}}") == desk.repo.head
    shown = gryt.ok("generation", "show", FIX, "--json", cwd=desk.repo).json
    assert shown["fast_track"] is True
    assert shown["hotfix"]["base"] == BASE
    assert "Fast track" in gryt.ok("generation", "show", FIX, cwd=desk.repo).stdout
    trailers = desk.repo.git("log", "-1", "--format=%(trailers:key=Gryt-Fast-Track)", ref_of(FIX))
    assert trailers == "Gryt-Fast-Track: HotfixGate"
    again = gryt.ok("hotfix", "promote", FIX, cwd=desk.repo)
    assert again.stdout == f"Hot-fix {FIX} is promoted already: nothing to do\n"
    gryt.ok("verify", cwd=desk.repo)


def test_the_gate_wants_a_pass_and_nothing_pending(desk: Desk, gryt: Gryt) -> None:
    begin(gryt, desk)
    desk.start(FIX, "CRIT-500")
    refused = gryt("audit", "hotfix-promote", FIX, cwd=desk.repo)
    assert refused.status == 1
    assert "  At least one passing evolution: FAIL\n    no evolution has passed\n" in refused.stdout
    assert f"  No pending evolutions: FAIL\n    {FIX}-rc.1 is pending" in refused.stdout
    assert f"refs/tags/{FIX}" not in desk.repo.refs()


def test_a_commit_without_the_fix_is_not_tagged(desk: Desk, gryt: Gryt) -> None:
    fixed(gryt, desk)
    refused = gryt("audit", "hotfix-promote", FIX, "--commit", BASE, cwd=desk.repo)
    assert refused.status == 1
    assert "ProofsContainedGate: FAIL" in refused.stdout


def test_only_a_hot_fix_takes_the_fast_track(desk: Desk, gryt: Gryt) -> None:
    desk.proven("v2.4.0", "FEAT-2")
    refused = gryt("audit", "hotfix-promote", "v2.4.0", cwd=desk.repo)
    assert (refused.status, "gryt generation promote v2.4.0" in refused.stderr) == (3, True)


@pytest.mark.parametrize(
    ("there", "base", "expected"),
    [
        ((), BASE, "v2.3.1"),
        (("tag v2.3.9", "tag v2.3.10"), BASE, "v2.3.11"),
        (("tag v2.3.4-rc.1",), BASE, "v2.3.5"),
        (("tag 2.3.7",), BASE, "v2.3.8"),
        (("update-ref refs/gryt-remotes/origin/generations/v2.3.12 HEAD",), BASE, "v2.3.13"),
        (("tag v1.2.9",), "v1.2.9", "v1.2.10"),
        (("tag v2.30.5",), BASE, "v2.3.1"),
    ],
)
def test_the_next_patch_is_a_number_above_all_known(
    desk: Desk, gryt: Gryt, there: tuple[str, ...], base: str, expected: str
) -> None:
    for command in there:
        desk.repo.git(*command.split())
    result = gryt.ok("hotfix", base, *BEGIN, "--json", cwd=desk.repo)
    assert result.json["version"] == expected


@pytest.mark.parametrize("base", ["v9.9.9", "v2.4.0", "v3.0.0-beta.1", "nonsense"])
def test_what_was_never_released_has_no_hot_fix(desk: Desk, gryt: Gryt, base: str) -> None:
    desk.generation("v2.4.0", "FEAT-2")
    refs = desk.repo.refs()
    assert begin(gryt, desk, base).status == 3
    assert desk.repo.refs() == refs


def test_picked_commits_name_where_they_are_from(desk: Desk, gryt: Gryt) -> None:
    wanted = desk.repo.commit("fix: the leak", {"pool.txt": "closed\n"})
    desk.repo.commit("feat: more", {"more.txt": "more\n"})
    said = begin(gryt, desk, BASE, "--pick", wanted).stdout
    assert "Picked 1 commit\n" in said
    assert desk.repo.git("branch", "--show-current") == f"hotfix/{FIX}"
    body = desk.repo.git("log", "-1", "--format=%B")
    assert body == f"fix: the leak\n\n(cherry picked from commit {wanted})"
    assert not (desk.repo / "more.txt").exists()


def test_a_conflict_is_left_with_the_steps_to_finish(desk: Desk, gryt: Gryt) -> None:
    desk.repo.commit("feat: a pool", {"pool.txt": "open\n"})
    wanted = desk.repo.commit("fix: the leak", {"pool.txt": "closed\n"})
    result = begin(gryt, desk, BASE, "--pick", wanted)
    assert result.status == 4
    assert "Picking stopped at a conflict in:\n  pool.txt\n" in result.stdout
    assert "  git cherry-pick --continue\n" in result.stdout
    assert desk.repo.git("rev-parse", "CHERRY_PICK_HEAD") == wanted


def test_nothing_begins_where_the_picks_cannot(desk: Desk, gryt: Gryt) -> None:
    desk.repo.git("branch", f"hotfix/{FIX}")
    refs = desk.repo.refs()
    assert begin(gryt, desk, BASE, "--pick", "HEAD").status == 3
    assert begin(gryt, desk, BASE, "--pick", "nowhere").status == 3
    desk.repo.git("branch", "-D", f"hotfix/{FIX}")
    desk.repo.write({"README.md": "changed\n"})
    assert "git stash" in begin(gryt, desk, BASE, "--pick", "HEAD").stderr
    desk.repo.git("branch", f"hotfix/{FIX}")
    assert desk.repo.refs() == refs


def test_forward_shows_who_lacks_it_in_any_shape(desk: Desk, gryt: Gryt) -> None:
    repo = desk.repo
    repo.commit("feat: work", {"work.txt": "work\n"})
    desk.generation("v2.4.0", "FEAT-2")
    desk.start("v2.4.0", "FEAT-2")
    repo.git("branch", "picked")
    fixed(gryt, desk)
    repo.git("branch", "merged")
    repo.git("switch", "--quiet", "picked")
    repo.git("cherry-pick", "-x", f"hotfix/{FIX}")
    repo.commit("fix: differently", {"pool.txt": "closed for good\n"})

    found = gryt.ok("hotfix", "forward", FIX, "--json", cwd=repo).json

    has = {branch["name"]: branch["has_fix"] for branch in found["branches"]}
    assert has == {"main": False, "picked": True, "merged": True, f"hotfix/{FIX}": True}
    assert [(g["name"], g["has_fix"]) for g in found["generations"]] == [("v2.4.0", False)]
    text = gryt("hotfix", "forward", FIX, "--exit-code", cwd=repo)
    assert text.status == 1
    assert "To bring it to main:\n  git switch main\n  git cherry-pick -x " in text.stdout


# --- yanked


def test_a_yanked_release_says_so_everywhere(desk: Desk, gryt: Gryt) -> None:
    tag = desk.repo.git("rev-parse", f"refs/tags/{BASE}")
    assert gryt.ok("generation", "yank", BASE, "--reason", "it leaks", cwd=desk.repo).stdout == (
        f"Generation yanked: {BASE}\n"
    )
    assert "yanked" in gryt.ok("generation", "list", cwd=desk.repo).stdout
    assert "Reason: it leaks" in gryt.ok("generation", "show", BASE, cwd=desk.repo).stdout
    assert "(yanked)" in gryt.ok("evolution", "list", BASE, cwd=desk.repo).stdout
    assert desk.repo.git("rev-parse", f"refs/tags/{BASE}") == tag
    again = gryt("generation", "yank", BASE, "--reason", "it leaks", cwd=desk.repo)
    assert (again.status, "is yanked already" in again.stderr) == (3, True)
    assert begin(gryt, desk).status == 0
    draft = gryt("generation", "yank", FIX, "--reason", "no", cwd=desk.repo)
    assert (draft.status, "only a release can be yanked" in draft.stderr) == (3, True)
    gryt.ok("verify", cwd=desk.repo)


# --- tags of promotions that were taken back


def taken_back(gryt: Gryt, desk: Desk, tmp_path: Path) -> str:
    """Promote a release whose tag is published, and roll that back; return its commit."""
    desk.proven("v6.0.0", "FEAT-6")
    taken = gryt.ok("audit", "snapshot", "--json", cwd=desk.repo).json["snapshots"][0]["id"]
    gryt.ok("generation", "promote", "v6.0.0", cwd=desk.repo)
    make_remote(tmp_path / "remote.git", of=desk.repo)
    desk.repo.git("push", "--quiet", "origin", "v6.0.0")
    gryt.ok("audit", "rollback", taken, "--yes", cwd=desk.repo)
    return desk.repo.head


def test_the_same_commit_takes_its_published_tag_over(
    desk: Desk, gryt: Gryt, tmp_path: Path
) -> None:
    taken_back(gryt, desk, tmp_path)
    desk.repo.git("remote", "remove", "origin")
    tag = desk.repo.git("rev-parse", "refs/tags/v6.0.0")
    gryt.ok("generation", "promote", "v6.0.0", cwd=desk.repo)
    assert desk.repo.git("rev-parse", "refs/tags/v6.0.0") == tag
    gryt.ok("verify", cwd=desk.repo)


def test_another_commit_needs_the_tag_replaced_on_record(
    desk: Desk, gryt: Gryt, tmp_path: Path
) -> None:
    old = taken_back(gryt, desk, tmp_path)
    desk.repo.git("remote", "remove", "origin")
    tag = desk.repo.git("rev-parse", "refs/tags/v6.0.0")
    new = desk.repo.commit("fix: the leak", {"pool.txt": "closed\n"})
    refused = gryt("generation", "promote", "v6.0.0", cwd=desk.repo)
    assert refused.status == 3
    assert f"stands at {old[:10]}" in refused.stderr
    assert "--replace-tag" in refused.stderr
    gryt.ok("generation", "promote", "v6.0.0", "--replace-tag", cwd=desk.repo)
    assert desk.repo.git("rev-parse", "v6.0.0^{commit}") == new
    record = gryt.ok("audit", "log", "v6.0.0", "--json", cwd=desk.repo).json["records"][0]
    assert record["replaces_tag"] == tag
    gryt.ok("verify", cwd=desk.repo)

    # killed between the record and the tag: the same command finishes it
    desk.repo.git("update-ref", "refs/tags/v6.0.0", tag)
    gryt.ok("generation", "promote", "v6.0.0", cwd=desk.repo)
    assert desk.repo.git("rev-parse", "v6.0.0^{commit}") == new


def test_a_snapshot_before_each_promotion_where_it_is_wanted(desk: Desk, gryt: Gryt) -> None:
    desk.repo.git("config", "gryt.snapshotOnPromote", "true")
    desk.generation("v2.4.0", "FEAT-2")
    assert gryt("generation", "promote", "v2.4.0", cwd=desk.repo).status == 1
    assert gryt.ok("audit", "list-snapshots", cwd=desk.repo).stdout == "No snapshots yet.\n"
    desk.start("v2.4.0", "FEAT-2")
    desk.run()
    gryt.ok("generation", "promote", "v2.4.0", cwd=desk.repo)
    (taken,) = gryt.ok("audit", "list-snapshots", "--json", cwd=desk.repo).json["snapshots"]
    assert taken["label"] == "pre-v2.4.0-promotion"
    held = gryt.ok("audit", "show-snapshot", taken["id"], "--json", cwd=desk.repo).json
    assert {g["version"]: g["status"] for g in held["generations"]}["v2.4.0"] == "draft"


# --- the past


def test_a_generation_is_shown_as_it_was(desk: Desk, gryt: Gryt) -> None:
    repo = desk.repo
    taken = gryt.ok("audit", "snapshot", "--json", cwd=repo).json["snapshots"][0]["id"]
    gryt.ok("generation", "yank", BASE, "--reason", "it leaks", cwd=repo)
    promoted = repo.git("rev-parse", f"{ref_of(BASE)}~1")
    draft = repo.git("rev-parse", f"{ref_of(BASE)}~2")
    at = gryt.ok("audit", "log", BASE, "--json", cwd=repo).json["records"]
    moment = next(r["at"] for r in at if r["kind"] == "generation.promoted")

    def status(point: str) -> str:
        shown = gryt.ok("generation", "show", BASE, "--at", point, "--json", cwd=repo).json
        return str(shown["status"])

    assert [status(point) for point in (taken, promoted, draft, moment, "now")] == [
        *("promoted", "promoted", "draft", "promoted", "yanked")
    ]
    text = gryt.ok("generation", "show", BASE, "--at", taken, cwd=repo).stdout
    assert text.startswith(f"Generation: {BASE}\nAs of: {taken}\nStatus: promoted\n")
    for wrong in ("2001-01-01", "HEAD", "garbage", "2024-13-45", "snapshot_2001"):
        assert gryt("generation", "show", BASE, "--at", wrong, cwd=repo).status == 3, wrong


def test_a_replaced_tag_is_pushed_only_over_the_one_that_it_replaces(
    desk: Desk, gryt: Gryt, tmp_path: Path
) -> None:
    """And another clone follows it when it pulls."""
    taken_back(gryt, desk, tmp_path)
    remote = Repo(tmp_path / "remote.git")
    old = desk.repo.git("rev-parse", "refs/tags/v6.0.0")
    gryt.ok("sync", "push", cwd=desk.repo)
    clone = make_clone(remote, tmp_path / "grace", name="Grace", email="grace@example.com")
    gryt.ok("sync", "pull", cwd=clone)
    assert clone.git("rev-parse", "refs/tags/v6.0.0") == old
    new = desk.repo.commit("fix: the leak", {"pool.txt": "closed\n"})
    desk.repo.git("push", "--quiet", "origin", "main")

    gryt.ok("generation", "promote", "v6.0.0", "--replace-tag", cwd=desk.repo)

    assert remote.git("rev-parse", "v6.0.0^{commit}") == new
    gryt.ok("sync", "pull", cwd=clone)
    assert clone.git("rev-parse", "v6.0.0^{commit}") == new
    gryt.ok("verify", cwd=clone)
