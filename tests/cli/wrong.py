"""What a row of the table of wrong input is made of, and the scene that it is tried in."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.cli.scenes import draft, prove
from tests.support.cli import Gryt
from tests.support.git import Repo, StrPath

Given = Callable[[Repo], StrPath | None]
"""Makes the surroundings wrong, and may return another directory to start in."""

NOT_FOUND, INVALID, REFUSED, USAGE = "not-found", "invalid-input", "refused", "usage"


@dataclass(frozen=True)
class Wrong:
    """One wrong thing, and how gryt says no to it."""

    args: tuple[str, ...]
    code: str
    says: str
    """Part of the first line on stderr."""
    hint: str = ""
    """Part of a hint; "" where nothing better can be said."""
    detail: str = ""
    """Part of a line between the two."""
    given: Given | None = None
    stdin: str = ""
    status: int = 3


def build(gryt: Gryt, repo: Repo) -> None:
    """v1.0.0 is promoted; of v1.5.0, the first evolution has passed, the second is abandoned."""
    gryt.ok("generation", "new", "v1.0.0", "--change", "add:DONE-1:Begin", cwd=repo)
    prove(gryt, repo, "DONE-1", "v1.0.0")
    gryt.ok("generation", "promote", "v1.0.0", cwd=repo)
    draft(gryt, repo)
    prove(gryt, repo, "FEAT-201")
    gryt.ok("evolution", "start", "v1.5.0", "--change", "FEAT-202", cwd=repo)
    gryt.ok("evolution", "abandon", "v1.5.0-rc.2", "--reason", "too early", cwd=repo)
