"""The figures at the head of the report, all of them counted from records."""

from collections import Counter

from gryt.model.compliance.evidence import Evidence, Fact
from gryt.model.names import ChangeId, Oid
from gryt.model.pipeline import RunStatus, StepStatus
from gryt.model.records import (
    ApprovalWithdrawn,
    Approved,
    Created,
    EvolutionStarted,
    Kind,
    Overridden,
    Promoted,
    Refused,
    RunFinished,
)
from gryt.values import Value


class Failure(Value):
    """One run that failed, and whether its change was proven in the end."""

    record: str
    at: str
    candidate: str
    changes: tuple[ChangeId, ...]
    steps: tuple[str, ...]
    """The steps that did not pass."""
    commit: Oid
    proven_later: bool


class Decision(Value):
    """A refusal, an override or an approval: evidence that policy was enforced."""

    record: str
    at: str
    by: str
    version: str | None
    what: str
    """'refused', 'overridden', 'approved', 'withdrawn'."""
    details: tuple[str, ...]


class Month(Value):
    """What happened in one month."""

    month: str
    """YYYY-MM, in UTC."""
    passed: int
    failed: int
    started: int
    released: int


class Summary(Value):
    """Everything that Workflow 7 promises of the report."""

    created: int
    promoted: int
    drafts: int
    abandoned: int
    yanked: int
    attempts: int
    """Attempts to promote: those that succeeded and those that were refused."""
    refused: int
    evolutions: int
    runs: int
    passed: int
    failed: int
    cancelled: int
    void: int
    hotfixes: int
    events: tuple[tuple[str, int], ...]
    """How many records there are of each kind, the most frequent first."""
    failures: tuple[Failure, ...]
    """The latest first."""
    decisions: tuple[Decision, ...]
    """The latest first."""
    months: tuple[Month, ...]
    lead_times: tuple[tuple[str, str, float], ...]
    """Version, when it was released, and days since it was begun."""

    @property
    def success_rate(self) -> float | None:
        """The share of attempts to promote that succeeded; None where there was none."""
        return None if not self.attempts else (self.attempts - self.refused) / self.attempts

    @property
    def pass_rate(self) -> float | None:
        """The share of finished runs that passed; None where there was none."""
        finished = self.passed + self.failed
        return None if not finished else self.passed / finished

    @property
    def total_events(self) -> int:
        """How many records there are."""
        return sum(number for _, number in self.events)


def summarise(evidence: Evidence) -> Summary:
    """Count what happened in the period."""
    bodies = [fact.record.body for fact in evidence.facts]
    states = Counter(g.status.value for g in evidence.generations if _is_in(evidence, g.created_at))
    runs = Counter(run.status for _, run in evidence.finished)
    refused = sum(isinstance(b, Refused) and b.action == "generation.promote" for b in bodies)
    promoted = sum(isinstance(b, Promoted) for b in bodies)
    kinds = Counter(fact.record.kind.value for fact in evidence.facts)
    return Summary(
        created=sum(isinstance(b, Created) for b in bodies),
        promoted=promoted,
        drafts=states["draft"],
        abandoned=states["abandoned"],
        yanked=states["yanked"],
        attempts=promoted + refused,
        refused=refused,
        evolutions=sum(isinstance(b, EvolutionStarted) for b in bodies),
        runs=len(evidence.finished),
        passed=runs[RunStatus.PASS],
        failed=runs[RunStatus.FAIL],
        cancelled=runs[RunStatus.CANCELLED],
        void=runs[RunStatus.VOID],
        hotfixes=sum(
            g.hotfix is not None and _is_in(evidence, g.created_at) for g in evidence.generations
        ),
        events=tuple(sorted(kinds.items(), key=lambda pair: (-pair[1], pair[0]))),
        failures=tuple(_failures(evidence)),
        decisions=tuple(_decisions(evidence)),
        months=tuple(_months(evidence)),
        lead_times=tuple(_lead_times(evidence)),
    )


def _is_in(evidence: Evidence, at: str) -> bool:
    return evidence.period.has(at)


def _failures(evidence: Evidence) -> list[Failure]:
    candidates = {
        (generation.gid, evolution.id): evolution.tag
        for generation in evidence.generations
        for evolution in generation.evolutions
    }
    proven = {
        (str(fact.record.generation), change): fact.record.id
        for fact, run in sorted(evidence.passes, key=lambda pair: pair[0].record.id)
        if run.evolution in evidence.started
        for change in evidence.started[run.evolution][1].changes
    }
    found = []
    for fact, run in evidence.finished:
        if run.status is not RunStatus.FAIL:
            continue
        gid = str(fact.record.generation)
        started = evidence.started.get(run.evolution)
        changes = started[1].changes if started is not None else ()
        found.append(
            Failure(
                record=fact.record.id,
                at=fact.record.at,
                candidate=candidates.get((fact.record.generation, run.evolution), run.evolution),  # type: ignore[arg-type]
                changes=changes,
                steps=_broken(run),
                commit=run.commit,
                proven_later=bool(changes)
                and all(proven.get((gid, change), "") > fact.record.id for change in changes),
            )
        )
    return sorted(found, key=lambda failure: failure.record, reverse=True)


def _broken(run: RunFinished) -> tuple[str, ...]:
    fine = {StepStatus.PASS, StepStatus.SKIPPED}
    return tuple(step.name for step in run.steps if step.status not in fine)


def _decisions(evidence: Evidence) -> list[Decision]:
    found = [
        Decision(fact.record.id, fact.record.at, fact.record.by, fact.version, *said)
        for fact in evidence.facts
        if (said := _said(fact)) is not None
    ]
    return sorted(found, key=lambda decision: decision.record, reverse=True)


def _said(fact: Fact) -> tuple[str, tuple[str, ...]] | None:
    match fact.record.body:
        case Refused() as body:
            return "refused", (body.action, *body.reasons)
        case Overridden() as body:
            return "overridden", (body.gate, body.reason)
        case Approved() as body:
            about = str(body.change) if body.change is not None else "the release"
            return "approved", (about, *([body.comment] if body.comment else []))
        case ApprovalWithdrawn() as body:
            return "withdrawn", tuple([body.reason] if body.reason else [])
    return None


def _months(evidence: Evidence) -> list[Month]:
    counts: dict[str, Counter[str]] = {}
    for fact in evidence.facts:
        month = counts.setdefault(fact.record.at[:7], Counter())
        body = fact.record.body
        if isinstance(body, RunFinished):
            month[body.status.value] += 1
        elif fact.record.kind in {Kind.STARTED, Kind.PROMOTED}:
            month[fact.record.kind.value] += 1
    return [
        Month(
            month,
            passed=count[RunStatus.PASS.value],
            failed=count[RunStatus.FAIL.value],
            started=count[Kind.STARTED.value],
            released=count[Kind.PROMOTED.value],
        )
        for month, count in sorted(counts.items())
    ]


def _lead_times(evidence: Evidence) -> list[tuple[str, str, float]]:
    from datetime import datetime  # lazy: only reports ask

    found = []
    for release in evidence.released:
        begun = datetime.fromisoformat(release.generation.created_at)
        at = release.fact.record.at
        days = (datetime.fromisoformat(at) - begun).total_seconds() / 86_400
        found.append((release.body.version, at, days))
    return sorted(found, key=lambda each: each[1])
