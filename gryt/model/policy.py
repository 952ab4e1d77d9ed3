"""Policy: what a team asks for beyond the contract."""

from typing import NamedTuple


class Policy(NamedTuple):
    """The rules in force. Without a policy file, one passing evolution is enough."""

    min_evolutions: int = 1
    """How many evolutions must have passed before promotion."""
    unenforced: tuple[str, ...] = ()
    """Rules that this gryt reads but does not judge yet; whoever uses the policy says so."""
