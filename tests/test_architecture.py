"""The rooms of gryt, and the habits that a parser can see; each rule can fail."""

from functools import cache
from pathlib import Path
from textwrap import dedent

import pytest

from tests.support import architecture
from tests.support.architecture import RULES, Rule
from tests.support.parsed import Module, load

PACKAGE = Path(__file__).parents[1] / "gryt"


@cache
def product() -> list[Module]:
    """The modules of gryt, parsed once."""
    return load(PACKAGE)


LONG_FILES: dict[str, str] = {
    # path: why it is better whole (never over 400 lines)
}

BAD: dict[str, list[tuple[str, str]]] = {
    "rooms": [
        ("model/x.py", "from gryt.store import codec"),
        ("git/x.py", "from gryt.model.names import Version"),
        ("service/x.py", "import gryt.git.refs"),
        ("service/x.py", "from gryt import git"),
        ("service/x.py", "def f():\n    from gryt.git import refs"),
        ("runner/x.py", "from gryt.store.ledger import Ledger"),
        ("render/x.py", "from gryt.service import promote"),
        ("cli/generation.py", "from gryt.store.ledger import Ledger"),
        ("cli/context.py", "import gryt.__main__"),
        ("errors.py", "from gryt.model import names"),
        ("utils/x.py", ""),
    ],
    "libraries": [
        ("store/x.py", "import pygit2"),
        ("service/x.py", "from subprocess import run"),
        ("model/x.py", "import yaml"),
        ("cli/x.py", "def f():\n    import sqlite3"),
        ("service/x.py", "import click"),
        ("render/x.py", "from jsonschema_rs import validator_for"),
        ("git/x.py", "import requests"),
    ],
    "git_processes": [
        ("runner/x.py", "subprocess.run(['git', 'status'])"),
        ("runner/x.py", "COMMAND = ('git', 'status')"),
        ("git/x.py", "os.system('git status')"),
        ("git/x.py", "os.posix_spawn('git', [], {})"),
        ("cli/x.py", "os.execvp('man', ['man', 'gryt'])"),
    ],
    "environment": [
        ("git/x.py", "env = os.environ | {'LC_ALL': 'C'}"),
        ("service/x.py", "from os import getenv"),
        ("runner/x.py", "name = sys.argv[0]"),
    ],
    "output": [("cli/x.py", "print('done')")],
    "working_directory": [("cli/x.py", "os.chdir(directory)")],
    "broad_handlers": [
        ("store/x.py", "try:\n    f()\nexcept Exception:\n    pass"),
        ("cli/x.py", "try:\n    f()\nexcept:\n    raise"),
        ("git/x.py", "try:\n    f()\nexcept (OSError, BaseException):\n    pass"),
        ("git/x.py", "try:\n    f()\nexcept Exception as error:\n    raise ValueError from error"),
        ("git/x.py", "with contextlib.suppress(Exception):\n    f()"),
    ],
    "purity": [
        ("model/x.py", "at = datetime.now(UTC)"),
        ("model/x.py", "import time"),
        ("model/x.py", "from uuid import uuid4"),
        ("model/x.py", "import os.path"),
        ("model/x.py", "from pathlib import Path"),
        ("model/x.py", "text = open('f').read()"),
        ("render/x.py", "import random"),
    ],
    "absolute_imports": [("store/x.py", "from . import codec"), ("cli/x.py", "from .x import y")],
    "early_imports": [("store/x.py", "def f():\n    import sqlite3")],
    "file_size": [("store/x.py", "x = 1\n" * 301)],
    "function_size": [("store/x.py", "def f():\n" + "    x = 1\n" * 60)],
}

GOOD: list[tuple[str, str]] = [
    ("__main__.py", "from gryt.cli.main import run"),
    ("errors.py", "from collections.abc import Sequence"),
    ("model/x.py", "import semver\nfrom pathlib import PurePath\nfrom gryt import errors"),
    ("git/x.py", "import subprocess\nimport pygit2\nsubprocess.run(['git', 'status'])"),
    ("store/x.py", "from gryt.git import refs\nfrom gryt.model import names\nimport gryt.errors"),
    ("store/x.py", "def f():\n    import jsonschema  # lazy: only to explain a failed check"),
    ("service/x.py", "from gryt.runner.run import run\nfrom gryt.store import ledger"),
    ("render/x.py", "from gryt import __version__\nfrom gryt.model.state import Generation"),
    ("cli/context.py", "import os\nfrom gryt.store import ledger\nimport gryt.git\nos.environ"),
    ("cli/generation.py", "import click\ndef f():\n    from gryt.service import promote"),
    ("git/x.py", "try:\n    f()\nexcept BaseException:\n    stop()\n    raise"),
    ("cli/main.py", "try:\n    f()\nexcept Exception:\n    raise"),
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_product_keeps_the_rule(rule: Rule) -> None:
    complaints = [
        complaint
        for module in product()
        if not (rule is architecture.file_size and module.path in LONG_FILES)
        for complaint in rule(module)
    ]
    assert not complaints, "\n" + "\n".join(complaints)


def test_the_product_has_no_import_cycle() -> None:
    assert architecture.cycles(product()) == []


def test_a_long_file_is_an_exception_with_a_reason_and_a_limit() -> None:
    lengths = {module.path: len(module.lines) for module in product()}
    for path, reason in LONG_FILES.items():
        assert reason
        assert architecture.FILE_LINES < lengths[path] <= 400, f"{path}: {lengths[path]} lines"


def test_every_rule_has_a_bad_example() -> None:
    assert [rule.__name__ for rule in RULES] == list(BAD)


@pytest.mark.parametrize(
    ("rule", "path", "text"),
    [(rule, path, text) for rule in RULES for path, text in BAD[rule.__name__]],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_a_bad_example_is_complained_about(
    rule: Rule, path: str, text: str, tmp_path: Path
) -> None:
    [complaint] = rule(written(tmp_path, path, text))
    assert complaint.startswith(f"gryt/{path}:")


@pytest.mark.parametrize(("path", "text"), GOOD)
def test_a_good_example_is_not(path: str, text: str, tmp_path: Path) -> None:
    module = written(tmp_path, path, text)
    assert [complaint for rule in RULES for complaint in rule(module)] == []


@pytest.mark.parametrize("late", [False, True])
def test_a_cycle_is_found_also_behind_a_late_import(late: bool, tmp_path: Path) -> None:  # noqa: FBT001
    written(tmp_path, "store/a.py", "from gryt.store import b")
    written(tmp_path, "store/b.py", "import gryt.store.c")
    last = "from gryt.store.a import x"
    written(tmp_path, "store/c.py", f"def f():\n    {last}" if late else last)

    assert architecture.cycles(load(tmp_path / "gryt")) == [
        "gryt.store.a → gryt.store.b → gryt.store.c → gryt.store.a"
    ]


def test_an_import_for_types_alone_makes_no_cycle(tmp_path: Path) -> None:
    written(tmp_path, "store/a.py", "from gryt.store.b import f")
    written(
        tmp_path,
        "store/b.py",
        dedent("""\
            from typing import TYPE_CHECKING
            if TYPE_CHECKING:
                from gryt.store.a import A
        """),
    )
    assert architecture.cycles(load(tmp_path / "gryt")) == []


def written(top: Path, path: str, text: str) -> Module:
    file = top / "gryt" / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    [module] = (m for m in load(top / "gryt") if m.path == f"gryt/{path}")
    return module
