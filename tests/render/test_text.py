"""Tables, times and sizes for people, and data that is safe to show."""

import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gryt.render.safe import cell, visible
from gryt.render.table import table
from gryt.render.times import local, size


def test_columns_are_as_wide_as_what_is_in_them() -> None:
    rows = [("v1.0.0-rc.1", "A", "pass"), ("v1.0.0-rc.10", "LONGER", "fail")]
    assert table(("Tag", "Change", "Status"), rows, gaps=(3, 2)) == [
        "  Tag            Change  Status",
        "  v1.0.0-rc.1    A       pass",
        "  v1.0.0-rc.10   LONGER  fail",
    ]


def test_a_table_may_have_no_rows_or_no_header() -> None:
    assert table(("A", "B"), [], gaps=(2,), indent=0) == ["A  B"]
    assert table((), [("a", "b")], gaps=(2,), indent=0) == ["a  b"]
    assert table((), [], gaps=()) == []


def test_no_line_ends_in_blanks() -> None:
    assert table(("A", "B"), [("long", ""), ("", "")], gaps=(2,)) == ["  A     B", "  long", ""]


@given(st.lists(st.tuples(st.text(max_size=8), st.text(max_size=8)), max_size=4))
def test_a_row_is_one_line_whatever_is_in_it(rows: list[tuple[str, str]]) -> None:
    lines = table(("A", "B"), rows, gaps=(2,))
    assert len(lines) == len(rows) + 1
    assert all(len(line.splitlines()) <= 1 for line in lines)
    assert not any(control in line for line in lines for control in "\0\x1b\x7f\x9b\r\n\t")


@given(st.text(st.characters()))
def test_what_is_shown_has_no_control_characters(text: str) -> None:
    shown = visible(text)
    assert all(c in "\n\t" or (c >= " " and not "\x7f" <= c <= "\x9f") for c in shown)
    shown.encode()
    if text.isascii() and text.isprintable():
        assert shown == text
    assert visible(shown) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2J", r"\x1b[2J"),
        ("a\x00b", r"a\x00b"),
        ("a\rb", r"a\rb"),
        ("\x9b31m", r"\x9b31m"),
        ("a\u202eb", r"a\u202eb"),
        ("a\u200bb", r"a\u200bb"),
        ("\ufeffa", r"\ufeffa"),
        ("a\u2028b", r"a\u2028b"),
        ("\udce9", r"\udce9"),
        ("Zoë 漢字 🚀", "Zoë 漢字 🚀"),
        ("two\nlines\tand", "two\nlines\tand"),
    ],
)
def test_what_would_do_something_is_written_out(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_a_cell_is_one_line() -> None:
    assert cell("two\nlines\tand") == r"two\nlines and"


@pytest.fixture
def tokyo(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "Asia/Tokyo")
        time.tzset()
        yield
    time.tzset()


def test_a_time_is_shown_on_the_readers_clock(tokyo: None) -> None:
    assert local("2024-01-20T09:15:30Z") == "2024-01-20 18:15"


@pytest.mark.parametrize(
    ("at", "shown"),
    [
        ("2024-01-20T09:15:30Z", "2024-01-20 09:15"),
        ("2024-01-20T09:15:30.123Z", "2024-01-20 09:15"),
        ("2024-01-20T09:15:30+02:00", "2024-01-20 07:15"),
        ("not a time", "not a time"),
        ("2024-99-99T00:00:00Z", "2024-99-99T00:00:00Z"),
        ("0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00+14:00"),
    ],
)
def test_times(at: str, shown: str) -> None:
    time.tzset()
    assert local(at) == shown


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 KB"),
        (15_200_000, "15.2 MB"),
        (3_000_000_000, "3.0 GB"),
        (5_000_000_000_000, "5000.0 GB"),
    ],
)
def test_sizes(count: int, shown: str) -> None:
    assert size(count) == shown
