"""YAML as gryt reads it: what is refused, with which words, and where everything stood."""

import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
import yaml as pyyaml
from hypothesis import given
from hypothesis import strategies as st

from gryt.errors import Corrupt, InvalidInput
from gryt.store import yaml, yaml_read
from gryt.store.plain import Limits, PlainScalar

ROOT = Path(__file__).parents[2]

REFUSED: dict[str, tuple[bytes, str]] = {
    # what: (file, the detail after the source)
    "alias": (b"a: &x 1\nb: *x\n", "1:4: found an anchor '&x', allowed: values without names"),
    "alias alone": (b"b: *x\n", "1:4: found an alias '*x', allowed: the value itself, written out"),
    "anchor on list": (b"a: &x []\n", "1:4: found an anchor '&x'"),
    "recursive alias": (b"&a [*a]\n", "1:1: found an anchor '&a'"),
    "anchor on key": (b"&x a: 1\n", "1:1: found an anchor '&x'"),
    "tag": (b"a: !!python/object:os.system x\n", "1:4: found a tag 'tag:yaml.org,2002:python/obj"),
    "tag on map": (b"!!set {a, b}\n", "1:1: found a tag 'tag:yaml.org,2002:set', allowed: values"),
    "own tag": (b"a: !x 1\n", "1:4: found a tag '!x', allowed: values without tags"),
    "no-tag": (b"a: ! 1\n", "1:4: found a tag '!', allowed: values without tags"),
    "tag on key": (b"!!int 1: 1\n", "1:1: found a tag 'tag:yaml.org,2002:int'"),
    "%TAG": (b"%TAG !e! tag:e.com,2000:\n---\na: 1\n", "1:1: found a %TAG directive, allowed"),
    "merge key": (b"a: 1\n<<: {b: 2}\n", "2:1: found a merge key '<<', allowed: the keys them"),
    "same key": (
        b"version: v1\nversion: v2\n",
        "2:1: found key 'version' a second time (the first is at 1:1), allowed: once",
    ),
    "same key in a list": (
        b"a:\n  - x: 1\n    'x': 2\n",
        "3:5: found key 'x' a second time (the first is at 2:5), allowed: once",
    ),
    "list as key": (b"? [a]\n: 1\n", "1:3: found a list or mapping as a key, allowed: text"),
    "empty key": (b"?\n: 1\n", "1:2: found an empty key, allowed: text"),
    "null key": (b"~: 1\n", "1:1: found an empty key, allowed: text"),
    "second document": (b"a: 1\n---\nb: 2\n", "2:1: found a second document, allowed: one"),
    "empty": (b"", "1:1: found nothing, allowed: a mapping of keys to values"),
    "comments only": (b"# x\n\n", "1:1: found nothing, allowed: a mapping"),
    "control character": (b"a: 1\nb: x\x07y\n", "2:5: found control character U+0007, allowed"),
    "escape character": (b"a: \x1b[31m\n", "1:4: found control character U+001B, allowed"),
    "nul": (b"a: \x00\n", "1:4: found control character U+0000"),
    "C1": ("a: ö\x9b\n".encode(), "1:5: found control character U+009B"),
    "NEL": ("a: b\x85c: d\n".encode(), "1:5: found control character U+0085"),
    "invalid UTF-8": (b"a: 1\nb: \xc3\xb6\xff\n", "2:5: found byte 0xff, which is not UTF-8"),
    "overlong": (b"a: \xc0\xaf\n", "1:4: found byte 0xc0, which is not UTF-8"),
    "raw surrogate": (b"a: \xed\xa0\x80\n", "1:4: found byte 0xed, which is not UTF-8"),
    "escaped surrogate": (b'a: "\\ud800"\n', "1:7: found an escape that is no character, allowed"),
    "UTF-16": ("a: 1\n".encode("utf-16"), "1:1: found UTF-16 text, allowed: UTF-8 (save the fil"),
    "UTF-32": ("a: 1\n".encode("utf-32"), "1:1: found UTF-32 text, allowed: UTF-8"),
    "no character": ("a: \ufffe\n".encode(), "1:1: found a character that YAML does not allow"),
    "tab": (b"a:\n\tb: 1\n", "2:1: found a tab, allowed: spaces to indent"),
    "two values": (b"title: add: OAuth2\n", "1:11: found a ':' that begins a second value"),
    "indentation": (b"a: 1\n  b: 2\n", "2:4: found a ':' that begins a second value"),
    "item of no list": (b"- a\nb: c\n", "2:1: found a line that is no item of the list above it"),
    "key of no map": (b"a: |\n  x\n y: 1\n", "3:2: found a line that fits no key above it"),
    "no colon": (b"a: 1\nb\nc: 2\n", "3:1: found a line without ':', allowed: 'key: value'"),
    "open quote": (b"a: 1\nb: 'x\nc: 2\n", "2:4: found a quote that is never closed, allowed"),
    "open bracket": (b"a: [1\nb: 2\n", "2:2: found a '[' or '{' that is not closed, allowed"),
    "bracket at the end": (b"a: {", "2:1: found the end of a '[' or '{' that is not complete"),
    "@": (b"by: @ada\n", "1:5: found '@' at the beginning of a value, allowed: the value in quo"),
    "backslash": (b'a: "\\d"\n', "1:5: found a backslash that YAML does not know, allowed"),
    "deep": (b"[" * 21 + b"]" * 21, "1:21: found more than 20 levels of nesting, allowed: at mo"),
    "deep block": (b"- " * 21 + b"x\n", "1:41: found more than 20 levels of nesting, allowed"),
    "many": (b"[" + b"a," * 50_000 + b"]", "found more than 50000 values and keys, allowed: at"),
    "big": (b"a: " + b"x" * 262_144, "1:1: found 262147 bytes, allowed: at most 262144"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_file_is_refused_and_the_place_is_shown(what: str) -> None:
    data, expected = REFUSED[what]
    with pytest.raises(InvalidInput) as refusal:
        yaml.parse(data, "dir/x.yaml")
    [detail] = refusal.value.details
    assert refusal.value.message == "'dir/x.yaml' is not valid"
    assert refusal.value.hints
    assert detail.startswith("dir/x.yaml:")
    assert expected in detail.removeprefix("dir/x.yaml:")
    assert detail.isprintable()


@pytest.mark.parametrize("what", sorted(REFUSED.keys() - {"big"}))
def test_a_stored_record_is_refused_for_the_same_reasons(what: str) -> None:
    data, expected = REFUSED[what]
    with pytest.raises(Corrupt) as refusal:
        yaml.load(data, "r.yaml")
    [detail] = refusal.value.details
    assert expected in detail
    assert refusal.value.message == "'r.yaml' is not valid"


@pytest.mark.parametrize("escape", ["e", "x07", "0", "x7F", "x9B", "N", "b", "r"])
def test_an_escaped_control_character_is_data_in_a_record_only(escape: str) -> None:
    data = f'a: 1\nb: ["x\\{escape}"]\n'.encode()
    assert isinstance(yaml.load(data, "r.yaml"), dict)
    with pytest.raises(InvalidInput, match="is not valid") as refusal:
        yaml.parse(data, "x.yaml")
    assert refusal.value.details[0].startswith("x.yaml:2:5: found control character U+00")


BOMBS = {
    "nest": b"[" * 50_000,
    "nest of maps": b"{a: " * 40_000,
    "block nest": b"- " * 50_000,
    "complex keys": b"? " * 50_000,
    "alias bomb": b"".join(b"%c: &%c [%s]\n" % (c, c, b",".join([b"*%c" % (c - 1)] * 9))
                           for c in range(98, 107)),
    "number": b"a: " + b"9" * 200_000,
    "items": b"- {id: a, type: add, title: b}\n" * 30_000,
    "quotes": b"'" * 200_001,
    "one key": b"a" * 200_000 + b": 1",
}  # fmt: skip


def test_no_bomb_ends_the_process_or_takes_long(tmp_path: Path) -> None:
    program = (
        "import sys, time\n"
        "from gryt.errors import GrytError\n"
        "from gryt.store import schema, yaml\n"
        "yaml.parse(b'a: 1', 'x')\n"
        "for name in sys.argv[1:]:\n"
        "    data = open(name, 'rb').read()\n"
        "    for read in yaml.load, yaml.parse:\n"
        "        start = time.process_time()\n"
        "        try:\n"
        "            read(data, 'x')\n"
        "        except GrytError:\n"
        "            pass\n"
        "        assert time.process_time() - start < 0.5, name\n"
    )
    files = []
    for name, data in BOMBS.items():
        files.append(str(tmp_path / name))
        Path(files[-1]).write_bytes(data)
    ended = subprocess.run([sys.executable, "-c", program, *files], cwd=ROOT, check=False)
    assert ended.returncode == 0


def test_a_number_of_200_000_digits_stays_text() -> None:
    value = yaml.parse(BOMBS["number"], "x.yaml").value
    assert value == {"a": "9" * 200_000}


@given(st.binary() | st.text("ab:- \n[]{}&*!|>'\"%@?#,\t").map(str.encode))
def test_any_bytes_are_read_or_refused_and_nothing_else(data: bytes) -> None:
    for read, refusal in (yaml.parse, InvalidInput), (yaml.load, Corrupt):
        with suppress(refusal):
            read(data, "x")


def test_everything_in_a_file_has_a_place() -> None:
    document = yaml.parse(b"\xef\xbb\xbfa: 1\r\nb:\r\n  - c: 'x'\r\n    \xc3\xb6: [y, z]\r\n", "x")
    assert document.value == {"a": "1", "b": [{"c": "x", "ö": ["y", "z"]}]}
    assert document.position(()) == yaml.Position(1, 1)
    assert document.position(("a",)) == yaml.Position(1, 4)
    assert document.position(("b", 0)) == yaml.Position(3, 5)
    assert document.position(("b", 0, "ö", 1)) == yaml.Position(4, 12)
    assert document.key_position(("b", 0, "ö")) == yaml.Position(4, 5)
    assert document.position(("b", 0, "missing", 7)) == yaml.Position(3, 5)
    assert document.key_position(("b", 0, "missing")) == yaml.Position(3, 5)
    assert yaml.Document("x", {}, "x").position(("a",)) == yaml.Position(1, 1)


def test_unquoted_and_quoted_are_told_apart() -> None:
    value = yaml.load(b"a: 5\nb: '5'\nc: |\n  5\n", "x")
    assert isinstance(value, dict)
    assert {k: isinstance(v, PlainScalar) for k, v in value.items()} == {
        "a": True,
        "b": False,
        "c": False,
    }


def test_limits_can_be_narrower() -> None:
    with pytest.raises(InvalidInput, match="not valid") as refusal:
        yaml.parse(b"a: [b]\n", "x", limits=Limits(bytes=100, depth=1))
    assert refusal.value.details == (
        "x:1:4: found more than 1 levels of nesting, allowed: at most 1",
    )


def test_pure_python_yaml_gives_the_same_events(monkeypatch: pytest.MonkeyPatch) -> None:
    data = yaml.dump({"a": "5", "b": ["x", 5, "y\nz\n"], "c": {}})
    fast = yaml.load(data, "x")
    monkeypatch.setattr(yaml_read, "CParser", pyyaml.SafeLoader)
    assert yaml.load(data, "x") == fast
    for what in "alias", "tag", "merge key", "same key", "second document", "deep", "empty":
        with pytest.raises(InvalidInput):
            yaml.parse(REFUSED[what][0], "x")
