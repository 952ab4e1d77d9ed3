"""Overrides: promoting although a gate says no, with a reason that is recorded."""

from collections.abc import Callable, Sequence

from gryt.errors import NotFound
from gryt.model.names import nearest
from gryt.model.verdict import Verdict
from gryt.values import Value


class Override(Value):
    """A gate that is not to keep a promotion, and why."""

    gate: str
    reason: str


class Settled(Value):
    """The gates after overrides."""

    gates: tuple[Verdict, ...]
    needless: tuple[str, ...]
    """Gates that keep nobody: there was nothing to override."""

    @property
    def overridden(self) -> tuple[Verdict, ...]:
        """The gates that would have kept the promotion."""
        return tuple(verdict for verdict in self.gates if verdict.overridden is not None)


def settle(
    gates: Sequence[Verdict],
    overrides: Sequence[Override],
    *,
    may_override: Callable[[str], bool],
    has_conflicts: bool,
) -> Settled:
    """Let overrides take the force out of gates, where policy allows it.

    Raises NotFound, with the nearest name, where one is for a gate that there is not. A gate whose
    override is forbidden goes on to say no, and says that too.
    """
    reasons = dict(overrides)
    names = [verdict.name for verdict in gates]
    for name in reasons:
        if name not in names:
            near = nearest(name, names)[:1]
            raise NotFound(
                f"there is no gate '{name}'",
                details=[f"gates: {', '.join(names)}"],
                hints=[f"did you mean '{other}'?" for other in near],
            )
    settled = []
    for verdict in gates:
        reason = reasons.get(verdict.name)
        if reason is None or not verdict.blocks:
            settled.append(verdict)
            continue
        against = _against(verdict.name, may_override, has_conflicts=has_conflicts)
        if against is None:
            settled.append(verdict._replace(overridden=reason))
        else:
            settled.append(verdict._replace(reasons=(*verdict.reasons, against)))
    blocking = {verdict.name for verdict in gates if verdict.blocks}
    return Settled(tuple(settled), tuple(name for name in reasons if name not in blocking))


def _against(gate: str, may_override: Callable[[str], bool], *, has_conflicts: bool) -> str | None:
    if not may_override(gate):
        return "the policy forbids to override it"
    if gate == "AllChangesProvenGate" and has_conflicts:
        return "it cannot be overridden: nobody knows what the contract promises"
    return None
