"""`gryt run list`, `gryt run show` and `gryt log`: what ran, and what it printed."""

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.cli import Gryt, Result
from tests.support.git import Repo, make_repo

PIPELINE = """\
name: spoken
steps:
  - name: hello
    command: printf 'one\\n\\033[2Jtwo\\n\\033[31mred\\033[0m'
  - name: silent
    command: "true"
  - name: check
    command: cat verdict && exit "$(cat verdict)"
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    """A repository with a run that failed and one that passed; nobody may change it."""
    gryt, repo = Gryt(), make_repo(tmp_path_factory.mktemp("told") / "repo")
    repo.commit("pipeline", {".gryt/pipelines/spoken.yaml": PIPELINE, "verdict": "3"})
    gryt.ok("generation", "new", "v1.0.0", "--change", "add:A:a", cwd=repo)
    gryt.ok("evolution", "start", "v1.0.0", "--change", "A", "--pipeline", "spoken", cwd=repo)
    gryt("run", cwd=repo)
    repo.commit("mend", {"verdict": "0"})
    gryt.ok("run", cwd=repo)
    return repo


@pytest.fixture
def ask(told: Repo) -> Callable[..., Result]:
    return lambda *args: Gryt()(*args, cwd=told)


def ids(ask: Callable[..., Result]) -> list[str]:
    return [run["id"] for run in ask("run", "list", "--json").json["runs"]]


def test_list_has_every_run_newest_first(ask: Callable[..., Result]) -> None:
    runs = ask("run", "list", "--json").json["runs"]
    assert [(run["status"], run["passed"], run["steps_total"]) for run in runs] == [
        ("pass", 3, 3),
        ("fail", 2, 3),
    ]
    head, first, second = ask("run", "list").stdout.splitlines()
    assert head.split() == ["Run", "Of", "Status", "Steps", "Pipeline", "Commit", "Took", "Started"]
    assert first.split()[1:5] == ["v1.0.0-rc.1", "pass", "3/3", "spoken"]
    assert second.split()[1:5] == ["v1.0.0-rc.1", "fail", "2/3", "spoken"]
    assert ask("run", "list", "-n", "1").stdout.splitlines() == [head, first]
    assert ask("run", "list", "v1.0.0-rc.1", "--json").json["runs"] == runs
    assert ask("run", "list", "v1.0.0", "--json").json["runs"] == runs


def test_show_takes_a_candidate_an_id_or_its_beginning(ask: Callable[..., Result]) -> None:
    latest, failed = ids(ask)
    assert ask("run", "show", "v1.0.0-rc.1").stdout.startswith(f"Run: {latest}\n")
    shown = ask("run", "show", failed).stdout
    assert "\nStatus: fail\n" in shown
    assert "\nSteps: 2/3 steps\n" in shown
    assert "exit 3)" in shown
    short = next(failed[:n] for n in range(4, 27) if not latest.startswith(failed[:n]))
    assert ask("run", "show", short).stdout == shown
    document = ask("run", "show", failed, "--json").json
    assert [step["status"] for step in document["steps"]] == ["pass", "pass", "fail"]
    assert document["environment"]["host"] == document["host"]


def test_what_is_not_there_is_said_with_what_is(ask: Callable[..., Result]) -> None:
    for words in (("run", "show", "zzzz"), ("log", "zzzz")):
        ended = ask(*words)
        assert ended.status == 3
        assert "hint: gryt run list" in ended.stderr
    ended = ask("log", "v1.0.0-rc.1", "helo")
    assert ended.status == 3
    assert "did you mean 'hello'?" in ended.stderr
    ambiguous = ask("run", "show", ids(ask)[0][:4])
    assert (ambiguous.status, ambiguous.stderr.count("v1.0.0-rc.1")) == (3, 2)


def test_log_shows_the_whole_from_disk_and_says_so(ask: Callable[..., Result]) -> None:
    ended = ask("log", "v1.0.0-rc.1", "hello")
    assert ended.stdout == "one\ntwo\nred\n"
    assert "the whole, as recorded, from " in ended.stderr
    everything = ask("log", ids(ask)[1])
    assert everything.stdout == "==> hello\none\ntwo\nred\n==> silent\n==> check\n3\n"
    assert "step 'silent' of run" in everything.stderr
    assert (
        ask("log", "v1.0.0-rc.1", "hello", "--raw").stdout == "one\n\x1b[2Jtwo\n\x1b[31mred\x1b[0m"
    )


def test_log_falls_back_on_the_record(told: Repo, gryt: Gryt, tmp_path: Path) -> None:
    copy = told.copy(tmp_path / "copy")
    shutil.rmtree(copy / ".git/gryt/logs")
    ended = gryt("log", "v1.0.0-rc.1", "hello", cwd=copy)
    assert ended.stdout == "one\ntwo\nred\n"
    assert "from the record" in ended.stderr
    [step] = gryt("log", "v1.0.0-rc.1", "hello", "--json", cwd=copy).json["steps"]
    assert (step["source"], step["path"]) == ("record", None)


def test_log_says_when_a_file_is_not_what_the_record_says(
    told: Repo, gryt: Gryt, tmp_path: Path
) -> None:
    copy = told.copy(tmp_path / "copy")
    for file in (copy / ".git/gryt/logs").rglob("*hello.log"):
        file.write_text("forged\n", encoding="utf-8")
    assert (
        "WHICH IS NOT WHAT THE RECORD SAYS" in gryt("log", "v1.0.0-rc.1", "hello", cwd=copy).stderr
    )
    [step] = gryt("log", "v1.0.0-rc.1", "hello", "--json", cwd=copy).json["steps"]
    assert step["agrees"] is False
    assert hashlib.sha256(b"forged\n").hexdigest() != step["sha256"]


def test_pipelines_that_are_called_like_the_words_can_be_run(repo: Repo, gryt: Gryt) -> None:
    for name in ("list", "show"):
        text = f"name: {name}\nsteps:\n  - {{name: only, command: echo this is {name}}}\n"
        repo.write({f".gryt/pipelines/{name}.yaml": text})
        assert f"this is {name}\n" in gryt.ok("run", "--", name, cwd=repo).stdout
        assert f"this is {name}\n" in gryt.ok("run", "-v", name, cwd=repo).stdout
    assert gryt.ok("run", "list", cwd=repo).stdout == "No runs on record yet.\n"
