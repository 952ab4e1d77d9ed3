"""What `verify` found and what `check` answers, as text and as JSON documents."""

from typing import Any

from gryt.model.findings import Finding, Report, Severity
from gryt.model.proven import Check
from gryt.render.safe import cell

Document = dict[str, Any]

_TAMPERED, _UNFINISHED = 6, 1


def status(report: Report) -> int:
    """Return the exit status: 6 for anything tampered with, 1 for anything left to finish."""
    open_ = {finding.severity for finding in report.findings if not finding.repaired}
    if Severity.TAMPERED in open_:
        return _TAMPERED
    return _UNFINISHED if Severity.UNFINISHED in open_ else 0


def report_text(report: Report) -> str:
    """Return the findings, the worst first, and what was looked at."""
    c = report.checked
    lines = [line for finding in report.findings for line in _finding_lines(finding)]
    looked = (
        f"{c.refs} refs, {c.commits} commits, {c.records} records, {c.tags} tags, {c.notes} notes"
    )
    verdict = {0: "sound", _UNFINISHED: "unfinished", _TAMPERED: "TAMPERED"}[status(report)]
    return "\n".join([*lines, f"Ledger: {verdict} ({looked})"]) + "\n"


def _finding_lines(finding: Finding) -> list[str]:
    word = "repaired" if finding.repaired else finding.severity.value
    lines = [f"{word}: {cell(finding.subject)}: {cell(finding.message)}"]
    if finding.mend is not None and not finding.repaired:
        lines.append(f"  mend: {cell(finding.mend)}")
    return lines


def report_document(report: Report) -> Document:
    """Return a report for programs."""
    return {
        "schema": "gryt/verify/1",
        "sound": status(report) == 0,
        "checked": {
            "refs": report.checked.refs,
            "commits": report.checked.commits,
            "records": report.checked.records,
            "tags": report.checked.tags,
            "notes": report.checked.notes,
        },
        "findings": [
            {
                "kind": finding.kind,
                "severity": finding.severity.value,
                "subject": finding.subject,
                "message": finding.message,
                "mend": finding.mend,
                "repaired": finding.repaired,
            }
            for finding in report.findings
        ],
    }


def check_text(answer: Check) -> str:
    """Return whether a commit is proven, by what, or why not."""
    lines = [f"{answer.commit}: {'proven' if answer.proven else 'NOT proven'}"]
    for run in answer.proofs:
        what = f"{run.evolution} ({', '.join(run.changes)}): {run.pipeline} {run.status}"
        lines.append(f"  {cell(what)}" + (f": {cell(run.why_not)}" if run.why_not else ""))
    lines += [f"  {cell(reason)}" for reason in answer.reasons]
    lines += [f"  mend: {cell(hint)}" for hint in answer.hints]
    return "\n".join(lines) + "\n"


def check_document(answer: Check) -> Document:
    """Return the answer for programs."""
    return {
        "schema": "gryt/check/1",
        "commit": answer.commit,
        "proven": answer.proven,
        "required": list(answer.required),
        "missing": list(answer.missing),
        "reasons": list(answer.reasons),
        "hints": list(answer.hints),
        "proofs": [
            {**run._asdict(), "changes": list(run.changes), "steps": list(run.steps)}
            for run in answer.proofs
        ],
    }
