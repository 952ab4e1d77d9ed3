"""Publishing a policy: which publication is in force, and what one still lacks.

To publish is to put a policy in the place of those that one has seen (`replaces`). Where such a one
asks for approvals, further people approve by publishing the very same file; until enough of them
have, the older one stays. A publication that replaces nothing only adds, and so do two that were
made at the same time: every publication that nothing replaced is in force.
"""

from collections.abc import Callable, Iterable

from gryt.model.approvals import email_of
from gryt.model.names import Oid, RecordId
from gryt.model.policy import Source
from gryt.values import Value


class Publication(Value):
    """One record that somebody published a policy."""

    record: RecordId
    at: str
    by: str
    policy: Oid
    """The blob of the file."""
    replaces: tuple[RecordId, ...]
    tip: Oid = Oid("")
    """The commit of a meta-branch that has it and its file."""


class Pending(Value):
    """A policy that is published and not in force: whom it waits for."""

    publication: Publication
    """The first one of this file."""
    people: tuple[str, ...]
    """Who published it and counts."""
    needed: int


class Standing(Value):
    """What all publications come to."""

    in_force: tuple[Publication, ...]
    pending: tuple[Pending, ...]


def by_address(publication: Publication, _instead_of: Source) -> str | None:
    """Return who published, going by the address alone."""
    return email_of(publication.by)


def standing(
    publications: Iterable[Publication],
    read: Callable[[Publication], Source],
    person: Callable[[Publication, Source], str | None] = by_address,
) -> Standing:
    """Return what is in force; `read` gives the policy that a publication is about.

    `person` tells who published, as far as the policy that is to be replaced believes it.
    """
    heads: dict[RecordId, Publication] = {}
    votes: dict[Oid, list[Publication]] = {}
    waiting: dict[Oid, Pending] = {}
    for each in sorted(publications, key=lambda p: p.record):
        replaced = [heads[name] for name in each.replaces if name in heads]
        votes.setdefault(each.policy, []).append(each)
        lacking = _lacking(votes[each.policy], [read(head) for head in replaced], person)
        if lacking is not None:
            waiting[each.policy] = lacking
            continue
        for head in replaced:
            del heads[head.record]
        heads[each.record] = each
        for gone in (votes, waiting):
            # approvals were of taking the place of what stood there then
            gone.clear() if replaced else gone.pop(each.policy, None)
    return Standing(tuple(heads.values()), tuple(waiting.values()))


def _lacking(
    votes: list[Publication],
    instead_of: list[Source],
    person: Callable[[Publication, Source], str | None],
) -> Pending | None:
    """Return what keeps a policy from taking the place of others; None where nothing does."""
    for source in instead_of:
        rule = source.publish
        if rule is None:
            continue
        author = email_of(votes[0].by)
        wanted = {address.casefold() for address in rule.people}
        people = {
            who
            for vote in votes
            if (who := person(vote, source)) is not None
            and not (rule.not_author and author in {who, email_of(vote.by)})
            and (not wanted or who in wanted or email_of(vote.by) in wanted)
        }
        if len(people) < rule.min:
            return Pending(votes[0], tuple(sorted(people)), rule.min)
    return None
