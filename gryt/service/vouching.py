"""Whose approvals count: who signed them, and who did the work that they are about."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from gryt.model.approvals import Approval, Facts, approvals, approvals_gate, email_of
from gryt.model.names import ChangeId, Oid, RecordId
from gryt.model.policy import Approvals
from gryt.model.records import EvolutionStarted, Record, RunFinished, RunStarted
from gryt.model.signed import relied_on, signatures_gate
from gryt.model.state import Generation, GenerationStatus
from gryt.model.verdict import Verdict
from gryt.service.session import Session
from gryt.store.people import Signers, is_before, known_signers, signatures_of, wrote

if TYPE_CHECKING:
    from gryt.service.judging import Case


def gates(case: "Case") -> Iterable[Verdict]:
    """Judge every rule of the policy that asks for approvals."""
    rules = [rule for rule in case.policy.rules if rule.approvals is not None]
    if not rules:
        return
    asked = [rule.approvals for rule in rules if rule.approvals is not None]
    given, facts = gathered(case.session, case.generation, case.records, asked, case.policy.signers)
    for rule, wanted in zip(rules, asked, strict=True):
        types = rule.is_for(state.change.type for state in case.generation.changes)
        verdict = approvals_gate(
            *(case.generation, given, wanted, facts, case.commit), name=rule.name, types=types
        )
        yield verdict._replace(advisory=rule.advisory)


def gathered(
    session: Session,
    generation: Generation,
    records: Sequence[Record],
    rules: Sequence[Approvals],
    published: Sequence[str] = (),
) -> tuple[tuple[Approval, ...], Facts]:
    """Return the approvals of a generation, and what these rules have to know of the people.

    Who is known by which key is `published`, else what this clone's git is configured with.
    """
    given = approvals(records)
    signers = known_signers(session.ledger, published)
    facts = Facts(person=signers.person)
    if given and any(rule.signed for rule in rules):
        names = {each.record for each in given}
        about = [record for record in records if record.id in names]
        distrusted, untold = doubtful(session, generation.version, about, signers)
        facts = facts._replace(distrusted=distrusted, untold=untold)
    if given and any(rule.not_author for rule in rules):
        facts = _authors(session, generation, records, facts)
    return given, facts


def doubtful(
    session: Session, version: str, records: Sequence[Record], signers: Signers
) -> tuple[dict[RecordId, str], dict[RecordId, str]]:
    """Return which records are not signed by who they name, and of which that cannot be told."""
    signed = signatures_of(session.ledger, version, records, signers)
    is_shallow = session.ledger.repository.is_shallow
    distrusted: dict[RecordId, str] = {}
    untold: dict[RecordId, str] = {}
    for record in records:
        found = signed[record.id].signatures if record.id in signed else ()
        if not found and is_shallow:
            untold[record.id] = "the clone is shallow, and does not tell who signed it"
        elif not found:
            distrusted[record.id] = "no commit of its own put it there: nobody signed it"
        else:
            email = email_of(record.by)
            people = {signers.person.get(s.principal, s.principal) for s in found if s.principal}
            if signers.person.get(email, email) not in people:
                by = ", ".join(sorted(people))
                why = f"it is signed by {by}, and not by whom it names" if by else found[0].why_not
                distrusted[record.id] = why or "its signature is not good"
    return distrusted, untold


def signature_gates(case: "Case") -> Iterable[Verdict]:
    """Judge every rule of the policy that asks for signed records."""
    about = relied_on(case.generation, case.records)
    signers = known_signers(case.session.ledger, case.policy.signers)
    found = doubtful(case.session, case.generation.version, about, signers)
    for rule in (rule for rule in case.policy.rules if rule.signed):
        verdict = signatures_gate(case.generation, about, *found, name=rule.name)
        yield verdict._replace(advisory=rule.advisory)


def _authors(
    session: Session, generation: Generation, records: Iterable[Record], facts: Facts
) -> Facts:
    authors: dict[ChangeId, dict[str, str]] = {}
    unknown: dict[ChangeId, str] = {}
    people = _at_work(records)
    proofs = {s.proof.commit for s in generation.changes if s.proof is not None}
    released = _released(session, generation)
    writers: dict[Oid, dict[str, str] | None] = {}
    for oid in proofs:
        before = {other for other in proofs if is_before(session.ledger, other, oid)}
        writers[oid] = wrote(session.ledger, oid, before | released)
    for state in generation.changes:
        if state.proof is None:
            continue
        change, proof = state.change.id, state.proof
        who = {
            email: f"{did} {proof.tag}" for email, did in people.get(proof.evolution, {}).items()
        }
        found = writers[proof.commit]
        if found is None:
            unknown[change] = f"who wrote {proof.commit[:10]} is not known: history is missing here"
        for email, commit in (found or {}).items():
            who.setdefault(email, f"wrote {commit[:10]}")
        authors[change] = who
    return facts._replace(authors=authors, unknown_authors=unknown)


def _at_work(records: Iterable[Record]) -> dict[RecordId, dict[str, str]]:
    """Return who started and who ran each evolution."""
    people: dict[RecordId, dict[str, str]] = {}
    for record in records:
        body = record.body
        if isinstance(body, EvolutionStarted):
            people[record.id] = {email_of(record.by): "started"}
        elif isinstance(body, RunStarted | RunFinished):
            people.setdefault(body.evolution, {}).setdefault(email_of(record.by), "ran")
    return people


def _released(session: Session, generation: Generation) -> set[Oid]:
    """Return the commits of the other releases: what they have is not this one's work."""
    lines = session.ledger.summaries()
    promoted = [
        line.version
        for line in lines
        if line.status == GenerationStatus.PROMOTED.value and line.version != generation.version
    ]
    views = [session.ledger.get(version).state.promotion for version in promoted]
    return {promotion.commit for promotion in views if promotion is not None}
