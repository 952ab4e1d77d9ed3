"""A plain line means what click would make of it, and ends as it would."""

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import hypothesis
import pytest
from hypothesis import strategies as st

from gryt.cli import listing, plain, root, running, syncing
from gryt.cli.main import main
from gryt.errors import NotFound, Refused
from tests.support.git import Repo

BODIES: Sequence[tuple[object, str]] = [
    (running, "run"),
    (listing, "generations"),
    (listing, "evolutions"),
    (syncing, "push"),
    (syncing, "pull"),
    (syncing, "status"),
]

PLAIN = [
    ["run"],
    ["run", "fast"],
    ["run", "run"],
    ["run", "listed"],
    ["run", "_2.x-y+z"],
    ["generation", "list"],
    ["evolution", "list", "v1.5.0"],
    ["evolution", "list", "list"],
    ["evolution", "list", "v1.5.0-rc.1+b"],
    ["sync", "pull"],
    ["sync", "push"],
    ["sync", "status"],
]
FOR_CLICK = [
    *([], ["--json"], ["generation"], ["evolution"], ["sync"], ["generation", "li"], ["runs"]),
    *(["run", "list"], ["run", "show"], ["run", "list", "--json"], ["run", "fast", "slow"]),
    *(["run", word] for word in ("", "-", "--", "-q", "-qv", "--dry-run", "--json=1", "--js")),
    *(["run", word] for word in (".x", "+x", "a b", "a/b", "a\n", "ä", "\u0661", "x\u0661", "é.x")),
    *(["run", "\udcff"], ["run", "--", "list"], ["run", "--", "fast"], ["run", "--", "--json"]),
    *(["run", "--json", "fast"], ["run", "--json", "--json"], ["-C", ".", "run"], ["run", "-h"]),
    *(["evolution", "list"], ["evolution", "list", "--json"], ["evolution", "list", "-h"]),
    *(
        ["evolution", "list", "a", "b"],
        ["evolution", "start", "v1.5.0"],
        ["evolution", "show", "a"],
    ),
    *(["generation", "list", "v1.5.0"], ["generation", "list", "--"], ["generation", "show", "v1"]),
    *(["sync", "config"], ["sync", "pull", "--version", "v1"], ["sync", "pull", "origin"]),
]


class Call(NamedTuple):
    """What was called, and with what; defaults included."""

    function: str
    app: Mapping[str, Any]
    arguments: Mapping[str, Any]


@contextmanager
def instead(does: Callable[[Call], int | None]) -> Iterator[None]:
    """Puts something in the place of every function that a plain line can mean."""

    def standing_in(body: Callable[..., object]) -> Callable[..., int | None]:
        def stood_in(*args: object, **kwargs: object) -> int | None:
            bound = inspect.signature(body).bind(*args, **kwargs)
            bound.apply_defaults()
            app = bound.arguments.pop("app")
            return does(Call(f"{body.__module__}:{body.__name__}", vars(app), bound.arguments))

        return stood_in

    with pytest.MonkeyPatch.context() as patch:
        for module, name in BODIES:
            patch.setattr(module, name, standing_in(getattr(module, name)))
        yield


def both_ways(argv: list[str]) -> tuple[list[Call], list[Call]]:
    """Returns what a plain line calls, and what it calls through click."""
    line = plain.understood(argv)
    assert line is not None
    plainly: list[Call] = []
    with instead(plainly.append):
        assert plain.invoke(line) == 0
    parsed: list[Call] = []
    with instead(parsed.append):
        assert root.invoke(argv) == 0
    return plainly, parsed


@pytest.mark.parametrize("as_json", [[], ["--json"]], ids=["text", "json"])
@pytest.mark.parametrize("words", PLAIN, ids=" ".join)
def test_a_plain_line_means_what_click_makes_of_it(words: list[str], as_json: list[str]) -> None:
    [call], parsed = both_ways(words + as_json)
    assert [call] == parsed
    assert call.arguments["as_json"] is bool(as_json)


HEADS = st.sampled_from([["run"], ["generation", "list"], ["evolution", "list"], ["sync"]])
WORDS = st.sampled_from(
    [
        "run",
        "list",
        "show",
        "pull",
        "push",
        "status",
        "config",
        "new",
        "--json",
        "--",
        "-q",
        "",
        "-C",
    ]
)
NAMES = st.text(st.sampled_from("aZ09_.+-/ \näß\u0661=@"), max_size=3) | st.text(max_size=3)


@hypothesis.given(HEADS, st.lists(WORDS | NAMES, max_size=3))
@hypothesis.settings(max_examples=300)
def test_whatever_is_understood_is_what_click_understands(head: list[str], rest: list[str]) -> None:
    if plain.understood(head + rest) is not None:
        [call], parsed = both_ways(head + rest)
        assert [call] == parsed


@pytest.mark.parametrize("argv", FOR_CLICK, ids=lambda argv: ascii(" ".join(argv)))
def test_what_is_not_plain_is_left_to_click(argv: list[str]) -> None:
    assert plain.understood(argv) is None


def test_a_shell_that_completes_words_gets_no_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_GRYT_COMPLETE", "")
    assert plain.understood(["run"]) is not None
    monkeypatch.setenv("_GRYT_COMPLETE", "bash_source")
    assert plain.understood(["run"]) is None


def ends(argv: list[str], capfd: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    capfd.readouterr()
    return main(argv), *capfd.readouterr()


class Ending(NamedTuple):
    """How a command may end, and what is to come of it."""

    with_: BaseException | int | None
    status: int
    said: str = ""


@pytest.mark.parametrize(
    "ending",
    [
        Ending(None, 0),
        Ending(3, 3),
        Ending(Refused("no", hints=["yes"]), 3, "gryt: no\nhint: yes\n"),
        Ending(KeyboardInterrupt(), 130, "\n"),
        Ending(EOFError(), 130, "\n"),
        Ending(OSError(28, "No space left on device"), 3, "gryt: No space left on device\n"),
    ],
    ids=repr,
)
def test_both_ways_end_alike(ending: Ending, capfd: pytest.CaptureFixture[str]) -> None:
    def does(_call: Call) -> int | None:
        if isinstance(ending.with_, BaseException):
            raise ending.with_
        return ending.with_

    with instead(does):
        for argv in (["sync", "pull"], ["-C", ".", "sync", "pull"]):
            assert ends(argv, capfd) == (ending.status, "", ending.said)


@pytest.mark.parametrize("words", PLAIN[1:], ids=" ".join)
def test_both_ways_say_the_same(
    words: list[str],
    repo: Repo,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(repo.path)
    for argv in (words, [*words, "--json"]):
        plainly = ends(argv, capfd)
        assert "".join(plainly[1:])
        assert plainly == ends(["-C", ".", *argv], capfd)


@pytest.mark.parametrize("words", PLAIN, ids=" ".join)
def test_both_ways_say_so_outside_a_repository(
    words: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    plainly = ends(words, capfd)
    assert plainly[0] == NotFound.exit_status
    assert "repository" in plainly[2]
    assert plainly == ends(["-C", ".", *words], capfd)
