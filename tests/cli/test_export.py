"""The audit trail in other hands: complete, in order, signed, and harmless."""

import csv
import io
import json
import re
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.cli.scenes import copy_of, draft, prove
from tests.support.cli import Gryt
from tests.support.git import Repo, git, make_repo

pytestmark = pytest.mark.slow  # many processes

EVIL = "=HYPERLINK('http://x') <script>alert(1)</script> {{7*7}}"
TITLE = "=cmd|' /C calc'!A0 <img src=x onerror=alert(1)> {{7*7}} 'q' \"r\" \u202egpj"
KINDS = [
    *("generation.created", "generation.contract", "evolution.started", "run.started"),
    *("run.finished", "evolution.started", "evolution.abandoned", "snapshot.taken"),
]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    repo, gryt = make_repo(tmp_path_factory.mktemp("told") / "repo"), Gryt()
    contract = (
        f"version: v1.5.0\nchanges:\n  - type: add\n    id: A-1\n    title: {json.dumps(TITLE)}\n"
    )
    draft(gryt, repo, contract)
    prove(gryt, repo, "A-1")
    gryt.ok("evolution", "start", "v1.5.0", "--change", "A-1", cwd=repo)
    gryt.ok("evolution", "abandon", "v1.5.0-rc.2", "--reason", EVIL, cwd=repo)
    gryt.ok("audit", "snapshot", "--label", "@SUM(1+9)", cwd=repo)
    return repo


def exported(gryt: Gryt, repo: Repo, *words: str) -> str:
    return gryt.ok("audit", "export", "--output", "-", *words, cwd=repo).stdout


def test_json_has_every_record_with_its_place(told: Repo, gryt: Gryt) -> None:
    document = json.loads(exported(gryt, told))
    records = document["records"]
    assert [record["kind"] for record in records] == KINDS
    assert document["total"] == len(records)
    assert [record["id"] for record in records] == sorted(record["id"] for record in records)
    assert {each["ref"]: each["commit"] for each in document["refs"]} == {
        ref: told.git("rev-parse", ref)
        for ref in ("refs/gryt/generations/v1.5.0", "refs/gryt/meta")
    }
    for record in records:
        path = f"{record['ref']}:{record['path']}"
        assert told.git("rev-parse", path) == record["blob"]
        added = told.git(
            "log", "--diff-filter=A", "--format=%H", record["ref"], "--", record["path"]
        )
        assert record["commit"] == added
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", record["at"])
        assert record["signature"]["status"] == "unsigned"
    assert records[1]["record"]["contract"]["changes"][0]["title"] == TITLE
    assert records[4]["evolution"] == "v1.5.0-rc.1"


def test_what_the_steps_printed_is_in_it(told: Repo, gryt: Gryt) -> None:
    for record in json.loads(exported(gryt, told))["records"]:
        if record["kind"] == "run.finished":
            text = told.git("cat-file", "blob", record["blob"])
            tails = [step["log"]["tail"] for step in record["record"]["steps"]]
            assert all(tail.strip() in text for tail in tails)
            assert any(tails)


def test_every_format_has_the_same_records(told: Repo, gryt: Gryt) -> None:
    whole = json.loads(exported(gryt, told))["records"]
    lines = exported(gryt, told, "--format", "ndjson").splitlines()
    assert [json.loads(line) for line in lines] == whole
    rows = list(csv.DictReader(io.StringIO(exported(gryt, told, "--format", "csv"))))
    assert [row["id"] for row in rows] == [record["id"] for record in whole]
    assert [json.loads(row["record"]) for row in rows] == [record["record"] for record in whole]
    assert exported(gryt, told, "--format", "html").count('<tr><td class="when">') == len(whole)


def test_no_cell_of_a_spreadsheet_is_a_formula(told: Repo, gryt: Gryt) -> None:
    for row in csv.reader(io.StringIO(exported(gryt, told, "--format", "csv"))):
        assert [cell for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))] == []


def test_nothing_that_hides_or_moves_gets_out_raw(told: Repo, gryt: Gryt) -> None:
    for form in ("json", "ndjson", "csv", "html"):
        text = exported(gryt, told, "--format", form)
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text), form


class Elements(HTMLParser):
    """What a browser would make of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.handlers: list[str] = []
        self.texts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append(tag)
        self.handlers += [name for name, _ in attrs if name.startswith("on") or name == "src"]


def test_the_page_has_nothing_in_it_that_data_brought(told: Repo, gryt: Gryt) -> None:
    page = exported(gryt, told, "--format", "html")
    elements = Elements()
    elements.feed(page)
    assert elements.handlers == []
    assert elements.found.count("script") == 1
    assert not {"img", "iframe", "object", "link"} & set(elements.found)
    assert "default-src &#39;none&#39;" in page
    assert EVIL in "".join(elements.texts)


def test_every_record_tells_what_its_signature_is_worth(
    told: Repo, tmp_path: Path, gryt: Gryt
) -> None:
    repo = copy_of(told, tmp_path / "repo")
    for name in ("ada", "eve"):
        make = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / name)]
        subprocess.run(make, check=True)
    public = (tmp_path / "ada.pub").read_text().split()[:2]
    (tmp_path / "allowed").write_text(f"ada@example.com {' '.join(public)}\n")
    for key, value in (("gpg.format", "ssh"), ("gpg.ssh.allowedSignersFile", tmp_path / "allowed")):
        repo.git("config", key, value)

    def snapshot(signer: str) -> None:
        repo.git("config", "gryt.sign", "true")
        repo.git("config", "user.signingKey", tmp_path / f"{signer}.pub")
        gryt.ok("audit", "snapshot", "--label", signer, cwd=repo)

    def seals() -> list[tuple[str, str | None]]:
        records = json.loads(exported(gryt, repo))["records"][-2:]
        return [(each["signature"]["status"], each["signature"]["signer"]) for each in records]

    snapshot("ada")
    snapshot("eve")
    assert seals() == [("good", "ada@example.com"), ("unknown", None)]
    (tmp_path / "allowed").write_text("")  # judged anew, whatever the cache knows
    assert seals() == [("unknown", None), ("unknown", None)]


def test_filters(told: Repo, gryt: Gryt) -> None:
    def kinds(*words: str) -> list[str]:
        return [each["kind"] for each in json.loads(exported(gryt, told, *words))["records"]]

    assert kinds("--generation", "v1.5.0") == KINDS[:-1]
    assert kinds("--actor", "ADA@example") == KINDS
    assert kinds("--actor", "nobody") == []
    assert kinds("--since", "2099-01-01") == []
    assert kinds("--until", "2099-01-01", "--since", "2001-01-01") == KINDS
    assert kinds("--until", "2001-01-01") == []
    assert exported(gryt, told, "--actor", "nobody", "--format", "csv").startswith("id,at,kind,")
    assert gryt("audit", "export", "--output", "-", "--generation", "v9.9.9", cwd=told).status == 3
    assert gryt("audit", "export", "--output", "-", "--since", "soon", cwd=told).status == 2


def test_files_appear_whole_or_not_at_all(told: Repo, tmp_path: Path, gryt: Gryt) -> None:
    target = tmp_path / "trail.ndjson"
    target.write_text("before")
    gryt.ok("audit", "export", "--output", target, cwd=told)
    assert target.read_text() == exported(gryt, told, "--format", "ndjson")
    for place in (tmp_path, tmp_path / "nowhere" / "x.json"):
        assert gryt("audit", "export", "--output", place, cwd=told).status == 3
        assert gryt("db", "export", place, cwd=told).status == 3
    assert [path.name for path in tmp_path.iterdir()] == ["trail.ndjson"]


def test_an_export_is_the_same_whenever_it_is_made(told: Repo, tmp_path: Path, gryt: Gryt) -> None:
    repo = copy_of(told, tmp_path / "repo")
    before = exported(gryt, repo)
    (repo / ".git/gryt/index.db").unlink()
    assert exported(gryt, repo) == before
    gryt.ok("evolution", "abandon", "v1.5.0-rc.1", "--reason", "no", cwd=repo)
    after = json.loads(exported(gryt, repo))["records"]
    assert after[: len(KINDS)] == json.loads(before)["records"]
    assert [record["kind"] for record in after[len(KINDS) :]] == ["evolution.abandoned"]
    assert after[-1]["commit"] == repo.git("rev-parse", "refs/gryt/generations/v1.5.0")


def test_a_bundle_is_all_that_a_new_repository_needs(
    told: Repo, tmp_path: Path, gryt: Gryt
) -> None:
    told.git("branch", "-f", "side")
    said = gryt.ok("audit", "bundle", tmp_path / "x.bundle", "--json", cwd=told).json
    assert (said["generations"], said["tags"]) == (1, 1)
    git("bundle", "verify", tmp_path / "x.bundle", cwd=told.path)
    git("init", "--quiet", tmp_path / "new", cwd=tmp_path)
    new = Repo(tmp_path / "new")
    new.git("fetch", "--quiet", tmp_path / "x.bundle", "refs/*:refs/*")
    new.git("fsck", "--strict", "--no-dangling")
    assert {ref for ref in new.refs() if ref.startswith("refs/gryt/")} == {
        "refs/gryt/generations/v1.5.0",
        "refs/gryt/meta",
    }
    assert gryt.ok("verify", cwd=new).status == 0
    assert exported(gryt, new) == exported(gryt, told)


def test_a_ledger_that_is_cut_short_is_not_bundled(told: Repo, tmp_path: Path, gryt: Gryt) -> None:
    git("init", "--quiet", tmp_path / "new", cwd=tmp_path)
    new = Repo(tmp_path / "new")
    new.git("fetch", "--quiet", "--depth=1", told.path.as_uri(), "refs/gryt/*:refs/gryt/*")
    refused = gryt("audit", "bundle", tmp_path / "x.bundle", cwd=new)
    assert refused.status == 3
    assert "hint: git fetch --unshallow\n" in refused.stderr
    assert not (tmp_path / "x.bundle").exists()
    records = json.loads(exported(gryt, new))["records"]
    assert {(each["commit"], each["signature"]["status"]) for each in records} == {
        (None, "unknown")
    }
