"""Pipelines that were found good before: the same as ever, or as good as not there."""

import json
from pathlib import Path

import pytest

from gryt.store import known_pipelines
from gryt.store.known_pipelines import KnownPipelines
from gryt.store.pipeline_files import examine

GOOD = b"""\
name: ci
timeout: 30m
secrets: [TOKEN]
requires: {env: [TOKEN], tools: [git, {name: node, min: "18"}]}
steps:
  - name: a
    command: "true \\u00e9"
    matrix: {py: ["3.10", 3.11]}
    retry: {max: 2, on: ["exit:42"], delay: 2s}
  - name: b
    command: [echo, b]
    allow_failure: [3]
"""


def _look(folder: Path, data: bytes = GOOD, name: str = "ci") -> object:
    return KnownPipelines(folder, persist=True).examine(data, "ci.yaml", name=name)


def _refuse(*_: object, **__: object) -> None:
    raise AssertionError("it was read again")


def test_what_is_known_is_the_same_and_is_not_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = _look(tmp_path)
    assert first == examine(GOOD, "ci.yaml", name="ci")
    monkeypatch.setattr(known_pipelines, "examine", _refuse)
    assert _look(tmp_path) == first
    with pytest.raises(AssertionError, match="again"):
        _look(tmp_path, GOOD + b"# more\n")


@pytest.mark.parametrize("broken", ["", "[]", "{", '{"origin": 1}', "drop", "gryt"])
def test_what_does_not_read_is_as_good_as_not_there(tmp_path: Path, broken: str) -> None:
    first = _look(tmp_path)
    (file,) = (tmp_path / "pipelines").iterdir()
    stored = json.loads(file.read_text())
    if broken == "drop":
        broken = json.dumps({**stored, "value": {"steps": [1]}})
    elif broken == "gryt":
        broken = json.dumps({**stored, "origin": ["0.0.0", *stored["origin"][1:]], "value": 1})
    file.write_text(broken)
    assert _look(tmp_path) == first


def test_a_bad_pipeline_is_looked_at_each_time_and_no_name_leads_out(tmp_path: Path) -> None:
    bad = GOOD.replace(b"timeout", b"timeouts")
    assert _look(tmp_path, bad) == _look(tmp_path, bad) == examine(bad, "ci.yaml", name="ci")
    _look(tmp_path / "in", name="../../out")
    KnownPipelines(tmp_path, persist=False).examine(GOOD, "ci.yaml", name="ci")
    assert not list(tmp_path.iterdir())
