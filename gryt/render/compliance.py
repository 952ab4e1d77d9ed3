"""The compliance report as a JSON document and as Markdown."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from gryt.model.compliance.assessment import Assessment, Item, Judgement, Status, Tally
from gryt.model.compliance.controls import Control, Framework
from gryt.model.compliance.evidence import Period
from gryt.model.compliance.summary import Summary
from gryt.render.markdown import plain
from gryt.render.safe import cell

if TYPE_CHECKING:
    from typing import Protocol

    class Report(Protocol):
        """What there is to show."""

        @property
        def repository(self) -> str: ...
        @property
        def at(self) -> str: ...
        @property
        def period(self) -> Period: ...
        @property
        def tips(self) -> tuple[tuple[str, str], ...]: ...
        @property
        def summary(self) -> Summary: ...
        @property
        def overlay(self) -> tuple[Assessment, ...]: ...
        @property
        def additional(self) -> tuple[Assessment, ...]: ...
        @property
        def ssdf(self) -> tuple[Assessment, ...]: ...
        @property
        def unassessed(self) -> tuple[Control, ...]: ...
        @property
        def signers(self) -> int: ...


Document = dict[str, Any]

SCOPE = (
    "Evidence within this repository only. SP 800-161 is an overlay and cannot be certified; a"
    " status says what the records read in this run show, and nothing about what gryt cannot see."
)
RULE = (
    "no data: nothing to look at; not met: a violation, or nothing conforms; partial: some do not"
    " conform or cannot be verified, or the control asks for more than records can show; met: all"
    " conform."
)


def sections(report: "Report") -> list[tuple[Framework, Sequence[Assessment]]]:
    """Return the parts of the report that there are."""
    parts = zip(Framework, (report.overlay, report.additional, report.ssdf), strict=True)
    return [(framework, found) for framework, found in parts if found]


def statuses(assessments: Iterable[Assessment]) -> dict[str, int]:
    """Return how many controls have each status, in the order of the statuses."""
    found = Counter(each.status for each in assessments)
    return {status.value: found[status] for status in Status}


def gaps(report: "Report") -> list[Assessment]:
    """Return every control that is not all that it should be, as far as there is data."""
    every = (*report.overlay, *report.additional, *report.ssdf)
    return [each for each in every if each.status in {Status.PARTIAL, Status.NOT_MET}]


def meets_something(report: "Report") -> bool:
    """Tell whether any control is met at all."""
    every = (*report.overlay, *report.additional, *report.ssdf)
    return any(each.status is Status.MET for each in every)


def report_document(report: "Report") -> Document:
    """Return the report for programs."""
    return {
        "schema": "gryt/compliance/1",
        "repository": report.repository,
        "at": report.at,
        "period": {"since": report.period.since, "until": report.period.until},
        "scope": SCOPE,
        "rule": RULE,
        "ledger": {"refs": dict(report.tips), "signers": report.signers},
        "summary": _summary(report.summary),
        "statuses": statuses(a for _, found in sections(report) for a in found),
        "controls": [_assessment(a) for _, found in sections(report) for a in found],
        "not_assessed": [
            {"id": control.id, "title": control.title, "framework": control.framework.value}
            for control in report.unassessed
        ],
    }


def _summary(summary: Summary) -> Document:
    return {
        "generations": {
            "created": summary.created,
            "promoted": summary.promoted,
            "draft": summary.drafts,
            "abandoned": summary.abandoned,
            "yanked": summary.yanked,
            "hotfixes": summary.hotfixes,
        },
        "promotions": {
            "attempts": summary.attempts,
            "succeeded": summary.attempts - summary.refused,
            "refused": summary.refused,
            "success_rate": summary.success_rate,
        },
        "evolutions": {
            "started": summary.evolutions,
            "runs": summary.runs,
            "passed": summary.passed,
            "failed": summary.failed,
            "cancelled": summary.cancelled,
            "void": summary.void,
            "pass_rate": summary.pass_rate,
        },
        "failed_evolutions": [failure._asdict() for failure in summary.failures],
        "audit_events": {"total": summary.total_events, "by_kind": dict(summary.events)},
        "policy_enforcement": [decision._asdict() for decision in summary.decisions],
        "months": [month._asdict() for month in summary.months],
        "lead_times": [
            {"version": version, "at": at, "days": round(days, 4)}
            for version, at, days in summary.lead_times
        ],
    }


def _assessment(each: Assessment) -> Document:
    control, rule, tally = each.control, each.rule, each.tally
    return {
        "id": control.id,
        "title": control.title,
        "framework": control.framework.value,
        "levels": list(control.levels),
        "flow_down": control.flow_down,
        "baselines": list(control.baselines),
        "status": each.status.value,
        "at_most": rule.at_most.value,
        "rule": {"population": rule.population, "conforming": rule.demand},
        "population": tally.population,
        "conforming": tally.conforming,
        "unverifiable": tally.unverifiable,
        "violations": [_item(item) for item in tally.violations],
        "against": [
            _item(item) for item in tally.against if item.judgement is not Judgement.VIOLATES
        ],
        "recheck": _rechecks(tally),
        "objectives": list(rule.objectives),
        "not_assessed": {"objectives": list(each.not_assessed), "text": rule.unseen},
    }


_EXAMPLES = 20


def _rechecks(tally: Tally) -> list[str]:
    """Return a few of the git commands that show what was judged."""
    found = dict.fromkeys(item.recheck for item in tally.against[:_EXAMPLES] if item.recheck)
    return list(found) or ([tally.example] if tally.example else [])


def _item(item: Item) -> Document:
    return {
        "subject": item.subject,
        "judgement": item.judgement.value,
        "reason": item.reason,
        "recheck": item.recheck,
    }


# --- Markdown


def report_markdown(report: "Report") -> str:
    """Return the report as Markdown, for a pull request or a wiki."""
    lines = [
        f"# Compliance evidence of {plain(report.repository)}",
        "",
        f"{SCOPE} {RULE}",
        "",
        f"Made {report.at}, over {period_text(report.period)}.",
        "",
        *_summary_lines(report.summary),
    ]
    for framework, found in sections(report):
        counts = ", ".join(f"{number} {status}" for status, number in statuses(found).items())
        lines += [f"## {framework.value}", "", f"{counts}.", ""]
        lines += ["| Id | Title | Status | Conforming | Unverifiable | Violations |"]
        lines += ["|---|---|---|---|---|---|"]
        lines += [_row(each) for each in found]
        lines += ["", *(line for each in found for line in _details(each))]
    lines += ["## Not assessed", ""]
    lines += [f"* {c.id} {plain(c.title)} ({c.framework.value})" for c in report.unassessed]
    return "\n".join(lines) + "\n"


def period_text(period: Period) -> str:
    """Return which time a report is about."""
    if period.since is None and period.until is None:
        return "everything that was ever recorded"
    since = f"from {period.since} " if period.since is not None else ""
    until = f"until {period.until}" if period.until is not None else ""
    return (since + until).strip()


def percent(share: float | None) -> str:
    """Return a share for people."""
    return "no data" if share is None else f"{share:.0%}"


def _summary_lines(summary: Summary) -> list[str]:
    rows = [
        ("Generations created", str(summary.created)),
        ("Generations promoted", str(summary.promoted)),
        (
            "Promotion success rate",
            f"{percent(summary.success_rate)} of {summary.attempts} attempts",
        ),
        ("Runs that passed", f"{percent(summary.pass_rate)} of {summary.passed + summary.failed}"),
        ("Runs that failed", str(summary.failed)),
        ("Audit events", str(summary.total_events)),
        ("Refusals, overrides and approvals", str(len(summary.decisions))),
    ]
    return ["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows), ""]


def _row(each: Assessment) -> str:
    tally = each.tally
    return (
        f"| {each.control.id} | {plain(each.control.title)} | {each.status.value}"
        f" | {tally.conforming} of {tally.population} | {tally.unverifiable}"
        f" | {len(tally.violations)} |"
    )


def _details(each: Assessment) -> list[str]:
    if not each.tally.against:
        return []
    lines = [f"### {each.control.id}: {each.status.value}", ""]
    lines += [f"Looked at: {each.rule.population}. Conforming: {each.rule.demand}.", ""]
    for item in each.tally.against[:_EXAMPLES]:
        lines.append(f"* {item.judgement.value}: {plain(item.subject)}: {plain(item.reason)}")
        if item.recheck:
            lines.append(f"  (`{cell(item.recheck).replace('`', '')}`)")
    more = len(each.tally.against) - _EXAMPLES
    return [*lines, *([f"* and {more} more"] if more > 0 else []), ""]
