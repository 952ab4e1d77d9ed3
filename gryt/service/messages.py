"""Commit and tag messages: what happened, the state after it, trailers for machines."""

from collections.abc import Callable, Sequence

from gryt.model.state import ChangeStatus, Generation

Trailers = Sequence[tuple[str, str]]


def commit_message(subject: str, trailers: Trailers) -> Callable[[Generation | None], str]:
    """Return the writer of an action's commit message, given the state after it."""

    def write(after: Generation | None) -> str:
        parts = [one_line(subject)]
        if after is not None:
            parts.append("\n".join(state_lines(after)))
        parts.append("\n".join(f"Gryt-{key}: {one_line(value)}" for key, value in trailers))
        return "\n\n".join(parts) + "\n"

    return write


def state_lines(generation: Generation) -> list[str]:
    """Return the state of a generation, a line for it and one per change."""
    total = len(generation.changes)
    head = (
        f"Generation {generation.version} ({generation.status.value}),"
        f" {generation.proven} of {counted(total)} proven"
    )
    return [head, *change_lines(generation)]


_SHOWN = 3


def some(paths: Sequence[str]) -> str:
    """Return the first few of many paths, and a sign that there are more."""
    return ", ".join(paths[:_SHOWN]) + (", ..." if len(paths) > _SHOWN else "")


def counted(changes: int) -> str:
    """Return '1 change', '2 changes'."""
    return f"{changes} change{'' if changes == 1 else 's'}"


def change_lines(generation: Generation) -> list[str]:
    """Return one aligned line per change: id, title, and what proves it."""
    ids = max((len(state.change.id) for state in generation.changes), default=0)
    titles = max((len(state.change.title) for state in generation.changes), default=0)
    lines = []
    for state in generation.changes:
        proof = f" by {state.proof.tag}" if state.proof is not None else ""
        word = state.status.value if state.status is not ChangeStatus.STALE else "stale, was proven"
        change = state.change
        lines.append(f"  {change.id:<{ids}}  {one_line(change.title):<{titles}}  {word}{proof}")
    return lines


def one_line(text: str) -> str:
    """Return text that can neither begin a line of its own nor do anything to a terminal."""
    line = " ".join(text.split())
    if line.isprintable():
        return line
    return "".join(c if c.isprintable() else _visible(c) for c in line)


def _visible(character: str) -> str:
    return character.encode("unicode_escape", "surrogatepass").decode()
