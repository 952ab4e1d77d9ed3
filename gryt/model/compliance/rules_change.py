"""Rules about change: what was promised, how it was tested, and who let it out."""

from collections.abc import Iterable, Iterator

from gryt.model.approvals import email_of
from gryt.model.compliance.assessment import (
    Item,
    conforms,
    short,
    unverifiable,
    violates,
)
from gryt.model.compliance.evidence import Evidence, Fact, Release
from gryt.model.gates import Containment
from gryt.model.names import ChangeId, RecordId
from gryt.model.pipeline import RunStatus
from gryt.model.records import ContractRecorded, Kind, Promoted, Refused
from gryt.model.verdict import Outcome


def baseline(evidence: Evidence) -> Iterator[Item]:
    """CM-2: each release's tag stands where its record says, and what it rests on is there."""
    for release in evidence.released:
        body, name = release.body, release.fact.record.id
        recheck = f"git rev-parse {body.tag} {body.tag}^{{commit}}"
        if release.tag is None:
            yield violates(name, f"its tag '{body.tag}' is not here", recheck)
        elif release.tag.target != body.commit:
            yield violates(name, f"its tag '{body.tag}' leads to another commit", recheck)
        elif release.lost:
            yield unverifiable(name, f"not in this clone: {', '.join(release.lost)}", recheck)
        else:
            yield conforms(name, recheck)


def _proofs(release: Release) -> dict[ChangeId, RecordId]:
    return dict(release.body.proofs)


def promised(evidence: Evidence, release: Release) -> Iterable[ChangeId]:
    """Return the changes that the contract promised when it was promoted."""
    named = [evidence.by_id.get(revision) for revision in release.body.contract]
    seen = [
        change.id
        for fact in named
        if fact is not None and isinstance(fact.record.body, ContractRecorded)
        for change in fact.record.body.contract.changes
    ]
    return dict.fromkeys([*seen, *_proofs(release)])


def change_control(evidence: Evidence) -> Iterator[Item]:
    """CM-3: each released change was promised before it was tried, and let out by a decision."""
    for release in evidence.released:
        for change in promised(evidence, release):
            subject = f"{release.body.version} {change}"
            promise = evidence.first_promises.get((release.generation.gid, change))
            tried = evidence.first_tries.get((release.generation.gid, change))
            if promise is None:
                reason = "no contract of the release promises it"
                yield violates(subject, reason, release.fact.recheck)
            elif tried is not None and tried.record.id < promise.record.id:
                reason = f"evolution '{tried.record.id}' tried it before it was promised"
                yield violates(subject, reason, tried.recheck)
            elif not release.body.gates:
                yield short(subject, "no gate decided on its release", release.fact.recheck)
            else:
                yield conforms(subject, promise.recheck)


def decisions(evidence: Evidence) -> Iterator[Item]:
    """CM-3(1): each attempt to promote has the answer of every gate, and no gate was passed by."""
    for fact in evidence.facts:
        body = fact.record.body
        if isinstance(body, Promoted):
            yield _decision(fact, body)
        elif isinstance(body, Refused) and body.action == "generation.promote":
            if body.gates:
                yield conforms(fact.record.id, fact.recheck)
            else:
                yield short(fact.record.id, "it tells no gate's answer", fact.recheck)


def _decision(fact: Fact, body: Promoted) -> Item:
    name = fact.record.id
    overridden = {gate for gate, _ in body.overrides}
    against = [v.name for v in body.gates if v.outcome is not Outcome.PASS and not v.advisory]
    passed_by = [gate for gate in against if gate not in overridden]
    if not body.gates:
        return violates(name, "promoted without the answer of a gate", fact.recheck)
    if passed_by:
        return violates(name, f"promoted against {', '.join(passed_by)}", fact.recheck)
    if overridden:
        gates = ", ".join(sorted(overridden))
        return short(name, f"promoted by overriding {gates}", fact.recheck)
    return conforms(name, fact.recheck)


def tested(evidence: Evidence) -> Iterator[Item]:
    """CM-3(2): each released change passed, before its release, in what was released."""
    for release in evidence.released:
        for change in promised(evidence, release):
            yield tested_before(evidence, release, change)


def tested_before(evidence: Evidence, release: Release, change: ChangeId) -> Item:
    """Judge whether one change was tested before it was released, in what was released."""
    proofs = _proofs(release)
    subject = f"{release.body.version} {change}"
    pair = evidence.runs.get(proofs[change]) if change in proofs else None
    if pair is None or pair[1].status is not RunStatus.PASS:
        return violates(subject, "released without a run that passed", release.fact.recheck)
    fact, run = pair
    recheck = f"git merge-base --is-ancestor {run.commit} {release.body.commit}"
    if fact.record.id > release.fact.record.id:
        return violates(subject, "its proof is younger than its release", fact.recheck)
    match release.contained.get(change, Containment.UNKNOWN):
        case Containment.CONTAINED:
            return conforms(subject, recheck)
        case Containment.MISSING:
            return violates(subject, "the release does not contain the work", recheck)
        case _:
            return unverifiable(subject, "the history is not all in this clone", recheck)


def under_policy(evidence: Evidence) -> Iterator[Item]:
    """CM-5(1): where a policy was published, each decision names the policy that it used."""
    published = [f for f in evidence.everything if f.record.kind is Kind.POLICY]
    if not published:
        return
    since = published[0].record.id
    for fact in evidence.facts:
        if fact.record.kind not in {Kind.STARTED, Kind.PROMOTED, Kind.REFUSED}:
            continue
        if fact.record.id < since:
            continue
        if fact.policy is None:
            yield short(fact.record.id, "it names no policy", fact.recheck)
        else:
            yield conforms(fact.record.id, fact.recheck)


def restricted(evidence: Evidence) -> Iterator[Item]:
    """CM-3(8): where a time was frozen, nothing was promoted in it."""
    for fact in evidence.facts:
        body = fact.record.body
        if not isinstance(body, Promoted | Refused):
            continue
        verdicts = [v for v in body.gates if v.name in evidence.freezes]
        if not verdicts:
            continue
        if isinstance(body, Refused) or all(v.outcome is Outcome.PASS for v in verdicts):
            yield conforms(fact.record.id, fact.recheck)
        else:
            yield violates(fact.record.id, "promoted in a time that was frozen", fact.recheck)


def separation(evidence: Evidence) -> Iterator[Item]:
    """AC-5: where it is asked for, nobody alone let out what they wrote."""
    if not evidence.separates:
        return
    for release in evidence.released:
        fact = release.fact
        if release.commits is None:
            yield unverifiable(fact.record.id, "who wrote it cannot be told here", fact.recheck)
            continue
        workers = set(release.commits.authors) | _runners(evidence, release)
        if email_of(fact.record.by) not in workers or _others(evidence, release, workers):
            yield conforms(fact.record.id, fact.recheck)
        else:
            reason = "its author promoted it, and nobody else approved"
            yield violates(fact.record.id, reason, fact.recheck)


def _runners(evidence: Evidence, release: Release) -> set[str]:
    pairs = [evidence.runs.get(run) for _, run in release.body.proofs]
    return {email_of(pair[0].record.by) for pair in pairs if pair is not None}


def _others(evidence: Evidence, release: Release, workers: set[str]) -> set[str]:
    """Return who approved a release, but for those who did the work."""
    return {
        email_of(fact.record.by)
        for fact in evidence.approvals.get(release.generation.gid, ())
        if fact.record.id < release.fact.record.id
    } - workers


def trend(evidence: Evidence) -> Iterator[Item]:
    """CA-7(3): there is something to compare, month by month."""
    started = {f.record.at[:7] for f in evidence.facts if f.record.kind is Kind.STARTED}
    ended = {fact.record.at[:7] for fact, _ in evidence.finished}
    months = sorted(started | ended)
    for month in months:
        if month not in ended:
            yield short(month, "no evolution was finished")
        elif len(ended) < 2:  # noqa: PLR2004 - a trend needs two
            yield unverifiable(month, "there is no other month to compare it with")
        else:
            yield conforms(month)
