"""Release notes: what a contract promised, under the headings of keepachangelog.com."""

from gryt.model.contract import Change, ChangeType
from gryt.model.state import ChangeStatus, Generation
from gryt.values import Value

_HEADINGS = {
    ChangeType.ADD: "Added",
    ChangeType.REFINE: "Changed",
    ChangeType.FIX: "Fixed",
    ChangeType.REMOVE: "Removed",
}


class Note(Value):
    """One change, and whether it is proven."""

    change: Change
    proven: bool


class Notes(Value):
    """The notes of one release."""

    version: str
    date: str | None
    """The day of its promotion, in UTC; None where it is not released."""
    description: str
    sections: tuple[tuple[str, tuple[Note, ...]], ...]
    """Headings with what stands under each, in the order of the contract; no empty ones."""
    withdrawn: str | None = None
    """'yanked' or 'abandoned', where it must not be used."""


def release_notes(generation: Generation) -> Notes:
    """Return the notes of a generation, released or not."""
    found: dict[str, list[Note]] = {heading: [] for heading in _HEADINGS.values()}
    for state in generation.changes:
        note = Note(state.change, state.status is ChangeStatus.PROVEN)
        found[_HEADINGS[state.change.type]].append(note)
    status = generation.status.value
    return Notes(
        version=generation.version,
        date=None if generation.promotion is None else generation.promotion.at[:10],
        description=generation.contract.description.strip(),
        sections=tuple((heading, tuple(notes)) for heading, notes in found.items() if notes),
        withdrawn=status if status in {"yanked", "abandoned"} else None,
    )
