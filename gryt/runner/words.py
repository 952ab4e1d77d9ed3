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


def program(text: str, env: Mapping[str, str]) -> tuple[str, ...] | None:
    """Return the words of a command that any shell would only pass on; None for all others."""
    if not _SIMPLE.fullmatch(text):
        return None
    words = tuple(text.split())
    if f" {words[0]} " in _OWN or not env.get("PATH"):
        return None
    # functions that bash hands down
    return None if any(name.startswith("BASH_FUNC_") for name in env) else words


def working_directory(env: Mapping[str, str], cwd: Path) -> str:
    """Return $PWD as a shell sets it: what it is, where that is this directory, else its path."""
    here = env.get("PWD", "")
    try:
        is_here = here.startswith("/") and os.path.samefile(here, cwd)  # noqa: PTH121 - no Path
    except (OSError, ValueError):
        is_here = False
    return here if is_here else str(cwd)
