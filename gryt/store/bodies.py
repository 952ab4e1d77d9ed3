"""The fields of each kind of record, as plain mappings to be stored."""

from collections.abc import Iterable

from gryt.model.hotfix import Hotfix
from gryt.model.policy import PolicyPublished
from gryt.model.records import (
    ApprovalWithdrawn,
    Approved,
    Body,
    ContractRecorded,
    Created,
    EvolutionStarted,
    Outrun,
    Overridden,
    Promoted,
    Refused,
    Renamed,
    Renumbered,
    Reviewed,
    RollbackPerformed,
    RolledBack,
    RunFinished,
    RunStarted,
    SnapshotTaken,
    Unread,
    Withdrawn,
    Yanked,
)
from gryt.model.verdict import Verdict
from gryt.store.contracts import contract_to_plain
from gryt.store.fields import Map, without_none
from gryt.store.plain import Plain
from gryt.store.policy_bodies import policy_to_plain, verdict_to_plain
from gryt.store.steps import step_to_plain


def _verdicts(verdicts: Iterable[Verdict]) -> list[Plain]:
    return [verdict_to_plain(verdict) for verdict in verdicts]


def _hotfix(hotfix: Hotfix | None) -> Map | None:
    if hotfix is None:
        return None
    return {"base": hotfix.base, "commit": hotfix.commit, "issue": hotfix.issue}


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
            return without_none({"version": body.version, "hotfix": _hotfix(body.hotfix)})
        case ContractRecorded():
            replaces: list[Plain] = [*body.replaces]
            return {"contract": contract_to_plain(body.contract), "replaces": replaces}
        case Promoted():
            return _promoted(body)
        case Renamed():
            tags: Map = dict(body.tags)
            return without_none({"from": body.old, "to": body.new, "tags": tags or None})
        case RolledBack() | RollbackPerformed() | Yanked() | SnapshotTaken():
            return _looking_back(body)
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
                    "policy": body.policy,
                    "policies": [policy_to_plain(p) for p in body.policies] or None,
                }
            )
        case Renumbered():
            return without_none(body._asdict())
        case Outrun():
            return without_none(body._asdict())
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
                    "policy": body.policy,
                    "evolution": body.evolution,
                }
            )
        case Approved() | ApprovalWithdrawn() | Overridden():
            return _opinion(body)
        case Reviewed():
            return _reviewed(body)
        case PolicyPublished():
            replaces = [*body.replaces]
            return {"policy": body.policy, "replaces": replaces}
        case Unread():
            return {}


def _looking_back(body: RolledBack | RollbackPerformed | Yanked | SnapshotTaken) -> Map:
    """Return the fields of what is about the past."""
    match body:
        case RolledBack():
            gone: list[Plain] = [*sorted(body.supersedes)]
            about = without_none({"snapshot": body.snapshot, "rollback": body.rollback})
            return {**about, "supersedes": gone}
        case RollbackPerformed():
            tags: list[Plain] = [{"tag": name, "tag_object": oid} for name, oid in body.tags]
            return without_none(
                {
                    "snapshot": body.snapshot,
                    "backup": body.backup,
                    "generations": list(body.generations),
                    "tags_removed": tags or None,
                }
            )
        case Yanked():
            return {
                "promotion": body.promotion,
                "tag": body.tag,
                "commit": body.commit,
                "reason": body.reason,
            }
        case SnapshotTaken():
            return without_none(
                {
                    "snapshot": body.snapshot,
                    "label": body.label,
                    "generations": body.generations,
                    "tree": body.tree,
                    "bytes": body.bytes,
                }
            )


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
            "fast_track": body.fast_track or None,
            "replaces_tag": body.replaces_tag,
            "policy": body.policy,
            "offline": body.offline or None,
            "notes": body.notes or None,
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


def _reviewed(body: Reviewed) -> Map:
    return without_none(
        {
            "tampered": body.tampered,
            "unfinished": body.unfinished,
            "warnings": body.warnings,
            "refs": dict(body.refs),
            "findings": list(body.findings) or None,
            "comment": body.comment,
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
