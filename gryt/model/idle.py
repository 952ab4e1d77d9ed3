"""Commands that cannot say no: `true`, `:`, `exit 0`, `npm test || true`.

Whether any command can fail is more than can be told; this finds the ways in which a step is
emptied in practice. A policy that wants to be sure pins the command.
"""

import re
import shlex
from collections.abc import Iterator, Sequence

from gryt.values import Value

_DO_NOTHING = frozenset({"true", ":"})
_SHELLS = frozenset({"sh", "bash", "dash", "zsh", "ksh", "ash", "busybox"})
_BEFORE_A_COMMAND = frozenset(
    {"exec", "command", "builtin", "env", "nohup", "time", "nice", "eval", "if", "then", "else"}
    | {"while", "until", "do", "{"}
)
_SAYS = frozenset({"echo", "printf"})
"""After `||` they make a success of what failed; alone they are somebody's placeholder."""
_PASSES_ON = frozenset({"tee", "cat"})
"""At the end of a pipe their success hides the failure of what they were fed by."""
_CLOSES = frozenset({"fi", "done", "}", "esac"})
_ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=.*", re.DOTALL)
_PUNCTUATION = "();|&\n"


class Shell(Value):
    """What a text is given to."""

    program: str
    stops: bool
    """Whether it ends at the first command that fails (`-e`)."""


def idle(command: str | tuple[str, ...], shell: Sequence[str]) -> str | None:
    """Return how a command avoids every failure ('does nothing', 'cannot fail'); None if not."""
    if not isinstance(command, str):
        return _idle_words(list(command))
    return _idle_words([*shell, command]) if shell else "does nothing"


def _base(word: str) -> str:
    return word.rpartition("/")[2]


def _idle_words(words: list[str]) -> str | None:
    """Tell of one simple command."""
    while words and (_ASSIGNMENT.fullmatch(words[0]) or _base(words[0]) in _BEFORE_A_COMMAND):
        if words[0] == "eval":
            return _idle_text(" ".join(words[1:]), stops=False)
        words = words[1:]
    if not words:
        return "does nothing"
    name, rest = _base(words[0]), words[1:]
    if name in _DO_NOTHING or (name in {"exit", "return"} and rest in ([], ["0"])):
        return "does nothing"
    if words in (["wait"], ["!", "false"]):
        return "does nothing"
    return _idle_shell(rest) if name in _SHELLS else None


def _idle_shell(words: list[str]) -> str | None:
    """Tell of a shell with these arguments."""
    stops = False
    for index, word in enumerate(words):
        is_option = word[:1] == "-" and word[:2] != "--"
        if (is_option and "n" in word) or word == "noexec":
            return "does nothing"  # it reads the script, and runs none of it
        stops = stops or word == "errexit" or (is_option and "e" in word)
        if is_option and word.endswith("c") and index + 1 < len(words):
            return _idle_text(words[index + 1], stops=stops, pipefail="pipefail" in words)
    return None


class _Part(Value):
    """A pipeline of a script, and what leads to it."""

    words: list[str]
    """Its last command, whose status is the result."""
    after: str
    """'&&' or '||', or '' where it begins a list of its own."""
    ends: str
    """What it ends with."""
    piped: bool
    """Whether it is fed by another command."""


def _idle_text(script: str, *, stops: bool, pipefail: bool = False) -> str | None:
    """Tell of a script in a shell."""
    try:
        parts = [part for part in _parts(script) if part.words[0] not in _CLOSES]
    except ValueError:  # an open quote: the shell will say so, with a status of its own
        return None
    pipefail = pipefail or "pipefail" in script
    works = has_worked = last_safe = False
    every_safe = list_safe = True
    for part in parts:
        found = _idle_words(part.words)
        says = _base(part.words[0]) in _SAYS
        stops = _stops_after(part.words, stops=stops)
        if _ends_well(part, stops=stops):
            return "cannot fail" if works else "does nothing"
        safe = found is not None or part.ends == "&" or (_hides(part) and not pipefail)
        list_safe = _joined(part.after, list_safe, safe, says=says)
        if part.ends not in {"&&", "||"}:
            every_safe = every_safe and list_safe
            last_safe = list_safe or (says and has_worked)
        works = works or found is None
        has_worked = has_worked or (found is None and not says)
    if not works:
        return "does nothing"
    return "cannot fail" if (every_safe if stops else last_safe) else None


def _hides(part: _Part) -> bool:
    return part.piped and _base(part.words[0]) in _PASSES_ON


def _joined(after: str, before: bool, safe: bool, *, says: bool) -> bool:  # noqa: FBT001 - two of a kind
    """Tell whether a list cannot fail up to here."""
    if after == "||":
        return before or safe or says
    return before and safe if after == "&&" else safe


def _stops_after(words: list[str], *, stops: bool) -> bool:
    """Tell whether the shell stops at failures from here on."""
    for word in words[1:] if words[0] == "set" else ():
        if word[0] in "+-" and ("e" in word or "errexit" in words):
            stops = word[0] == "-"
    return stops


def _ends_well(part: _Part, *, stops: bool) -> bool:
    """Tell whether the whole script is a success from here on, whatever came before."""
    match part.words:
        case ["trap", action, *_, "EXIT" | "0" | "ERR"]:
            return "exit 0" in action
        case ["exit", "0"]:
            return not stops and not part.after
    return False


def _parts(script: str) -> Iterator[_Part]:
    """Yield the pipelines of a script; of each, the last command, whose status is the result."""
    lexer = shlex.shlex(script.replace("\\\n", " "), posix=True, punctuation_chars=_PUNCTUATION)
    lexer.whitespace = " \t\r"
    lexer.whitespace_split = True
    lexer.commenters = ""
    words: list[str] = []
    after, comment, piped = "", False, False
    for token in lexer:
        if set(token) <= set(_PUNCTUATION) and token:
            comment = comment and "\n" not in token
            separator = _separator(token)
            if comment or (separator and not words and not after and separator not in {"&&", "||"}):
                continue
            if separator == "|":
                words, piped = [], True
            elif separator and words:
                yield _Part(words, after, separator, piped)
                words, after = [], separator if separator in {"&&", "||"} else ""
                piped = False
        elif token.startswith("#") or comment:
            comment = True
        else:
            words.append(token)
    if words:
        yield _Part(words, after, "\n", piped)


def _separator(token: str) -> str:
    """Return what a run of punctuation means: '' for mere parentheses."""
    bare = token.strip("()")
    for known in ("&&", "||"):
        if known in bare:
            return known
    if ";" in bare or "\n" in bare:
        return "&" if bare.startswith("&") else "\n"
    return bare
