"""What a command loads: libraries are slow to import, so each waits for who needs it."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.support.cli import Gryt
from tests.support.git import Repo

HEAVY = {"pygit2", "yaml", "jsonschema", "jsonschema_rs", "_sqlite3", "rich", "jinja2", "semver"}
READING = {"pygit2", "yaml", "jsonschema", "jsonschema_rs"}

PROGRAM = """\
import os
import sys
from gryt.cli.main import run

def end(status, end=os._exit):
    loaded = [name for name, module in sys.modules.items() if getattr(module, "__spec__", None)]
    print("\\nLOADED", *loaded)
    sys.stdout.flush()
    end(status)

os._exit = end
run()
"""


def loaded_by(args: Sequence[str], cwd: Path, *, status: int = 0) -> set[str]:
    """Runs a command that has to end so, and returns the modules that it loaded.

    What stands in the place of a module has no specification.
    """
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM, *args],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == status, ended.stderr
    _, _, names = ended.stdout.rpartition("\nLOADED ")
    loaded = set(names.split())
    return {name.split(".")[0] for name in loaded} | loaded


@pytest.fixture
def released(repo: Repo, gryt: Gryt) -> Repo:
    """A repository with a generation and an evolution, of which everything was read once."""
    gryt.ok("generation", "new", "v1.5.0", "--change", "add:FEAT-201:Login", cwd=repo)
    gryt.ok("evolution", "start", "v1.5.0", "--change", "FEAT-201", cwd=repo)
    gryt.ok("generation", "list", cwd=repo)
    gryt.ok("evolution", "list", "v1.5.0", cwd=repo)
    gryt.ok("db", "query", "SELECT 1", cwd=repo)
    return repo


def test_the_program_sees_what_is_loaded(tmp_path: Path) -> None:
    assert {"gryt", "click"} <= loaded_by(["--help"], tmp_path)


@pytest.mark.parametrize("args", [["--version"], ["--help"], ["generation", "--help"]])
def test_help_and_version_load_no_library_but_click(args: list[str], tmp_path: Path) -> None:
    assert loaded_by(args, tmp_path) & HEAVY == set()


@pytest.mark.parametrize(
    ("args", "status"),
    [
        (["generation", "list"], 0),
        (["evolution", "list", "v1.5.0", "--json"], 0),
        (["run", "missing"], 3),
        (["run"], 0),
        (["sync", "pull"], 3),
    ],
)
def test_a_plain_line_needs_no_parser(args: list[str], status: int, released: Repo) -> None:
    assert loaded_by(args, released.path, status=status) & {"click", "gryt.cli.root"} == set()


@pytest.mark.parametrize(
    "args", [["-C", ".", "generation", "list"], ["run", "list"], ["run", "--no-record"]]
)
def test_any_other_line_is_parsed(args: list[str], released: Repo) -> None:
    assert loaded_by(args, released.path) >= {"click", "gryt.cli.root"}


PARSING = {"click", "typing", "datetime"}
"""What click loads, and a plain line has no use for."""
STOOD_FOR = {"inspect", "ast", "dis", "tokenize", "platform", "locale", "ipaddress"}


def test_what_click_and_pathlib_ask_for_by_name_is_not_loaded(released: Repo) -> None:
    clashing = {"gryt.model.sync", "gryt.render.sync", "unicodedata", "sqlite3", "urllib.parse"}
    wasted = STOOD_FOR | clashing
    assert loaded_by(["generation", "list"], released.path) & (wasted | PARSING) == set()
    assert loaded_by(["-C", ".", "generation", "list"], released.path) & wasted == set()
    assert loaded_by(["db", "query", "SELECT 1"], released.path) & STOOD_FOR == set()
    assert loaded_by(["run", "--help"], released.path) >= {"inspect"}


@pytest.mark.parametrize(
    "args",
    [["generation", "list"], ["evolution", "list", "v1.5.0"], ["db", "query", "SELECT 1"]],
)
def test_a_list_that_was_shown_before_is_read_from_the_index(
    args: list[str], released: Repo
) -> None:
    assert loaded_by(args, released.path) & READING == set()


POLICY = {"gryt.model.required", "gryt.model.policy_gates", "gryt.model.idle", "gryt.model.floor"}


def test_where_there_is_no_policy_none_is_loaded(released: Repo) -> None:
    for args in (
        ["evolution", "start", "v1.5.0", "--change", "FEAT-201"],
        ["run"],
        ["generation", "promote", "v1.5.0"],
    ):
        assert loaded_by(args, released.path) & POLICY == set(), args
    (released / ".gryt/policy.yaml").write_text("gates: [{name: soaked, soak: 0.001}]\n")
    released.git("add", ".gryt/policy.yaml")
    assert loaded_by(["policy", "show"], released.path) >= {"gryt.model.floor"}


WASTED = (
    STOOD_FOR
    | {"yaml", "jsonschema", "jsonschema_rs", "socket", "email", "decimal", "hashlib"}
    | {"dataclasses", "ctypes", "heapq", "sqlite3", "urllib.parse", "encodings.unicode_escape"}
    | {"gryt.model.merge", "gryt.model.gates", "gryt.git.ancestry", "gryt.model.release_notes"}
    | {"gryt.service.reuse", "gryt.runner.fingerprint", "gryt.store.reuse", "gryt.store.since"}
    | {"gryt.store.canonical", "gryt.store.read_bodies"}
)


def test_a_run_of_a_known_pipeline_loads_no_yaml_and_no_validator(released: Repo) -> None:
    pipelines = released / ".gryt/pipelines"
    pipelines.mkdir(parents=True, exist_ok=True)
    (pipelines / "fast.yaml").write_text("name: fast\nsteps: [{name: a, command: /bin/true}]\n")
    released.git("add", ".gryt/pipelines")
    released.git("commit", "-qm", "a pipeline")
    assert loaded_by(["run", "fast"], released.path) & {"yaml"}
    again = ["evolution", "start", "v1.5.0", "--change", "FEAT-201", "--pipeline", "fast"]
    loaded_by(again, released.path)
    assert loaded_by(["run", "fast"], released.path) & (WASTED | PARSING) == set()
    assert loaded_by(["run", "--no-record", "fast"], released.path) & (WASTED | {"pygit2"}) == set()
