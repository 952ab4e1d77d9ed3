"""The fields of each kind of record, as plain mappings to be stored."""

from collections.abc import Iterable

from gryt.model.records import (
    ApprovalWithdrawn,
    Approved,
    Body,
    ContractRecorded,
    Created,
    EvolutionStarted,
    Overridden,
    Promoted,
    Refused,
    Renamed,
    Renumbered,
    RolledBack,
    RunFinished,
    RunStarted,
    SnapshotTaken,
    Unread,
    Withdrawn,
)
from gryt.model.verdict import Verdict
from gryt.store.contracts import contract_to_plain
from gryt.store.fields import Map, without_none
from gryt.store.plain import Plain
from gryt.store.steps import step_to_plain


def _verdicts(verdicts: Iterable[Verdict]) -> list[Plain]:
    return [
        without_none(
            {
                "name": v.name,
                "outcome": v.outcome.value,
                "message": "; ".join(v.reasons),
                "mode": "warn" if v.advisory else None,
            }
        )
        for v in verdicts
    ]


def _run(body: RunStarted | RunFinished) -> Map:
    return {
        "evolution": body.evolution,
        "commit": body.commit,
        "tree": body.tree,
        "contract": list(body.contract),
        "pipeline": {"name": body.pipeline.name, "blob": body.pipeline.blob},
    }


def to_plain(body: Body) -> Map:  # noqa: C901 - an arm per kind
    """Return the fields of a body, in the order in which people want to read them."""
    match body:
        case Created():
            return {"version": body.version}
        case ContractRecorded():
            replaces: list[Plain] = [*body.replaces]
            return {"contract": contract_to_plain(body.contract), "replaces": replaces}
        case Promoted():
            return _promoted(body)
        case Renamed():
            tags: Map = dict(body.tags)
            return without_none({"from": body.old, "to": body.new, "tags": tags or None})
        case RolledBack():
            gone: list[Plain] = [*sorted(body.supersedes)]
            return {"snapshot": body.snapshot, "supersedes": gone}
        case Withdrawn():
            return without_none({"evolution": body.evolution, "reason": body.reason})
        case EvolutionStarted():
            return without_none(
                {
                    "number": body.number,
                    "changes": list(body.changes),
                    "pipeline": body.pipeline,
                    "branch": body.branch,
                    "head": body.head,
                    "team": body.team,
                    "contract": list(body.contract),
                }
            )
        case Renumbered():
            return {"evolution": body.evolution, "number": body.number}
        case RunStarted():
            return {**_run(body), "host": body.host}
        case RunFinished():
            return _finished(body)
        case Refused():
            return without_none(
                {
                    "action": body.action,
                    "commit": body.commit,
                    "reasons": list(body.reasons),
                    "gates": _verdicts(body.gates) or None,
                }
            )
        case Approved() | ApprovalWithdrawn() | Overridden():
            return _opinion(body)
        case SnapshotTaken():
            return {
                "snapshot": body.snapshot,
                "label": body.label,
                "generations": body.generations,
            }
        case Unread():
            return {}


def _promoted(body: Promoted) -> Map:
    overrides: list[Plain] = [{"gate": gate, "reason": reason} for gate, reason in body.overrides]
    return without_none(
        {
            "version": body.version,
            "commit": body.commit,
            "tag": body.tag,
            "tag_object": body.tag_object,
            "contract": list(body.contract),
            "proofs": dict(body.proofs),
            "gates": _verdicts(body.gates),
            "overrides": overrides or None,
        }
    )


def _opinion(body: Approved | ApprovalWithdrawn | Overridden) -> Map:
    """Return the fields of what somebody said for or against a release."""
    match body:
        case Approved():
            return without_none(
                {
                    "action": body.action,
                    "change": body.change,
                    "commit": body.commit,
                    "contract": list(body.contract),
                    "proofs": dict(body.proofs),
                    "comment": body.comment,
                }
            )
        case ApprovalWithdrawn():
            return without_none({"approvals": list(body.approvals), "reason": body.reason})
        case Overridden():
            return without_none(
                {
                    "gate": body.gate,
                    "reason": body.reason,
                    "promotion": body.promotion,
                    "outcome": None if body.outcome is None else body.outcome.value,
                    "message": body.message or None,
                    "commit": body.commit,
                    "policy": body.policy,
                }
            )


def _finished(body: RunFinished) -> Map:
    place = body.environment
    return without_none(
        {
            "run": body.run,
            **_run(body),
            "status": body.status.value,
            "void": list(body.void) or None,
            "tag": body.tag,
            "tag_object": body.tag_object,
            "taken_from": body.taken_from,
            "seconds": round(body.seconds, 3),
            "steps": [step_to_plain(step) for step in body.steps],
            "environment": without_none({**place._asdict(), "tools": dict(place.tools) or None}),
        }
    )
