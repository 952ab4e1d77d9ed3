"""The contract file is a working copy: what users edit there is what the ledger says next."""

import os
from pathlib import Path

import pytest

from tests.cli.scenes import (
    CONTRACT,
    CONTRACT_FILE,
    MORE,
    add_change,
    draft,
    edit,
    proven,
    show,
    titles,
)
from tests.support.cli import Gryt
from tests.support.git import Repo

pytestmark = pytest.mark.slow  # many processes

REF = "refs/gryt/generations/v1.5.0"


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


def actions(repo: Repo) -> list[str]:
    """The actions on the generation, oldest first."""
    return repo.log(REF, "%(trailers:key=Gryt-Action,valueonly,separator=)")[::-1]


@pytest.mark.parametrize(
    "command",
    [
        ("generation", "show", "v1.5.0"),
        ("generation", "list"),
        ("generation", "update", "v1.5.0"),
        ("evolution", "list", "v1.5.0"),
        ("evolution", "start", "v1.5.0", "--change", "FEAT-203"),
        ("audit", "log", "v1.5.0"),
        ("audit", "log"),
        ("audit", "snapshot", "--label", "x"),
    ],
    ids=" ".join,
)
def test_every_later_command_picks_an_edit_up(
    command: tuple[str, ...], drafted: Repo, gryt: Gryt
) -> None:
    add_change(drafted, 203)
    said = gryt.ok(*command, cwd=drafted)
    assert said.stderr == "contract recorded: +1 change\n"
    assert actions(drafted)[:2] == ["generation.created", "generation.contract"]
    assert "FEAT-203" in titles(gryt, drafted)
    assert len(actions(drafted)) == (3 if "start" in command else 2)


def test_a_refused_promotion_has_judged_the_edit(drafted: Repo, gryt: Gryt) -> None:
    add_change(drafted, 203)
    said = gryt("generation", "promote", "v1.5.0", cwd=drafted)
    assert said.status == 1
    assert "    FEAT-203 is not proven\n" in said.stdout


def test_what_an_edit_did_is_said(drafted: Repo, gryt: Gryt) -> None:
    edit(drafted, "Session timeout edge case", "Session time-out")
    edit(drafted, "User authentication and notifications", "Users")
    add_change(drafted, 203)
    add_change(drafted, 204)
    said = gryt.ok("generation", "show", "v1.5.0", cwd=drafted).stderr
    assert said == "contract recorded: +2 changes, description edited, BUG-88: title edited\n"
    edit(drafted, MORE.format(204), "")
    assert "-1 change\n" in gryt.ok("generation", "show", "v1.5.0", cwd=drafted).stderr


def test_a_file_that_was_not_edited_records_nothing(drafted: Repo, gryt: Gryt) -> None:
    before = drafted.refs()
    (drafted / CONTRACT_FILE).touch()
    for command in ("show", "update"):
        assert gryt.ok("generation", command, "v1.5.0", cwd=drafted).stderr == ""
    assert drafted.refs() == before


def test_an_edit_without_a_meaning_records_nothing_and_is_kept(drafted: Repo, gryt: Gryt) -> None:
    mine = (
        "# my own words\n"
        'pipeline_template: "full-ci"\n'
        "changes:\n"
        "- {title: OAuth2 login support, id: FEAT-201, type: feat}   # soon\n"
        "- {change_id: FEAT-202, type: add, title: 'Email notification system'}\n"
        "\n"
        "- title: Session timeout edge case\n"
        "  type: bugfix\n"
        "  id: BUG-88\n"
        "description: User authentication and notifications\n"
        "version: v1.5.0\n"
    )
    (drafted / CONTRACT_FILE).write_text(mine)
    before = drafted.refs()
    for command in ("show", "update"):
        assert gryt.ok("generation", command, "v1.5.0", cwd=drafted).stderr == ""
    assert drafted.refs() == before
    assert (drafted / CONTRACT_FILE).read_text() == mine


def test_a_recorded_edit_keeps_its_formatting(drafted: Repo, gryt: Gryt) -> None:
    mine = "# my own words\nversion: v1.5.0\n\nchanges: [{id: A, type: add, title: T}] # all\n"
    (drafted / CONTRACT_FILE).write_text(mine)
    gryt.ok("generation", "show", "v1.5.0", cwd=drafted)
    assert (drafted / CONTRACT_FILE).read_text() == mine


def test_the_file_says_what_the_options_said(repo: Repo, gryt: Gryt) -> None:
    gryt.ok(
        *("generation", "new", "v1.5.0", "--description", "Users", "--pipeline", "full-ci"),
        *("--change", "feat:FEAT-201:OAuth2: login", "--change", "fix:BUG-88:Session"),
        cwd=repo,
    )
    written = (repo / CONTRACT_FILE).read_text()
    assert "".join(written.splitlines(keepends=True)[2:]) == (
        "version: v1.5.0\n"
        "description: Users\n"
        "pipeline_template: full-ci\n"
        "changes:\n"
        "  - type: add\n"
        "    id: FEAT-201\n"
        "    title: 'OAuth2: login'\n"
        "  - type: fix\n"
        "    id: BUG-88\n"
        "    title: Session\n"
    )
    assert written.startswith("# yaml-language-server: $schema=../schemas/generation.schema.json\n")


def test_edit_opens_the_file_in_the_editor_of_git(
    drafted: Repo, gryt: Gryt, tmp_path: Path
) -> None:
    editor = tmp_path / "my editor"
    editor.write_text('#!/bin/sh\nsed -i "s/Session timeout edge case/$1/" "$2"\n')
    editor.chmod(0o755)
    env = {"GIT_EDITOR": f"'{editor}' Mended"}
    said = gryt.ok("generation", "edit", "v1.5.0", cwd=drafted, env=env)
    assert said.stdout == f"Generation updated: v1.5.0\nContract: {CONTRACT_FILE}\n"
    assert said.stderr == "contract recorded: BUG-88: title edited\n"
    assert titles(gryt, drafted)["BUG-88"] == "Mended"


def test_an_editor_that_fails_records_nothing(drafted: Repo, gryt: Gryt) -> None:
    before = drafted.refs()
    said = gryt("generation", "edit", "v1.5.0", cwd=drafted, env={"GIT_EDITOR": "false"})
    assert (said.status, drafted.refs()) == (1, before)
    assert said.stderr.startswith("gryt: the editor failed with status 1; nothing was recorded\n")


def test_edit_puts_a_missing_file_in_place_first(drafted: Repo, gryt: Gryt) -> None:
    (drafted / CONTRACT_FILE).unlink()
    gryt.ok("generation", "edit", "v1.5.0", cwd=drafted, env={"GIT_EDITOR": "test -f"})
    assert "Session timeout edge case" in (drafted / CONTRACT_FILE).read_text()


def test_update_takes_the_contract_from_elsewhere(drafted: Repo, gryt: Gryt) -> None:
    other = "version: v1.5.0\nchanges: [{id: A, type: add, title: T}]\n"
    gryt.ok("generation", "update", "v1.5.0", "--from", "-", cwd=drafted, stdin=other)
    assert titles(gryt, drafted) == {"A": "T"}
    assert "FEAT-201" not in (drafted / CONTRACT_FILE).read_text()


def test_a_file_written_by_hand_begins_its_generation(repo: Repo, gryt: Gryt) -> None:
    repo.write({CONTRACT_FILE: CONTRACT})
    started = gryt.ok("evolution", "start", "v1.5.0", "--change", "BUG-88", cwd=repo)
    assert started.stderr == f"generation 'v1.5.0' created from '{CONTRACT_FILE}'\n"
    assert (repo / CONTRACT_FILE).read_text() == CONTRACT
    assert actions(repo) == ["generation.created", "evolution.started"]
    assert repo.git("status", "--porcelain") == ""


def test_new_takes_a_file_that_is_there_already(repo: Repo, gryt: Gryt) -> None:
    repo.write({CONTRACT_FILE: CONTRACT})
    gryt.ok("generation", "new", "v1.5.0", cwd=repo)
    assert list(titles(gryt, repo)) == ["FEAT-201", "FEAT-202", "BUG-88"]
    assert (repo / CONTRACT_FILE).read_text() == CONTRACT
    assert repo.git("status", "--porcelain") == ""


def test_a_listing_is_shown_although_one_file_is_wrong(drafted: Repo, gryt: Gryt) -> None:
    gryt.ok("generation", "new", "v1.6.0", cwd=drafted)
    (drafted / CONTRACT_FILE).write_text("version: [\n")
    listed = gryt.ok("generation", "list", cwd=drafted)
    assert [line.split()[0] for line in listed.stdout.splitlines()[1:]] == ["v1.5.0", "v1.6.0"]
    assert listed.stderr.startswith(f"'{CONTRACT_FILE}' is not valid\n{CONTRACT_FILE}:")


def test_a_deleted_file_is_no_edit(drafted: Repo, gryt: Gryt) -> None:
    (drafted / CONTRACT_FILE).unlink()
    before = drafted.refs()
    for command in (("generation", "show"), ("evolution", "list")):
        assert gryt.ok(*command, "v1.5.0", cwd=drafted).stderr == ""
    assert drafted.refs() == before
    assert not (drafted / CONTRACT_FILE).exists()


def test_update_puts_a_deleted_file_back(drafted: Repo, gryt: Gryt) -> None:
    (drafted / CONTRACT_FILE).unlink()
    gryt.ok("generation", "update", "v1.5.0", cwd=drafted)
    assert "Session timeout edge case" in (drafted / CONTRACT_FILE).read_text()


@pytest.mark.parametrize("lost", [None, "", "{", "[]", '{"v1.5.0": 5}', '{"v1.5.0": [1, 2, 3]}'])
def test_an_edit_is_found_although_the_memory_is_lost(
    lost: str | None, drafted: Repo, gryt: Gryt
) -> None:
    add_change(drafted, 203)
    _lose_memory(drafted, lost)
    said = gryt.ok("generation", "show", "v1.5.0", cwd=drafted)
    assert said.stderr == "contract recorded: +1 change\n"
    assert show(gryt, drafted)["conflicts"] == []


def test_a_copy_of_the_file_is_known_by_its_status_from_then_on(
    drafted: Repo, gryt: Gryt, tmp_path: Path
) -> None:
    file, memory = drafted / CONTRACT_FILE, drafted / ".git/gryt/contracts.json"
    copy = tmp_path / "copy"
    copy.write_bytes(file.read_bytes())
    copy.replace(file)
    known = memory.read_bytes()
    gryt.ok("generation", "list", cwd=drafted)
    assert memory.read_bytes() == known, "it is too young to be told from an edit at once"
    for seconds in (1_500_000_000, 1_600_000_000):
        os.utime(file, (seconds, seconds))
        gryt.ok("generation", "list", cwd=drafted)
        assert memory.read_bytes() != known
        known = memory.read_bytes()
    add_change(drafted, 203)
    gryt.ok("generation", "list", cwd=drafted)
    assert "FEAT-203" in titles(gryt, drafted)


def test_a_stale_file_is_not_taken_for_an_edit(drafted: Repo, linked: Repo, gryt: Gryt) -> None:
    add_change(linked, 203)
    gryt.ok("generation", "show", "v1.5.0", cwd=linked)
    before = drafted.refs()
    _lose_memory(drafted, None)
    assert "FEAT-203" in titles(gryt, drafted)
    assert drafted.refs() == before
    assert "FEAT-203" in (drafted / CONTRACT_FILE).read_text()


def _lose_memory(repo: Repo, text: str | None) -> None:
    memory = repo / ".git/gryt/contracts.json"
    memory.unlink()
    if text is not None:
        memory.write_text(text)


def test_going_back_to_what_was_promised_before_is_an_edit(drafted: Repo, gryt: Gryt) -> None:
    first = (drafted / CONTRACT_FILE).read_text()
    add_change(drafted, 203)
    gryt.ok("generation", "show", "v1.5.0", cwd=drafted)
    (drafted / CONTRACT_FILE).write_text(first)
    said = gryt.ok("generation", "show", "v1.5.0", cwd=drafted)
    assert said.stderr == "contract recorded: -1 change\n"


def test_contract_files_stay_out_of_commits(drafted: Repo, gryt: Gryt) -> None:
    assert drafted.git("status", "--porcelain", "--untracked-files=all") == ""
    drafted.git("add", ".")
    assert drafted.git("diff", "--cached", "--name-only") == ""
    gryt.ok("generation", "new", "v1.6.0", cwd=drafted)
    exclude = (drafted / ".git/info/exclude").read_text()
    assert exclude.count("/.gryt/generations/\n") == 1


def test_a_change_that_is_added_at_start_is_in_the_file(drafted: Repo, gryt: Gryt) -> None:
    gryt.ok(
        *("evolution", "start", "v1.5.0", "--change", "FIX-LEAK"),
        *("--type", "fix", "--title", "Fix the leak"),
        cwd=drafted,
    )
    assert "id: FIX-LEAK" in (drafted / CONTRACT_FILE).read_text()
    assert actions(drafted)[1:] == ["evolution.started"]  # one action
    assert titles(gryt, drafted)["FIX-LEAK"] == "Fix the leak"


def test_an_edited_title_makes_its_proof_stale_and_the_others_stay(repo: Repo, gryt: Gryt) -> None:
    proven(gryt, repo)
    edit(repo, "Session timeout edge case", "Something else")
    shown = gryt.ok("generation", "show", "v1.5.0", cwd=repo).stdout
    assert "  ! BUG-88 (stale: the contract changed after v1.5.0-rc.1)\n" in shown
    assert "  ✓ FEAT-201 (proven by v1.5.0-rc.1)\n" in shown
    edit(repo, "Something else", "Session timeout edge case")
    shown = gryt.ok("generation", "show", "v1.5.0", cwd=repo).stdout
    assert "  ✓ BUG-88 (proven by v1.5.0-rc.1)\n" in shown
