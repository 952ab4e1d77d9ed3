"""What a hot-fix is: a generation for one fix of a release, with a gate of its own."""

from typing import NamedTuple

from gryt.model.names import ChangeId, Oid


class Hotfix(NamedTuple):
    """Which release a hot-fix is for, and why."""

    base: str
    """The version that it fixes."""
    commit: Oid
    """What the base's tag led to when the hot-fix began."""
    issue: ChangeId
