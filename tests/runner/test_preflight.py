"""What a pipeline requires of the machine, and how programs are asked for their version."""

from pathlib import Path

import pytest

from gryt.model.pipeline import Requires, Tool, Variable
from gryt.runner.preflight import inspect


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    """An environment whose only programs are in a directory of the test."""
    (tmp_path / "bin").mkdir()
    return {"PATH": f"{tmp_path / 'bin'}:/usr/bin:/bin", "HERE": "1", "EMPTY": ""}


def program(env: dict[str, str], name: str, script: str) -> None:
    path = Path(env["PATH"].split(":")[0], name)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


@pytest.mark.parametrize(
    ("script", "least", "lack"),
    [
        ("echo v20.1.0", "18", None),
        ("echo v17.9", "18", "program 't' is 17.9, and at least 18 is needed"),
        ("echo t version 1.10.0", "1.9", None),
        ("echo 1.9", "v1.9.0", None),
        ("echo go 3 build 1.2.3", "1.2.3", None),
        ("[ $1 = version ] && echo go version go1.22.1 || exit 2", "1.22", None),
        ("echo 1.2.3 >&2", "1.2.3", None),
        ("echo none", "1", "program 't' does not tell its version, and at least 1 is needed"),
        ("exit 1", "1", "program 't' does not tell its version, and at least 1 is needed"),
        ("exit 1", None, None),
    ],
)
def test_a_version_is_compared_number_by_number(
    env: dict[str, str], script: str, least: str | None, lack: str | None
) -> None:
    program(env, "t", script)
    lacks, _ = inspect(Requires(tools=(Tool("t", least, (3, 7)),)), env)
    assert lacks == ([] if lack is None else [((3, 7), lack)])


def test_all_that_lacks_is_told(env: dict[str, str]) -> None:
    program(env, "here", "echo here 2.5")
    Path(env["PATH"].split(":")[0], "plain").write_text("not executable")
    requires = Requires(
        env=(Variable("HERE"), Variable("EMPTY", (2, 1)), Variable("NOT", (2, 5))),
        tools=(Tool("here"), Tool("plain", None, (3, 1)), Tool("no", "1", (3, 5))),
    )
    lacks, versions = inspect(requires, env)
    assert [(lack.place, lack.text.split("'")[1]) for lack in lacks] == [
        ((2, 1), "EMPTY"),
        ((2, 5), "NOT"),
        ((3, 1), "plain"),
        ((3, 5), "no"),
    ]
    assert versions == (("here", "2.5"),)
