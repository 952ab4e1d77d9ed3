"""Which commands need no shell: those that it would do nothing with but to start a program.

`make` does the same. A shell that only replaces itself by a program costs as much as the program's
own start; where the least thing is left to a shell (a quote, a glob, a word of its own), it runs.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path

_SIMPLE = re.compile(r"[A-Za-z0-9_./+][A-Za-z0-9_./+-]*(?: +[A-Za-z0-9_./+:,@%=-]+)*\n?")
_OWN = (
    " . : alias bg bind break builtin caller case cd chdir command compgen complete compopt"
    " continue coproc declare dirs disown do done echo elif else enable esac eval exec exit"
    " export false fc fg fi for function getopts hash help history if in jobs kill let local"
    " logout mapfile nocorrect noglob popd print printf pushd pwd read readarray readonly"
    " return select set shift shopt source suspend test then time times trap true type typeset"
    " ulimit umask unalias unset until wait whence where which while "
)
"""What some shell does itself, or reads as grammar."""


def program(text: str) -> tuple[str, ...] | None:
    """Return the words of a command that any shell would only pass on; None for all others."""
    if not _SIMPLE.fullmatch(text):
        return None
    words = tuple(text.split())
    return None if f" {words[0]} " in _OWN else words


def has_functions(env: Mapping[str, str]) -> bool:
    """Tell whether bash hands functions down in these variables; any word may be one of them."""
    return any(name.startswith("BASH_FUNC_") for name in env)


def working_directory(here: str, cwd: Path) -> str:
    """Return $PWD as a shell sets it: `here`, where that is this directory, else its path."""
    path = str(cwd)
    if here == path or not here.startswith("/"):
        return path
    try:
        return here if os.path.samefile(here, path) else path  # noqa: PTH121 - no Path
    except (OSError, ValueError):
        return path
