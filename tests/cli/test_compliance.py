"""`gryt compliance` on real repositories: nothing from nothing, and no data that becomes markup."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from tests.support.cli import Gryt
from tests.support.git import Repo
from tests.support.ledgers import Desk, paths, ref_of, tamper

pytestmark = pytest.mark.slow  # many processes

VERSION = "v1.5.0"
OSCAL = Path(__file__).parents[1] / "fixtures/oscal/assessment-results-1.2.1.schema.json"
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)",
    "</title></style></script>",
    "{{7777*7777}}{% raw %}",
    "=HYPERLINK(1)",
    "[x](javascript:alert(1)) `code` | a | b",
)
CONTROL = "bell \x07 escape \x1b[31m bidi \u202e end"


def document(gryt: Gryt, repo: Repo, *options: str) -> Any:
    return json.loads(
        gryt.ok("compliance", "--output", "-", "--format", "json", *options, cwd=repo).stdout
    )


def statuses(report: Any) -> dict[str, str]:
    return {control["id"]: control["status"] for control in report["controls"]}


def released(repo: Repo) -> Desk:
    desk = Desk(repo)
    desk.proven(VERSION, "FEAT-201")
    desk.promote(VERSION)
    return desk


def test_an_empty_repository_meets_nothing(repo: Repo, gryt: Gryt) -> None:
    report = document(gryt, repo, "--include-800-53", "--ssdf")
    assert set(statuses(report).values()) == {"no data"}
    assert len([c for c in report["controls"] if "800-161" in c["framework"]]) >= 25
    assert gryt("compliance", "-o", "-", "--strict", cwd=repo).status == 1
    assert repo.git("for-each-ref", "refs/gryt") == ""


def test_a_release_is_evidence_and_an_attack_on_it_is_seen(repo: Repo, gryt: Gryt) -> None:
    released(repo)
    before = document(gryt, repo)
    assert statuses(before)["CM-3(2)"] == statuses(before)["SI-7"] == "met"
    assert statuses(before)["AU-10"] == "not met"  # nobody signs here
    summary = before["summary"]
    assert (summary["promotions"]["success_rate"], summary["evolutions"]["passed"]) == (1.0, 1)
    (finished,) = paths(repo, ref_of(VERSION), "-run-finished")
    tamper(repo, ref_of(VERSION), {finished: None})
    after = statuses(document(gryt, repo))
    assert after["CM-3(2)"] == after["SI-7"] == after["SI-12"] == "not met"


def test_a_tag_that_no_promotion_made_is_a_violation(repo: Repo, gryt: Gryt) -> None:
    Desk(repo).proven(VERSION, "FEAT-201")
    repo.git("tag", "--annotate", "--message", "by hand", VERSION)
    report = document(gryt, repo)
    (control,) = (c for c in report["controls"] if c["id"] == "CM-14")
    assert control["status"] == "not met"
    assert control["violations"][0]["subject"] == VERSION
    assert control["violations"][0]["recheck"] == f"git verify-tag {VERSION}"


def test_a_period_leaves_out_what_is_not_in_it(repo: Repo, gryt: Gryt) -> None:
    released(repo)  # in January 2026
    assert document(gryt, repo, "--since", "2026-01-01", "--until", "2026-02-01")["summary"][
        "audit_events"
    ]["total"]
    later = document(gryt, repo, "--since", "2026-02-01")
    assert later["summary"]["audit_events"]["total"] == 0
    assert statuses(later)["CM-3(2)"] == "no data"
    refused = gryt("compliance", "-o", "-", "--since", "yesterday", cwd=repo)
    assert (refused.status, refused.stdout) == (2, "")


def test_a_report_writes_nothing_but_its_file(repo: Repo, gryt: Gryt, tmp_path: Path) -> None:
    released(repo)
    refs = repo.git("for-each-ref")
    for name in ("r.html", "r.json", "r.md"):
        done = gryt.ok("compliance", "--output", tmp_path / name, cwd=repo)
        assert done.stdout == ""
        assert (tmp_path / name).stat().st_size > 1000
    assert repo.git("for-each-ref") == refs
    assert repo.git("status", "--porcelain") == ""
    refused = gryt("compliance", "--output", tmp_path, cwd=repo)
    assert refused.status == 3
    refused = gryt("compliance", "--output", tmp_path / "no/where.html", cwd=repo)
    assert refused.status == 3
    assert sorted(p.name for p in tmp_path.iterdir() if p.name.startswith("r.")) == [
        "r.html",
        "r.json",
        "r.md",
    ]


def test_the_oscal_document_fits_the_schema_of_nist(repo: Repo, gryt: Gryt) -> None:
    valid = jsonschema_rs.validator_for(json.loads(OSCAL.read_text(encoding="utf-8")))
    command = ("compliance", "--output", "-", "--format", "oscal", "--include-800-53")
    empty = json.loads(gryt.ok(*command, cwd=repo).stdout)
    assert [error.message for error in valid.iter_errors(empty)] == []
    assert "findings" not in empty["assessment-results"]["results"][0]
    released(repo)
    full = json.loads(gryt.ok(*command, cwd=repo).stdout)
    assert [error.message for error in valid.iter_errors(full)] == []
    result = full["assessment-results"]["results"][0]
    states = {f["target"]["target-id"]: f["target"]["status"]["state"] for f in result["findings"]}
    assert states["cm-3.2_obj-1"] == "satisfied"
    assert states["au-10_obj"] == "not-satisfied"
    full["assessment-results"]["results"][0].pop("start")
    assert not valid.is_valid(full)


class Markup(HTMLParser):
    """Everything in a page that a browser could act on."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.handlers: list[str] = []
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            if name.startswith("on"):
                self.handlers.append(name)
            if name in {"href", "src", "action", "data"}:
                self.addresses.append(value or "")


def hostile(repo: Repo, gryt: Gryt) -> None:
    """A ledger with hostile text wherever people may write any."""
    for number, text in enumerate(HOSTILE):
        gryt.ok(
            *("generation", "new", f"v2.{number}.0", "--description", text),
            *("--change", f"add:H-{number}:{text}"),
            cwd=repo,
        )
        gryt("generation", "promote", f"v2.{number}.0", cwd=repo)  # refused, with the title
        gryt.ok("generation", "abandon", f"v2.{number}.0", "--reason", text, cwd=repo)
    gryt.ok("audit", "review", "--comment", " ".join(HOSTILE), cwd=repo)


def test_no_text_becomes_markup(repo: Repo, gryt: Gryt) -> None:
    hostile(repo, gryt)
    page = gryt.ok("compliance", "--output", "-", cwd=repo).stdout
    found = Markup()
    found.feed(page)
    assert found.handlers == []
    assert all(address.startswith("#") for address in found.addresses)
    assert not found.tags & {"img", "iframe", "object", "embed", "form", "base", "link"}
    assert page.count("<script>") == 1
    assert str(7777 * 7777) not in page
    markdown = gryt.ok("compliance", "--output", "-", "--format", "md", cwd=repo).stdout
    assert "<script" not in markdown
    assert "<img" not in markdown


@pytest.mark.parametrize("form", ["html", "md", "json", "oscal"])
def test_no_control_character_reaches_a_report(repo: Repo, gryt: Gryt, form: str) -> None:
    repo.git("config", "user.name", "Eve \u202e evil")
    Desk(repo).generation(VERSION, "FEAT-201")
    gryt.ok("generation", "abandon", VERSION, "--reason", CONTROL.replace("\x07", ""), cwd=repo)
    gryt.ok("audit", "review", "--comment", "a\u202eb", cwd=repo)
    text = gryt.ok("compliance", "-o", "-", "--format", form, cwd=repo).stdout
    if form != "json":  # which keeps data as it is
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)
