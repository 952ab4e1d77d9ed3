"""Contracts: what a generation promises."""

import enum

from gryt.model.names import ChangeId
from gryt.values import Value


class ChangeType(enum.Enum):
    """What a change does to the product."""

    ADD = "add"
    FIX = "fix"
    REFINE = "refine"
    REMOVE = "remove"


TYPE_ALIASES = {
    "feat": ChangeType.ADD,
    "feature": ChangeType.ADD,
    "bugfix": ChangeType.FIX,
    "improve": ChangeType.REFINE,
    "perf": ChangeType.REFINE,
    "refactor": ChangeType.REFINE,
    "delete": ChangeType.REMOVE,
    "deprecate": ChangeType.REMOVE,
}
"""Words accepted on input; records hold the four types only."""


def change_type(text: str) -> ChangeType | None:
    """Return the type that `text` names, aliases included."""
    if text in TYPE_ALIASES:
        return TYPE_ALIASES[text]
    return next((kind for kind in ChangeType if kind.value == text), None)


class Change(Value):
    """One promised item."""

    id: ChangeId
    type: ChangeType
    title: str
    description: str | None = None
    pipeline: str | None = None
    """The pipeline that proves it, where it is not the contract's own."""

    def promises_the_same(self, other: "Change") -> bool:
        """Tell whether a proof of `other` proves this: type, id and title are the promise."""
        return (self.id, self.type, self.title) == (other.id, other.type, other.title)


class Contract(Value):
    """Everything that one generation promises."""

    version: str
    description: str = ""
    changes: tuple[Change, ...] = ()
    pipeline_template: str | None = None

    def change(self, change_id: str) -> Change | None:
        """Return the change called `change_id`, None where it is not promised."""
        return next((change for change in self.changes if change.id == change_id), None)
