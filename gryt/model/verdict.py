"""What a gate answers."""

import enum
from collections.abc import Iterable

from gryt.values import Value


class Outcome(enum.Enum):
    """A gate's answer. Inconclusive never promotes by itself."""

    PASS = "pass"
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"


class Verdict(Value):
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
    def opposes(self) -> bool:
        """Tell whether this says no, and not only as a warning."""
        return self.outcome is not Outcome.PASS and not self.advisory

    @property
    def blocks(self) -> bool:
        """Tell whether this keeps a promotion."""
        return self.opposes and self.overridden is None


def by_name(verdicts: Iterable[Verdict]) -> tuple[Verdict, ...]:
    """Return one verdict per gate: two rules of one name are one gate, and both have to hold."""
    groups: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        groups.setdefault(verdict.name, []).append(verdict)
    return tuple(group[0] if len(group) == 1 else _united(group) for group in groups.values())


def _united(group: list[Verdict]) -> Verdict:
    against = [v for v in group if v.outcome is not Outcome.PASS]
    blocking = [v for v in against if v.blocks]
    for outcome in (Outcome.FAIL, Outcome.INCONCLUSIVE):
        for verdict in blocking or against:
            if verdict.outcome is outcome:
                reasons = tuple(dict.fromkeys(r for v in against for r in v.reasons))
                return verdict._replace(reasons=reasons)
    return group[0]._replace(reasons=tuple(r for v in group for r in v.reasons))
