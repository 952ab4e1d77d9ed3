"""The compliance report: everything the records of this repository are evidence of, computed.

Evidence is gathered once, from the ledger, the tags and a verification in this very run; the rules
of `model/compliance` do the rest.
"""

from datetime import UTC, datetime

from gryt.model.compliance.assessment import Assessment, assess
from gryt.model.compliance.catalog_nist import ADDITIONAL, OVERLAY
from gryt.model.compliance.controls import Control
from gryt.model.compliance.evidence import Period
from gryt.model.compliance.rules_ssdf import SSDF_RULES
from gryt.model.compliance.rules_table import ADDITIONAL_RULES, OVERLAY_RULES
from gryt.model.compliance.summary import Summary, summarise
from gryt.service.compliance_evidence import gather
from gryt.service.session import Session
from gryt.values import Value


class Report(Value):
    """What the records show, for whoever renders it."""

    repository: str
    at: str
    """When it was made, RFC 3339, UTC."""
    period: Period
    tips: tuple[tuple[str, str], ...]
    """Every ledger ref, with the commit that was read."""
    summary: Summary
    overlay: tuple[Assessment, ...]
    additional: tuple[Assessment, ...]
    """Of SP 800-53r5, where asked for."""
    ssdf: tuple[Assessment, ...]
    """SSDF tasks, where asked for."""
    unassessed: tuple[Control, ...]
    """Controls and tasks that no record can tell of."""
    signers: int
    """How many people are known by a key."""


def compliance(
    session: Session, period: Period, *, additional: bool = False, ssdf: bool = False
) -> Report:
    """Judge every control that records can support; nothing is written."""
    evidence, signers = gather(session, period, with_commits=ssdf)
    overlay = tuple(assess(evidence, OVERLAY, OVERLAY_RULES))
    more = tuple(assess(evidence, ADDITIONAL, ADDITIONAL_RULES)) if additional else ()
    tasks: tuple[Assessment, ...] = ()
    catalog = [*OVERLAY, *(ADDITIONAL if additional else ())]
    if ssdf:
        from gryt.model.compliance.catalog_ssdf import TASKS  # lazy: only where asked for

        tasks = tuple(assess(evidence, TASKS, SSDF_RULES))
        catalog += TASKS
    assessed = {(a.control.framework, a.control.id) for a in (*overlay, *more, *tasks)}
    ledger = session.ledger
    return Report(
        repository=ledger.repository.common_dir.resolve().parent.name,
        at=datetime.fromtimestamp(ledger.now_ms() // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        period=period,
        tips=tuple((ref, ledger.refs[ref]) for ref in evidence.refs),
        summary=summarise(evidence),
        overlay=overlay,
        additional=more,
        ssdf=tasks,
        unassessed=tuple(c for c in catalog if (c.framework, c.id) not in assessed),
        signers=len(set(signers.person.values())),
    )
