"""Which evolution is meant: the one a name says, the current one of a work tree, the open ones."""

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from gryt.errors import Ambiguous, NotFound
from gryt.model.names import RecordId, nearest, parse_candidate
from gryt.model.state import Evolution, GenerationStatus
from gryt.service import contracts
from gryt.service.session import Session
from gryt.store.ledger import View

if TYPE_CHECKING:
    from gryt.store.plain import Plain


def set_current(session: Session, version: str, evolution: RecordId | None) -> None:
    """Make an evolution the one that a bare `gryt run` in this work tree proves; None for none."""
    path = session.ledger.repository.git_dir / "gryt" / "current"
    with suppress(OSError):
        if evolution is None:
            path.unlink(missing_ok=True)
            return
        path.parent.mkdir(exist_ok=True)
        temporary = path.with_suffix(f".{os.getpid()}.tmp")
        temporary.write_text(f"{version} {evolution}\n")
        temporary.replace(path)


def follow_current(session: Session, old: str, new: str) -> None:
    """Let a work tree's current evolution go by its generation's new name."""
    path = session.ledger.repository.git_dir / "gryt" / "current"
    with suppress(OSError, ValueError):
        version, _, evolution = path.read_text().strip().partition(" ")
        if version == old:
            set_current(session, new, RecordId(evolution))


def drop_current(session: Session, evolution: Evolution | None) -> None:
    """Let a work tree have no current evolution any more, where it is this one."""
    current = current_evolution(session, open_only=False)
    if current is not None and evolution is not None and current[1].id == evolution.id:
        set_current(session, current[0].state.version, None)


def current_evolution(session: Session, *, open_only: bool = True) -> tuple[View, Evolution] | None:
    """Return the evolution last started in this work tree, as a rule only where it is open."""
    path = session.ledger.repository.git_dir / "gryt" / "current"
    try:
        version, _, evolution = path.read_text().strip().partition(" ")
    except (OSError, ValueError):
        return None
    view = session.ledger.find(version)
    found = view.state.evolution(evolution) if view is not None else None
    if view is None or found is None or (open_only and not found.is_open):
        return None
    return view, found


def find(session: Session, wanted: str) -> tuple[View, Evolution]:
    """Return the evolution that an rc tag or a record id names; raise NotFound."""
    split = parse_candidate(wanted)
    if split is not None:
        view = contracts.current(session, split[0])
        found = view.state.evolution(wanted)
        if found is not None:
            return view, found
        numbers = [evolution.tag for evolution in view.state.evolutions]
        raise NotFound(
            f"evolution '{wanted}' does not exist",
            hints=[
                *(f"did you mean '{near}'?" for near in nearest(wanted, numbers)[:1]),
                f"gryt evolution list {split[0]}",
            ],
        )
    for line in session.ledger.summaries():
        view = session.ledger.get(line.version)
        found = view.state.evolution(wanted)
        if found is not None:
            return view, found
    raise NotFound(
        f"evolution '{wanted}' does not exist",
        hints=["evolutions are named by their candidate, such as v1.5.0-rc.1"],
    )


def steps_of(session: Session, view: View, evolution: Evolution) -> "list[Plain]":
    """Return the steps of an evolution's latest finished run as recorded, logs included."""
    finished = [
        document
        for document in session.ledger.documents(view.ref)
        if document["kind"] == "run.finished" and document.get("evolution") == evolution.id
    ]
    if not finished:
        return []
    whole = session.ledger.record(view.ref, RecordId(str(finished[-1]["id"])))
    steps = whole.get("steps")
    return steps if isinstance(steps, list) else []


def open_evolutions(session: Session) -> list[tuple[View, Evolution]]:
    """Return every open evolution of every draft."""
    drafts = [
        line.version
        for line in session.ledger.summaries()
        if line.status == GenerationStatus.DRAFT.value and line.evolutions
    ]
    views = [session.ledger.get(version) for version in drafts]
    return [(view, e) for view in views for e in view.state.evolutions if e.is_open]


def only_one(candidates: list[tuple[View, Evolution]], *, why: str) -> tuple[View, Evolution]:
    """Return the single candidate; raise Ambiguous with all of them."""
    if len(candidates) == 1:
        return candidates[0]
    raise Ambiguous(
        f"{len(candidates)} open evolutions fit {why}",
        details=[f"{e.tag}  {', '.join(e.changes)}  {e.branch or ''}" for _, e in candidates],
        hints=[f"gryt run --evolution {candidates[0][1].tag}"],
    )
