"""Two work trees edit one contract: it follows, it merges, or a person is asked."""

import re
from pathlib import Path

import pytest

from tests.cli.scenes import (
    CONTRACT_FILE,
    add_change,
    draft,
    edit,
    show,
    titles,
)
from tests.support.cli import Gryt
from tests.support.git import Repo

pytestmark = pytest.mark.slow  # many processes


@pytest.fixture
def drafted(repo: Repo, gryt: Gryt) -> Repo:
    draft(gryt, repo)
    return repo


@pytest.fixture
def linked(drafted: Repo, gryt: Gryt, tmp_path: Path) -> Repo:
    """Another work tree of the same repository, with its own contract file."""
    drafted.git("worktree", "add", "-q", "-b", "other", tmp_path / "linked")
    other = Repo(tmp_path / "linked")
    gryt.ok("generation", "update", "v1.5.0", cwd=other)
    return other


def test_the_file_follows_the_ledger_where_it_was_not_edited(
    drafted: Repo, linked: Repo, gryt: Gryt
) -> None:
    add_change(linked, 203)
    gryt.ok("generation", "show", "v1.5.0", cwd=linked)
    followed = gryt.ok("generation", "show", "v1.5.0", cwd=drafted)
    assert followed.stderr == f"'{CONTRACT_FILE}' follows the ledger\n"
    assert "FEAT-203" in (drafted / CONTRACT_FILE).read_text()
    assert len(drafted.log("refs/gryt/generations/v1.5.0")) == 2


def test_edits_of_different_things_are_merged(drafted: Repo, linked: Repo, gryt: Gryt) -> None:
    edit(linked, "Session timeout edge case", "Session time-out")
    add_change(linked, 203)
    edit(drafted, "OAuth2 login support", "OAuth2")
    gryt.ok("generation", "show", "v1.5.0", cwd=linked)
    merged = {
        "FEAT-201": "OAuth2",
        "FEAT-202": "Email notification system",
        "BUG-88": "Session time-out",
        "FEAT-203": "Feature 203",
    }
    assert titles(gryt, drafted) == merged
    assert titles(gryt, linked) == merged
    assert (drafted / CONTRACT_FILE).read_bytes() == (linked / CONTRACT_FILE).read_bytes()
    assert show(gryt, drafted)["conflicts"] == []


@pytest.fixture
def conflicting(drafted: Repo, linked: Repo, gryt: Gryt) -> Repo:
    """Two work trees gave BUG-88 different titles; the second has just found out."""
    edit(linked, "Session timeout edge case", "Theirs")
    gryt.ok("generation", "show", "v1.5.0", cwd=linked)
    edit(drafted, "Session timeout edge case", "Ours")
    said = gryt.ok("generation", "show", "v1.5.0", cwd=drafted)
    assert "contract conflict: BUG-88: title: Ours / Theirs\n" in said.stderr
    return drafted


def test_a_conflict_is_shown_with_both_values(conflicting: Repo, linked: Repo, gryt: Gryt) -> None:
    for repo in (conflicting, linked):
        shown = gryt.ok("generation", "show", "v1.5.0", cwd=repo).stdout
        assert "  conflict: BUG-88: title: Ours / Theirs\n" in shown
        assert "Ready for promotion: NO\n" in shown
        listed = gryt.ok("evolution", "list", "v1.5.0", cwd=repo).stdout
        assert "Contract conflicts:\n  BUG-88: title: Ours / Theirs\n" in listed
        every = gryt.ok("generation", "list", cwd=repo).stdout
        assert "v1.5.0: contract conflict: BUG-88: title: Ours / Theirs\n" in every
    document = show(gryt, conflicting)
    assert document["conflicts"] == [{"field": "BUG-88: title", "values": ["Ours", "Theirs"]}]
    assert len(document["contract"]) == 2


def test_a_conflict_blocks_promotion(conflicting: Repo, gryt: Gryt) -> None:
    refused = gryt("generation", "promote", "v1.5.0", cwd=conflicting)
    assert refused.status == 1
    assert "    BUG-88: title: concurrent edits disagree: Ours / Theirs\n" in refused.stdout
    assert "    mend: gryt generation edit v1.5.0\n" in refused.stdout


@pytest.mark.parametrize("where", ["conflicting", "linked"])
def test_the_next_edit_settles_a_conflict(
    where: str, conflicting: Repo, linked: Repo, gryt: Gryt
) -> None:
    repo = conflicting if where == "conflicting" else linked
    gryt.ok("generation", "show", "v1.5.0", cwd=repo)  # the conflict was shown here
    path = repo / CONTRACT_FILE
    path.write_text(re.sub(r"(id: BUG-88\n\s+title: ).*", r"\1Both", path.read_text()))
    assert titles(gryt, repo)["BUG-88"] == "Both"
    document = show(gryt, repo)
    assert (document["conflicts"], len(document["contract"])) == ([], 1)


def test_update_settles_a_conflict_in_favour_of_the_file(conflicting: Repo, gryt: Gryt) -> None:
    gryt.ok("generation", "update", "v1.5.0", cwd=conflicting)
    assert titles(gryt, conflicting)["BUG-88"] == "Ours"
    assert show(gryt, conflicting)["conflicts"] == []
