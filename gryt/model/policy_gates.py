"""The gates that a policy adds: each rule held against the proofs, the commit and the clock.

Every function answers for one rule, in the rule's name; what it has to know comes in as `Evidence`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

from gryt.model.gates import prove_command
from gryt.model.names import ChangeId, Oid, RecordId
from gryt.model.policy import Metric, Policy, Rule
from gryt.model.required import ProofRun, judge_proof, rules_at_start
from gryt.model.state import Evolution, EvolutionStatus, Generation
from gryt.model.verdict import Outcome, Verdict
from gryt.values import Value


class Evidence(Value):
    """What rules are held against."""

    generation: Generation
    commit: Oid
    now: float
    """Seconds since the epoch."""
    proofs: Mapping[ChangeId, ProofRun]
    """The run that proves each change; a change without one is not in it."""
    failed: frozenset[RecordId] = frozenset()
    """Evolutions whose last finished run failed, withdrawn ones too."""
    proven_here: frozenset[ChangeId] = frozenset()
    """Changes with a proof on the very commit, or on one of the same tree."""
    previous: Mapping[str, tuple[float, ...]] | None = None
    """What the release before measured; None where there is none."""
    touched: tuple[str, ...] | None = None
    """The files that the release changes; None where nobody asks or knows."""

    def runs(self) -> list[ProofRun]:
        """Return every run that proves something, once, newest first."""
        return sorted({p.run: p for p in self.proofs.values()}.values(), key=lambda p: -p.seconds)

    def about(self, rule: Rule) -> set[ChangeId]:
        """Return the changes that a rule is for."""
        if not rule.touches(self.touched):
            return set()
        states = self.generation.changes
        return {s.change.id for s in states if rule.is_for([s.change.type])}


def judge_policy(
    policy: Policy, evidence: Evidence, *, only_steps: bool = False
) -> tuple[Verdict, ...]:
    """Return the answers to what the rules in force ask for and records can tell.

    With `only_steps`, to what they require of proofs: a hot-fix may skip the rest.
    """
    return tuple(
        verdict._replace(advisory=rule.advisory)
        for rule in (*policy.rules, *_rules_gone(policy, evidence))
        for ask in ((_steps,) if only_steps else _ASKS)
        for verdict in ask(rule, evidence)
    )


def _rules_gone(policy: Policy, evidence: Evidence) -> Iterator[Rule]:
    """Yield the rules that a proof was started under and that are thinner or gone by now."""
    gone = [rule for proof in evidence.runs() for rule in rules_at_start(policy, proof)]
    yield from dict.fromkeys(gone)


def _answer(rule: Rule, reasons: Iterable[str], mend: str | None) -> Verdict:
    found = tuple(reasons)
    if found:
        return Verdict(rule.name, Outcome.FAIL, found, mend)
    return Verdict(rule.name, Outcome.PASS)


def _steps(rule: Rule, evidence: Evidence) -> Iterator[Verdict]:
    """The steps that are required passed in every proof."""
    if not rule.required_steps:
        return
    reasons: list[str] = []
    worst, mend = Outcome.PASS, None
    about = evidence.about(rule)
    for change, proof in evidence.proofs.items():
        if change not in about:
            continue
        outcome, found = judge_proof(rule, change, proof)
        reasons += found
        if outcome is not Outcome.PASS and worst is not Outcome.FAIL:
            worst = outcome
            mend = prove_command(evidence.generation.version, change)
            if outcome is Outcome.INCONCLUSIVE:
                file = f"{proof.commit[:10]}:.gryt/pipelines/{proof.pipeline_name}.yaml"
                mend = f"git cat-file -e {file} || git fetch --unshallow --tags"
    yield Verdict(rule.name, worst, tuple(reasons), mend)


def _count(rule: Rule, evidence: Evidence) -> Iterator[Verdict]:
    """Enough evolutions passed of the changes that the rule is for."""
    if rule.min_evolutions is None or (rule.is_for_all and not rule.advisory):
        return  # MinEvolutionsGate counts for those
    about = evidence.about(rule)
    passed = sum(
        e.status is EvolutionStatus.PASS and not about.isdisjoint(e.changes)
        for e in evidence.generation.evolutions
    )
    short = bool(about) and passed < rule.min_evolutions
    reasons = [f"{passed} of at least {rule.min_evolutions} evolutions passed"] if short else []
    mend = prove_command(evidence.generation.version, min(about)) if about else None
    yield _answer(rule, reasons, mend)


def _strict(rule: Rule, evidence: Evidence) -> Iterator[Verdict]:
    """No evolution of the changes that the rule is for has failed, ever."""
    if not rule.strict:
        return
    about = evidence.about(rule)
    failed: list[Evolution] = [
        e
        for e in evidence.generation.evolutions
        if (e.id in evidence.failed or e.status is EvolutionStatus.FAIL)
        and (rule.is_for_all or not about.isdisjoint(e.changes))
    ]
    reasons = [f"{e.tag} failed ({', '.join(e.changes)})" for e in failed]
    yield _answer(rule, reasons, f"gryt run --evolution {failed[0].tag}" if failed else None)


def _tip(rule: Rule, evidence: Evidence) -> Iterator[Verdict]:
    """The very commit that is promoted carries a proof of every change."""
    if not rule.tip_proven:
        return
    left = sorted(evidence.about(rule) - evidence.proven_here)
    reasons = [f"{evidence.commit[:10]} itself carries no proof of {name}" for name in left]
    changes = " ".join(f"--change {name}" for name in left)
    mend = f"gryt evolution start {evidence.generation.version} {changes} && gryt run"
    yield _answer(rule, reasons, mend)


def _source(rule: Rule, evidence: Evidence) -> Iterator[Verdict]:
    """Every proof was made by a CI system."""
    if not rule.proof_from_ci:
        return
    about = evidence.about(rule)
    own = [p for p in evidence.runs() if p.ci is None and not about.isdisjoint(p.changes)]
    reasons = [f"{proof.tag} was not run by a CI system" for proof in own]
    yield _answer(rule, reasons, "let CI run: gryt run" if own else None)


def _soak(rule: Rule, evidence: Evidence) -> Iterator[Verdict]:
    """The last proof is old enough."""
    if rule.soak is None:
        return
    again = f"gryt generation promote {evidence.generation.version}"
    reasons = []
    for proof in evidence.runs()[:1]:
        left = proof.seconds + rule.soak - evidence.now
        if left > 0:
            end = moment(proof.seconds + rule.soak)
            reasons.append(
                f"the last proof, {proof.tag}, is {spell(evidence.now - proof.seconds)} old;"
                f" it soaks for {spell(rule.soak)}, until {end}"
            )
            again += f"  # from {end} on"
    yield _answer(rule, reasons, again)


def _age(rule: Rule, evidence: Evidence) -> Iterator[Verdict]:
    """No proof is too old."""
    if rule.max_age is None:
        return
    about = evidence.about(rule)
    old = [
        p
        for p in evidence.runs()
        if evidence.now - p.seconds > rule.max_age and not about.isdisjoint(p.changes)
    ]
    reasons = [
        f"{proof.tag} is {spell(evidence.now - proof.seconds)} old, more than {spell(rule.max_age)}"
        for proof in old
    ]
    version = evidence.generation.version
    yield _answer(rule, reasons, prove_command(version, old[0].changes[0]) if old else None)


def _freeze(rule: Rule, evidence: Evidence) -> Iterator[Verdict]:
    """Nothing is promoted at this time."""
    if not rule.freeze:
        return
    now = [window for window in rule.freeze if window.start <= evidence.now < window.end]
    reasons = [
        f"frozen from {window.text}" + (f": {window.reason}" if window.reason else "")
        for window in now
    ]
    again = f"gryt generation promote {evidence.generation.version}"
    last = max((window.end for window in now), default=0.0)
    yield _answer(rule, reasons, f"{again}  # from {moment(last)} on")


def _metrics(rule: Rule, evidence: Evidence) -> Iterator[Verdict]:
    """Recorded numbers are as good as they have to be."""
    if not rule.metrics:
        return
    bad: list[str] = []
    unknown: list[str] = []
    notes: list[str] = []
    for metric in rule.metrics:
        found = _measured(metric.name, evidence.runs())
        if found is None:
            unknown.append(f"no proof has recorded '{metric.name}'")
            continue
        tag, values = found
        for value in values:
            told = f"{metric.name} is {value:g} in {tag}"
            wrong = [*_beyond(metric, value), *_worse(metric, value, evidence.previous)]
            bad += [f"{told}, {why}" for why in wrong]
            if not wrong and metric.warn is not None and _short_of(metric, value, metric.warn):
                notes.append(f"{told}, near its threshold ({metric.warn:g})")
    example = evidence.generation.changes[0].change.id if evidence.generation.changes else "ID"
    mend = prove_command(evidence.generation.version, example)
    if bad or unknown:
        outcome = Outcome.FAIL if bad else Outcome.INCONCLUSIVE
        yield Verdict(rule.name, outcome, (*bad, *unknown), mend)
    else:
        yield Verdict(rule.name, Outcome.PASS, tuple(notes))


def _measured(name: str, runs: Sequence[ProofRun]) -> tuple[str, tuple[float, ...]] | None:
    """Return the values in the newest proof that has any."""
    for proof in runs:
        values = tuple(m.value for step in proof.steps for m in step.metrics if m.name == name)
        if values:
            return proof.tag, values
    return None


def _beyond(metric: Metric, value: float) -> Iterator[str]:
    if metric.min is not None and not value >= metric.min:
        yield f"less than {metric.min:g}"
    if metric.max is not None and not value <= metric.max:
        yield f"more than {metric.max:g}"


def _worse(
    metric: Metric, value: float, previous: Mapping[str, tuple[float, ...]] | None
) -> Iterator[str]:
    """Yield that a value is worse than before; where nothing was measured nothing is worse."""
    before = (previous or {}).get(metric.name, ())
    if metric.not_worse_than_previous and before:
        best = min(before) if _less_is_better(metric) else max(before)
        if _short_of(metric, value, best):
            yield f"worse than {best:g} in the release before"


def _less_is_better(metric: Metric) -> bool:
    return metric.max is not None and metric.min is None


def _short_of(metric: Metric, value: float, wanted: float) -> bool:
    return not value <= wanted if _less_is_better(metric) else not value >= wanted


_ASKS: tuple[Callable[[Rule, Evidence], Iterator[Verdict]], ...] = (
    _steps,
    _count,
    _strict,
    _metrics,
    _tip,
    _source,
    _soak,
    _age,
    _freeze,
)


_LAST_MOMENT = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC).timestamp()


def moment(seconds: float) -> str:
    """Return a time as people and programs read it."""
    seconds = min(seconds, _LAST_MOMENT)
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def spell(seconds: float) -> str:
    """Return a duration in its two largest units."""
    left, words = max(0, int(seconds)), []
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1)):
        if left >= size:
            words.append(f"{left // size}{unit}")
            left %= size
    return " ".join(words[:2]) or "0s"
