"""Approvals: who vouches for a release, and whose word counts.

An approval is bound to what was seen when it was given: the contract and the proofs. Approvals are
counted per change and by people, so one person with two keys or two approvals is one, and whoever
did the work of a change does not vouch for it where the rule says so. Who is who, who did the work
and whose signature is good is found out by the caller and comes in as `Facts`.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

from gryt.model.contract import ChangeType, Contract
from gryt.model.fold import combine, in_order
from gryt.model.names import ChangeId, Oid, RecordId
from gryt.model.policy import Approvals
from gryt.model.records import ApprovalWithdrawn, Approved, ContractRecorded, Record
from gryt.model.rollback import superseded
from gryt.model.state import ChangeState, ChangeStatus, Generation
from gryt.model.verdict import Outcome, Verdict
from gryt.values import Value

GATE = "ApprovalsGate"


class Approval(Value):
    """One approval as recorded."""

    record: RecordId
    at: str
    by: str
    change: ChangeId | None
    """The change that it is about; None for the whole release."""
    commit: Oid | None
    comment: str | None
    seen: Contract
    """The contract as they saw it."""
    proofs: Mapping[ChangeId, RecordId]
    withdrawn: str | None = None
    """Why it was taken back; None while it stands."""

    @property
    def subject(self) -> str:
        """What it is about, in words."""
        return self.change if self.change is not None else "the release"


class Facts(Value):
    """What git tells about the people of one generation."""

    person: Mapping[str, str] = {}
    """The person behind an e-mail address, where it is not that address itself."""
    authors: Mapping[ChangeId, Mapping[str, str]] = {}
    """By change: who did its work, and what that was."""
    unknown_authors: Mapping[ChangeId, str] = {}
    """By change: why it is not known who did its work."""
    distrusted: Mapping[RecordId, str] = {}
    """By approval: why its signature is not good."""
    untold: Mapping[RecordId, str] = {}
    """By approval: why nothing can be said here about its signature."""


class Standing(Value):
    """One approval, and for which changes it counts."""

    approval: Approval
    person: str
    counts_for: tuple[ChangeId, ...]
    reasons: tuple[str, ...]
    """Why it does not count, or not for all that it is about."""


def email_of(by: str) -> str:
    """Return the e-mail address in 'Name <email>', as addresses are compared."""
    return by.rpartition("<")[2].removesuffix(">").strip().casefold()


def approvals(records: Iterable[Record]) -> tuple[Approval, ...]:
    """Return every approval of a generation that was not rolled back, oldest first."""
    ordered = in_order(records)
    gone = superseded(ordered)
    revisions = {r.id: r.body for r in ordered if isinstance(r.body, ContractRecorded)}
    givers = {r.id: email_of(r.by) for r in ordered if isinstance(r.body, Approved)}
    withdrawn: dict[RecordId, str] = {}
    for record in ordered:
        if isinstance(record.body, ApprovalWithdrawn) and record.id not in gone:
            for name in record.body.approvals:
                if givers.get(name) == email_of(record.by):  # nobody speaks for others
                    withdrawn.setdefault(name, record.body.reason or f"at {record.at}")
    return tuple(
        Approval(
            record=record.id,
            at=record.at,
            by=record.by,
            change=record.body.change,
            commit=record.body.commit,
            comment=record.body.comment,
            seen=combine(record.body.contract, revisions, "")[0],
            proofs=dict(record.body.proofs),
            withdrawn=withdrawn.get(record.id),
        )
        for record in ordered
        if isinstance(record.body, Approved) and record.id not in gone
    )


def standings(
    generation: Generation,
    given: Sequence[Approval],
    rule: Approvals,
    facts: Facts,
    commit: Oid | None = None,
) -> tuple[Standing, ...]:
    """Tell of each approval for which changes it counts, and why for no more of them."""
    return tuple(_standing(generation, each, rule, facts, commit) for each in given)


def approvals_gate(
    generation: Generation,
    given: Sequence[Approval],
    rule: Approvals,
    facts: Facts,
    commit: Oid | None = None,
    *,
    name: str = GATE,
    types: Collection[ChangeType] = tuple(ChangeType),
) -> Verdict:
    """Enough people approve of every change of these types as it is promised and proven now."""
    judged = standings(generation, given, rule, facts, commit)
    reasons: list[str] = []
    for state in (state for state in generation.changes if state.change.type in types):
        change = state.change.id
        people = {each.person for each in judged if change in each.counts_for}
        if len(people) < rule.min:
            by = f" ({', '.join(sorted(people))})" if people else ""
            reasons.append(f"{change}: {len(people)} of {rule.min} approvals{by}")
    if not reasons:
        return Verdict(name, Outcome.PASS)
    unsure = _unsure(judged, rule, facts)
    reasons += [f"{_told(each.approval)} {why}" for each in judged for why in each.reasons]
    outcome = Outcome.INCONCLUSIVE if unsure else Outcome.FAIL
    mend = f"gryt approve {generation.version}"
    return Verdict(name, outcome, tuple(reasons), unsure or mend)


def _unsure(judged: Sequence[Standing], rule: Approvals, facts: Facts) -> str | None:
    """Return the command that would tell, where more might count than can be told here."""
    untold = any(each.approval.record in facts.untold for each in judged) and rule.signed
    if untold or (facts.unknown_authors and rule.not_author and judged):
        return "git fetch --unshallow --tags"
    return None


def _told(approval: Approval) -> str:
    return f"approval of {approval.subject} by {approval.by} ({approval.at})"


def _standing(
    generation: Generation, each: Approval, rule: Approvals, facts: Facts, commit: Oid | None
) -> Standing:
    email = email_of(each.by)
    person = facts.person.get(email, email)
    about = [s for s in generation.changes if each.change in {None, s.change.id}]
    against = [*_against(generation, each, about, commit), *_identity(each, rule, facts, email)]
    if against:
        return Standing(each, person, (), (f"does not count: {'; '.join(against)}",))
    counts: list[ChangeId] = []
    reasons: list[str] = []
    for state in about:
        change = state.change.id
        why = _authorship(change, person, facts) if rule.not_author else None
        if why is None:
            counts.append(change)
        else:
            reasons.append(f"does not count for {change}: {why}")
    return Standing(each, person, tuple(counts), tuple(reasons))


def _against(
    generation: Generation, each: Approval, about: Sequence[ChangeState], commit: Oid | None
) -> Iterable[str]:
    """Yield what takes an approval out of force, whoever gave it."""
    if each.withdrawn is not None:
        yield f"it was taken back ({each.withdrawn})"
        return
    if each.change is not None and not about:
        yield f"stale: the contract has no {each.change} any more"
    elif each.change is not None:
        if each.seen.change(each.change) != about[0].change:
            yield f"stale: the contract of {each.change} changed after it"
    elif each.seen._replace(version="") != generation.contract._replace(version=""):
        yield "stale: the contract changed after it"
    for state in about:
        now = _proof(state)
        if each.proofs.get(state.change.id) != now:
            yield f"stale: the proof of {state.change.id} changed after it"
    if each.commit is not None and commit is not None and each.commit != commit:
        yield f"it is for commit {each.commit[:10]} only, not for {commit[:10]}"


def _proof(state: ChangeState) -> RecordId | None:
    if state.proof is None or state.status is not ChangeStatus.PROVEN:
        return None
    return state.proof.run


def _identity(each: Approval, rule: Approvals, facts: Facts, email: str) -> Iterable[str]:
    """Yield why nobody whom the rule wants is known to have given it."""
    if rule.people and not _is_wanted(each, rule, facts, email):
        yield f"'{email}' is not in the policy's list"
    if rule.signed:
        why = facts.distrusted.get(each.record) or facts.untold.get(each.record)
        if why is not None:
            yield why


def promoters_gate(wanted: Sequence[str], by: str, *, name: str) -> Verdict:
    """Who is about to promote is one of those who may."""
    names = {email_of(by), by.casefold(), by.rpartition(" <")[0].casefold()}
    if names & {each.casefold() for each in wanted}:
        return Verdict(name, Outcome.PASS)
    return Verdict(name, Outcome.FAIL, (f"{by} may not promote: {', '.join(wanted)} may",))


def _is_wanted(each: Approval, rule: Approvals, facts: Facts, email: str) -> bool:
    """Tell whether somebody is on the rule's list; a name alone is no proof of who signs."""
    wanted = {facts.person.get(name.casefold(), name.casefold()) for name in rule.people}
    names = {each.by.casefold(), each.by.rpartition(" <")[0].casefold()}
    return facts.person.get(email, email) in wanted or (not rule.signed and bool(wanted & names))


def _authorship(change: ChangeId, person: str, facts: Facts) -> str | None:
    """Return why a person may not vouch for a change: they did the work, or who did is unknown."""
    for email, work in facts.authors.get(change, {}).items():
        if facts.person.get(email, email) == person:
            return f"it is by who {work}"
    return facts.unknown_authors.get(change)


def seen_proofs(
    generation: Generation, change: ChangeId | None
) -> tuple[tuple[ChangeId, RecordId], ...]:
    """Return the proofs that an approval given now is bound to."""
    return tuple(
        (state.change.id, proof)
        for state in generation.changes
        if change in {None, state.change.id} and (proof := _proof(state)) is not None
    )
