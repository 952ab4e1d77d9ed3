"""What libyaml complains about, said so that the writer of the file knows what to change."""

from typing import TypeGuard

import yaml

_WORDS = {
    "mapping values are not allowed": "found a ':' that begins a second value, allowed: one "
    "'key: value' a line, text that holds ': ' in quotes, and keys of one mapping in one column",
    "did not find expected key": "found a line that fits no key above it, allowed: keys of one "
    "mapping in one column",
    "did not find expected '-' indicator": "found a line that is no item of the list above it, "
    "allowed: items that begin with '- ' in one column",
    "could not find expected ':'": "found a line without ':', allowed: 'key: value'",
    "did not find expected node content": "found the end of a '[' or '{' that is not complete, "
    "allowed: a closing ']' or '}'",
    "did not find expected ',' or": "found a '[' or '{' that is not closed, allowed: values "
    "divided by ',' and a closing ']' or '}'",
    "found unknown escape character": "found a backslash that YAML does not know, allowed: \\n, "
    '\\t, \\\\, \\" and \\uXXXX, or single quotes, in which a backslash is itself',
    "invalid Unicode character escape": "found an escape that is no character, allowed: "
    "\\uXXXX for Unicode characters",
    "unexpected end of stream": "found a quote that is never closed, allowed: a closing quote",
    "unexpected document indicator": "found a quote that is never closed, allowed: a closing quote",
    "block sequence entries are not allowed": "found a '-' that cannot begin a list here, "
    "allowed: the list on the lines below its key",
    "tab character": "found a tab, allowed: spaces to indent",
}


def describe(error: yaml.YAMLError, data: bytes) -> tuple[int, int, str]:
    """Returns line, column and words for what the YAML parser raised."""
    if not _is_marked(error):
        return 1, 1, "found a character that YAML does not allow, allowed: printable text"
    problem = error.problem or error.context or "something unreadable"
    mark = error.problem_mark or error.context_mark
    if "end of stream" in problem and error.context_mark is not None:
        mark = error.context_mark  # where the quote was opened helps; where the file ends does not
    line, column = (mark.line, mark.column) if mark is not None else (0, 0)
    if "cannot start any token" in problem:
        return line + 1, column + 1, _odd_start(data, line, column)
    for fragment, words in _WORDS.items():
        if fragment in problem:
            return line + 1, column + 1, words
    return line + 1, column + 1, f"{problem}, allowed: plain block YAML"


def _is_marked(error: yaml.YAMLError) -> TypeGuard[yaml.MarkedYAMLError]:
    return isinstance(error, yaml.MarkedYAMLError)


def _odd_start(data: bytes, line: int, column: int) -> str:
    lines = data.decode().split("\n")
    found = lines[line][column : column + 1] if line < len(lines) else ""
    if found == "\t":
        return "found a tab, allowed: spaces to indent"
    return f"found '{found}' at the beginning of a value, allowed: the value in quotes"
