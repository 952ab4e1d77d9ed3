"""Wrong input of every kind: the message, the hint, the exit status, and nothing has moved."""

import json
import re
from pathlib import Path

import pytest

from tests.cli.scenes import copy_of
from tests.cli.wrong import Wrong, build
from tests.cli.wrong_files import FILES
from tests.cli.wrong_places import PLACES
from tests.cli.wrong_words import WORDS
from tests.support.cli import Gryt, Result
from tests.support.git import Repo, make_repo

TABLE: dict[str, Wrong] = {**WORDS, **FILES, **PLACES}
HIDDEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]")

OWN = re.compile(r"\.git/(objects|gryt)(/|$)")


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    repo = make_repo(tmp_path_factory.mktemp("scene") / "repo")
    build(Gryt(), repo)
    return repo


def names_below(top: Path) -> set[str]:
    """Every file and folder but git's objects and what gryt keeps for itself."""
    paths = (str(path.relative_to(top)) for path in top.rglob("*"))
    return {path for path in paths if not OWN.search(path)}


@pytest.mark.parametrize("name", TABLE)
def test_wrong_input_is_refused_and_moves_nothing(
    name: str, scene: Repo, gryt: Gryt, tmp_path: Path
) -> None:
    row, repo = TABLE[name], scene
    cwd = None
    if row.given is not None:
        repo = copy_of(scene, tmp_path / "repo")
        cwd = row.given(repo)
    refs, files = repo.refs(), names_below(repo.path.parent)

    said = gryt(*row.args, cwd=cwd or repo, stdin=row.stdin)
    document = gryt(*_with_json(row.args), cwd=cwd or repo, stdin=row.stdin)

    _assert_said(row, said)
    _assert_document(row, document)
    assert repo.refs() == refs
    assert names_below(repo.path.parent) == files


def _with_json(args: tuple[str, ...]) -> tuple[str, ...]:
    """The same question for a program; options come before `--`."""
    at = args.index("--") if "--" in args else len(args)
    return (*args[:at], "--json", *args[at:])


def _assert_said(row: Wrong, said: Result) -> None:
    assert said.status == row.status, said.stderr
    assert said.stdout == ""
    first, *more = said.stderr.splitlines()
    assert first.startswith("gryt: ")
    assert row.says in first
    assert not re.match(r"gryt: [A-Z]", first)
    assert not first.endswith(".")
    assert any(row.detail in line for line in more) or not row.detail, said.stderr
    hints = [line for line in more if line.startswith("hint: ")]
    assert any(row.hint in line for line in hints) or not row.hint, said.stderr
    assert all(line.startswith(("hint: ", "  ")) for line in more)
    assert not HIDDEN.search(said.stderr)


def _assert_document(row: Wrong, result: Result) -> None:
    assert result.status == row.status
    assert result.stdout == ""
    document = json.loads(result.stderr)
    assert document["schema"] == "gryt/error/1"
    error = document["error"]
    assert error.keys() == {"code", "message", "details", "hints", "exit_status"}
    assert (error["code"], error["exit_status"]) == (row.code, row.status)
    assert any(row.hint in hint for hint in error["hints"]) or not row.hint
