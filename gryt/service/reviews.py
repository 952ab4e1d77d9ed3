"""Reviews: somebody verifies the whole trail, and that they did is itself on record."""

from gryt.errors import InvalidInput
from gryt.model.findings import Report, Severity
from gryt.model.names import Oid
from gryt.model.records import Kind, Reviewed
from gryt.service.messages import commit_message
from gryt.service.session import Session
from gryt.service.verify import verify
from gryt.store.append import Draft, act

_MOST_FINDINGS = 20
_MAX_COMMENT = 2000


def review(session: Session, *, comment: str | None) -> Report:
    """Verify the ledger and record what came of it in the meta-branch; return the report.

    Raises InvalidInput for a comment that is empty or too long.
    """
    if comment is not None and not 0 < len(comment.strip()) <= _MAX_COMMENT:
        raise InvalidInput(f"a comment has 1 to {_MAX_COMMENT} characters")
    report = verify(session)
    counts = {severity: len(report.remaining(severity)) for severity in Severity}
    worst = [f for f in report.findings if f.severity is not Severity.WARNING][:_MOST_FINDINGS]
    ledger = session.ledger
    tips = tuple((ref, Oid(tip)) for ref, tip in ledger.refs.items() if _is_own(session, ref))
    body = Reviewed(
        tampered=counts[Severity.TAMPERED],
        unfinished=counts[Severity.UNFINISHED],
        warnings=counts[Severity.WARNING],
        refs=tips,
        findings=tuple(f"{f.subject}: {f.message}" for f in worst),
        comment=comment.strip() if comment is not None else None,
    )

    def decide(draft: Draft) -> None:
        draft.record(Kind.REVIEWED, body, gid=None)
        outcome = "clean" if not body.tampered else f"{body.tampered} signs of tampering"
        draft.message = commit_message(
            f"trail reviewed: {outcome}", [("Action", Kind.REVIEWED.value)]
        )

    act(ledger, ledger.layout.meta, session.author, decide, reason="review")
    return report


def _is_own(session: Session, ref: str) -> bool:
    return ref.startswith(f"{session.ledger.layout.namespace}/")
