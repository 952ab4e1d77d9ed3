"""Folding the records of a ref, which must be those of one generation."""

from collections.abc import Sequence

from gryt.errors import Corrupt
from gryt.model.fold import fold
from gryt.model.records import Record
from gryt.model.state import Generation


def state_of(ref: str, records: Sequence[Record]) -> Generation:
    """Return what all the records of a ref come to; raise Corrupt where they are no generation."""
    state = fold(records)
    if any(record.generation != state.gid for record in records):
        raise Corrupt(f"'{ref}' has records of another generation", hints=["gryt verify"])
    return state
