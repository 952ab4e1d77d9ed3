"""Rules about what can be checked by others: signed tags, custody, provenance, recovery."""

from collections.abc import Iterable, Iterator

from gryt.model.compliance.assessment import (
    Item,
    Judgement,
    conforms,
    short,
    unverifiable,
    violates,
)
from gryt.model.compliance.evidence import Evidence, Fact, Release
from gryt.model.compliance.rules_audit import signed, trusted
from gryt.model.records import ContractRecorded, Kind


def signed_releases(evidence: Evidence) -> Iterator[Item]:
    """CM-14, SI-7(15): each release tag is its own, and signed by a listed key."""
    names = {tag.name: tag for tag in evidence.tags if not tag.candidate}
    for release in evidence.released:
        tag = names.pop(release.body.tag, None)
        if tag is None:
            yield violates(release.body.tag, "it is not here", f"git verify-tag {release.body.tag}")
        elif tag.header != tag.name:
            yield violates(tag.name, f"its object is that of '{tag.header}'", tag.recheck)
        else:
            yield trusted(tag.name, tag.trust, tag.signer, tag.recheck)
    promised = {release.body.tag for release in evidence.releases}
    for tag in names.values():
        if tag.name not in promised:
            yield violates(tag.name, "no promotion made it", tag.recheck)


def _links(evidence: Evidence, release: Release) -> Iterator[tuple[str, Fact | None]]:
    """Yield what a promotion rests on: contract, evolutions, runs, and the promotion itself."""
    for revision in release.body.contract:
        fact = evidence.by_id.get(revision)
        is_contract = fact is not None and isinstance(fact.record.body, ContractRecorded)
        yield f"contract {revision}", fact if is_contract else None
    for change, run in release.body.proofs:
        pair = evidence.runs.get(run)
        yield f"proof of {change}", pair[0] if pair is not None else None
        if pair is not None:
            started = evidence.started.get(pair[1].evolution)
            yield f"evolution of {change}", started[0] if started is not None else None
    yield "promotion", release.fact


def custody(evidence: Evidence) -> Iterator[Item]:
    """AU-10(3): from contract to promotion every link is here, and signed by who made it."""
    for release in evidence.released:
        name, recheck = release.fact.record.id, release.fact.recheck
        links = list(_links(evidence, release))
        gone = [what for what, fact in links if fact is None]
        if gone:
            yield violates(name, f"the chain lacks: {', '.join(gone)}", recheck)
            continue
        yield _worst(name, recheck, [fact for _, fact in links if fact is not None])


_ORDER = (Judgement.VIOLATES, Judgement.SHORT, Judgement.UNVERIFIABLE)


def _worst(subject: str, recheck: str, facts: Iterable[Fact]) -> Item:
    """Return the worst that the signatures of several records say."""
    found = {item.judgement: item for item in map(signed, facts)}
    for judgement in _ORDER:
        if judgement in found:
            item = found[judgement]
            return Item(subject, judgement, f"{item.subject}: {item.reason}", item.recheck)
    return conforms(subject, recheck)


def binding(evidence: Evidence) -> Iterator[Item]:
    """AU-10(2): behind each promotion, every proof is signed by who is named in it."""
    for release in evidence.released:
        name, recheck = release.fact.record.id, release.fact.recheck
        pairs = [(change, evidence.runs.get(run)) for change, run in release.body.proofs]
        gone = [change for change, pair in pairs if pair is None]
        if gone or not pairs:
            what = ", ".join(gone) or "any change"
            yield violates(name, f"there is no proof of {what}", recheck)
        else:
            yield _worst(name, recheck, [pair[0] for _, pair in pairs if pair is not None])


def policy_history(evidence: Evidence) -> Iterable[Item]:
    """SR-3: each version of the published policy is signed by who published it."""
    return (signed(fact) for fact in evidence.facts if fact.record.kind is Kind.POLICY)


def provenance(evidence: Evidence) -> Iterator[Item]:
    """SR-4: each release can be traced to the runs that it came from, and where they ran."""
    for release in evidence.released:
        name, recheck = release.fact.record.id, release.fact.recheck
        pairs = [evidence.runs.get(run) for _, run in release.body.proofs]
        known = [pair for pair in pairs if pair is not None]
        if len(known) < len(pairs) or not pairs:
            yield violates(name, "the runs that prove it are not all here", recheck)
        elif any(not run.environment.gryt for _, run in known):
            yield short(name, "a run does not tell where it ran", recheck)
        elif release.lost:
            yield unverifiable(name, f"not in this clone: {', '.join(release.lost)}", recheck)
        else:
            yield _worst(name, recheck, [fact for fact, _ in known])


def recovery(evidence: Evidence) -> Iterator[Item]:
    """CP-2: each snapshot could be restored, here and now."""
    for snapshot in evidence.snapshots:
        fact = snapshot.fact
        if not evidence.period.has(fact.record.at):
            continue
        if snapshot.against:
            yield violates(fact.record.id, "; ".join(snapshot.against), fact.recheck)
        else:
            yield conforms(fact.record.id, fact.recheck)


def copies(evidence: Evidence) -> Iterator[Item]:
    """AU-9(2): another repository was last seen with the very same trail."""
    if evidence.copies is None:
        return
    for ref in evidence.refs:
        if evidence.copies.get(ref):
            yield conforms(ref, f"git ls-remote {evidence.copies[ref][0]} {ref}")
        else:
            yield short(ref, "no remote was seen with all of it", f"git ls-remote --refs . {ref}")


def archived(evidence: Evidence) -> Iterator[Item]:
    """PS.3.1: each release is in a snapshot that could be restored, and its tag leads to it."""
    for release in evidence.released:
        name, recheck = release.fact.record.id, release.fact.recheck
        if release.tag is None or release.tag.target != release.body.commit:
            yield violates(name, f"tag '{release.body.tag}' does not lead to it", recheck)
        elif not release.in_snapshot:
            yield short(name, "no snapshot has its promotion", recheck)
        else:
            yield conforms(name, recheck)


def commits(evidence: Evidence) -> Iterator[Item]:
    """PS.1.1: the commits of each release are signed by listed keys."""
    for release in evidence.released:
        name, found = release.body.version, release.commits
        recheck = f"git log --format='%h %G? %an' {release.body.tag}"
        if found is None:
            yield unverifiable(name, "the history is not all in this clone", recheck)
        elif found.bad:
            yield violates(name, f"the signature of {found.bad[0][:10]} is wrong", recheck)
        elif found.trusted < found.total:
            reason = f"{found.trusted} of {found.total} commits are signed by listed keys"
            yield short(name, reason, recheck)
        else:
            yield conforms(name, recheck)
