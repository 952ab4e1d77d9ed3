"""Rules about the audit trail itself: what is recorded, by whom, and whether it was left alone."""

from collections.abc import Callable, Iterable, Iterator

from gryt.model.compliance.assessment import (
    Item,
    Rule,
    Status,
    conforms,
    short,
    unverifiable,
    violates,
)
from gryt.model.compliance.evidence import Evidence, Fact, TagFact, Trust
from gryt.model.names import Oid
from gryt.model.records import Kind, Promoted, RunFinished

_VOUCHED = frozenset({Kind.PROMOTED, Kind.APPROVED, Kind.STARTED, Kind.RUN_FINISHED})
_LAW_1 = "git log -m --diff-filter=MDRT --name-status --format=%h {ref}"

_WHY = {
    Trust.UNSIGNED: "it is not signed",
    Trust.UNKNOWN: "its signature cannot be checked here",
    Trust.OTHER: "it was signed by '{signer}', not by who it names",
    Trust.BAD: "its signature is wrong",
}


def trusted(subject: str, trust: Trust, signer: str | None, recheck: str) -> Item:
    """Return what a signature says of an item."""
    if trust is Trust.GOOD:
        return conforms(subject, recheck)
    why = _WHY[trust].format(signer=signer)
    if trust is Trust.BAD:
        return violates(subject, why, recheck)
    if trust is Trust.OTHER:
        return short(subject, why, recheck)
    return unverifiable(subject, why, recheck)


def signed(fact: Fact) -> Item:
    """Judge a record by the signature of the commit that brought it."""
    recheck = f"git log --show-signature -1 {fact.ref} -- {fact.path}"
    return trusted(fact.record.id, fact.trust, fact.signer, recheck)


def _made_tags(evidence: Evidence) -> dict[str, set[Oid]]:
    """Return the tags that records say were made, with every object that they had."""
    made: dict[str, set[Oid]] = {}
    for fact in evidence.everything:
        body = fact.record.body
        if isinstance(body, Promoted | RunFinished) and body.tag and body.tag_object:
            made.setdefault(body.tag, set()).add(body.tag_object)
    return made


def _tag_item(tag: TagFact, made: dict[str, set[Oid]]) -> Item:
    recheck = f"git cat-file -p refs/tags/{tag.name}"
    if tag.name not in made:
        forbidden = short if tag.candidate else violates
        return forbidden(tag.name, "no record says that it was made", recheck)
    if tag.object not in made[tag.name]:
        return violates(tag.name, "it is not the tag that the record names", recheck)
    return conforms(tag.name, recheck)


def event_logging(evidence: Evidence) -> Iterator[Item]:
    """AU-2: what can be seen to have happened, the tags, has a record that says so."""
    made = _made_tags(evidence)
    for tag in evidence.tags:
        yield _tag_item(tag, made)
    for fact in evidence.facts:
        if fact.record.kind is Kind.RUN_FINISHED:
            yield conforms(fact.record.id, fact.recheck)


def content(evidence: Evidence) -> Iterator[Item]:
    """AU-3: each record tells what, when, where, from where, with what outcome, and who."""
    for fact in evidence.facts:
        missing = [
            name
            for name, value in (
                ("when it happened", fact.record.at),
                ("who did it", fact.record.by.strip()),
                ("where it happened", fact.ref),
                ("what came of it", fact.record.kind.value),
            )
            if not value
        ]
        if missing:
            yield short(fact.record.id, f"it does not tell {', '.join(missing)}", fact.recheck)
        else:
            yield conforms(fact.record.id, fact.recheck)
    for each in evidence.unreadable:
        yield unverifiable(each.place, each.reason, f"git cat-file -p {each.place}")


def reviews(evidence: Evidence) -> Iterator[Item]:
    """AU-6, SR-10: each review of the trail ended without findings, or with an answer."""
    for fact, body in evidence.reviews:
        if body.tampered == 0:
            yield conforms(fact.record.id, fact.recheck)
        elif body.comment:
            yield short(
                fact.record.id, f"{body.tampered} findings; answered: {body.comment}", fact.recheck
            )
        else:
            yield violates(fact.record.id, f"{body.tampered} findings, not answered", fact.recheck)


def non_repudiation(evidence: Evidence) -> Iterable[Item]:
    """AU-10: whoever vouched for something signed it."""
    return (signed(fact) for fact in evidence.facts if fact.record.kind in _VOUCHED)


def identities(evidence: Evidence) -> Iterable[Item]:
    """AU-10(1): each record is signed by the very person whom it names."""
    return (signed(fact) for fact in evidence.facts)


def generation_of_records(evidence: Evidence) -> Iterator[Item]:
    """AU-12: each ledger ref and each tag is what records account for."""
    for ref in evidence.refs:
        found = evidence.tampered_at(ref)
        if found:
            yield violates(ref, found[0].message, _LAW_1.format(ref=ref))
        else:
            yield conforms(ref, _LAW_1.format(ref=ref))
    made = _made_tags(evidence)
    for tag in evidence.tags:
        yield _tag_item(tag, made)


def integrity(evidence: Evidence) -> Iterator[Item]:
    """SI-7: a verification of every ledger ref, made for this report, found nothing forged."""
    for ref in evidence.refs:
        found = evidence.tampered_at(ref)
        if found:
            yield violates(ref, found[0].message, f"git log --stat {ref}")
        else:
            yield conforms(ref, f"git log --stat {ref}")
    accounted = {f for ref in evidence.refs for f in evidence.tampered_at(ref)}
    for finding in evidence.tampered:
        if finding not in accounted:
            yield violates(finding.subject, finding.message, "git fsck --full")


_LOST = frozenset(
    {"record-changed", "record-removed", "evil-merge", "missing-commit", "broken-ref", "unreadable"}
)


def retention(evidence: Evidence) -> Iterator[Item]:
    """SI-12: nothing that was ever recorded has been changed or removed."""
    for ref in evidence.refs:
        found = [f for f in evidence.tampered_at(ref) if f.kind in _LOST]
        command = _LAW_1.format(ref=ref)
        yield violates(ref, found[0].message, command) if found else conforms(ref, command)
    for place in evidence.unreadable:
        yield unverifiable(place.place, place.reason, f"git cat-file -p {place.place}")


def tamper_resistance(evidence: Evidence) -> Iterable[Item]:
    """SR-9: the chain of signed records is whole."""
    yield from identities(evidence)
    for finding in evidence.tampered:
        yield violates(finding.subject, finding.message, "git fsck --full")


def all_of(*judges: Callable[[Evidence], Iterable[Item]]) -> Callable[[Evidence], Iterator[Item]]:
    """Return a rule that asks several."""

    def judge(evidence: Evidence) -> Iterator[Item]:
        for each in judges:
            yield from each(evidence)

    return judge


_AU3 = tuple(f"au-3_obj.{letter}" for letter in "abcdef")

RULES: tuple[Rule, ...] = (
    Rule(
        "AU-2",
        "what can be seen to have happened: runs, candidate and release tags",
        "a record says so; a release tag without one is a violation",
        event_logging,
        ("au-2_obj.a", "au-2_obj.c-1"),
        "why these events were chosen, and the review of the choice",
    ),
    Rule(
        "AU-3",
        "every record",
        "it tells what, when, where, from where, with what outcome, and who",
        content,
        _AU3,
    ),
    Rule(
        "AU-6",
        "reviews of the trail (`gryt audit review`)",
        "nothing was found, or what was found is answered",
        reviews,
        ("au-6_obj.a",),
        "to whom findings were reported, and how often a review is due",
    ),
    Rule(
        "AU-10",
        "promotions, approvals, evolutions and runs",
        "signed well by the person whom the record names",
        non_repudiation,
        ("au-10_obj",),
    ),
    Rule(
        "AU-10(1)",
        "every record",
        "signed well by the person whom the record names",
        identities,
    ),
    Rule(
        "AU-12",
        "ledger refs, candidate tags and release tags",
        "nothing in them but what records account for",
        generation_of_records,
        ("au-12_obj.a", "au-12_obj.c"),
        "who may choose which events are recorded",
    ),
    Rule(
        "SI-7",
        "ledger refs, verified for this report",
        "nothing forged, removed or broken was found",
        integrity,
        ("si-7_obj.a-1", "si-7_obj.a-3"),
        "firmware, and what is done when something is found",
    ),
    Rule(
        "SI-12",
        "ledger refs, and blobs in the place of records",
        "nothing was ever changed or removed, and everything reads",
        retention,
        ("si-12_obj-1", "si-12_obj-3"),
        "the laws and rules that say how long",
    ),
    Rule(
        "SR-9",
        "every record",
        "signed well, in a ledger in which nothing was tampered with",
        tamper_resistance,
        ("sr-9_obj",),
        "the rest of a tamper protection programme",
        at_most=Status.PARTIAL,
    ),
    Rule(
        "SR-10",
        "inspections of the repository (`gryt audit review`)",
        "nothing was found, or what was found is answered",
        reviews,
        unseen="when an inspection is due",
    ),
)
