"""Promotions that lost: made apart from the remote, where another generation has the version.

Nobody but this clone has seen such a promotion, and no push can ever take it there. So it may be
given up with the name: a record says so, the release's tag goes, and the generation is a draft.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from gryt.errors import Refused
from gryt.model.agreement import Book
from gryt.model.findings import Finding, tampered, warning
from gryt.model.names import RecordId
from gryt.model.outrun import Outrun
from gryt.model.records import Kind
from gryt.model.state import Generation, GenerationStatus
from gryt.service.drafts import refuse_unless_draft
from gryt.store.layout import TAGS
from gryt.store.ledger import Ledger
from gryt.store.naming import has_promotion, identities, tracked, untag

if TYPE_CHECKING:
    from gryt.store.append import Draft


def refuse_unless_free(ledger: Ledger, state: Generation) -> Outrun | None:
    """Raise Refused unless a generation may go by another version.

    A draft may. One that is promoted may where a remote has another generation of that version and
    none was seen to have the promotion, which is returned with what it lost to.
    """
    promotion = state.promotion
    if promotion is None or state.status is not GenerationStatus.PROMOTED:
        refuse_unless_draft(state)
        return None
    seen = tracked(ledger)
    others = {
        remote: sorted(identities(ledger, tip) - {state.gid})
        for remote, tip in seen.get(state.version, {}).items()
    }
    winner = next((found[0] for found in others.values() if found), None)
    if winner is None:
        refuse_unless_draft(state)
    for there in seen.values():
        for remote, tip in there.items():
            if has_promotion(ledger, tip, promotion.record):
                raise Refused(
                    f"generation '{state.version}' is promoted, and {remote} has its promotion",
                    hints=[f"gryt generation show {state.version}"],
                )
    assert winner is not None
    return Outrun(promotion.record, winner, state.version)


def give_up(draft: "Draft", lost: Outrun) -> None:
    """Put into an action that a promotion lost, and that its tag goes where it is here."""
    state = draft.state
    assert state is not None
    assert state.promotion is not None
    draft.record(Kind.OUTRUN, lost, gid=state.gid)
    promotion = state.promotion
    at = draft.ledger.objects.ref(f"{TAGS}{promotion.tag}")
    if at is not None and at == promotion.tag_object:
        untag(draft, promotion.tag, at)


def verify_lost(books: Sequence[Book]) -> Iterator[Finding]:
    """Yield each promotion that was given up for a generation which never had that version."""
    names: dict[RecordId | None, frozenset[str]] = {}
    for book in books:
        names[book.gid] = names.get(book.gid, frozenset()) | book.versions
    for book in books:
        for record in book.records:
            body = record.body
            if not isinstance(body, Outrun) or body.version is None:
                continue
            where = book.where(record.id)
            if body.winner == book.gid or body.version not in names.get(
                body.winner, {body.version}
            ):
                message = f"generation '{body.winner}' never went by '{body.version}'"
                yield tampered("not-outrun", where, message)
            elif body.winner not in names:
                message = f"the generation that had '{body.version}' first is not here"
                yield warning("winner-missing", where, message, "gryt sync pull")
