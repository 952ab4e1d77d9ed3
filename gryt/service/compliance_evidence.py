"""Evidence for reports: read once, from the ledger, the tags, and a verification in this run."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence

from gryt.model.approvals import email_of
from gryt.model.compliance.evidence import (
    Commits,
    Evidence,
    Fact,
    Period,
    Release,
    SnapshotFact,
    TagFact,
    Trust,
    Unreadable,
)
from gryt.model.gates import Containment
from gryt.model.names import ChangeId, Oid, parse_candidate, parse_version
from gryt.model.policy import Policy
from gryt.model.records import Kind, Promoted, Record, RunFinished, SnapshotTaken
from gryt.model.state import Generation
from gryt.service.policies import policy as policy_in_force
from gryt.service.session import Session
from gryt.service.verify import verify
from gryt.store import codec, snapshots
from gryt.store.checkout import containment
from gryt.store.layout import TRACKING
from gryt.store.ledger import Ledger
from gryt.store.people import (
    Signature,
    Signers,
    Witness,
    known_signers,
    signing,
    tag_signature,
    witnesses,
    wrote,
)
from gryt.store.tags import FoundTag, has_object, read_tags
from gryt.values import Value


class _Trail(Value):
    """Every record, and every blob in the place of one."""

    facts: tuple[Fact, ...]
    unreadable: tuple[Unreadable, ...]


def gather(session: Session, period: Period, *, with_commits: bool) -> tuple[Evidence, Signers]:
    """Read everything that rules ask for; with the commits of releases only where asked."""
    ledger = session.ledger
    report = verify(session)
    signers = known_signers(ledger)
    refs = [r for r in ledger.refs if ledger.layout.version(r) or r == ledger.layout.meta]
    trail = _trail(ledger, refs, signers)
    generations = tuple(ledger.get(v).state for v in ledger.versions())
    tags = _tags(ledger, signers, generations)
    rules = policy_in_force(session)
    separates = any(r.approvals is not None and r.approvals.not_author for r in rules.rules)
    kept = tuple(_snapshots(ledger, trail.facts))
    reader = _Releases(ledger, trail, tags, kept)
    people = signers if with_commits or separates else None
    evidence = Evidence(
        period=period,
        everything=trail.facts,
        unreadable=trail.unreadable,
        generations=generations,
        releases=tuple(reader.read(generations, people)),
        tags=tags,
        findings=report.findings,
        refs=tuple(refs),
        snapshots=kept,
        copies=_copies(ledger, refs),
        purposes=_purposes(rules),
        freezes=frozenset(rule.name for rule in rules.rules if rule.freeze),
        separates=separates,
    )
    return evidence, signers


def _purposes(rules: Policy) -> Mapping[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for source in rules.sources:
        for control, steps in source.evidence:
            found[control] = found.get(control, frozenset()) | frozenset(steps)
    return found


_NOT_GOOD = {"N": Trust.UNSIGNED, "B": Trust.BAD, "R": Trust.BAD}
"""What git's words for a signature come to; any other cannot be checked."""

# --- records


def _trail(ledger: Ledger, refs: Iterable[str], signers: Signers) -> _Trail:
    seen = witnesses(ledger, signers)
    facts: list[Fact] = []
    unreadable: list[Unreadable] = []
    own = {line.ref for line in ledger.summaries()}
    for ref in refs:
        version = ledger.layout.version(ref)
        if version is not None and ref not in own:
            continue  # a former name, whose records are all under the new one
        for row in ledger.rows(ref):
            place = f"{ref}:{row.path}"
            if row.doc is None:
                unreadable.append(Unreadable(place, row.problem or "it does not read"))
                continue
            document = json.loads(row.doc)
            record = codec.from_plain(document, place)
            trust, signer = _trust(record, seen.get(record.id), signers)
            named = document.get("policy") if record.kind is not Kind.POLICY else None
            policy = Oid(named) if isinstance(named, str) else None
            facts.append(Fact(record, ref, version, row.path, Oid(row.blob), trust, signer, policy))
    facts.sort(key=lambda fact: fact.record.id)
    return _Trail(tuple(facts), tuple(unreadable))


def _trust(record: Record, witness: Witness | None, signers: Signers) -> tuple[Trust, str | None]:
    if witness is None:
        return Trust.UNKNOWN, None
    return trust_of(witness.signature, record.by, signers)


def trust_of(signature: Signature, by: str, signers: Signers) -> tuple[Trust, str | None]:
    """Tell what a signature is worth for something that names its author."""
    if signature.principal is not None:
        email = email_of(by)
        people = signers.person
        same = people.get(email, email) == people.get(signature.principal, signature.principal)
        return (Trust.GOOD if same else Trust.OTHER), signature.principal
    return _NOT_GOOD.get(signature.answer, Trust.UNKNOWN), None


# --- tags and releases


def _is_ours(name: str) -> bool:
    return parse_candidate(name) is not None or parse_version(name) is not None


def _tags(
    ledger: Ledger, signers: Signers, generations: Sequence[Generation]
) -> tuple[TagFact, ...]:
    """Return the tags of versions from the first generation on; older ones are before gryt."""
    if not generations:
        return ()
    found = read_tags(ledger, _is_ours)
    begun = {g.version for g in generations}
    return tuple(
        _tag(ledger, tag, signers)
        for name, tag in sorted(found.items())
        if (parse_candidate(name) or (name,))[0] in begun
    )


def _tag(ledger: Ledger, tag: FoundTag, signers: Signers) -> TagFact:
    signature = tag_signature(ledger, tag.oid, signers)
    is_good = signature.principal is not None
    return TagFact(
        name=tag.name,
        object=Oid(tag.oid),
        target=None if tag.commit is None else Oid(tag.commit),
        header=tag.says,
        trust=Trust.GOOD if is_good else _NOT_GOOD.get(signature.answer, Trust.UNKNOWN),
        signer=signature.principal,
        candidate=parse_candidate(tag.name) is not None,
    )


class _Releases:
    """Reads what git says of every promotion that counts."""

    def __init__(
        self, ledger: Ledger, trail: _Trail, tags: Sequence[TagFact], kept: Sequence[SnapshotFact]
    ) -> None:
        self._ledger = ledger
        self._facts = {fact.record.id: fact for fact in trail.facts}
        bodies = (fact.record.body for fact in trail.facts)
        self._runs = {body.run: body for body in bodies if isinstance(body, RunFinished)}
        self._tags = {tag.name: tag for tag in tags}
        self._newest = max((s.fact.record.id for s in kept if not s.against), default="")

    def read(self, generations: Iterable[Generation], signers: Signers | None) -> Iterator[Release]:
        """Yield each release; with its commits where signers are given."""
        promoted = [(g, g.promotion) for g in generations if g.promotion is not None]
        released = {promotion.commit for _, promotion in promoted}
        for generation, promotion in promoted:
            fact = self._facts.get(promotion.record)
            if fact is None or not isinstance(fact.record.body, Promoted):
                continue
            body = fact.record.body
            runs = {change: self._runs[run] for change, run in body.proofs if run in self._runs}
            yield Release(
                generation=generation,
                fact=fact,
                tag=self._tags.get(body.tag),
                contained=_contained(
                    self._ledger, body.commit, {c: run.commit for c, run in runs.items()}
                ),
                lost=tuple(_lost(self._ledger, fact, runs.values())),
                commits=None if signers is None else self._commits(body.commit, released, signers),
                in_snapshot=fact.record.id < self._newest,
            )

    def _commits(self, commit: Oid, released: set[Oid], signers: Signers) -> Commits | None:
        others = released - {commit}
        authors, signed = (
            wrote(self._ledger, commit, others),
            signing(self._ledger, commit, others, signers),
        )
        if authors is None or signed is None:
            return None
        return Commits(frozenset(authors), *signed)


def _contained(
    ledger: Ledger, commit: Oid, works: Mapping[ChangeId, Oid]
) -> dict[ChangeId, Containment]:
    answers = containment(ledger, commit, set(works.values()))
    return {change: answers[work] for change, work in works.items()}


def _lost(ledger: Ledger, fact: Fact, runs: Iterable[RunFinished]) -> Iterator[str]:
    wanted = {f"pipeline {run.pipeline.name}": run.pipeline.blob for run in runs}
    for what, oid in wanted.items():
        if not has_object(ledger, oid):
            yield what
    if fact.policy is not None and not has_object(ledger, fact.policy):
        yield "policy"


# --- snapshots and copies


def _snapshots(ledger: Ledger, facts: Iterable[Fact]) -> Iterator[SnapshotFact]:
    for fact in facts:
        body = fact.record.body
        if isinstance(body, SnapshotTaken):
            against = snapshots.why_not_whole(ledger, fact.record.id)
            yield SnapshotFact(fact, () if against is None else (against,))


def _copies(ledger: Ledger, refs: Iterable[str]) -> Mapping[str, tuple[str, ...]] | None:
    """Return the remotes that were last seen with the very tip of each ref."""
    ledger.watch(TRACKING)
    ledger.reread()
    here = f"{ledger.layout.namespace}/"
    tips = dict(ledger.refs)
    seen: dict[str, dict[str, str]] = {}
    for ref, tip in tips.items():
        if ref.startswith(TRACKING):
            remote, _, name = ref.removeprefix(TRACKING).partition("/")
            seen.setdefault(remote, {})[f"{here}{name}"] = tip
    if not seen:
        return None
    return {ref: tuple(r for r, has in seen.items() if has.get(ref) == tips[ref]) for ref in refs}
