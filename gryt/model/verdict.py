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

    overridden: str | None = None
    """Why it keeps nobody although it said no: somebody overrode it, for this reason."""

    @property
    def blocks(self) -> bool:
        """Tell whether this keeps a promotion."""
        is_waived = self.advisory or self.overridden is not None
        return self.outcome is not Outcome.PASS and not is_waived
