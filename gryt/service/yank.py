"""Yanking: a release that must not be used says so everywhere, and stays where it is."""

from gryt.errors import Refused
from gryt.model.state import GenerationStatus
from gryt.service.messages import commit_message
from gryt.service.session import Session
from gryt.store.ledger import View


def yank(session: Session, version: str, *, why: str) -> View:
    """Record that a release must not be used; raise Refused where it is none, or is yanked."""
    from gryt.model.records import Kind, Yanked  # lazy: the record classes
    from gryt.store.append import Draft, act  # lazy: writing

    view = session.ledger.get(version)

    def decide(draft: Draft) -> None:
        state = draft.state
        if state is None or state.gid != view.state.gid:
            raise session.ledger.unknown_version(version)
        promotion = state.promotion
        if state.status is GenerationStatus.YANKED:
            raise Refused(f"'{version}' is yanked already: {state.reason}")
        if promotion is None:
            raise Refused(
                f"'{version}' is {state.status.value}: only a release can be yanked",
                hints=[f"gryt generation abandon {version} --reason TEXT"],
            )
        draft.record(
            Kind.YANKED,
            Yanked(why, promotion.record, promotion.tag, promotion.commit),
            gid=state.gid,
        )
        draft.message = commit_message(
            f"{version} yanked: {why}",
            [
                ("Action", Kind.YANKED.value),
                ("Generation", version),
                ("Commit", promotion.commit),
            ],
        )

    act(session.ledger, view.ref, session.author, decide, reason=f"{version} yanked")
    return session.ledger.get(version)
