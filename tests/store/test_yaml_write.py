"""YAML as gryt writes it: what comes back is what was there, in every reader."""

import pytest
import yaml as pyyaml
from hypothesis import given
from hypothesis import strategies as st

from gryt.errors import InvalidInput
from gryt.store import shape, yaml
from gryt.store.plain import Plain, PlainScalar

WORDS = (
    "1.10 0 1 -1 +1 017 0o17 0x1F 0b101 1_000 1,000 1:20 12:30:45 1:20.5 1e5 1E5 1e+5 1.5e3 "
    "123e4567 .5 5. -.5 .inf -.INF .NaN .nan 685_230.15 190:20:30 2026-11-22 2026-1-2 "
    "2001-12-14t21:59:43Z yes Yes YES no No NO on On off OFF y Y n N true True TRUE false "
    "null Null NULL ~ = << - ? : -x ?x :x -- --- ... ...x & * ! | > ' \" % @ ` # , [ ] { } [] "
    "{} a: :a a:b a#b #a & &a *a !a |a >a 'a' \"a\" %a @a `a \\ \\n a\\b http://x/y?a=b#c "
)
ODD = WORDS.split()
ODD += ["", " ", " a", "a ", "a: b", "a #b", "a :", "- a", "? a", "2026-11-22 10:00:00", "a\tb",
        "\t", "\ta", "a\t", "\n", "\n\n", "a\n", "a\n\n", "\na", " a\nb", "a\n b\n", "a\n\n\nb",
        "a\n  ", "a \nb", "a\n\tb\n", "\ta\nb", "a\r\nb", "\r", "\x00", "\x1b[31m", "\x7f", "\x85",
        "a\x85b\nc", "\u2028", "a\u2029\nb", "\ufeff", "\ufeffa\nb", "\u200b", "\xa0", "\xa0a\nb",
        "\u202e", "\ufffe", "\U0001f600", "ö", "日本語", "\U0010ffff", "it's", 'say "x"', "# a\nb",
        "---\na", "...\na", "%TAG\na", "--- a", "01234567890123456789012345", "1" * 400,
        "123456e89012345678901234567890123456789a"]  # fmt: skip


@pytest.mark.parametrize("text", ODD, ids=repr)
def test_a_text_comes_back_as_itself_from_every_reader_and_place(text: str) -> None:
    tree: Plain = {"a": text, "b": [text, [text, {"c": text}], {"d": text, "e": [text]}], "f": text}
    if text.isprintable():
        tree = {**tree, text: "as a key"} if isinstance(tree, dict) else tree
    values: list[Plain] = [tree, [text], text]
    for value in values:
        data = yaml.dump(value)
        assert typed(yaml.load(data, "x")) == value
        assert pyyaml.load(data, pyyaml.CSafeLoader) == value
        assert pyyaml.safe_load(data) == value
        assert yaml.dump(typed(yaml.load(data, "x"))) == data


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"id": "01jd3zk9w2v6t8x4n5q7r0s1ab"}, "id: 01jd3zk9w2v6t8x4n5q7r0s1ab\n"),
        ({"by": "Ada Lovelace <ada@example.com>"}, "by: Ada Lovelace <ada@example.com>\n"),
        ({"at": "2026-11-22T09:15:02Z"}, "at: '2026-11-22T09:15:02Z'\n"),
        ({"v": "1.10", "w": "v1.5.0", "x": "3.11.7"}, "v: '1.10'\nw: v1.5.0\nx: 3.11.7\n"),
        ({"a": "ok\n\n  bye\n"}, "a: |\n  ok\n\n    bye\n"),
        ({"a": " ok\nbye"}, "a: |2-\n   ok\n  bye\n"),
        ({"a": "ok\nbye\n\n"}, "a: |+\n  ok\n  bye\n\n"),
        ({"a": "\x1b[1mok\nbye"}, 'a: "\\e[1mok\\nbye"\n'),
        (
            {"z": [], "a": {}, "m": [{"x": 1, "v": [True]}]},
            "z: []\na: {}\nm:\n  - x: 1\n    v:\n      - true\n",
        ),
        ([[1, [2]], None], "- - 1\n  - - 2\n- null\n"),
        ({"f": 1e16, "g": 1e-7, "h": 2.0}, "f: 1.0e+16\ng: 1.0e-07\nh: 2.0\n"),
        (PlainScalar("1.10"), "1.10\n"),
    ],
)  # fmt: skip
def test_people_can_read_it(value: Plain, text: str) -> None:
    assert yaml.dump(value).decode() == text


TEXT = st.text() | st.text("ab \t\n:#-'\"|>\\\x1b\r") | st.sampled_from(ODD)
NUMBERS = st.integers(-(10**18) + 1, 10**18 - 1) | st.floats(allow_nan=False, allow_infinity=False)
TREES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXT,
    lambda below: st.lists(below, max_size=4) | st.dictionaries(TEXT, below, max_size=4),
    max_leaves=12,
)


@given(TREES)
def test_every_tree_comes_back_as_it_was(tree: Plain) -> None:
    data = yaml.dump(tree)
    back = typed(yaml.load(data, "x"))
    assert exact(back) == exact(tree)
    assert yaml.dump(back) == data
    assert yaml.dump(yaml.load(data, "x")) == data
    assert exact(pyyaml.load(data, pyyaml.CSafeLoader)) == exact(tree)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ({"a": "\ud800"}, "found U+D800, which is half a character"),
        (float("nan"), "found the number nan, allowed: finite numbers"),
        (float("-inf"), "found the number -inf, allowed: finite numbers"),
        (10**18, "found a whole number of more than 18 digits"),
        ({"k" * 501: 1}, "found a key of 501 characters, allowed: at most 500"),
        ({"a": "x" * 1024 * 1024}, "found 1048580 bytes, allowed: at most 1048576"),
        (["a"] * 25_000, "found more than 25000 values"),
    ],
)
def test_what_could_not_be_read_back_is_not_written(value: Plain, reason: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        yaml.dump(value)
    assert refusal.value.details == (reason,)


def test_the_deepest_tree_that_is_written_can_be_read() -> None:
    tree: Plain = "leaf"
    for _ in range(20):
        tree = [tree]
    assert yaml.load(yaml.dump(tree), "x") == tree
    with pytest.raises(InvalidInput):
        yaml.dump([tree])


def typed(value: Plain) -> Plain:
    return shape.coerce(value, shape.ANY)


def exact(value: Plain) -> object:
    """Returns something that is equal only for values of the same types, in the same order."""
    if isinstance(value, dict):
        return [(key, exact(below)) for key, below in value.items()]
    if isinstance(value, list):
        return ["list", *map(exact, value)]
    return type(value).__name__, repr(value)
