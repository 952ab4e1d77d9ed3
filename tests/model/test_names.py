"""Names from outside are parsed once, and are safe in refs, paths and tags from then on."""

import random
import subprocess
from contextlib import suppress

import pytest
import semver
from hypothesis import given
from hypothesis import strategies as st

from gryt.errors import InvalidInput
from gryt.model.names import (
    Version,
    is_name,
    is_record_id,
    nearest,
    parse_candidate,
    parse_name,
    parse_version,
)

NUMBER = st.one_of(st.integers(0, 20), st.integers(0, 10**24))
WORD = st.from_regex(r"[0-9]*[a-zA-Z-][0-9a-zA-Z-]*", fullmatch=True).filter(lambda w: len(w) < 12)
PART = st.one_of(st.integers(0, 99).map(str), WORD)


@st.composite
def versions(draw: st.DrawFn) -> str:
    release = ".".join(str(draw(NUMBER)) for _ in range(3))
    parts = draw(st.lists(PART, max_size=3))
    text = f"{release}-{'.'.join(parts)}" if parts else release
    return draw(st.sampled_from(["", "v"])) + text


@given(versions(), versions())
def test_versions_sort_by_precedence(one: str, two: str) -> None:
    expected = semver.Version.parse(one.removeprefix("v")).compare(two.removeprefix("v"))
    keys = Version(one).sort_key, Version(two).sort_key
    assert (keys[0] > keys[1]) - (keys[0] < keys[1]) == expected


def test_the_order_of_semver_org() -> None:
    ordered = [
        *("1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2"),
        *("1.0.0-beta.11", "1.0.0-rc1.1", "1.0.0", "1.0.1", "1.2.0", "1.10.0", "2.0.0", "10.0.0"),
    ]
    shuffled = random.Random(0).sample(ordered, len(ordered))
    assert sorted(shuffled, key=lambda text: Version(text).sort_key) == ordered


@given(versions())
def test_a_version_that_is_accepted_can_be_a_ref_and_a_file(text: str) -> None:
    try:
        version = parse_version(text)
    except InvalidInput:
        return
    assert version.text == str(version) == text
    assert not set(text) & set(" ~^:?*[\\/\0\n")
    assert ".." not in text
    assert not text.endswith((".lock", "."))
    assert text.isascii()


@given(st.text(max_size=30))
def test_no_text_makes_a_parser_fail_otherwise(text: str) -> None:
    with suppress(InvalidInput):
        parse_version(text)
    with suppress(InvalidInput):
        parse_name(text, what="change id")
    parse_candidate(text)


@pytest.mark.parametrize(
    "text",
    [
        *("v1.5.0", "1.5.0", "0.0.0", "v2.0.0-beta.1", "v1.0.0-rc", "v1.0.0-rc1", "1.0.0-x-y-z.-"),
        *("v1.0.0-rc.1.2", "v1.0.0-alpha.rc.x"),
    ],
)
def test_versions_as_their_owners_write_them(text: str) -> None:
    assert parse_version(text).text == text
    subprocess.run(["git", "check-ref-format", f"refs/tags/{text}"], check=True)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("v1.0.0+b", "build metadata"),
        ("v1.0.0-rc.1", "release candidate's tag"),
        ("v1.0.0-x-rc.12", "release candidate's tag"),
        ("v1.0.0-a.lock", "ends in .lock"),
        ("vv1.0.0", "is not a version"),
        ("V1.0.0", "is not a version"),
        ("v1.0.0\n", "is not a version"),
        ("v1.0.0-" + "x" * 74, "is not a version"),
    ],
)
def test_versions_that_are_refused(text: str, says: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_version(text)
    assert says in refused.value.message
    assert len(refused.value.message) < 200


@given(versions(), st.integers(0, 999_999_999))
def test_a_candidate_is_split_as_it_was_made(text: str, number: int) -> None:
    assert parse_candidate(Version(text).candidate(number)) == (text, number)


@pytest.mark.parametrize("text", ["v1.0.0", "v1.0.0-rc.01", "v1.0.0-rc.", "-rc.1", "v1-rc.1x", ""])
def test_what_is_no_candidate(text: str) -> None:
    assert parse_candidate(text) is None


@pytest.mark.parametrize("text", ["FEAT-201", "a", "0", "a.b_c-d", "x" * 100, "a.lock.b"])
def test_names(text: str) -> None:
    assert is_name(text)
    assert parse_name(text, what="change id") == text


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            ".a",
            "-a",
            "_a",
            "a..b",
            "a.lock",
            "a.",
            "a/b",
            "a b",
            "a\n",
            "ä",
            "F\u0415AT",
            "x" * 101,
        ),
        *("a\u200b", "$(x)", "a;b", "a:b", "a~b", "../a", "a@{b}"),
    ],
)
def test_what_is_no_name(text: str) -> None:
    assert not is_name(text)
    with pytest.raises(InvalidInput, match="is not a pipeline name"):
        parse_name(text, what="pipeline name")


def test_record_ids() -> None:
    assert is_record_id("01jd3zk9w2v6t8x4n5q7r0s1ab")
    for text in (
        "01JD3ZK9W2V6T8X4N5Q7R0S1AB",
        "81jd3zk9w2v6t8x4n5q7r0s1ab",
        "01jd",
        "01jd" * 7,
        "",
    ):
        assert not is_record_id(text)


def test_the_nearest_name_comes_first_whatever_its_case() -> None:
    known = ["FEAT-201", "FEAT-202", "BUG-88"]
    assert nearest("bug-8", known) == ["BUG-88"]
    assert nearest("FEAT-20", known) == ["FEAT-202", "FEAT-201"]
    assert nearest("zzz", known) == []
    assert nearest("", known) == nearest("x", []) == []
