"""Who writes to the ledger."""

from typing import NamedTuple

from gryt.git.repository import Identity


class Author(NamedTuple):
    """Who acts, and what they want signed."""

    identity: Identity
    committer: Identity
    sign_commits: bool = False
    sign_tags: bool = False
