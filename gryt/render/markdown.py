"""Data in Markdown: shown as it is, none of it markup."""

from gryt.render.safe import cell

_SPECIAL = str.maketrans(
    {c: f"\\{c}" for c in "\\`*_{}[]#|!~"} | {"<": "&lt;", ">": "&gt;", "&": "&amp;"}
)


def plain(text: str) -> str:
    """Return data for one line."""
    return cell(text).translate(_SPECIAL)


def plain_lines(text: str) -> list[str]:
    """Return data of several lines; what could begin a list or a rule does not."""
    return [_unmarked(plain(line)) for line in text.splitlines()]


def _unmarked(line: str) -> str:
    bare = line.lstrip()
    if bare[:1] in {"-", "+", "="}:
        return f"\\{bare}"
    return bare
