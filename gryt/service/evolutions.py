"""Evolutions: starting one, withdrawing one, finding the one that is meant."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from gryt.errors import InvalidInput, NotFound, Refused
from gryt.model.contract import Change, ChangeType
from gryt.model.names import (
    ChangeId,
    Oid,
    RecordId,
    Version,
    is_name,
    nearest,
    parse_candidate,
    parse_name,
)
from gryt.model.state import Evolution, EvolutionStatus, Generation
from gryt.service import contracts
from gryt.service.drafts import refuse_unless_draft
from gryt.service.enforcing import Checked, refuse_start
from gryt.service.lookup import find, set_current
from gryt.service.messages import commit_message
from gryt.service.pipelines import pipeline_for_start
from gryt.service.session import Session
from gryt.store.layout import TAGS
from gryt.values import Value

if TYPE_CHECKING:
    from gryt.model.policy import PolicyVerdict
    from gryt.store.append import Draft


class Started(Value):
    """An evolution that has begun."""

    generation: str
    evolution: Evolution
    policies: tuple["PolicyVerdict", ...] = ()
    """What each policy that requires steps said of the pipeline."""
    differences: tuple[str, ...] = ()
    """What the policy file here lacks of the published one, which holds all the same."""


def start(
    session: Session,
    version: str,
    change_ids: Sequence[str],
    *,
    pipeline: str | None = None,
    new_change: tuple[ChangeType, str] | None = None,
) -> Started:
    """Begin an evolution of these changes and make it the current one of this work tree.

    `new_change` (type and title) adds a single change that the contract lacks, in the same action.
    """
    from gryt.store.append import act  # lazy: writing
    from gryt.store.checkout import head  # lazy: writing
    from gryt.store.numbers import seen_elsewhere  # lazy: writing

    if is_name(version):
        session.ledger.watch(f"{TAGS}{version}-rc.*")
    view = contracts.current(session, version)
    wanted = tuple(ChangeId(name) for name in dict.fromkeys(change_ids))
    refuse_unless_draft(view.state)
    added = _added_change(view.state, wanted, new_change)
    if added is None:
        _refuse_unknown(view.state, wanted)
    here = head(session.ledger)
    if here.commit is None:
        raise Refused(
            "there is no commit yet, so there is nothing to prove anything on",
            hints=["git commit"],
        )
    name = pipeline_for_start(session, view.state, wanted, pipeline)
    changes = [s.change for change in wanted if (s := view.state.change(change)) is not None]
    changes += [] if added is None else [added]
    wish = _Wish(
        checked=refuse_start(session, view.state, changes, commit=Oid(here.commit), name=name),
        gid=view.state.gid,
        version=version,
        changes=wanted,
        added=added,
        head=Oid(here.commit),
        branch=here.branch,
        pipeline=name,
        team=session.ledger.repository.config.get("gryt.team"),
        taken=max(_numbers_of_tags(session, version), seen_elsewhere(session.ledger, version)),
    )
    evolution = act(
        session.ledger,
        view.ref,
        session.author,
        lambda draft: _record_start(session, draft, wish),
        reason="evolution started",
    )
    after = session.ledger.get(version)
    if added is not None and session.workspace is not None:
        contracts.write_file(session, after)
    found = after.state.evolution(evolution)
    assert found is not None
    set_current(session, version, found.id)
    return Started(version, found, wish.checked.policies, wish.checked.differences)


def as_it_is(session: Session, started: Started) -> Started:
    """Return an evolution that has begun as it is by now: a remote may have renumbered it."""
    view = session.ledger.find(started.generation)
    found = view.state.evolution(started.evolution.id) if view is not None else None
    return started if found is None else started._replace(evolution=found)


class _Wish(Value):
    """Everything about an evolution to be, but for its number."""

    checked: Checked
    gid: RecordId
    version: str
    changes: tuple[ChangeId, ...]
    added: Change | None
    head: Oid
    branch: str | None
    pipeline: str | None
    team: str | None
    taken: int
    """The highest number that a tag carries."""


def _record_start(session: Session, draft: "Draft", wish: _Wish) -> RecordId:
    """Put the start of an evolution into an action, upon the state as it is by now."""
    from gryt.model.records import ContractRecorded, EvolutionStarted, Kind  # lazy: records

    state = draft.state
    if state is None or state.gid != wish.gid:
        raise session.ledger.unknown_version(wish.version)
    refuse_unless_draft(state)
    heads = state.heads
    if wish.added is not None:
        contract = state.contract._replace(changes=(*state.contract.changes, wish.added))
        heads = (draft.record(Kind.CONTRACT, ContractRecorded(contract, heads), gid=state.gid),)
    else:
        _refuse_unknown(state, wish.changes)
    number = max(state.next_number, wish.taken + 1)
    evolution = draft.new_id()
    body = EvolutionStarted(
        number=number,
        changes=wish.changes,
        head=wish.head,
        contract=heads,
        pipeline=wish.pipeline,
        branch=wish.branch,
        team=wish.team,
        policy=wish.checked.blob,
        policies=wish.checked.policies,
    )
    draft.record(Kind.STARTED, body, gid=state.gid, evolution=evolution, id=evolution)
    tag = Version(wish.version).candidate(number)
    draft.message = commit_message(
        f"{tag} started: {', '.join(wish.changes)}",
        [("Action", Kind.STARTED.value), ("Generation", wish.version), ("Evolution", tag)],
    )
    return evolution


def _added_change(
    state: Generation, wanted: Sequence[str], new_change: tuple[ChangeType, str] | None
) -> Change | None:
    if new_change is None:
        return None
    if len(wanted) != 1:
        raise InvalidInput("--type and --title add one change, so give one --change")
    name = parse_name(wanted[0], what="change id")
    if state.change(name) is not None:
        raise Refused(
            f"change '{name}' is in the contract already",
            hints=[f"gryt evolution start {state.version} --change {name}"],
        )
    return Change(ChangeId(name), *new_change)


def _refuse_unknown(state: Generation, wanted: Sequence[str]) -> None:
    known = [change.change.id for change in state.changes]
    unknown = [name for name in wanted if name not in known]
    if not unknown:
        return
    hints = [
        f"did you mean {' or '.join(repr(str(n)) for n in near)}?"
        for name in unknown
        if (near := nearest(name, [str(k) for k in known]))
    ]
    names = ", ".join(f"'{name}'" for name in unknown)
    command = f"gryt evolution start {state.version}"
    raise NotFound(
        f"generation '{state.version}' promises no change {names}",
        hints=[*hints, f'add it: {command} --change {unknown[0]} --type fix --title "..."'],
    )


def _numbers_of_tags(session: Session, version: str) -> int:
    """Return the highest number that a tag of this version carries, whoever made it."""
    split = (parse_candidate(ref.removeprefix(TAGS)) for ref in session.ledger.refs)
    return max((found[1] for found in split if found and found[0] == version), default=0)


def abandon(session: Session, wanted: str, *, why: str) -> Evolution:
    """Withdraw an evolution: it proves nothing from here on, and keeps its number."""
    from gryt.model.records import Kind, Withdrawn  # lazy: the record classes
    from gryt.store.append import Draft, act  # lazy: writing

    view, evolution = find(session, wanted)

    def decide(draft: Draft) -> None:
        state = draft.state
        now = state.evolution(evolution.id) if state is not None else None
        if state is None or now is None:
            raise NotFound(f"evolution '{wanted}' does not exist")
        refuse_unless_draft(state)
        if now.status is EvolutionStatus.ABANDONED:
            raise Refused(f"evolution '{now.tag}' is abandoned already")
        if now.status is EvolutionStatus.RUNNING:
            raise Refused(f"evolution '{now.tag}' is running", hints=["end its run first"])
        draft.record(
            Kind.EVOLUTION_ABANDONED,
            Withdrawn(why, now.id),
            gid=state.gid,
            evolution=now.id,
        )
        draft.message = commit_message(
            f"{now.tag} abandoned: {why}",
            [
                ("Action", Kind.EVOLUTION_ABANDONED.value),
                ("Generation", state.version),
                ("Evolution", now.tag),
            ],
        )

    act(session.ledger, view.ref, session.author, decide, reason="evolution abandoned")
    after = session.ledger.get(view.state.version).state.evolution(evolution.id)
    assert after is not None
    return after
