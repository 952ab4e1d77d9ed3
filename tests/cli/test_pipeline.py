"""`gryt pipeline`: what there is, what it says, what is wrong with it, and a beginning."""

import pytest

from tests.support.cli import Gryt
from tests.support.git import Repo

DIAMOND = """\
name: diamond
parallel: true
steps:
  - {name: down, command: ./down.sh, always: true}
  - {name: build, command: make}
  - {name: test, command: [make, test], needs: [build], matrix: {py: ["3.11", "3.12"]}}
  - {name: lint, command: ruff check ., needs: build}
  - {name: ship, command: "make ship", needs: [test, lint], timeout: 90s}
"""
BAD = """\
name: bad
steps:
  - {name: a, needs: [b]}
  - {name: b, command: x, needs: c, timeout: soon}
  - {name: c, comand: x, needs: b}
"""


@pytest.fixture
def diamond(repo: Repo) -> Repo:
    repo.write({".gryt/pipelines/diamond.yaml": DIAMOND})
    return repo


def test_list_names_the_pipelines_and_what_runs(diamond: Repo, gryt: Gryt) -> None:
    diamond.write({".gryt/pipelines/bad.yaml": BAD})
    assert gryt.ok("pipeline", "list", cwd=diamond).stdout == (
        "Name     Steps  What runs\n"
        "bad      -      not valid: gryt pipeline check bad\n"
        "diamond  6      down, build, test, lint, ship\n"
        "full-ci  2      lint, unit\n"
    )
    listed = gryt.ok("pipeline", "list", "--json", cwd=diamond).json
    assert [(one["name"], one["valid"]) for one in listed["pipelines"]] == [
        ("bad", False),
        ("diamond", True),
        ("full-ci", True),
    ]


def test_show_says_what_the_file_says(diamond: Repo, gryt: Gryt) -> None:
    shown = gryt.ok("pipeline", "show", "diamond", cwd=diamond).stdout
    assert "Order: together where needs allow\n" in shown
    assert (
        "\n  test\n    $ make test\n    needs: build\n    matrix: py: 3.11, 3.12 (2 in all)\n"
        in shown
    )
    assert "\n  ship\n    $ make ship\n    needs: test, lint\n    timeout: 1m30s\n" in shown
    document = gryt.ok("pipeline", "show", "diamond", "--json", cwd=diamond).json
    assert document["schema"] == "gryt/pipeline/1"
    test = next(step for step in document["steps"] if step["name"] == "test")
    assert test["command"] == ["make", "test"]
    assert test["cells"] == [{"py": "3.11"}, {"py": "3.12"}]


def test_graph_numbers_what_may_run_together(diamond: Repo, gryt: Gryt) -> None:
    assert gryt.ok("pipeline", "graph", "diamond", cwd=diamond).stdout == (
        "1  build\n"
        "2  test (x2)  <- build\n"
        "   lint  <- build\n"
        "3  ship  <- test, lint\n"
        "*  down  always, after all others\n"
    )
    assert gryt.ok("pipeline", "graph", "full-ci", cwd=diamond).stdout == "1  lint\n2  unit\n"


def test_graph_speaks_to_other_programs(diamond: Repo, gryt: Gryt) -> None:
    dot = gryt.ok("pipeline", "graph", "diamond", "--format", "dot", cwd=diamond).stdout
    assert dot.startswith('digraph "diamond" {\n')
    assert '  "test" [label="test x2"];\n' in dot
    assert '  "build" -> "test";\n' in dot
    mermaid = gryt.ok("pipeline", "graph", "full-ci", "--format", "mermaid", cwd=diamond).stdout
    assert mermaid == 'graph LR\n  s1["lint"]\n  s2["unit"]\n  s1 -.-> s2\n'
    document = gryt.ok("pipeline", "graph", "diamond", "--json", cwd=diamond).json
    assert document["stages"] == [["build"], ["test", "lint"], ["ship"]]
    assert {"from": "test", "to": "ship", "needed": True} in document["edges"]


def test_check_finds_everything_at_once_with_lines_and_runs_nothing(repo: Repo, gryt: Gryt) -> None:
    repo.write({".gryt/pipelines/bad.yaml": BAD, ".gryt/pipelines/other.yml": "steps: []\n"})
    ended = gryt("pipeline", "check", cwd=repo)
    assert ended.status == 125
    assert [line.split(": ")[0] for line in ended.stderr.splitlines()[1:]] == [
        "  .gryt/pipelines/bad.yaml:3:5",
        "  .gryt/pipelines/bad.yaml:4:34",
        "  .gryt/pipelines/bad.yaml:4:46",
        "  .gryt/pipelines/bad.yaml:5:5",
        "  .gryt/pipelines/bad.yaml:5:15",
        "  .gryt/pipelines/other.yml:1:1",
    ]
    asked = gryt("pipeline", "check", "bad", "--json", cwd=repo)
    assert asked.status == 125
    [bad] = asked.json["pipelines"]
    assert {problem["line"] for problem in bad["problems"]} == {3, 4, 5}


def test_check_says_what_is_valid(diamond: Repo, gryt: Gryt) -> None:
    assert gryt.ok("pipeline", "check", cwd=diamond).stdout == (
        ".gryt/pipelines/diamond.yaml: valid (6 steps)\n"
        ".gryt/pipelines/full-ci.yaml: valid (2 steps)\n"
    )


@pytest.mark.parametrize("kind", ["python", "go", "node", "rust", "minimal"])
def test_a_new_pipeline_is_one_that_check_accepts(kind: str, repo: Repo, gryt: Gryt) -> None:
    gryt.ok("pipeline", "new", "mine", "--from", kind, cwd=repo)
    checked = gryt.ok("pipeline", "check", "mine", cwd=repo).stdout
    assert checked.startswith(".gryt/pipelines/mine.yaml: valid (")
    again = gryt("pipeline", "new", "mine", "--from", kind, cwd=repo)
    assert again.status == 3
    assert "exists already" in again.stderr


def test_what_a_new_pipeline_says_in_comments_can_be_said(repo: Repo, gryt: Gryt) -> None:
    gryt.ok("pipeline", "new", "mine", "--from", "minimal", cwd=repo)
    path = repo / ".gryt/pipelines/mine.yaml"
    text = path.read_text(encoding="utf-8")
    said, comments = text.split("# What else a step can say")
    keys = [line.removeprefix("#   ") for line in comments.splitlines() if line.startswith("#   ")]
    step = "".join(f"    {key}\n" for key in keys if not key.startswith("needs"))
    path.write_text(f"{said}{step}", encoding="utf-8")
    gryt.ok("pipeline", "check", "mine", cwd=repo)


def test_a_new_pipeline_fits_the_project(repo: Repo, gryt: Gryt) -> None:
    repo.write({"Cargo.toml": "[package]\n"})
    assert gryt.ok("pipeline", "new", "mine", "--json", cwd=repo).json["from"] == "rust"


@pytest.mark.parametrize("name", ["../evil", "a b", "-x", ""])
def test_a_new_pipeline_stays_in_its_folder(name: str, repo: Repo, gryt: Gryt) -> None:
    assert gryt("pipeline", "new", "--", name, cwd=repo).status in {2, 3}
    assert not (repo / ".gryt/evil.yaml").exists()


def test_an_unknown_pipeline_gets_the_nearest_name(diamond: Repo, gryt: Gryt) -> None:
    for command in ("show", "graph", "check"):
        ended = gryt("pipeline", command, "diamnd", cwd=diamond)
        assert ended.status == 3
        assert "did you mean 'diamond'?" in ended.stderr
