"""What a gate answers."""

import enum
from typing import NamedTuple


class Outcome(enum.Enum):
    """A gate's answer. Inconclusive never promotes by itself."""

    PASS = "pass"
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"


class Verdict(NamedTuple):
    """One gate's answer: every reason against, and the command that would mend it."""

    name: str
    outcome: Outcome
    reasons: tuple[str, ...] = ()
    mend: str | None = None
    advisory: bool = False
    """True for a gate in `mode: warn`: it says what it finds and keeps nobody."""

    @property
    def blocks(self) -> bool:
        """Tell whether this keeps a promotion."""
        return self.outcome is not Outcome.PASS and not self.advisory
