"""Runs in a work tree of their own, and what killed ones have left behind."""

from gryt.model.observer import Observer
from gryt.service import runs
from gryt.service.plans import Plan
from gryt.service.session import Session
from gryt.store.checkout import has_places


def run(session: Session, plan: Plan, observer: Observer) -> runs.Outcome:
    """Carry out a plan where it says: here, or in a fresh checkout that is gone afterwards."""
    if not plan.isolated and not has_places(session.ledger):
        return runs.run(session, plan, observer)
    from gryt.store import isolation  # lazy: few runs have a work tree of their own

    isolation.sweep(session.ledger)
    if not plan.isolated:
        return runs.run(session, plan, observer)
    assert plan.commit is not None
    with isolation.isolated(session.ledger, plan.commit) as place:
        return runs.run(session, plan, observer, place)
