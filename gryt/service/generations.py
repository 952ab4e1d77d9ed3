"""Generations: beginning one, changing what it promises, looking at it."""

import re
from collections.abc import Sequence

from gryt.errors import InvalidInput, Refused
from gryt.model.contract import Change, ChangeType, Contract, change_type
from gryt.model.names import ChangeId, Version, nearest, parse_name, parse_version
from gryt.service import contracts, revisions
from gryt.service.drafts import refuse_unless_draft
from gryt.service.messages import commit_message
from gryt.service.session import Session
from gryt.store.index import Summary
from gryt.store.layout import TRACKING
from gryt.store.ledger import View
from gryt.store.workspace import contract_path

_MAX_TITLE = 200
_CONTROLS = "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]"


def parse_change(text: str) -> Change:
    """Return the change in 'TYPE:ID:TITLE'; raise InvalidInput with what is allowed."""
    kind, _, rest = text.partition(":")
    change_id, _, title = rest.partition(":")
    hint = "a change is TYPE:ID:TITLE, such as 'add:FEAT-201:OAuth2 login support'"
    if not change_id or not title.strip():
        raise InvalidInput(f"'{text}' is not a change", hints=[hint])
    return Change(
        ChangeId(parse_name(change_id, what="change id")), parse_type(kind), parse_title(title)
    )


def parse_type(text: str) -> ChangeType:
    """Return the type that a word names; raise InvalidInput with the types there are."""
    kind = change_type(text)
    if kind is None:
        words = [kind.value for kind in ChangeType]
        near = [f"did you mean '{word}'?" for word in nearest(text, words)[:1]]
        raise InvalidInput(
            f"'{text}' is not a type of change", hints=[*near, f"types are {', '.join(words)}"]
        )
    return kind


def parse_title(text: str) -> str:
    """Return a title; raise InvalidInput where it is empty, long, or more than one line."""
    title = text.strip()
    if not title or len(title) > _MAX_TITLE or not title.isprintable():
        raise InvalidInput(
            f"{title[:60]!r} is not a title: one line of 1 to {_MAX_TITLE} characters"
        )
    return title


def new(
    session: Session,
    version: Version,
    *,
    description: str | None,
    pipeline: str | None,
    changes: Sequence[Change],
    source: tuple[bytes, str] | None,
) -> View:
    """Begin a generation, its contract from a file (`source`: bytes and name) or the options.

    Where a contract file for this version is in place already and nothing else is given, that is
    the contract. Raises Refused where the version exists.
    """
    from gryt.service.taken import refuse_taken  # lazy: a listing takes no name

    refuse_taken(session, version)
    given = description is not None or pipeline is not None or changes or source is not None
    in_place = contracts.read_file(session, version.text)
    if in_place is not None:
        if given:
            raise Refused(
                f"'{contract_path(version.text)}' is there already",
                hints=[f"gryt generation new {version}", f"rm {contract_path(version.text)}"],
            )
        view = revisions.begin(session, in_place[0])
        contracts.exclude(session)
        contracts.remember(session, view, in_place[1])
        return view
    contract = Contract(version.text) if source is None else _from_source(version, source)
    if pipeline is not None:
        pipeline = parse_name(pipeline, what="pipeline name")
    contract = contract._replace(
        description=contract.description if description is None else _description(description),
        pipeline_template=pipeline or contract.pipeline_template,
        changes=_with_changes(contract.changes, changes),
    )
    view = revisions.begin(session, contract)
    if session.workspace is not None:
        contracts.write_file(session, view)
    return view


def _description(text: str) -> str:
    """Return a description; raise InvalidInput where a contract file could not hold it."""
    if re.search(_CONTROLS, text):
        raise InvalidInput(f"{text[:60]!r} is not a description: it has control characters")
    return text.strip()


def _from_source(version: Version, source: tuple[bytes, str]) -> Contract:
    from gryt.store.inputs import read_contract  # lazy: YAML

    return read_contract(*source, version=version.text)


def _with_changes(there: tuple[Change, ...], more: Sequence[Change]) -> tuple[Change, ...]:
    known = {change.id for change in there}
    for change in more:
        if change.id in known:
            raise InvalidInput(f"change '{change.id}' is given twice")
        known.add(change.id)
    return (*there, *more)


def abandon(session: Session, version: str, *, why: str) -> View:
    """Give a draft up: it takes no more proofs and is not promoted; its records stay."""
    from gryt.model.records import Kind, Withdrawn  # lazy: the record classes
    from gryt.store.append import Draft, act  # lazy: writing

    view = contracts.current(session, version)

    def decide(draft: Draft) -> None:
        state = draft.state
        if state is None or state.gid != view.state.gid:
            raise session.ledger.unknown_version(version)
        refuse_unless_draft(state)
        draft.record(Kind.GENERATION_ABANDONED, Withdrawn(why), gid=state.gid)
        draft.message = commit_message(
            f"{state.version} abandoned: {why}",
            [("Action", Kind.GENERATION_ABANDONED.value), ("Generation", state.version)],
        )

    act(session.ledger, view.ref, session.author, decide, reason=f"{version} abandoned")
    return session.ledger.get(version)


def update(session: Session, version: str, source: tuple[bytes, str] | None) -> View:
    """Record the contract file, or `source` in its place; it settles concurrent edits."""
    if source is not None:
        contract = _from_source(parse_version(version), source)
        view = session.ledger.get(version)
    else:
        view = contracts.current(session, version)
        found = contracts.read_file(session, version)
        if found is None:
            contracts.write_file(session, view)
            return view
        contract = found[0]
    if contract == view.state.contract and not view.state.conflicts:
        return view
    after = revisions.record(session, view, contract, view.state.heads)
    if session.workspace is not None:
        contracts.write_file(session, after)
    return after


def file_for_edit(session: Session, version: str) -> str:
    """Make sure that the contract file is in place; return its path."""
    view = contracts.current(session, version)
    path = session.files.top / contract_path(version)
    if not path.exists():
        contracts.write_file(session, view)
    return str(path)


def show(session: Session, version: str) -> View:
    """Return one generation, edits of its file included."""
    return contracts.current(session, version)


def listing(session: Session) -> list[Summary]:
    """Return every generation, by version."""
    session.ledger.watch(TRACKING)
    contracts.take_up_all(session)
    return session.ledger.summaries()
