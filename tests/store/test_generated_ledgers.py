"""What tests/fixtures/ledgers.py generates is what the commands write, only faster."""

import os
import re
from pathlib import Path

import pytest

from gryt.git.process import Git
from gryt.git.repository import discover
from gryt.model.state import Evolution, EvolutionStatus, Generation
from gryt.store.ledger import Ledger
from tests.fixtures.ledgers import Made, Size, generate
from tests.support.cli import Gryt
from tests.support.git import Repo, git

NOW = 1_800_000_000_000
SIZE = Size(generations=3, evolutions=4, steps=2)
VERSION = "v1.0.0"
REF = f"refs/gryt/generations/{VERSION}"
LAW_1 = ("log", "-m", "--diff-filter=MDRT", "--name-status", "--format=%h")

_VARIABLE = re.compile(
    r"\b[0-7][0-9a-hjkmnp-tv-z]{25}\b"  # record ids
    r"|\b[0-9a-f]{40}\b"
    r"|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"
    r"|(?<=tagger Ada Lovelace <ada@example\.com> )\d+"
    r"|(?<=seconds: )[0-9.e-]+"
    r"|(?<=host: ).+|(?<=gryt: ).+|(?<=git: ).+|(?<=python: ).+|(?<=os: ).+"
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return generate(tmp_path_factory.mktemp("generated") / "repo", SIZE)


@pytest.fixture
def by_command(tmp_path: Path, made: Made, gryt: Gryt) -> Repo:
    """A repository where commands did what is generated for the first evolution of v1.0.0."""
    git("init", "--quiet", tmp_path / "by-command", cwd=tmp_path)
    repo = Repo(tmp_path / "by-command")
    path = ".gryt/pipelines/full-ci.yaml"
    repo.commit("Start the project", {path: (made.repo / path).read_text(encoding="utf-8")})
    changes = [
        word
        for change in made.states[0].contract.changes
        for word in ("--change", f"{change.type.value}:{change.id}:{change.title}")
    ]
    described = ("--description", f"Release {VERSION}", "--pipeline", "full-ci")
    gryt.ok("generation", "new", VERSION, *described, *changes, cwd=repo)
    gryt.ok("evolution", "start", VERSION, "--change", "FEAT-1", cwd=repo)
    repo.commit("feat: work on FEAT-1", {"work.txt": "1\n"})
    gryt.ok("run", cwd=repo)
    return repo


@pytest.fixture
def generated(tmp_path: Path) -> Repo:
    """As much as `by_command` has, generated."""
    return generate(tmp_path / "generated", Size(generations=1, evolutions=1, steps=2)).repo


def told(repo: Repo) -> list[str]:
    """Every message and file of the ledger, the notes and the tags, without what varies."""
    listed = repo.git("ls-tree", "-r", "--name-only", REF).splitlines()
    candidate = f"{VERSION}-rc.1"
    texts = [
        repo.git("log", "--reverse", "--format=%B", REF),
        *(f"{name}\n{repo.git('cat-file', 'blob', f'{REF}:{name}')}" for name in sorted(listed)),
        repo.git("cat-file", "tag", candidate),
        repo.git("notes", "--ref=gryt", "show", f"{candidate}^{{commit}}"),
        repo.git("log", "--format=%B", "refs/notes/gryt"),
    ]
    return [_VARIABLE.sub("...", text) for text in texts]


def test_a_generated_ledger_says_what_commands_would_have_written(
    by_command: Repo, generated: Repo
) -> None:
    assert told(generated) == told(by_command)


def test_verify_finds_a_generated_ledger_sound(made: Made, gryt: Gryt) -> None:
    result = gryt("verify", cwd=made.repo)
    assert (result.status, result.stderr) == (0, "")


@pytest.mark.parametrize("number", range(SIZE.generations))
def test_the_fold_of_a_generated_generation_is_the_state_it_was_made_for(
    number: int, made: Made
) -> None:
    repository = discover(Git(made.repo.path, os.environ))
    ledger = Ledger(repository, now_ms=lambda: NOW, persist=False)
    expected = made.states[number]
    assert essence(ledger.get(expected.version).state) == essence(expected)


def essence(state: Generation) -> tuple[object, ...]:
    evolutions = [known(evolution) for evolution in state.evolutions]
    newest = (state.newest, state.next_number, state.heads)
    return state.gid, state.status, state.contract, state.changes, evolutions, newest


def known(evolution: Evolution) -> tuple[object, ...]:
    return evolution.id, evolution.tag, evolution.status, evolution.run, evolution.commit


def test_every_evolution_of_a_generated_ledger_passes(made: Made) -> None:
    evolutions = [evolution for state in made.states for evolution in state.evolutions]
    assert [e.status for e in evolutions] == [EvolutionStatus.PASS] * 12


def test_without_runs_evolutions_are_only_started(tmp_path: Path) -> None:
    made = generate(tmp_path / "begun", Size(generations=1, evolutions=2, runs=False))
    ledger = Ledger(discover(Git(made.repo.path, os.environ)), now_ms=lambda: NOW, persist=False)
    state = ledger.get(VERSION).state
    assert essence(state) == essence(made.states[0])
    assert [e.status for e in state.evolutions] == [EvolutionStatus.PENDING] * 2


def test_without_tags_there_are_no_notes_either(tmp_path: Path) -> None:
    repo = generate(tmp_path / "bare", Size(generations=1, evolutions=1, tags=False)).repo
    assert set(repo.refs()) == {"refs/heads/main", REF}


@pytest.mark.parametrize("version", [f"v1.{n}.0" for n in range(SIZE.generations)])
def test_a_generated_ledger_was_written_once(version: str, made: Made) -> None:
    assert made.repo.git(*LAW_1, f"refs/gryt/generations/{version}") == ""


def test_git_finds_nothing_wrong_with_generated_objects(made: Made) -> None:
    assert made.repo.git("fsck", "--strict", "--no-dangling") == ""


def test_the_same_size_gives_the_same_objects(made: Made, tmp_path: Path) -> None:
    assert generate(tmp_path / "again", SIZE).repo.refs() == made.repo.refs()


def test_code_commits_are_known_by_the_ids_that_git_gives_them(made: Made) -> None:
    assert made.repo.git("rev-list", "--reverse", "main").splitlines() == list(made.commits)
