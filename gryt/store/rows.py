"""What the cache keeps: a row per record, a line per generation."""

import json
from typing import TYPE_CHECKING

from gryt.model.names import Version
from gryt.model.state import Generation
from gryt.store.index import Row, Summary

if TYPE_CHECKING:
    from gryt.store.fields import Map
    from gryt.store.plain import Plain


_encode = json.JSONEncoder(separators=(",", ":")).encode


def row_of(path: str, blob: str, doc: "Map") -> Row:
    """Return what the cache keeps of a record that reads."""
    slim, tails = _without_tails(doc)
    text = _encode(slim)
    kept = _encode(tails) if any(tails) else None
    return Row(path, blob, text, None, str(doc["kind"]), kept)


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


def _without_tails(doc: "Map") -> "tuple[Map, list[str]]":
    """Return a run's document without what its steps printed, and that: few ever ask for it."""
    steps = doc.get("steps")
    if not isinstance(steps, list):
        return doc, []
    both = [_without_tail(step) for step in steps]
    return {**doc, "steps": [step for step, _ in both]}, [tail for _, tail in both]


def _without_tail(step: "Plain") -> "tuple[Plain, str]":
    if isinstance(step, dict) and isinstance(log := step.get("log"), dict):
        return {**step, "log": {**log, "tail": ""}}, str(log.get("tail") or "")
    return step, ""


def with_tails(doc: "Map", tails: str) -> "Map":
    """Return a run's document with what its steps printed."""
    steps = doc.get("steps")
    assert isinstance(steps, list)  # as `row_of` found it
    return {
        **doc,
        "steps": [_with_tail(*pair) for pair in zip(steps, json.loads(tails), strict=True)],
    }


def _with_tail(step: "Plain", tail: str) -> "Plain":
    if tail and isinstance(step, dict) and isinstance(log := step.get("log"), dict):
        return {**step, "log": {**log, "tail": tail}}
    return step
