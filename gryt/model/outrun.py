"""What a remote settles: of two promotions of one version, the first to reach it counts."""

from gryt.model.names import RecordId
from gryt.values import Value


class Outrun(Value):
    """A promotion that was made apart from the remote, which another one had reached first."""

    promotion: RecordId
    winner: RecordId
    """The promotion that was faster; with `version`, the generation that was."""
    version: str | None = None
    """The version that another generation has at the remote, where that is what was lost."""
