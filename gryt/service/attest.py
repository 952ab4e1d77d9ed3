"""Attestations: statements about runs and releases that other tools can check."""

import re
from collections.abc import Mapping

from gryt.errors import Refused
from gryt.model.attestation import (
    PAYLOAD_TYPE,
    Release,
    Run,
    begun_by,
    of_release,
    of_run,
)
from gryt.model.names import Oid, RecordId, parse_candidate
from gryt.model.pipeline import RunStatus
from gryt.model.records import Promoted, Record, RunFinished
from gryt.model.state import Evolution, Generation
from gryt.service import contracts
from gryt.service.lookup import find
from gryt.service.session import Session
from gryt.store.checkout import remote_name, tag_target
from gryt.store.layout import record_id_in
from gryt.values import Value


class Attested(Value):
    """What there is to hand out."""

    about: str
    """The version or the candidate."""
    documents: tuple[Mapping[str, object], ...]
    """Statements, or envelopes with one each."""
    signed: bool


def attest(session: Session, name: str, *, key: str | None) -> Attested:
    """Return the statements about a release or a candidate, signed where a key is given.

    Raises Refused where there is nothing to attest: no run has ended, the release was not promoted,
    or its tag is not what its record says.
    """
    repository = resource(session)
    if parse_candidate(name) is not None:
        statements = of_run(_candidate(session, name), repository)
    else:
        statements = of_release(_release(session, name), repository)
    if key is None:
        return Attested(name, tuple(statements), signed=False)
    from gryt.store.dsse import envelopes  # lazy: an extra

    return Attested(name, tuple(envelopes(statements, key, payload_type=PAYLOAD_TYPE)), signed=True)


_SCP = re.compile(r"(?:[^@/:]+@)?(?P<host>[^@/:]+):(?!//)(?P<path>.+)")
_USER = re.compile(r"^(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*://)[^/@]*@")


def resource(session: Session) -> str:
    """Return the URI of the repository: that of its remote, without a user or password."""
    remote = remote_name(session.ledger)
    url = session.ledger.repository.config.get(f"remote.{remote}.url") if remote else None
    if not url:
        return "git+urn:gryt:local"
    scp = _SCP.fullmatch(url)
    if scp is not None:
        url = f"ssh://{scp['host']}/{scp['path'].lstrip('/')}"
    url = _USER.sub(r"\g<scheme>", url)
    return f"git+{url}" if "://" in url else f"git+file://{url}"


def _candidate(session: Session, name: str) -> Run:
    view, evolution = find(session, name)
    records = session.ledger.records(view.ref)
    runs = _runs(session, view.ref, view.state, records)
    own = [run for run in runs.values() if run.finished.evolution == evolution.id]
    if not own:
        raise Refused(
            f"'{evolution.tag}' has no run that ended: there is nothing to attest",
            hints=[f"gryt run --evolution {evolution.tag}"],
        )
    return max(own, key=lambda run: run.ended.id)


def _release(session: Session, name: str) -> Release:
    view = contracts.current(session, name)
    state = view.state
    records = session.ledger.records(view.ref)
    promotion = state.promotion
    record = next((r for r in records if promotion and r.id == promotion.record), None)
    if promotion is None or record is None or not isinstance(record.body, Promoted):
        raise Refused(
            f"'{state.version}' is not promoted: there is no release to attest",
            hints=[f"gryt generation promote {state.version}", *_candidates(state)],
        )
    target = tag_target(session.ledger, promotion.tag)
    if target is not None and target != promotion.commit:
        there, wanted = target[:10], promotion.commit[:10]
        raise Refused(
            f"tag '{promotion.tag}' leads to {there}, its record says {wanted}",
            hints=["gryt verify"],
        )
    runs = _runs(session, view.ref, state, records)
    document = session.ledger.record(view.ref, record.id)
    policy = document.get("policy")
    proofs = dict.fromkeys(run for _, run in record.body.proofs)
    return Release(
        version=state.version,
        record=record,
        policy=Oid(policy) if isinstance(policy, str) else None,
        runs=tuple(runs[run] for run in proofs if run in runs),
    )


def _candidates(state: Generation) -> list[str]:
    return [f"gryt attest {e.tag}" for e in state.evolutions if e.finished_at][-1:]


def _runs(
    session: Session, ref: str, state: Generation, records: list[Record]
) -> dict[RecordId, Run]:
    """Return every run that ended, by the id of its beginning."""
    blobs = {record_id_in(row.path): row.blob for row in session.ledger.rows(ref)}
    evolutions = {evolution.id: evolution for evolution in state.evolutions}
    begun = begun_by(records)
    found: dict[RecordId, Run] = {}
    for record in records:
        body = record.body
        if not isinstance(body, RunFinished) or body.status is RunStatus.CANCELLED:
            continue
        evolution = evolutions.get(body.evolution)
        if evolution is not None and body.run in begun:
            found[body.run] = _run(state, evolution, begun[body.run], record, blobs[record.id])
    return found


def _run(state: Generation, evolution: Evolution, begun: Record, ended: Record, blob: str) -> Run:
    return Run(state.version, evolution.tag, evolution.changes, begun, ended, Oid(blob))
