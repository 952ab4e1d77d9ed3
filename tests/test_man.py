"""The man page names what the program has, and nothing that it has not."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

PAGE = Path(__file__).parents[1] / "docs" / "man" / "git-gryt.1"


def root() -> click.Group:
    from gryt.cli import root as main

    groups = (value for value in vars(main).values() if isinstance(value, click.Group))
    return next(group for group in groups if "init" in group.list_commands(click.Context(group)))


def commands_of(group: click.Group, above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The words of every command that is not hidden."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None, f"{name} is listed, but cannot be loaded"
        if isinstance(command, click.Group):
            yield from commands_of(command, (*above, name))
        elif not command.hidden:
            yield (*above, name)


def options_of(words: tuple[str, ...]) -> set[str]:
    command: click.Command | None = root()
    for word in words:
        assert isinstance(command, click.Group), f"the program has no '{' '.join(words)}'"
        command = command.get_command(click.Context(command), word)
    assert command is not None, f"the program has no '{' '.join(words)}'"
    return {option for parameter in command.params for option in parameter.opts}


def plain(roff: str) -> str:
    """Text without requests, fonts and escapes: `.BI "run " X` becomes `run X`."""
    text = re.sub(r"\\f[A-Z]", "", roff).replace(r"\-", "-")
    return re.sub(r"^\.[A-Z]+ ", "", text).replace('"', "")


def entries() -> dict[tuple[str, ...], set[str]]:
    """The commands of the section COMMANDS, each with the options that its heading shows."""
    commands = PAGE.read_text(encoding="utf-8").split("\n.SH COMMANDS\n")[1].split("\n.SH ")[0]
    headings = [plain(heading) for heading in re.findall(r"^\.TP\n(.*)", commands, re.MULTILINE)]
    return {
        tuple(re.findall(r"(?:^|(?<= ))[a-z-]+", re.split(r" [^a-z]", heading)[0])): set(
            re.findall(r"--[a-z-]+", heading)
        )
        for heading in headings
    }


def test_every_command_is_in_the_man_page() -> None:
    missing = set(commands_of(root())) - entries().keys()
    assert not missing, f"add to {PAGE.name}: {sorted(map(' '.join, missing))}"


@pytest.mark.parametrize("words", entries(), ids=" ".join)
def test_the_program_has_the_command_and_its_options(words: tuple[str, ...]) -> None:
    assert entries()[words] <= options_of(words)


def test_the_page_is_read_as_it_is_meant() -> None:
    assert entries()["init",] == set()
    assert entries()["audit", "list-snapshots"] == set()
    assert entries()["generation", "promote"] == {
        "--commit",
        "--dry-run",
        "--offline",
        "--override",
        "--reason",
        "--replace-tag",
    }
    assert {"--type", "--title", "--change"} < entries()["evolution", "start"]
