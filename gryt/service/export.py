"""The audit trail for somebody else: every record, where it lies, and who signed it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from gryt.service import contracts
from gryt.service.compliance_evidence import trust_of
from gryt.service.session import Session
from gryt.store.origins import signed_commits
from gryt.store.people import Signature, Signers, judged_commits, known_signers
from gryt.store.trail import Filter, Line, count_months, count_trail, read_trail
from gryt.values import Value

__all__ = ["Filter", "Item", "Line", "Seal", "Trail", "trail"]


class Seal(Value):
    """What is known of the signature of the commit that put a record there."""

    status: str
    """good, other (signed by somebody else), bad, unknown (cannot be checked) or unsigned."""
    signer: str | None = None
    key: str | None = None
    why_not: str | None = None


_UNSIGNED = Seal("unsigned")
_UNTOLD = Seal("unknown", why_not="no commit of this clone put it there")


class Item(Value):
    """One record and its seal."""

    line: Line
    seal: Seal


class Trail(Value):
    """What is exported."""

    tips: Mapping[str, str]
    """The commit that each ledger ref was at."""
    wanted: Filter
    kinds: Sequence[tuple[str, int]]
    """How many records there are of each kind."""
    months: Sequence[tuple[str, int, int]]
    """How many runs passed and failed in each month."""
    items: Iterator[Item]
    repository: str
    at: str
    """When it was made."""


def trail(session: Session, wanted: Filter) -> Trail:
    """Return every record that is wanted, oldest first; raise NotFound for an unknown version.

    Signatures are judged anew, all in one git process: keys are listed and revoked.
    """
    ledger = session.ledger
    contracts.take_up_all(session)
    if wanted.version is not None:
        ledger.get(wanted.version)
    tips, lines = read_trail(ledger, wanted)
    signers = known_signers(ledger)
    judged = judged_commits(ledger, signed_commits(ledger), signers)
    return Trail(
        tips=tips,
        wanted=wanted,
        kinds=count_trail(ledger, wanted),
        months=count_months(ledger, wanted),
        items=(Item(line, _seal(line, judged, signers)) for line in lines),
        repository=(ledger.repository.top or ledger.repository.common_dir).name,
        at=datetime.fromtimestamp(ledger.now_ms() // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    )


def _seal(line: Line, judged: Mapping[str, Signature], signers: Signers) -> Seal:
    if line.commit is None:
        return _UNTOLD
    if not line.signed:
        return _UNSIGNED
    signature = judged[line.commit]
    trust, signer = trust_of(signature, line.by or "", signers)
    return Seal(trust.value, signer, signature.key or None, signature.why_not)
