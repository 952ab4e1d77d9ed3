"""Whether the tables for SQL are up to the refs, without loading what would bring them there."""

from typing import TYPE_CHECKING

from gryt.store import tables

if TYPE_CHECKING:
    from gryt.store.ledger import Ledger


def is_current(ledger: "Ledger", *, as_read: bool = False) -> bool:
    """Tell whether every ref is known as it is, and all that is known has its rows.

    A ref of which something did not read is never known: it may read the next time. With `as_read`
    it counts, having just been read.
    """
    known, tips = ledger.index.tips(), tips_of(ledger)
    if as_read:
        known = {ref: tip or tips.get(ref, "") for ref, tip in known.items()}
    return known == tips and is_filled(ledger)


def is_filled(ledger: "Ledger") -> bool:
    """Tell whether every record and state in the cache has its rows."""
    return bool(ledger.index.database.query(tables.IS_FILLED)[0][0])


def tips_of(ledger: "Ledger") -> dict[str, str]:
    """Return every ref that holds records, with its tip."""
    layout = ledger.layout
    return {
        ref: tip for ref, tip in ledger.refs.items() if layout.version(ref) or ref == layout.meta
    }
