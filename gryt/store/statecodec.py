"""Folded states as JSON, for the cache alone.

A state is written as nested lists in the order of the fields of `model/state.py`. Whoever changes
those classes raises `index.CACHE_VERSION`, and every old cache is rebuilt.
"""

import json
from collections.abc import Sequence

from gryt.model.contract import Change, ChangeType, Contract
from gryt.model.hotfix import Hotfix
from gryt.model.state import (
    ChangeState,
    ChangeStatus,
    Evolution,
    EvolutionStatus,
    Generation,
    GenerationStatus,
    Promotion,
    Proof,
)
from gryt.typed import Any

_Row = Sequence[Any]
# a mapping is several times as fast as the call of an enum
_EVOLUTION = {status.value: status for status in EvolutionStatus}
_CHANGE = {status.value: status for status in ChangeStatus}
_TYPES = {kind.value: kind for kind in ChangeType}


def dump(generation: Generation) -> str:
    """Return the JSON text of a state."""
    g, p = generation, generation.promotion
    contract = [
        g.contract.version,
        g.contract.description,
        [_change(change) for change in g.contract.changes],
        g.contract.pipeline_template,
    ]
    row = [
        *(g.gid, g.version, g.status.value, contract, g.heads, g.conflicts),
        [[_change(s.change), s.status.value, _values(s.proof)] for s in g.changes],
        [[*_values(e)[:4], e.status.value, *_values(e)[5:]] for e in g.evolutions],
        *(g.created_at, g.created_by, g.newest, g.next_number),
        *(_values(p), g.reason, _values(g.hotfix)),
    ]
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"))


def load(text: str) -> Generation:
    """Return the state that `dump` wrote."""
    (gid, version, status, contract, heads, conflicts, changes, evolutions, *rest) = json.loads(
        text
    )
    created_at, created_by, newest, next_number, promotion, reason, hotfix = rest
    return Generation(
        gid=gid,
        version=version,
        status=GenerationStatus(status),
        contract=Contract(
            contract[0], contract[1], tuple(_to_change(c) for c in contract[2]), contract[3]
        ),
        heads=tuple(heads),
        conflicts=tuple((where, tuple(values)) for where, values in conflicts),
        changes=tuple(
            ChangeState(_to_change(c), _CHANGE[s], Proof(*proof) if proof else None)
            for c, s, proof in changes
        ),
        evolutions=tuple(_to_evolution(row) for row in evolutions),
        created_at=created_at,
        created_by=created_by,
        newest=newest,
        next_number=next_number,
        promotion=_to_promotion(promotion),
        reason=reason,
        hotfix=Hotfix(*hotfix) if hotfix else None,
    )


def _values(value: tuple[Any, ...] | None) -> list[Any]:
    """Return a value's fields in order; nothing for None."""
    return [*value] if value is not None else []


def _change(change: Change) -> list[Any]:
    return [change.id, change.type.value, change.title, change.description, change.pipeline]


def _to_change(row: _Row) -> Change:
    return Change(row[0], _TYPES[row[1]], row[2], row[3], row[4])


def _to_evolution(row: _Row) -> Evolution:
    evolution = [*row]
    evolution[3] = tuple(row[3])
    evolution[4] = _EVOLUTION[row[4]]
    evolution[-1] = tuple(row[-1])
    return Evolution(*evolution)


def _to_promotion(row: _Row) -> Promotion | None:
    if not row:
        return None
    record, at, by, commit, tag, tag_object, proofs, fast_track, overrides = row
    pairs = tuple((change, run) for change, run in proofs)
    against = tuple((gate, reason) for gate, reason in overrides)
    return Promotion(record, at, by, commit, tag, tag_object, pairs, fast_track, against)
