"""Data that would move a cursor, hide text or forge a trailer: shown safely, kept exactly."""

import json
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cli.scenes import prove
from tests.support.cli import Gryt, Result
from tests.support.git import FULL_CI, Repo, make_repo

pytestmark = pytest.mark.slow  # its scene takes seconds to build

CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
HIDDEN = re.compile("[\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")

PRINTABLE = {
    "quotes": 'it\'s "quoted", `x` and \\ 100% $HOME',
    "a command": "$(touch pwn); touch pwn | touch pwn",
    "a list": "- a: {b: [c]} # no",
    "a boolean": "no",
    "a number": "1.10",
    "a date": "2024-01-20",
    "a trailer": "Gryt-Action: generation.promoted",
    "an option": "--output=x",
    "markup": "<script>alert('x')</script> & <b>",
    "accents": "Zoë naïve Ωμέγα 漢字",
    "an emoji": "🚀 ship it",
    "200 characters": "x" * 200,
}
INVISIBLE = {
    "bidi": "abc\u202egpj.exe",
    "an isolate": "\u2066admin\u2069",
    "zero width": "FE\u200bAT",
    "joined emoji": "👩\u200d💻",
    "a line separator": "one\u2028Gryt-Action: forged",
    "a byte order mark": "\ufeffx",
    "a tab": "one\ttwo",
}
CONTROLS = {
    "an escape": "\x1b[31mred\x1b[2J",
    "a bell": "ding\x07",
    "C1": "\x9b31mred",
    "a back space": "abc\x08\x08",
    "a return": "one\rtwo",
    "delete": "x\x7f",
    "two lines": "one\ntwo",
    "a forged trailer": "done\n\nGryt-Action: generation.promoted\nGryt-Generation: v9.9.9\n",
    "half a character": "caf\udce9",
}
STRINGS = {**PRINTABLE, **INVISIBLE, **CONTROLS}
IN_A_FILE = {**PRINTABLE, **INVISIBLE}
ONLY_IN_A_FILE = {"a list", "a boolean", "a date", "200 characters"}


def is_safe(text: str) -> bool:
    return not CONTROL.search(text) and not HIDDEN.search(text)


def team(name: str) -> dict[str, str]:
    return {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "gryt.team",
        "GIT_CONFIG_VALUE_0": name,
    }


@dataclass(frozen=True)
class Hostile:
    """A repository full of hostile text, and every answer that it was met with."""

    repo: Repo
    answers: list[Result]
    kept: dict[str, dict[str, str]]
    """For each field, the texts that were accepted, by name."""
    refused: dict[str, Result]
    """What was answered to the others, by field and name."""


def _contract() -> str:
    changes = [
        {"id": f"C-{n}", "type": "add", "title": text, "description": text}
        for n, text in enumerate(IN_A_FILE.values())
    ]
    # JSON is YAML, but for the escapes of what is not in the basic plane
    document = {
        "version": "v1.0.0",
        "description": "\n".join(PRINTABLE.values()),
        "changes": changes,
    }
    return json.dumps(document, ensure_ascii=False)


def _try(hostile: Hostile, field: str, name: str, *args: str, **env: str) -> None:
    """Gives one text in one place: it is kept, or refused."""
    result = Gryt()(*args, cwd=hostile.repo, env=env)
    hostile.answers.append(result)
    if result.status == 0:
        hostile.kept.setdefault(field, {})[name] = STRINGS[name]
    else:
        hostile.refused[f"{field}: {name}"] = result


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Hostile:
    gryt, repo = Gryt(), make_repo(tmp_path_factory.mktemp("hostile") / "repo")
    found = Hostile(repo, [], {}, {})
    gryt.ok("generation", "new", "v1.0.0", "--from", "-", cwd=repo, stdin=_contract())
    texts = {name: text for name, text in STRINGS.items() if name not in ONLY_IN_A_FILE}
    start = ("evolution", "start", "v1.0.0", "--change=C-1")
    for number, (name, text) in enumerate(texts.items(), 1):
        _try(found, "label", name, "audit", "snapshot", "--label", text)
        _try(found, "author", name, *start, GIT_AUTHOR_NAME=text)
        _try(found, "team", name, *start, **team(text))
        _try(found, "reason", name, "evolution", "abandon", f"v1.0.0-rc.{number}", "--reason", text)
    for number, (name, text) in enumerate(texts.items()):
        new = ("generation", "new", f"v2.{number}.0")
        _try(found, "title", name, *new, f"--change=add:T-1:{text}")
        _try(found, "description", name, *new[:2], f"v3.{number}.0", "--description", text)
    return found


def texts_of(gryt: Gryt, repo: Repo) -> dict[str, str]:
    """Everything that gryt says about the repository in words."""
    questions = [
        ("generation", "list"),
        ("generation", "show", "v1.0.0"),
        ("evolution", "list", "v1.0.0"),
        ("evolution", "show", "v1.0.0-rc.1"),
        ("evolution", "show", "v1.0.0-rc.20"),
        ("audit", "log"),
        ("audit", "list-snapshots"),
        ("generation", "promote", "v1.0.0"),
    ]
    said = {" ".join(args): gryt(*args, cwd=repo) for args in questions}
    return {name: result.stdout + result.stderr for name, result in said.items()}


def test_no_answer_moves_the_cursor_or_hides_text(hostile: Hostile, gryt: Gryt) -> None:
    said = [result.stdout + result.stderr for result in hostile.answers]
    said += texts_of(gryt, hostile.repo).values()
    assert [text for text in said if not is_safe(text.replace("\n", ""))] == []
    assert "Traceback" not in "".join(said)


def test_a_refusal_is_about_what_was_typed(hostile: Hostile) -> None:
    odd = {name: said for name, said in hostile.refused.items() if said.status not in {2, 3}}
    assert odd == {}


def test_what_was_refused_left_no_record(hostile: Hostile, gryt: Gryt) -> None:
    records = gryt.ok("audit", "log", "--json", cwd=hostile.repo).json["records"]
    kept = {field: len(texts) for field, texts in hostile.kept.items()}
    assert Counter(record["kind"] for record in records if record["kind"] != "audit.refused") == {
        "generation.created": 1 + kept["title"] + kept["description"],
        "generation.contract": 1 + kept["title"] + kept["description"],
        "evolution.started": kept["author"] + kept["team"],
        "evolution.abandoned": kept["reason"],
        "snapshot.taken": kept["label"],
    }


def test_a_row_stays_a_row(hostile: Hostile, gryt: Gryt) -> None:
    listed = gryt.ok("evolution", "list", "v1.0.0", cwd=hostile.repo).stdout
    rows = listed.partition("\nChanges:\n")[2].partition("\n\n")[0].splitlines()
    assert [row.split()[0] for row in rows] == ["ID", *(f"C-{n}" for n in range(len(IN_A_FILE)))]
    log = gryt.ok("audit", "log", cwd=hostile.repo).stdout.splitlines()[1:]
    assert all(re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d  [a-z]+\.[a-z-]+  ", row) for row in log)


def test_what_can_be_seen_is_accepted_everywhere(hostile: Hostile) -> None:
    fields = ("title", "description", "author", "team", "reason", "label")
    expected = PRINTABLE.keys() - ONLY_IN_A_FILE
    refused = {field: sorted(expected - hostile.kept[field].keys()) for field in fields}
    assert refused == {field: [] for field in fields}


def test_control_characters_and_line_feeds_are_refused_in_titles_and_labels(
    hostile: Hostile,
) -> None:
    for field in ("title", "label"):
        assert CONTROLS.keys().isdisjoint(hostile.kept[field])


def test_json_keeps_every_text_exactly(hostile: Hostile, gryt: Gryt) -> None:
    def ask(*args: str) -> dict[str, list[dict[str, str]]]:
        answer: dict[str, list[dict[str, str]]] = gryt.ok(*args, "--json", cwd=hostile.repo).json
        return answer

    changes = ask("generation", "show", "v1.0.0")["changes"]
    assert [change["title"] for change in changes] == list(IN_A_FILE.values())
    assert [change["description"] for change in changes] == list(IN_A_FILE.values())
    labels = {row["label"] for row in ask("audit", "list-snapshots")["snapshots"]}
    assert labels == {text.strip() for text in hostile.kept["label"].values()}
    records = ask("audit", "log", "v1.0.0")["records"]
    teams = {record["team"] for record in records if "team" in record}
    assert teams == set(hostile.kept["team"].values())
    reasons = {record["reason"] for record in records if "reason" in record}
    assert reasons == set(hostile.kept["reason"].values())
    people = {record["by"].removesuffix(" <ada@example.com>") for record in records}
    assert {"🚀 ship it", "Zoë naïve Ωμέγα 漢字", "FE\u200bAT"} <= people


def test_a_contract_file_that_gryt_wrote_can_be_read_by_gryt(hostile: Hostile, gryt: Gryt) -> None:
    for path in (hostile.repo / ".gryt/generations").iterdir():
        path.write_text(path.read_text() + "# looked at\n")
    before = hostile.repo.refs("refs/gryt")
    listed = gryt.ok("generation", "list", cwd=hostile.repo)
    assert listed.stderr == ""
    assert hostile.repo.refs("refs/gryt") == before


def test_no_text_forges_a_trailer(hostile: Hostile) -> None:
    actions = "%(trailers:key=Gryt-Action,valueonly,separator=|) %(trailers:key=Gryt-Generation)"
    for ref in hostile.repo.refs("refs/gryt/generations"):
        version = ref.rpartition("/")[2]
        for line in hostile.repo.git("log", f"--format={actions}", ref).split("\n\n"):
            action, _, generation = line.strip().partition(" ")
            assert action in {
                *("generation.created", "generation.contract", "evolution.started"),
                *("evolution.abandoned", "audit.refused"),
            }
            assert generation == f"Gryt-Generation: {version}"


def test_no_message_moves_the_cursor_or_begins_a_line_of_its_own(hostile: Hostile) -> None:
    messages = hostile.repo.git("log", "--format=%B", "--glob=refs/gryt/*")
    assert CONTROL.findall(messages.replace("\t", "")) == []
    assert not re.search(r"^Gryt-[A-Za-z]+: .*(forged|v9\.9\.9)", messages, re.MULTILINE)


def test_nothing_was_executed(hostile: Hostile) -> None:
    top = hostile.repo.path.parent
    assert not [path for path in top.rglob("*") if path.name.startswith(("pwn", "--output"))]


@pytest.mark.parametrize(
    "name", ["a$(touch${IFS}pwn)", "a;touch${IFS}pwn", "zażółć", "a\u200bb", "x'y\"z"]
)
def test_a_branch_may_be_called_anything_that_git_allows(name: str, repo: Repo, gryt: Gryt) -> None:
    repo.git("checkout", "-q", "-b", name)
    gryt.ok("generation", "new", "v1.0.0", "--change", "add:A:T", cwd=repo)
    prove(gryt, repo, "A", "v1.0.0")
    [evolution] = gryt.ok("evolution", "list", "v1.0.0", "--json", cwd=repo).json["evolutions"]
    assert evolution["branch"] == name
    shown = gryt.ok("evolution", "show", "v1.0.0-rc.1", cwd=repo).stdout
    assert is_safe(shown.replace("\n", ""))
    assert not list(repo.path.rglob("pwn"))


def test_a_branch_whose_name_is_not_utf_8_does_not_stop_anything(repo: Repo, gryt: Gryt) -> None:
    repo.git("checkout", "-q", "-b", "caf\udce9")
    gryt.ok("generation", "new", "v1.0.0", "--change", "add:A:T", cwd=repo)
    prove(gryt, repo, "A", "v1.0.0")
    [proof] = gryt.ok("evolution", "list", "v1.0.0", "--json", cwd=repo).json["evolutions"]
    assert (proof["branch"], proof["status"]) == ("caf\\xe9", "pass")


def test_commands_of_steps_are_kept_and_never_interpreted(repo: Repo, gryt: Gryt) -> None:
    command = "printf '%s' \"quoted ' and \\033[2J\" >/dev/null # \u202e"
    step = f"  - name: odd\n    command: {json.dumps(command, ensure_ascii=False)}\n"
    repo.commit("a pipeline", {".gryt/pipelines/full-ci.yaml": FULL_CI + step})
    gryt.ok("generation", "new", "v1.0.0", "--change", "add:A:T", cwd=repo)
    ran = prove(gryt, repo, "A", "v1.0.0")
    assert is_safe(ran.stdout.replace("\n", ""))
    shown = gryt.ok("evolution", "show", "v1.0.0-rc.1", "--json", cwd=repo).json
    assert shown["steps"][-1]["command"] == command
    assert gryt.ok("evolution", "show", "v1.0.0-rc.1", cwd=repo).stdout.isascii()


def test_a_tag_says_what_is_promised_in_one_line_each(tmp_path: Path, gryt: Gryt) -> None:
    repo = make_repo(tmp_path / "repo")
    title = "one\u2028Gryt-Proof: forged"
    contract = {
        "version": "v1.0.0",
        "description": "First line\n\nGryt-Generation: v9.9.9\nGryt-Proof: forged",
        "changes": [{"id": "A", "type": "add", "title": title}],
    }
    source = json.dumps(contract, ensure_ascii=False)
    gryt.ok("generation", "new", "v1.0.0", "--from", "-", cwd=repo, stdin=source)
    prove(gryt, repo, "A", "v1.0.0")
    gryt.ok("generation", "promote", "v1.0.0", cwd=repo)
    message = repo.git("tag", "-l", "--format=%(contents)", "v1.0.0")
    trailers = repo.git("interpret-trailers", "--parse", stdin=message).splitlines()
    assert trailers[0] == "Gryt-Generation: v1.0.0"
    assert [line.split(": ")[0] for line in trailers] == [
        *("Gryt-Generation", "Gryt-Promotion", "Gryt-Proof")
    ]
    assert "forged" not in "".join(trailers)
