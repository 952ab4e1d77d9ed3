"""How every generation here stands to the same one at a remote."""

from gryt.errors import Corrupt, RemoteFailed
from gryt.model.state import Generation
from gryt.model.sync import Clash, Line, Overview, Side, Standing
from gryt.service.session import Session
from gryt.service.sync import (
    META,
    in_scope,
    label,
    prepare,
    rewound_problem,
    unreadable_problem,
)
from gryt.store import remotes, sync_fetch, sync_tags
from gryt.store.sync_fetch import Contact
from gryt.store.sync_unite import standing, state_there, unite_ref


def clash(session: Session, remote: str, ref: str) -> Clash:
    """Return both generations of one version; raise Corrupt where the other does not read."""
    ledger = session.ledger
    there = state_there(ledger, remote, ref)
    here = ledger.state(ref)
    return Clash(here.version, remote, _side(here), _side(there))


def _side(state: Generation) -> Side:
    if state.promotion is not None:
        return Side(state.gid, state.status.value, state.promotion.by, state.promotion.at)
    return Side(state.gid, state.status.value, state.created_by, state.created_at)


def status(session: Session, *, remote: str | None, version: str | None, offline: bool) -> Overview:
    """Return how every generation stands; where the remote cannot be asked, as last known."""
    name = prepare(session, remote, version)
    reached, contact = not offline, sync_fetch.known(session.ledger, name)
    tags: dict[str, str] | None = None
    if not offline:
        try:
            contact = sync_fetch.contact(session.ledger, name, session.network)
            tags = sync_fetch.look(session.ledger, name, session.network)[1]
        except RemoteFailed as error:
            reached = False
            session.say(f"notice: {error.message}: this is what was last known")
            for line in error.details:
                session.say(f"  {line}")
    return overview(session, contact, version, reached=reached, tags=tags)


def overview(
    session: Session,
    contact: Contact,
    version: str | None,
    *,
    reached: bool,
    tags: dict[str, str] | None = None,
) -> Overview:
    """Return how what is here stands to what a remote is known to have; its tags, where known."""
    ledger = session.ledger
    refs = in_scope(session, [*ledger.refs, *contact.tips], version)
    if version is not None and not refs:
        raise ledger.unknown_version(version)
    lines, clashes, problems = [], [], []
    owed = (
        {} if tags is None else sync_tags.owed(ledger, (r for r in refs if r in ledger.refs), tags)
    )
    known = {line.ref: line.status for line in ledger.summaries()}
    for ref in refs:
        here, there = ledger.refs.get(ref), contact.tips.get(ref)
        problem, lacking = None, None
        try:
            state = standing(ledger, ref, here, there)
            if ref in contact.rewound:
                state = Standing.REWOUND
                problem = rewound_problem(session, contact, ref, contact.rewound[ref])
            elif state is Standing.CONFLICT:
                clashes.append(clash(session, contact.remote, ref))
            elif state in {Standing.BEHIND, Standing.DIVERGED}:
                unite_ref(ledger, ref, here, there)
            elif state is Standing.SYNCED and ref in owed:
                state = Standing.PENDING
                lacking = f"{contact.remote} lacks {owed[ref][0][1]}"
        except Corrupt as error:
            state, problem = Standing.UNREADABLE, unreadable_problem(session, contact, ref, error)
        if problem is not None:
            problems.append(problem)
        is_former = here is not None and ref not in known and ref != ledger.layout.meta
        if is_former and state is Standing.SYNCED:
            continue  # a name that nothing goes by any more
        tracking = ledger.layout.tracking(contact.remote, ref)
        lines.append(
            Line(
                version=label(session, ref),
                standing=state,
                remote_id=there,
                synced_at=remotes.moved_at(ledger, tracking) if there else None,
                local_status=known.get(ref),
                message=problem.message if problem else lacking,
            )
        )
    lines.sort(key=lambda line: _order(line.version))
    return Overview(contact.remote, tuple(lines), reached, tuple(clashes), tuple(problems))


def _order(version: str) -> tuple[int, str]:
    from gryt.model.names import Version  # lazy: sorting

    return (1, version) if version == META else (0, Version(version).sort_key)
