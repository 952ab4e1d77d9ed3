"""`gryt generation notes`: the contract as people read it, and in the tag where that is wanted."""

from tests.support.cli import Gryt
from tests.support.git import Repo
from tests.support.ledgers import Desk

VERSION = "v1.5.0"
PROMISES = (
    "add:FEAT-201:OAuth2 login",
    "fix:BUG-88:Sessions *end* <b>",
    "remove:OLD-1:The old API",
    "refine:PERF-7:Faster index",
    "add:FEAT-202:Mail",
)


def promised(repo: Repo, gryt: Gryt) -> None:
    changes = [word for promise in PROMISES for word in ("--change", promise)]
    gryt.ok(
        "generation", "new", VERSION, "--description", "A release\n- of all", *changes, cwd=repo
    )


def test_each_type_has_its_heading_and_data_is_no_markup(repo: Repo, gryt: Gryt) -> None:
    promised(repo, gryt)
    assert gryt.ok("generation", "notes", VERSION, cwd=repo).stdout == (
        "## v1.5.0 (unreleased)\n\nA release\n\\- of all\n\n"
        "### Added\n\n* OAuth2 login (FEAT-201, not proven)\n* Mail (FEAT-202, not proven)\n\n"
        "### Changed\n\n* Faster index (PERF-7, not proven)\n\n"
        "### Fixed\n\n* Sessions \\*end\\* &lt;b&gt; (BUG-88, not proven)\n\n"
        "### Removed\n\n* The old API (OLD-1, not proven)\n"
    )


def test_a_released_version_has_its_day_and_json_keeps_the_data(repo: Repo, gryt: Gryt) -> None:
    desk = Desk(repo)
    desk.proven(VERSION, "FEAT-201")
    desk.promote(VERSION)
    notes = gryt.ok("generation", "notes", VERSION, "--json", cwd=repo).json
    assert (notes["schema"], notes["date"], notes["status"]) == (
        "gryt/release-notes/1",
        "2026-01-09",
        "released",
    )
    (section,) = notes["sections"]
    assert (section["heading"], section["changes"][0]["id"]) == ("Added", "FEAT-201")
    assert section["changes"][0]["proven"] is True


def test_the_tag_has_the_notes_where_that_is_configured(repo: Repo, gryt: Gryt) -> None:
    repo.git("config", "gryt.notesInTag", "true")
    desk = Desk(repo)
    desk.proven(VERSION, "FEAT-201")
    desk.promote(VERSION)
    message = repo.git("tag", "--list", "--format=%(contents)", VERSION)
    assert "Added:\n  * The FEAT-201 (FEAT-201)\n" in message
    assert f"Gryt-Generation: {VERSION}" in message
    assert gryt("verify", cwd=repo).status == 0
    repo.git("tag", "--delete", VERSION)
    repo.git("config", "--unset", "gryt.notesInTag")
    assert gryt("verify", "--repair", cwd=repo).status == 0
    assert repo.git("tag", "--list", "--format=%(contents)", VERSION) == message
