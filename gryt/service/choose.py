"""Which evolution a bare `gryt run` proves."""

import re

from gryt.model.state import Evolution
from gryt.service import ci, lookup
from gryt.service.session import Session
from gryt.store.checkout import messages_of
from gryt.store.ledger import View

_TRAILER = r"(?m)^Gryt-Evolution:\s*(?P<name>\S+)\s*$"
_BRACKETS = r"\[(?P<id>[A-Za-z0-9][A-Za-z0-9._-]*)\]"


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
    job = ci.detect(session.environ)
    found = lookup.current_evolution(session)
    # a CI system may use a work tree again: what another job started there is not meant
    if found is not None and (job is None or found[1].head == commit):
        return found
    candidates = lookup.open_evolutions(session)
    if not candidates:
        return None
    messages = messages_of(session.ledger, commit) if commit else []
    trailer = next((match for text in messages if (match := re.search(_TRAILER, text))), None)
    if trailer is not None:
        return lookup.find(session, trailer["name"])
    ids = {match["id"] for text in messages for match in re.finditer(_BRACKETS, text)}
    fitting = [pair for pair in candidates if ids.intersection(pair[1].changes)]
    if len(fitting) == 1:
        return fitting[0]
    where = branch or (job.branch if job is not None else None)
    # several may be about one change; the branch tells which of them this is
    here = [pair for pair in fitting or candidates if where and pair[1].branch == where]
    if len(here) == 1:
        return here[0]
    if fitting:
        return lookup.only_one(here or fitting, why="the commit's message")
    if here:
        return lookup.only_one(here, why=f"branch '{where}'")
    return lookup.only_one(candidates, why="this job") if job is not None else None
