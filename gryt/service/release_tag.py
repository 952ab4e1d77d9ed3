"""The tag of a release: made, taken over from an earlier promotion, or replaced if it is said.

A tag that others may have never moves by itself. One that a rolled back promotion left is good for
a promotion to the same commit; to promote another commit it must be replaced explicitly, and the
record then names the object that was replaced.
"""

from gryt.errors import Refused
from gryt.model.names import Oid
from gryt.model.records import Promoted
from gryt.model.state import Generation
from gryt.service.session import Session
from gryt.store.append import Draft
from gryt.store.checkout import tag_below, tag_target
from gryt.store.naming import move_tag, retag, tag_object
from gryt.values import Value


class Standing(Value):
    """A tag that is there before a promotion."""

    oid: Oid
    is_ours: bool
    """Whether an earlier promotion made it, and it leads to the commit that is to be promoted."""


def standing(
    session: Session, state: Generation, commit: Oid, *, replace_tag: bool
) -> Standing | None:
    """Return the tag that a promotion finds; None where it is free to make one.

    Raises Refused where a tag stands in the way that is not to be replaced.
    """
    version = state.version
    blocking = tag_below(session.ledger, version)
    if blocking is not None:
        raise Refused(
            f"tag '{blocking}' stands in the way of a tag '{version}'",
            hints=[f"git tag -d {blocking}"],
        )
    oid = tag_object(session.ledger, version)
    target = tag_target(session.ledger, version)
    if oid is None or target is None:
        return None
    is_known = oid in _made_before(session, state)
    if is_known and target == commit:
        return Standing(oid, is_ours=True)
    if replace_tag:
        return Standing(oid, is_ours=False)
    replace = f"or replace it, for good and on record: gryt generation promote {version}"
    if is_known:
        raise Refused(
            f"tag '{version}' stands at {target[:10]}, where '{version}' was promoted before",
            hints=[
                f"others may have it; release the next version: gryt audit hotfix {version}",
                f"{replace} --replace-tag",
            ],
        )
    where = "this commit" if target == commit else target[:10]
    raise Refused(
        f"tag '{version}' exists already, at {where}, and no promotion made it",
        hints=[
            f"git show {version}",
            f"if nobody has it yet: git tag -d {version}",
            f"{replace} --replace-tag",
        ],
    )


def _made_before(session: Session, state: Generation) -> frozenset[Oid]:
    """Return the tag objects of all promotions, those that no longer count too."""
    ref = session.ledger.layout.generation(state.version)
    records = session.ledger.records(ref)
    return frozenset(r.body.tag_object for r in records if isinstance(r.body, Promoted))


def put_tag(
    draft: Draft, name: str, commit: Oid, message: str, *, there: Standing | None
) -> tuple[Oid, Oid | None]:
    """Put the tag into a promotion; return its object and, where that was another, the one before.

    The tag of an earlier promotion of the same commit is taken over as it is.
    """
    if there is not None and there.is_ours:
        return there.oid, None
    made = draft.tag(name, commit, message)
    if there is None:
        return made.oid, None
    retag(draft, name, made.oid, there.oid)
    return made.oid, there.oid


def finish_tag(session: Session, state: Generation) -> bool:
    """Let the tag of a promotion be where its record says, after an interruption.

    Tells whether something was done. Raises Refused where the tag is another one.
    """
    promotion = state.promotion
    assert promotion is not None
    ledger = session.ledger
    there = tag_object(ledger, promotion.tag)
    if there == promotion.tag_object:
        return False
    if there is None:
        from gryt.service.verify import verify  # lazy: only after an interruption

        verify(session, repair=True)
        if tag_target(ledger, promotion.tag) is None:
            raise Refused(
                f"'{state.version}' is promoted, but its tag is missing and cannot be made here",
                hints=["git fetch --tags", "gryt verify"],
            )
        return True
    bodies = {r.id: r.body for r in ledger.records(ledger.layout.generation(state.version))}
    body = bodies.get(promotion.record)
    if isinstance(body, Promoted) and body.replaces_tag == there:
        move_tag(ledger, promotion.tag, promotion.tag_object, there)
        return True
    if tag_target(ledger, promotion.tag) != promotion.commit:
        raise Refused(
            f"'{state.version}' is promoted, but its tag is another one", hints=["gryt verify"]
        )
    return False
