"""What a remote settles: of two promotions of one generation, the first to reach it counts."""

from typing import NamedTuple

from gryt.model.names import RecordId


class Outrun(NamedTuple):
    """A promotion that was made apart from the remote, which another one had reached first."""

    promotion: RecordId
    winner: RecordId
