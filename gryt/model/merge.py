"""How two edits of one contract differ, and how they merge by change id and field."""

from collections.abc import Iterable
from typing import TypeVar

from gryt.model.contract import Change, ChangeType, Contract
from gryt.model.names import ChangeId
from gryt.values import Value


class FieldConflict(Value):
    """One field that two edits set differently; nobody but a person can choose."""

    where: str
    """'description', 'pipeline_template' or '<change id>: <field>'."""
    values: tuple[str, ...]
    """What each side says, sorted; '(removed)' where a side took the change out."""


class MergedContract(Value):
    """The union of concurrent edits. It is whole only where `conflicts` is empty."""

    contract: Contract
    conflicts: tuple[FieldConflict, ...] = ()


_REMOVED = "(removed)"
_T = TypeVar("_T")
_FIELDS = ("type", "title", "description", "pipeline")


def _text(value: object) -> str:
    if isinstance(value, ChangeType):
        return value.value
    return "" if value is None else str(value)


def _pick(base: _T | None, ours: _T, theirs: _T, *, where: str, out: list[FieldConflict]) -> _T:
    """Merge one field three ways; a conflict keeps the smaller text, so that order is no matter."""
    if theirs in (ours, base):
        return ours
    if ours == base:
        return theirs
    low, high = sorted((ours, theirs), key=_text)
    out.append(FieldConflict(where, (_text(low), _text(high))))
    return low


def _merge_change(
    base: Change | None, ours: Change | None, theirs: Change | None, out: list[FieldConflict]
) -> Change | None:
    if theirs in (ours, base):
        return ours
    if ours == base:
        return theirs
    if ours is None or theirs is None:
        kept = ours or theirs
        assert kept is not None
        out.append(FieldConflict(f"{kept.id}: change", (_REMOVED, kept.title)))
        return kept

    def where(field: str) -> str:
        return f"{ours.id}: {field}"

    return Change(
        id=ours.id,
        type=_pick(
            base.type if base else None, ours.type, theirs.type, where=where("type"), out=out
        ),
        title=_pick(
            base.title if base else None, ours.title, theirs.title, where=where("title"), out=out
        ),
        description=_pick(
            base.description if base else None,
            ours.description,
            theirs.description,
            where=where("description"),
            out=out,
        ),
        pipeline=_pick(
            base.pipeline if base else None,
            ours.pipeline,
            theirs.pipeline,
            where=where("pipeline"),
            out=out,
        ),
    )


def merge(base: Contract, ours: Contract, theirs: Contract) -> MergedContract:
    """Merge two edits of `base` by change id and field; symmetric but for the order of changes.

    Changes keep the order of `base`; new ones follow, those of the side that sorts first by ids.
    """
    conflicts: list[FieldConflict] = []
    added = [
        [change.id for change in side.changes if base.change(change.id) is None]
        for side in (ours, theirs)
    ]
    order = dict.fromkeys(
        [*(c.id for c in base.changes), *(i for ids in sorted(added) for i in ids)]
    )
    changes = [
        _merge_change(base.change(i), ours.change(i), theirs.change(i), conflicts) for i in order
    ]
    contract = Contract(
        version=ours.version,
        description=_pick(
            base.description,
            ours.description,
            theirs.description,
            where="description",
            out=conflicts,
        ),
        changes=tuple(change for change in changes if change is not None),
        pipeline_template=_pick(
            base.pipeline_template,
            ours.pipeline_template,
            theirs.pipeline_template,
            where="pipeline_template",
            out=conflicts,
        ),
    )
    return MergedContract(contract, tuple(conflicts))


def keeping(merged: Contract, mine: Contract, conflicts: Iterable[str]) -> Contract:
    """Return a merged contract in which every field in conflict says what `mine` says.

    So a file can show its owner's side of a conflict without losing what others added.
    """
    changes = {change.id: change for change in merged.changes}
    for where in conflicts:
        change_id, separator, field = where.rpartition(": ")
        own = mine.change(change_id)
        if not separator:
            merged = merged._replace(**{field: getattr(mine, field)})
        elif own is None:
            changes.pop(ChangeId(change_id), None)
        elif field in _FIELDS and change_id in changes:
            there = changes[ChangeId(change_id)]
            changes[there.id] = there._replace(**{field: getattr(own, field)})
        else:
            changes[own.id] = own
    return merged._replace(changes=tuple(changes.values()))


class Difference(Value):
    """What an edit does to a contract."""

    added: tuple[ChangeId, ...]
    removed: tuple[ChangeId, ...]
    edited: tuple[str, ...]
    """'<change id>: <field>' or the name of a field of the contract itself."""

    @property
    def size(self) -> int:
        """How many changes and fields differ."""
        return len(self.added) + len(self.removed) + len(self.edited)

    def __bool__(self) -> bool:
        return self.size > 0

    def __str__(self) -> str:
        parts = [
            f"{sign}{len(ids)} change{'s' if len(ids) > 1 else ''}"
            for sign, ids in (("+", self.added), ("-", self.removed))
            if ids
        ]
        return ", ".join([*parts, *(f"{name} edited" for name in self.edited)]) or "no difference"


def difference(old: Contract, new: Contract) -> Difference:
    """Return what `new` has that `old` had not, and the other way round."""
    edited = [
        name
        for name in ("description", "pipeline_template")
        if getattr(old, name) != getattr(new, name)
    ]
    for change in new.changes:
        before = old.change(change.id)
        if before is not None:
            edited += [
                f"{change.id}: {name}"
                for name in _FIELDS
                if getattr(before, name) != getattr(change, name)
            ]
    if not edited and [c.id for c in old.changes if new.change(c.id)] != [
        c.id for c in new.changes if old.change(c.id)
    ]:
        edited.append("order")
    return Difference(
        added=tuple(c.id for c in new.changes if old.change(c.id) is None),
        removed=tuple(c.id for c in old.changes if new.change(c.id) is None),
        edited=tuple(edited),
    )
