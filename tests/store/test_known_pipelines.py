"""Pipelines that were found good before: the same as ever, or as good as not there."""

import json
import os
import zlib
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


@pytest.mark.parametrize("broken", ["", "[]", "{", '{"origin": 1}', "drop", "gryt", "doctored"])
@pytest.mark.parametrize("sealed", [False, True])
def test_what_does_not_read_or_was_edited_is_as_good_as_not_there(
    tmp_path: Path, broken: str, *, sealed: bool
) -> None:
    if sealed and broken == "doctored":
        pytest.skip("whoever seals anew what they have doctored could doctor gryt as well")
    first = _look(tmp_path)
    (file,) = (tmp_path / "pipelines").iterdir()
    whole = file.read_text()
    stored = json.loads(whole.partition("\n")[2])
    if broken == "drop":
        broken = json.dumps({**stored, "value": {"steps": [1]}})
    elif broken == "gryt":
        broken = json.dumps({**stored, "origin": ["0.0.0", *stored["origin"][1:]], "value": 1})
    elif broken == "doctored":
        broken = whole.replace("echo", "true")
        assert broken != whole
    at = file.stat().st_mtime_ns
    if sealed:
        broken = f"{zlib.crc32(broken.encode()):08x} {at}\n{broken}"
    file.write_text(broken)
    if sealed:
        os.utime(file, ns=(at, at))
    assert _look(tmp_path) == first


def test_a_changed_byte_or_another_time_stamp_is_noticed(tmp_path: Path) -> None:
    first = _look(tmp_path)
    (file,) = (tmp_path / "pipelines").iterdir()
    at = file.stat().st_mtime_ns
    whole = file.read_text()
    file.write_text(whole.replace("echo", "ecHo"))
    os.utime(file, ns=(at, at))
    assert _look(tmp_path) == first
    os.utime(file, ns=(at + 1, at + 1))
    assert _look(tmp_path) == first


def test_a_bad_pipeline_is_looked_at_each_time_and_no_name_leads_out(tmp_path: Path) -> None:
    bad = GOOD.replace(b"timeout", b"timeouts")
    assert _look(tmp_path, bad) == _look(tmp_path, bad) == examine(bad, "ci.yaml", name="ci")
    _look(tmp_path / "in", name="../../out")
    KnownPipelines(tmp_path, persist=False).examine(GOOD, "ci.yaml", name="ci")
    assert not list(tmp_path.iterdir())
