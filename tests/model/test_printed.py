"""Output of steps on its way to a reader: text stays, tricks go."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gryt.model.printed import LONGEST_LINE, RESET, Printed, clean

RED = "\x1b[31m"


def through(*chunks: bytes, colours: bool = False) -> str:
    printed = Printed(colours=colours)
    return "".join([*(printed.feed(chunk) for chunk in chunks), printed.end()])


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("plain ünïcode 漢字 👩‍🔬", "plain ünïcode 漢字 👩‍🔬"),
        (f"{RED}red{RESET} text", "red text"),
        ("\x1b[2J\x1b[H\x1b[?1049hcleared", "cleared"),
        ("\x1b]0;title\x07text", "text"),
        ("\x1b]8;;https://evil.example\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1b]52;c;cm0gLXJmIC8=\x07clipboard", "clipboard"),
        ("\x1bP+q544e\x1b\\text", "text"),
        ("\x1b]0;never ends", "0;never ends"),
        ("\x9b2Jtext", "text"),
        ("10%\r50%\rdone", "done"),
        ("windows\r\nlines\r\n", "windows\nlines\n"),
        ("12\b\b34", "34"),
        ("\b\btext", "text"),
        ("nul\0bell\a", "nul\\x00bell\\x07"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("tab\tstays", "tab\tstays"),
        ("\x1b\x01\b[2Jx", "x"),
    ],
)
def test_what_moves_or_hides_goes(raw: str, shown: str) -> None:
    assert clean(raw) == shown


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (f"{RED}red", f"{RED}red{RESET}"),
        (f"{RED}red{RESET}", f"{RED}red{RESET}"),
        ("\x1b[38;5;196;1mx\x1b[0m", "\x1b[38;5;196;1mx\x1b[0m"),
        ("\x1b[8mhidden", "hidden"),
        ("\x1b[5;31;8mx\x1b[0m", f"{RED}x{RESET}"),
        (f"{RED}a\x1b[2Jb\x1b[0m", f"{RED}ab{RESET}"),
        ("\x1b\x1b[31mx\x1b[0m", f"\\x1b{RED}x{RESET}"),
    ],
)
def test_colours_may_stay_and_end_with_the_output(raw: str, shown: str) -> None:
    assert through(raw.encode(), colours=True) == shown


def test_invalid_bytes_are_replaced() -> None:
    assert through(b"\xff\xfe ok \xc3") == "\ufffd\ufffd ok \ufffd"


@given(st.lists(st.binary(max_size=12), max_size=6), st.booleans())
def test_where_chunks_are_cut_makes_no_difference(chunks: list[bytes], colours: bool) -> None:  # noqa: FBT001
    assert through(*chunks, colours=colours) == through(b"".join(chunks), colours=colours)


@given(st.text(st.sampled_from("\x1b[];?0123mJH\a\\P\b\r\nx\x9b\x9d\x00\u202e"), max_size=30))
def test_nothing_but_colours_is_left(text: str) -> None:
    left = clean(text, colours=True)
    for part in left.split("\x1b[")[1:]:
        codes, _, _ = part.partition("m")
        assert all(char in "0123456789;" for char in codes)
    assert all(char.isprintable() or char in "\n\t\x1b" for char in left)
    assert "\x1b" not in clean(text)


def test_a_line_without_an_end_is_not_kept_for_ever() -> None:
    printed = Printed(colours=False)
    shown = sum(len(printed.feed(b"x" * 1000)) for _ in range(1000))
    assert 1_000_000 - shown <= LONGEST_LINE + 1000


def test_a_progress_bar_takes_one_line_and_no_memory() -> None:
    printed = Printed(colours=False)
    assert "".join(printed.feed(b"%d%%\r" % n) for n in range(10_000)) == ""
    assert printed.unfinished == "9999%"
    assert printed.feed(b"done\n") == "done\n"
