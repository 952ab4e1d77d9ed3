"""What the cache keeps: a row per record, a line per generation."""

import json
from typing import TYPE_CHECKING

from gryt.model.names import Version
from gryt.model.state import Generation
from gryt.store.index import Row, Summary

if TYPE_CHECKING:
    from gryt.store.fields import Map
    from gryt.store.plain import Plain


def row_of(path: str, blob: str, doc: "Map") -> Row:
    """Return what the cache keeps of a record that reads."""
    return Row(path, blob, json.dumps(_without_tails(doc), separators=(",", ":")), None)


def summary_of(ref: str, tip: str, state: Generation) -> Summary:
    """Return the line of a listing for a folded generation."""
    return Summary(
        ref=ref,
        oid=tip,
        sort_key=Version(state.version).sort_key,
        version=state.version,
        gid=state.gid,
        status=state.status.value,
        description=state.contract.description,
        proven=state.proven,
        changes=len(state.changes),
        evolutions=len(state.evolutions),
        created_at=state.created_at,
        promoted_at=state.promotion.at if state.promotion else None,
        conflicts=json.dumps(state.conflicts, ensure_ascii=False),
    )


def _without_tails(doc: "Map") -> "Map":
    """Return a run's document without what its steps printed, which only `show` asks for."""
    steps = doc.get("steps")
    if not isinstance(steps, list):
        return doc
    return {**doc, "steps": [_without_tail(step) for step in steps]}


def _without_tail(step: "Plain") -> "Plain":
    if isinstance(step, dict) and isinstance(log := step.get("log"), dict):
        return {**step, "log": {**log, "tail": ""}}
    return step
