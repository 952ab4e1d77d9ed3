"""Globs: `*` stays within a directory, `**` crosses any number, a directory means what is in it."""

from pathlib import Path

import pytest

from gryt.model.globs import matches, matches_text
from gryt.runner.files import find

TREE = ["a.py", "src/a.py", "src/b.txt", "src/x/y/c.py", ".hidden", "srcs/a.py", "src/[x].py"]
CASES = [
    ("*.py", ["a.py"]),
    ("**/*.py", ["a.py", "src/[x].py", "src/a.py", "src/x/y/c.py", "srcs/a.py"]),
    ("src/**", ["src/[x].py", "src/a.py", "src/b.txt", "src/x/y/c.py"]),
    ("src/**/*.py", ["src/[x].py", "src/a.py", "src/x/y/c.py"]),
    ("src", ["src/[x].py", "src/a.py", "src/b.txt", "src/x/y/c.py"]),
    ("src/", ["src/[x].py", "src/a.py", "src/b.txt", "src/x/y/c.py"]),
    ("./src/*.py", ["src/[x].py", "src/a.py"]),
    ("sr?", ["src/[x].py", "src/a.py", "src/b.txt", "src/x/y/c.py"]),
    ("src/[ab].*", ["src/a.py", "src/b.txt"]),
    ("src/[!a].*", ["src/b.txt"]),
    ("src/[[]x].py", ["src/[x].py"]),
    ("*/y", []),
    ("**/y", ["src/x/y/c.py"]),
    (".*", [".hidden"]),
    ("**", sorted(TREE)),
    ("missing/**", []),
    ("a.py/x", []),
]


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    top = tmp_path_factory.mktemp("tree")
    for path in [*TREE, ".git/config", "src/.git/x"]:
        (top / path).parent.mkdir(parents=True, exist_ok=True)
        (top / path).touch()
    return top


@pytest.mark.parametrize(("pattern", "expected"), CASES)
def test_a_pattern_finds_on_the_disk_what_it_matches_in_a_list(
    tree: Path, pattern: str, expected: list[str]
) -> None:
    assert [file.path for file in find(tree, [pattern])] == expected
    assert sorted(path for path in TREE if matches(path, [pattern])) == expected


def test_links_are_found_and_never_followed(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real/file").touch()
    (tmp_path / "link").symlink_to("real")
    (tmp_path / "real/up").symlink_to("..")
    assert [file.path for file in find(tmp_path, ["**"])] == ["link", "real/file", "real/up"]
    assert find(tmp_path, ["link/file"]) == []


def test_in_a_name_of_a_branch_a_star_crosses_slashes() -> None:
    assert matches_text("feature/a/b", ["main", "feature/*"])
    assert not matches_text("feat", ["feature/*"])
