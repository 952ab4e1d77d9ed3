"""What every use case works with: the ledger, the work tree's files, and who is at work."""

from collections.abc import Callable, Mapping
from functools import cached_property

from gryt.errors import Refused
from gryt.store.author import Author
from gryt.store.ledger import Ledger
from gryt.store.remotes import Network
from gryt.store.workspace import Workspace
from gryt.typed import Any


class Session:
    """One command's surroundings."""

    def __init__(
        self,
        ledger: Ledger,
        workspace: Workspace | None,
        find_author: Callable[[], Author],
        environ: Mapping[str, str],
        say: Callable[[str], None],
        *,
        writes: bool = True,
        network: Network | None = None,
    ) -> None:
        self.ledger = ledger
        self.workspace = workspace
        """The `.gryt` folder; None in a bare repository."""
        self.find_author = find_author
        self.environ = environ
        self.say = say
        """Takes a line for people, about something done on the way."""
        self.answers: dict[Any, Any] = {}
        """What was found out once and holds for the whole command: policies, answers of gates."""
        self.writes = writes
        """False for questions that must leave no trace, such as a dry run."""
        self.network = network or Network()
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
