"""The bodies of records from plain mappings.

Fields are as the schema has them; anything else raises KeyError, TypeError or ValueError, which the
codec turns into one error that names the record.
"""

from collections.abc import Callable

from gryt.model.hotfix import Hotfix
from gryt.model.names import ChangeId, Oid, RecordId
from gryt.model.pipeline import RunStatus
from gryt.model.records import (
    ApprovalWithdrawn,
    Approved,
    Body,
    ContractRecorded,
    Created,
    Environment,
    EvolutionStarted,
    Kind,
    Outrun,
    Overridden,
    PipelineRef,
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
from gryt.model.verdict import Outcome
from gryt.store.contracts import contract_from_plain
from gryt.store.fields import Map, as_list, as_map, maybe
from gryt.store.plain import Plain
from gryt.store.policy_bodies import policy_from_plain, published_from_plain, verdict_from_plain
from gryt.store.steps import step_from_plain
from gryt.typed import cast


def _ids(value: Plain) -> tuple[RecordId, ...]:
    return tuple(RecordId(str(item)) for item in as_list(value))


def _number(value: Plain) -> int:
    return int(cast(int, value))


def _pipeline(value: Plain) -> PipelineRef:
    plain = as_map(value)
    return PipelineRef(str(plain["name"]), Oid(str(plain["blob"])))


def _environment(value: Plain) -> Environment:
    plain = as_map(value)
    return Environment(
        host=str(plain["host"]),
        gryt=str(plain["gryt"]),
        git=str(plain["git"]),
        python=str(plain["python"]),
        os=str(plain["os"]),
        ci=maybe(plain, "ci"),
        url=maybe(plain, "url"),
        actor=maybe(plain, "actor"),
        tools=tuple((name, str(value)) for name, value in as_map(plain.get("tools") or {}).items()),
    )


def _created(p: Map) -> Body:
    plain = p.get("hotfix")
    return Created(str(p["version"]), None if plain is None else _hotfix(as_map(plain)))


def _hotfix(p: Map) -> Hotfix:
    return Hotfix(str(p["base"]), Oid(str(p["commit"])), ChangeId(str(p["issue"])))


def _contract(p: Map) -> Body:
    return ContractRecorded(contract_from_plain(as_map(p["contract"])), _ids(p["replaces"]))


def _promoted(p: Map) -> Body:
    return Promoted(
        version=str(p["version"]),
        commit=Oid(str(p["commit"])),
        tag=str(p["tag"]),
        tag_object=Oid(str(p["tag_object"])),
        contract=_ids(p["contract"]),
        proofs=_proofs(p["proofs"]),
        gates=tuple(verdict_from_plain(item) for item in as_list(p["gates"])),
        overrides=tuple(
            (str(as_map(item)["gate"]), str(as_map(item)["reason"]))
            for item in as_list(p.get("overrides") or [])
        ),
        fast_track=p.get("fast_track") is True,
        replaces_tag=_oid(p, "replaces_tag"),
        policy=_oid(p, "policy"),
        offline=p.get("offline") is True,
        notes=p.get("notes") is True,
    )


def _proofs(value: Plain) -> tuple[tuple[ChangeId, RecordId], ...]:
    return tuple((ChangeId(key), RecordId(str(run))) for key, run in as_map(value).items())


def _oid(p: Map, key: str) -> Oid | None:
    value = maybe(p, key)
    return None if value is None else Oid(value)


def _approved(p: Map) -> Body:
    change = maybe(p, "change")
    return Approved(
        action=maybe(p, "action") or "promote",
        contract=_ids(p.get("contract") or []),
        proofs=_proofs(p.get("proofs") or {}),
        change=None if change is None else ChangeId(change),
        commit=_oid(p, "commit"),
        comment=maybe(p, "comment") or maybe(p, "reason"),
    )


def _approval_withdrawn(p: Map) -> Body:
    return ApprovalWithdrawn(_ids(p["approvals"]), maybe(p, "reason"))


def _overridden(p: Map) -> Body:
    promotion, outcome = maybe(p, "promotion"), maybe(p, "outcome")
    return Overridden(
        gate=str(p["gate"]),
        reason=str(p["reason"]),
        promotion=None if promotion is None else RecordId(promotion),
        outcome=None if outcome is None else Outcome(outcome),
        message=maybe(p, "message"),
        commit=_oid(p, "commit"),
        policy=_oid(p, "policy"),
    )


def _renamed(p: Map) -> Body:
    tags = as_map(p.get("tags") or {})
    return Renamed(
        str(p["from"]),
        str(p["to"]),
        tuple((name, Oid(str(oid))) for name, oid in tags.items()),
    )


def _rolled_back(p: Map) -> Body:
    rollback = maybe(p, "rollback")
    performed = None if rollback is None else RecordId(rollback)
    return RolledBack(str(p["snapshot"]), frozenset(_ids(p["supersedes"])), performed)


def _performed(p: Map) -> Body:
    tags = (as_map(item) for item in as_list(p.get("tags_removed") or []))
    return RollbackPerformed(
        snapshot=str(p["snapshot"]),
        backup=str(p["backup"]),
        generations=tuple(str(item) for item in as_list(p["generations"])),
        tags=tuple((str(tag["tag"]), Oid(str(tag["tag_object"]))) for tag in tags),
    )


def _yanked(p: Map) -> Body:
    return Yanked(
        reason=str(p["reason"]),
        promotion=RecordId(str(p["promotion"])),
        tag=str(p["tag"]),
        commit=Oid(str(p["commit"])),
    )


def _withdrawn(p: Map) -> Body:
    evolution = maybe(p, "evolution")
    return Withdrawn(str(p["reason"]), None if evolution is None else RecordId(evolution))


def _started(p: Map) -> Body:
    return EvolutionStarted(
        number=_number(p["number"]),
        changes=tuple(ChangeId(str(item)) for item in as_list(p["changes"])),
        head=Oid(str(p["head"])),
        contract=_ids(p["contract"]),
        pipeline=maybe(p, "pipeline"),
        branch=maybe(p, "branch"),
        team=maybe(p, "team"),
        policy=_oid(p, "policy"),
        policies=tuple(policy_from_plain(as_map(p)) for p in as_list(p.get("policies") or [])),
    )


def _renumbered(p: Map) -> Body:
    return Renumbered(RecordId(str(p["evolution"])), _number(p["number"]), _oid(p, "tag_object"))


def _run_started(p: Map) -> Body:
    return RunStarted(
        evolution=RecordId(str(p["evolution"])),
        commit=Oid(str(p["commit"])),
        tree=Oid(str(p["tree"])),
        contract=_ids(p["contract"]),
        pipeline=_pipeline(p["pipeline"]),
        host=str(p["host"]),
    )


def _run_finished(p: Map) -> Body:
    tag_object, taken_from = maybe(p, "tag_object"), maybe(p, "taken_from")
    return RunFinished(
        evolution=RecordId(str(p["evolution"])),
        run=RecordId(str(p["run"])),
        commit=Oid(str(p["commit"])),
        tree=Oid(str(p["tree"])),
        contract=_ids(p["contract"]),
        pipeline=_pipeline(p["pipeline"]),
        status=RunStatus(p["status"]),
        seconds=float(cast(float, p["seconds"])),
        steps=tuple(step_from_plain(item) for item in as_list(p["steps"])),
        environment=_environment(p["environment"]),
        void=tuple(str(item) for item in as_list(p.get("void") or [])),
        tag=maybe(p, "tag"),
        tag_object=None if tag_object is None else Oid(tag_object),
        taken_from=None if taken_from is None else RecordId(taken_from),
    )


def _refused(p: Map) -> Body:
    evolution = maybe(p, "evolution")
    return Refused(
        action=str(p["action"]),
        reasons=tuple(str(item) for item in as_list(p["reasons"])),
        gates=tuple(verdict_from_plain(item) for item in as_list(p.get("gates") or [])),
        commit=_oid(p, "commit"),
        policy=_oid(p, "policy"),
        evolution=None if evolution is None else RecordId(evolution),
    )


def _reviewed(p: Map) -> Body:
    return Reviewed(
        tampered=_number(p["tampered"]),
        unfinished=_number(p["unfinished"]),
        warnings=_number(p["warnings"]),
        refs=tuple((ref, Oid(str(tip))) for ref, tip in as_map(p["refs"]).items()),
        findings=tuple(str(item) for item in as_list(p.get("findings") or [])),
        comment=maybe(p, "comment"),
    )


def _snapshot(p: Map) -> Body:
    size = p.get("bytes")
    return SnapshotTaken(
        snapshot=str(p["snapshot"]),
        label=str(p["label"]),
        generations=_number(p["generations"]),
        tree=_oid(p, "tree"),
        bytes=None if size is None else _number(size),
    )


_READERS: dict[Kind, Callable[[Map], Body]] = {
    Kind.CREATED: _created,
    Kind.CONTRACT: _contract,
    Kind.PROMOTED: _promoted,
    Kind.RENAMED: _renamed,
    Kind.ROLLED_BACK: _rolled_back,
    Kind.OUTRUN: lambda p: Outrun(
        RecordId(str(p["promotion"])), RecordId(str(p["winner"])), maybe(p, "version")
    ),
    Kind.GENERATION_ABANDONED: _withdrawn,
    Kind.YANKED: _yanked,
    Kind.ROLLBACK: _performed,
    Kind.STARTED: _started,
    Kind.RENUMBERED: _renumbered,
    Kind.EVOLUTION_ABANDONED: _withdrawn,
    Kind.INVALIDATED: _withdrawn,
    Kind.RUN_STARTED: _run_started,
    Kind.RUN_FINISHED: _run_finished,
    Kind.REFUSED: _refused,
    Kind.APPROVED: _approved,
    Kind.APPROVAL_WITHDRAWN: _approval_withdrawn,
    Kind.OVERRIDDEN: _overridden,
    Kind.REVIEWED: _reviewed,
    Kind.SNAPSHOT: _snapshot,
    Kind.POLICY: published_from_plain,
}


def from_plain(kind: Kind, plain: Map) -> Body:
    """Return the body of this kind; raise KeyError, TypeError or ValueError for a misfit."""
    reader = _READERS.get(kind)
    return Unread() if reader is None else reader(plain)
