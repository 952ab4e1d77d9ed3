"""What every use case works with: the ledger, the work tree's files, and who is at work."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from gryt.errors import Refused
from gryt.store.author import Author
from gryt.store.ledger import Ledger
from gryt.store.remotes import Network
from gryt.store.workspace import Workspace


@dataclass
class Session:
    """One command's surroundings."""

    ledger: Ledger
    workspace: Workspace | None
    """The `.gryt` folder; None in a bare repository."""
    find_author: Callable[[], Author]
    environ: Mapping[str, str]
    say: Callable[[str], None]
    """Takes a line for people, about something done on the way."""
    answers: dict[Any, Any] = field(default_factory=dict)
    """What was found out once and holds for the whole command: policies, answers of gates."""
    writes: bool = True
    """False for questions that must leave no trace, such as a dry run."""
    network: Network = field(default_factory=Network)
    """How to wait for other machines."""

    @cached_property
    def author(self) -> Author:
        """Who is at work."""
        return self.find_author()

    @property
    def files(self) -> Workspace:
        """The `.gryt` folder; raises Refused where there is no work tree."""
        if self.workspace is None:
            raise Refused(
                "this needs a work tree, and the repository is bare",
                hints=["run it in a clone with a work tree"],
            )
        return self.workspace
