"""Contracts in the ledger: beginning a generation, recording a revision of what it promises."""

from typing import TYPE_CHECKING

from gryt.errors import Refused
from gryt.model.contract import Contract
from gryt.model.names import RecordId
from gryt.model.state import Generation, GenerationStatus
from gryt.service.messages import commit_message
from gryt.service.session import Session
from gryt.store.ledger import View

if TYPE_CHECKING:
    from gryt.model.hotfix import Hotfix


def begin(session: Session, contract: Contract, *, hotfix: "Hotfix | None" = None) -> View:
    """Record a new generation with this contract."""
    from gryt.model.records import ContractRecorded, Created, Kind  # lazy: the record classes
    from gryt.store.append import Draft, act  # lazy: writing

    version = contract.version

    def decide(draft: Draft) -> None:
        if draft.tip is not None:
            raise Refused(
                f"generation '{version}' exists already",
                hints=[f"gryt generation show {version}"],
            )
        gid = draft.new_id()
        draft.record(Kind.CREATED, Created(version, hotfix), gid=gid, id=gid)
        draft.record(Kind.CONTRACT, ContractRecorded(contract, ()), gid=gid)
        trailers = [("Action", Kind.CREATED.value), ("Generation", version)]
        if hotfix is not None:
            trailers += [("Hotfix-Of", hotfix.base), ("Issue", hotfix.issue)]
        what = f"created as a hot-fix of {hotfix.base}" if hotfix is not None else "created"
        draft.message = commit_message(f"{version} {what}", trailers)

    ref = session.ledger.layout.generation(version)
    act(session.ledger, ref, session.author, decide, reason=f"{version} created")
    return session.ledger.get(version)


def record(session: Session, view: View, contract: Contract, seen: tuple[RecordId, ...]) -> View:
    """Record a revision of the contract whose author had seen the revisions `seen`."""
    from gryt.model.records import ContractRecorded, Kind  # lazy: the record classes
    from gryt.store.append import Draft, act  # lazy: writing

    def decide(draft: Draft) -> None:
        state = draft.state
        if state is None or state.gid != view.state.gid:
            raise session.ledger.unknown_version(view.state.version)
        if state.status is not GenerationStatus.DRAFT:
            raise Refused(f"generation '{state.version}' is {state.status.value}")
        draft.record(Kind.CONTRACT, ContractRecorded(contract, seen), gid=state.gid)
        draft.message = commit_message(
            f"{state.version}: contract recorded",
            [("Action", Kind.CONTRACT.value), ("Generation", state.version)],
        )

    act(session.ledger, view.ref, session.author, decide, reason="contract recorded")
    return session.ledger.get(view.state.version)


def preview(
    session: Session, view: View, contract: Contract, seen: tuple[RecordId, ...]
) -> Generation:
    """Return the state as it would be with this revision recorded."""
    from gryt.model.fold import fold  # lazy: the record classes
    from gryt.model.records import ContractRecorded, Kind, Record  # lazy: the record classes
    from gryt.store.clock import mint  # lazy: writing

    revision = Record(
        id=next(mint(session.ledger.now_ms(), view.state.newest)),
        kind=Kind.CONTRACT,
        at=view.state.created_at,
        by=view.state.created_by,
        generation=view.state.gid,
        body=ContractRecorded(contract, seen),
    )
    return fold([*session.ledger.records(view.ref), revision])
