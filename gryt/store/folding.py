"""Folding the records of a ref, which must be those of one generation."""

from collections.abc import Sequence

from gryt.errors import Corrupt
from gryt.model.fold import fold
from gryt.model.records import Record
from gryt.model.state import Generation
from gryt.store import statecodec
from gryt.store.index import Row, Summary
from gryt.store.reading import Read
from gryt.store.rows import summary_of
from gryt.values import Value


def state_of(ref: str, records: Sequence[Record]) -> Generation:
    """Return what all the records of a ref come to; raise Corrupt where they are no generation."""
    state = fold(records)
    if any(record.generation != state.gid for record in records):
        raise Corrupt(f"'{ref}' has records of another generation", hints=["gryt verify"])
    return state


class Parcel(Value):
    """What was read of a ref and what it comes to, ready to be put into the cache."""

    ref: str
    tip: str
    tree: str
    since: str | None
    rows: Sequence[Row]
    newest: str
    problem: str | None
    summary: Summary | None
    """None where the state is not known yet: the ref only grew, or does not fold."""
    state: str | None


def parcel(read: Read, *, is_generation: bool) -> Parcel:
    """Return what is to be put into the cache; folded where all that the ref has was read."""
    summary, state = None, None
    is_whole = read.problem is None and len(read.records) == len(read.rows)
    if is_generation and is_whole and read.since is None:
        try:
            folded = state_of(read.ref, read.records)
            summary, state = summary_of(read.ref, read.tip, folded), statecodec.dump(folded)
        except Corrupt:
            pass  # whoever asks for it is told
    problem = None if read.problem is None else read.problem.message
    return Parcel(
        *(read.ref, read.tip, read.tree, read.since, read.rows, read.newest, problem),
        *(summary, state),
    )
