"""Publishing a policy: which publication is in force, and what one still lacks.

To publish is to put a policy in the place of those that one has seen (`replaces`). Where such a one
asks for approvals, further people approve by publishing the very same file; until enough of them
have, the older one stays. A publication that replaces nothing only adds, and so do two that were
made at the same time: every publication that nothing replaced is in force.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from gryt.model.approvals import email_of
from gryt.model.names import Oid, RecordId
from gryt.model.policy import Approvals, Source


class Publication(NamedTuple):
    """One record that somebody published a policy."""

    record: RecordId
    at: str
    by: str
    policy: Oid
    """The blob of the file."""
    replaces: tuple[RecordId, ...]


class Pending(NamedTuple):
    """A policy that is published and not in force: whom it waits for."""

    publication: Publication
    """The first one of this file."""
    people: tuple[str, ...]
    """Who published it and counts."""
    needed: int


class Standing(NamedTuple):
    """What all publications come to."""

    in_force: tuple[Publication, ...]
    pending: tuple[Pending, ...]


def standing(
    publications: Iterable[Publication], read: Callable[[Publication], Source]
) -> Standing:
    """Return what is in force; `read` gives the policy that a publication is about."""
    heads: dict[RecordId, Publication] = {}
    votes: dict[Oid, list[Publication]] = {}
    waiting: dict[Oid, Pending] = {}
    for each in sorted(publications, key=lambda p: p.record):
        replaced = [heads[name] for name in each.replaces if name in heads]
        votes.setdefault(each.policy, []).append(each)
        lacking = _lacking(votes[each.policy], [read(head).publish for head in replaced])
        if lacking is not None:
            waiting[each.policy] = lacking
            continue
        for head in replaced:
            del heads[head.record]
        heads[each.record] = each
        votes.clear()
        waiting.clear()
    return Standing(tuple(heads.values()), tuple(waiting.values()))


def _lacking(votes: list[Publication], asked: list[Approvals | None]) -> Pending | None:
    """Return what keeps a policy from taking the place of others; None where nothing does."""
    author = email_of(votes[0].by)
    for rule in asked:
        if rule is None:
            continue
        wanted = {person.casefold() for person in rule.people}
        people = {
            email
            for vote in votes
            for email in (email_of(vote.by),)
            if not (rule.not_author and email == author)
            and (not wanted or email in wanted or _name(vote.by) in wanted)
        }
        if len(people) < rule.min:
            return Pending(votes[0], tuple(sorted(people)), rule.min)
    return None


def _name(by: str) -> str:
    return by.rpartition("<")[0].strip().casefold()
