"""Which evolution a bare `gryt run` proves."""

import re

from gryt.model.state import Evolution
from gryt.service import ci, lookup
from gryt.service.session import Session
from gryt.store.ledger import View

_TRAILER = re.compile(r"^Gryt-Evolution:\s*(?P<name>\S+)\s*$", re.MULTILINE)
_BRACKETS = re.compile(r"\[(?P<id>[A-Za-z0-9][A-Za-z0-9._-]*)\]")


def evolution_to_prove(
    session: Session, asked: str | None, *, commit: str | None, branch: str | None
) -> tuple[View, Evolution] | None:
    """Return the evolution that is meant; None where there is none.

    In this order: the one asked for, `GRYT_EVOLUTION`, the one started last in this work tree, what
    the commit's message names (a `Gryt-Evolution:` trailer or `[change id]`), the only open one
    started on this branch; and in CI, the only open one there is. Raises Ambiguous, with the
    candidates, where a message or a branch fits several, or in CI there are several.
    """
    named = asked or session.environ.get("GRYT_EVOLUTION")
    if named:
        return lookup.find(session, named)
    found = lookup.current_evolution(session)
    if found is not None:
        return found
    candidates = lookup.open_evolutions(session)
    if not candidates:
        return None
    message = session.ledger.objects.message(commit) if commit else ""
    trailer = _TRAILER.search(message)
    if trailer is not None:
        return lookup.find(session, trailer["name"])
    ids = {match["id"] for match in _BRACKETS.finditer(message)}
    fitting = [pair for pair in candidates if ids.intersection(pair[1].changes)]
    if fitting:
        return lookup.only_one(fitting, why="the commit's message")
    fitting = [pair for pair in candidates if branch and pair[1].branch == branch]
    if len(fitting) == 1:
        return fitting[0]
    if ci.detect(session.environ) is not None:
        return lookup.only_one(fitting or candidates, why="this job")
    return None
