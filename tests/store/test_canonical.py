"""The fast reader of records never says anything that libyaml does not say."""

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gryt.errors import Corrupt
from gryt.store import canonical, codec, yaml
from gryt.store.fields import Map
from gryt.store.plain import Plain
from tests.store.test_yaml_write import ODD, TREES, exact

SAMPLES = sorted((Path(__file__).parents[1] / "schemas").glob("record.*/valid/*.yaml"))
RECORDS = [yaml.dump(codec.decode_any(path.read_bytes(), path.name)) for path in SAMPLES]
HEAD: Map = {"format": 1, "id": "01hmk1xa61ffgdxgx6tbsr9000", "kind": "run.finished"}
PIECES = [
    *(b" ", b"  ", b"\n", b"\n\n", b"\t", b"\r", b":", b": ", b" :", b" #", b"#", b"- ", b"-"),
    *(b"'", b"''", b'"', b"\\", b"\\n", b"\\x4", b"\\ud800", b"\\U00110000", b"\\/", b"|", b"|-"),
    *(b"|2", b"|2+", b"|1", b">", b"[", b"]", b"[]", b"{}", b"{", b"}", b",", b"&a ", b"*a"),
    *(b"<<: ", b"~", b"null", b"...", b"---", b"\n---\n", b"\n...\n", b"%YAML 1.1\n", b"\x00"),
    *(b"\x85", "\x85".encode(), "\u2028".encode(), "\ufeff".encode(), b"\xff", "\xa0".encode()),
    *("é".encode(), b"0", b"1.10", b"1e3", b"yes", b"id: ", b"kind: ", b"at: x\n", b"@", b"`"),
]  # fmt: skip


def agreed(data: bytes) -> bool:
    """Tell whether the fast reader took it; then libyaml says exactly the same."""
    fast = canonical.read(data, codec.place)
    if fast is not None:
        assert exact(fast) == exact(codec.decode_any(data, "x")), data
    return fast is not None


def mutated(data: bytes, chance: random.Random) -> bytes:
    """Return bytes with a few pieces put in, cut out, moved or written over."""
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        at = chance.randrange(len(data) + 1)
        match chance.randrange(6):
            case 0:
                data = data[:at] + chance.choice(PIECES) + data[at:]
            case 1:
                data = data[:at] + data[at + chance.choice((1, 1, 2, 9)) :]
            case 2:
                piece = chance.choice(PIECES)
                data = data[:at] + piece + data[at + len(piece) :]
            case 3:
                data = data[:at] + chance.choice(ODD).encode() + data[at:]
            case _:
                lines = data.split(b"\n")
                i, j = (chance.randrange(len(lines)) for _ in range(2))
                lines.insert(i, chance.choice((b"", b"  ", b"    ")) + lines[j])
                data = b"\n".join(lines)
    return data


@pytest.mark.parametrize("data", RECORDS, ids=[f"{p.parts[-3]}/{p.stem}" for p in SAMPLES])
def test_every_record_as_gryt_writes_it_is_read_fast(data: bytes) -> None:
    assert agreed(data)


@given(st.lists(TREES, min_size=1, max_size=4))
def test_whatever_a_newer_gryt_may_write_is_read_alike(trees: list[Plain]) -> None:
    fields: Map = {f"field_{n}": tree for n, tree in enumerate(trees)}
    agreed(yaml.dump({**HEAD, "environment": fields, "steps": trees, **fields}))


@pytest.mark.parametrize("text", ODD, ids=repr)
def test_an_odd_text_is_read_alike_in_every_place(text: str) -> None:
    steps: list[Plain] = [{"name": text, "log": {"tail": text}}, {"command": text}]
    agreed(yaml.dump({**HEAD, "by": text, "void": [text, text], "steps": steps, "status": text}))


@given(st.randoms(use_true_random=False))
def test_bytes_that_were_changed_are_read_alike(chance: random.Random) -> None:
    unlikely = mutated(chance.choice(RECORDS), chance)
    try:
        agreed(unlikely)
    except Corrupt as error:  # the fast reader took what libyaml refuses
        raise AssertionError(unlikely) from error


@pytest.mark.slow
def test_many_bytes_that_were_changed_are_read_alike() -> None:
    chance = random.Random(6)
    taken = sum(agreed(mutated(chance.choice(RECORDS), chance)) for _ in range(60_000))
    assert taken > 6_000


@pytest.mark.parametrize(
    "tail",
    [
        b"by: a\n  b\n", b"by: a\n by: b\n", b"by:\n", b"by:\nat: x\n", b"by: a\nby: b\n",
        b"void:\n- a\n", b"void:\n  - a\n  b: c\n", b"void:\n  - a\n    b\n", b"void:\n  -\n",
        b"by: 'a\n  b'\n", b'by: "a\n  b"\n', b"by: 'a' \n", b"by: a # b\n", b"# a\n",
        b"by:  a\n", b"by: |\n\n  a\n", b"by: |\n   a\n  b\n", b"by: |\n  a\n b\n",
        b"by: |\n  \ta\n", b"by: |\n", b"by: |-\n  a\n\n", b"by: |+\n  \n", b"by: |2\n \n  a\n",
        b"by: &a b\n",
        b"by: *a\n", b"by: !!str a\n", b"by: [a]\n", b"by: {a: b}\n", b"by: >\n  a\n",
        b"'by': a\n", b"? by\n",
        b'by: "\\ud800"\n', b'by: "\\x4"\n', b'by: "\\q"\n', b"by: a\tb\n", b"by: a\r\n", b"---\n",
        b"by: a", b"by: \xff\n", b"by: a\x00\n", "by: a\x85b\n".encode(), "by: \ufeff\n".encode(),
        b"<<: a\n", b"~: a\n", b"- a\n", b"x\n", b"by: '\n", b"by: @a\n", b"...\n", b"%TAG\n",
    ],
)  # fmt: skip
def test_another_form_is_left_to_libyaml(tail: bytes) -> None:
    assert agreed(yaml.dump(HEAD))
    assert canonical.read(yaml.dump(HEAD) + tail, codec.place) is None


def test_the_limits_hold() -> None:
    deep: Plain = "leaf"
    for _ in range(19):
        deep = {"a": deep}
    assert agreed(yaml.dump({**HEAD, "deep": deep}))
    too_deep = yaml.dump({**HEAD, "deep": deep})[: -len(b"leaf\n")]
    too_deep = too_deep.rstrip(b" ") + b"\n" + b" " * 40 + b"a: leaf\n"
    assert canonical.read(too_deep, codec.place) is None
    for big in (b"x: " + b"a" * 1024 * 1024 + b"\n", b"void:\n" + b"  - a\n" * 9000):
        assert canonical.read(yaml.dump(HEAD) + big, codec.place) is None
    assert canonical.read(b"format: 2\nid: x\nkind: run.finished\n", codec.place) is None
    assert canonical.read(b"format: 1\nid: x\nkind: run.unheard\n", codec.place) is None
