"""Renaming a generation: its records, contract file and candidates' tags go by another version.

What no remote has seen simply moves. Where one has, the old name keeps its ref, whose last record
says what it goes by now, and tags that others may have stay beside the new ones.
"""

from typing import TYPE_CHECKING

from gryt.errors import Refused
from gryt.model.names import Oid, RecordId, Version
from gryt.model.pipeline import RunStatus
from gryt.model.records import Kind, Renamed, RunFinished
from gryt.model.state import Evolution, EvolutionStatus, Generation
from gryt.service import contracts
from gryt.service.lookup import follow_current
from gryt.service.lost import give_up, refuse_unless_free
from gryt.service.messages import commit_message
from gryt.service.session import Session
from gryt.service.tags import candidate_message
from gryt.service.taken import refuse_taken, taken
from gryt.store import notes
from gryt.store.former import renamed
from gryt.store.layout import TAGS
from gryt.store.naming import identities, let_go_by, settle, untag

if TYPE_CHECKING:
    from gryt.store.append import Draft
    from gryt.store.ledger import View


def rename(session: Session, old: str, new: Version) -> "View":
    """Let a draft go by the version `new`, in one transaction; return it under that name.

    A promotion that never reached a remote, where another generation has the version by now, is
    given up with the name. Raises Refused where it is promoted otherwise or abandoned, where `new`
    (with or without its 'v') is a generation here or on a remote, or is tagged already, and where a
    run of it goes on.
    """
    from gryt.store.append import act  # lazy: writing

    settle(session.ledger)
    if session.ledger.find(old) is None and renamed(session.ledger, old) == new.text:
        return session.ledger.get(new.text)  # and if it was interrupted, it is finished now
    view = contracts.current(session, old)
    refuse_unless_free(session.ledger, view.state)
    gid = view.state.gid
    refuse_taken(session, new, gid=None if new.text == old else gid)
    act(
        session.ledger,
        view.ref,
        session.author,
        lambda draft: _decide(session, draft, gid=gid, new=new),
        reason=f"{old} renamed",
    )
    after = session.ledger.get(new.text)
    _let_files_follow(session, view.state, after)
    follow_current(session, old, new.text)
    return after


def _decide(session: Session, draft: "Draft", *, gid: RecordId, new: Version) -> None:
    """Put the rename into an action, upon the state as it is by now."""
    ledger, state = draft.ledger, draft.state
    old = ledger.layout.version(draft.ref) or ""
    if state is None or state.gid != gid or draft.tip is None:
        raise ledger.unknown_version(old)
    lost = refuse_unless_free(ledger, state)
    _refuse_running(session, state)
    _refuse_tagged(draft, new.text)
    there = ledger.objects.ref(ledger.layout.generation(new.text))
    if there is not None and gid not in identities(ledger, there):
        raise taken(session, new.text, "")
    if lost is not None:
        give_up(draft, lost)
    is_published = let_go_by(draft, new.text, gid)
    made = _move_tags(draft, state, new, is_published=is_published)
    draft.record(Kind.RENAMED, Renamed(old, new.text, made), gid=gid)
    draft.message = commit_message(
        f"{old} renamed to {new}",
        [("Action", Kind.RENAMED.value), ("Generation", new.text)],
    )


def _refuse_running(session: Session, state: Generation) -> None:
    running = [e.tag for e in state.evolutions if _runs_here(session, e)]
    if running:
        raise Refused(f"evolution '{running[0]}' is running", hints=["end its run first"])


def _runs_here(session: Session, evolution: Evolution) -> bool:
    from gryt.store.locks import is_held  # lazy: writing

    if evolution.status is not EvolutionStatus.RUNNING or evolution.run is None:
        return False
    return is_held(session.ledger.run_lock(evolution.run)) is True


def _move_tags(
    draft: "Draft", state: Generation, new: Version, *, is_published: bool
) -> tuple[tuple[str, Oid], ...]:
    """Tag every proven candidate under its new name, let its note say so, and return the tags.

    The old tags go where nobody else can have them.
    """
    objects = draft.ledger.objects
    renamed = state._replace(version=new.text)
    made: list[tuple[str, Oid]] = []
    lines: dict[tuple[str, RecordId], str] = {}
    for record in draft.ledger.records(draft.ref):
        body = record.body
        was = state.evolution(body.evolution) if isinstance(body, RunFinished) else None
        if not isinstance(body, RunFinished) or was is None:
            continue
        now = was._replace(tag=new.candidate(was.number))
        if notes.worth_noting(body):
            lines[body.commit, was.id] = notes.note_line(now, body)
        if body.status is not RunStatus.PASS or body.tag is None:
            continue
        made.append((now.tag, _new_tag(draft, renamed, now, body)))
        at = objects.ref(f"{TAGS}{was.tag}")
        if not is_published and at is not None and _is_own(draft, at, was, body):
            untag(draft, was.tag, at)
    for (commit, _), line in lines.items():
        draft.notes.setdefault(commit, []).append(line)
    return tuple(made)


def _is_own(draft: "Draft", at: str, evolution: Evolution, body: RunFinished) -> bool:
    """Tell whether a tag is the one that gryt made, and not somebody else's of that name."""
    return at == body.tag_object or f"Gryt-Evolution: {evolution.id}" in draft.ledger.objects.raw(
        at, limit=1 << 20
    )[1].decode(errors="replace")


def _new_tag(draft: "Draft", renamed: Generation, now: Evolution, body: RunFinished) -> Oid:
    """Make a candidate's tag under its new name, unless it had that one before."""
    there = draft.ledger.objects.ref(f"{TAGS}{now.tag}")
    if there is not None and _is_own(draft, there, now, body):
        return Oid(there)
    _refuse_tagged(draft, now.tag)
    message = candidate_message(renamed, now, body.run, body.pipeline.name)
    return draft.tag(now.tag, body.commit, message).oid


def _refuse_tagged(draft: "Draft", name: str) -> None:
    if draft.ledger.objects.ref(f"{TAGS}{name}") is not None:
        raise Refused(
            f"tag '{name}' exists already", hints=[f"git show {name}", "take another version"]
        )


def _let_files_follow(session: Session, before: Generation, after: "View") -> None:
    """Let the contract file go by the new version; one that a remote has takes its place."""
    if session.workspace is None:
        return
    contracts.write_file(session, after)
    contracts.forget_file(session, before.version)
    other = session.ledger.find(before.version)
    if other is not None and other.state.status.value == "draft":
        contracts.write_file(session, other)
