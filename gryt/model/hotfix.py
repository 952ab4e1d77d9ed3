"""What a hot-fix is: a generation for one fix of a release, with a gate of its own."""

from gryt.model.names import ChangeId, Oid
from gryt.values import Value


class Hotfix(Value):
    """Which release a hot-fix is for, and why."""

    base: str
    """The version that it fixes."""
    commit: Oid
    """What the base's tag led to when the hot-fix began."""
    issue: ChangeId
