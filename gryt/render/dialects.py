r"""What build machines read between the lines of a log: groups, annotations, and quoting.

On GitHub, Forgejo and Gitea a line that begins with `::`, or has `##[` in it, is a command to the
machine. A step must not give any through gryt, so what it prints stands between `::stop-commands::`
and a word that it cannot know. GitLab's marks need control characters, which `model/printed.py` has
taken out by then.
"""

import re
from collections.abc import Callable

from gryt.values import Value

_ACTIONS = frozenset({"github", "forgejo", "gitea"})
_NO_NAME = r"[^A-Za-z0-9_.-]+"


class Place(Value):
    """A line of a file, for annotations."""

    file: str
    line: int | None = None


class Plain:
    """No marks at all: for pipes, terminals, and build machines that read none."""

    keeps_colours = False
    """Whether the log that is shown has colours."""
    has_groups = False
    """Whether the output of a step is folded away, so that the end of a failure is repeated."""

    def open(self, title: str, *, key: str, at: int) -> str:
        """Return what begins the block of a step; `key` names it, `at` is in seconds."""
        del key, at
        return f"==> {title}\n"

    def close(self, *, key: str, at: int) -> str:
        """Return what ends the block of a step, at the beginning of a line."""
        del key, at
        return ""

    def annotate(self, level: str, title: str, text: str, place: Place | None) -> str:
        """Return what makes `text` stand out: `level` is error, warning or notice."""
        del level, title, text, place
        return ""

    def quoted(self, text: str) -> str:
        """Return lines that no part of is a command."""
        return text


class Actions(Plain):
    """GitHub Actions, and what follows it: Forgejo and Gitea."""

    keeps_colours = True
    has_groups = True

    def __init__(self, *, new_word: Callable[[], str]) -> None:
        self._new_word = new_word
        self._word = ""

    def open(self, title: str, *, key: str, at: int) -> str:
        """Return what begins a group and stops commands."""
        del key, at
        self._word = self._new_word()
        return f"::group::{_data(title)}\n::stop-commands::{self._word}\n"

    def close(self, *, key: str, at: int) -> str:
        """Return what ends a group; commands work again."""
        del key, at
        return f"::{self._word}::\n::endgroup::\n"

    def annotate(self, level: str, title: str, text: str, place: Place | None) -> str:
        """Return an annotation, which shows beside the code."""
        properties = {"title": title}
        if place is not None:
            properties = {"file": place.file, "line": str(place.line or 1), "title": title}
        listed = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
        return f"::{level} {listed}::{_data(text)}\n"

    def quoted(self, text: str) -> str:
        """Return lines between which commands are stopped."""
        word = self._new_word()
        end = "" if text.endswith("\n") else "\n"
        return f"::stop-commands::{word}\n{text}{end}::{word}::\n"


class GitLab(Plain):
    """GitLab CI: sections that fold."""

    keeps_colours = True
    has_groups = True

    def open(self, title: str, *, key: str, at: int) -> str:
        """Return what begins a section."""
        name = f"gryt_{re.sub(_NO_NAME, '-', key)}"
        return f"\x1b[0Ksection_start:{at}:{name}[collapsed=true]\r\x1b[0K==> {title}\n"

    def close(self, *, key: str, at: int) -> str:
        """Return what ends a section."""
        name = f"gryt_{re.sub(_NO_NAME, '-', key)}"
        return f"\x1b[0Ksection_end:{at}:{name}\r\x1b[0K\n"


def dialect(system: str | None, *, new_word: Callable[[], str]) -> Plain:
    """Return how to speak to a build machine; None is none."""
    if system in _ACTIONS:
        return Actions(new_word=new_word)
    return GitLab() if system == "gitlab" else Plain()


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
