"""The compliance report as OSCAL assessment results (JSON, OSCAL 1.1 and later).

A finding is made for each assessment objective that records say something about; a control without
objectives gets one for its statement. OSCAL knows two states only: what is partial is not
satisfied, and of what there is no data no finding is made.
"""

import hashlib
from typing import TYPE_CHECKING, Any

from gryt import __version__
from gryt.model.compliance.assessment import Assessment, Item, Status
from gryt.model.compliance.controls import Framework
from gryt.render.compliance import RULE, SCOPE, sections
from gryt.render.safe import cell

if TYPE_CHECKING:
    from gryt.render.compliance import Report

Document = dict[str, Any]

_NAMESPACE = bytes.fromhex("6ba7b8119dad11d180b400c04fd430c8")  # RFC 4122: names that are URLs
_PROPERTIES = "https://gryt.dev/ns/oscal"
_OSCAL = "1.1.3"
_MOST_EVIDENCE = 100


def _uuid(*names: str) -> str:
    """Return the name-based UUID (RFC 4122, version 5) of something of this report."""
    name = "https://gryt.dev/" + "/".join(names)
    digest = bytearray(hashlib.sha1(_NAMESPACE + name.encode(), usedforsecurity=False).digest())
    digest[6] = digest[6] & 0x0F | 0x50
    digest[8] = digest[8] & 0x3F | 0x80
    text = digest[:16].hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def oscal_document(report: "Report") -> Document:
    """Return assessment results that have one result: that of this report."""
    run = f"{report.repository}/{report.at}"
    plan = _uuid(run, "plan")
    return {
        "assessment-results": {
            "uuid": _uuid(run),
            "metadata": {
                "title": _line(f"Evidence in the repository {report.repository}"),
                "last-modified": report.at,
                "version": report.at,
                "oscal-version": _OSCAL,
                "props": [_prop("gryt-version", __version__)],
                "remarks": SCOPE,
            },
            "import-ap": {"href": f"#{plan}"},
            "results": [_result(report, run)],
            "back-matter": {
                "resources": [
                    {
                        "uuid": plan,
                        "title": "Plan",
                        "description": f"Every record of the ledger is read. {RULE}",
                    }
                ]
            },
        }
    }


def _result(report: "Report", run: str) -> Document:
    controls = [
        each for part in sections(report) if part[0] is not Framework.SSDF for each in part[1]
    ]
    seen = [each for each in controls if each.status is not Status.NO_DATA]
    result: Document = {
        "uuid": _uuid(run, "result"),
        "title": "Evidence from records",
        "description": SCOPE,
        "start": report.period.since or report.at,
        "end": report.period.until or report.at,
        "props": [_prop("ledger-ref", f"{ref} {tip}") for ref, tip in report.tips]
        or [_prop("ledger-ref", "none")],
        "reviewed-controls": {
            "control-selections": [
                {"include-controls": [{"control-id": _id(each)} for each in controls]}
            ]
        },
    }
    if seen:
        result["observations"] = [_observation(each, report, run) for each in seen]
        result["findings"] = [f for each in seen for f in _findings(each, run)]
    result["remarks"] = _remarks(report, controls)
    return result


def _remarks(report: "Report", controls: list[Assessment]) -> str:
    empty = [each.control.id for each in controls if each.status is Status.NO_DATA]
    other = [control.id for control in report.unassessed]
    missing, beyond = ", ".join(empty) or "none", ", ".join(other) or "none"
    return f"No data: {missing}. Not assessed by gryt: {beyond}."


def _id(each: Assessment) -> str:
    family, _, enhancement = each.control.id.lower().rstrip(")").partition("(")
    return f"{family}.{enhancement}" if enhancement else family


def _prop(name: str, value: str) -> Document:
    return {"name": name, "ns": _PROPERTIES, "value": _line(value)}


def _line(text: str) -> str:
    """Return one line that is not empty and has no space at its ends, as OSCAL wants strings."""
    return cell(text).strip() or "none"


def _observation(each: Assessment, report: "Report", run: str) -> Document:
    tally = each.tally
    observation: Document = {
        "uuid": _uuid(run, "observation", each.control.id),
        "title": _line(f"{each.control.id}: {each.rule.population}"),
        "description": f"Conforming is: {each.rule.demand}.",
        "props": [
            _prop("status", each.status.value.replace(" ", "-")),
            _prop("population", str(tally.population)),
            _prop("conforming", str(tally.conforming)),
            _prop("unverifiable", str(tally.unverifiable)),
            _prop("violations", str(len(tally.violations))),
        ],
        "methods": ["EXAMINE"],
        "types": ["control-objective"],
        "collected": report.at,
    }
    evidence = [_evidence(item) for item in tally.against[:_MOST_EVIDENCE]]
    if not evidence and tally.example:
        evidence = [{"description": _line(f"recheck one of them: {tally.example}")}]
    if evidence:
        observation["relevant-evidence"] = evidence
    return observation


def _evidence(item: Item) -> Document:
    found: Document = {
        "description": _line(f"{item.judgement.value}: {item.subject}: {item.reason}"),
        "props": [_prop("subject", item.subject)],
    }
    if item.recheck:
        found["remarks"] = _line(item.recheck)
    return found


def _findings(each: Assessment, run: str) -> list[Document]:
    targets = [("objective-id", objective) for objective in each.rule.objectives]
    state = "satisfied" if each.status is Status.MET else "not-satisfied"
    found = []
    for kind, target in targets or [("statement-id", f"{_id(each)}_smt")]:
        finding: Document = {
            "uuid": _uuid(run, "finding", target),
            "title": _line(f"{each.control.id} {each.control.title}"),
            "description": _line(
                f"{each.status.value} within this repository: {each.tally.conforming} of"
                f" {each.tally.population} conform"
            ),
            "target": {"type": kind, "target-id": target, "status": {"state": state}},
            "related-observations": [
                {"observation-uuid": _uuid(run, "observation", each.control.id)}
            ],
        }
        if each.rule.unseen or each.not_assessed:
            left = ", ".join(each.not_assessed) or "none"
            finding["remarks"] = _line(f"not assessed: {left}. {each.rule.unseen}")
        found.append(finding)
    return found
