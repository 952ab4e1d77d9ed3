"""Who writes to the ledger."""

from gryt.git.repository import Identity
from gryt.values import Value


class Author(Value):
    """Who acts, and what they want signed."""

    identity: Identity
    committer: Identity
    sign_commits: bool = False
    sign_tags: bool = False
