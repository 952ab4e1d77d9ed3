"""What a command gate is told: everything that a decision about a release may rest on, as JSON."""

from typing import TYPE_CHECKING, Any

from gryt.model.state import ChangeState, Evolution

if TYPE_CHECKING:
    from gryt.service.judging import Case

Document = dict[str, Any]


def context(case: "Case") -> Document:
    """Return the document that goes to a command's standard input."""
    state = case.generation
    return {
        "schema": "gryt/gate-context/1",
        "version": state.version,
        "generation": state.gid,
        "description": state.contract.description,
        "commit": case.commit,
        "policy": case.policy.blob,
        "changes": [_change(each) for each in state.changes],
        "evolutions": [_evolution(each) for each in state.evolutions],
    }


def _change(state: ChangeState) -> Document:
    proof = state.proof
    return {
        "id": state.change.id,
        "type": state.change.type.value,
        "title": state.change.title,
        "status": state.status.value,
        "proof": None
        if proof is None
        else {"evolution": proof.tag, "run": proof.run, "commit": proof.commit},
    }


def _evolution(evolution: Evolution) -> Document:
    return {
        "tag": evolution.tag,
        "changes": list(evolution.changes),
        "status": evolution.status.value,
        "pipeline": evolution.pipeline,
        "commit": evolution.commit,
        "branch": evolution.branch,
        "team": evolution.team,
        "by": evolution.by,
        "started_at": evolution.started_at,
        "finished_at": evolution.finished_at,
    }
