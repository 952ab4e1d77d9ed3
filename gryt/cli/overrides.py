"""`--override GATE --reason TEXT`, as they come in pairs."""

from collections.abc import Sequence

import click

from gryt.model.overrides import Override


def pair(gates: Sequence[str], reasons: Sequence[str]) -> tuple[Override, ...]:
    """Return each override with its reason; one reason may be for all of them."""
    if any(not reason.strip() for reason in reasons):
        raise click.UsageError("--reason must say something")
    if len(set(gates)) < len(gates):
        raise click.UsageError("--override names a gate twice")
    if reasons and not gates:
        raise click.UsageError("--reason is for --override GATE")
    if len(reasons) not in {1, len(gates)}:
        what = "has no --reason" if not reasons else f"come with {len(reasons)} reasons"
        which = "--override" if len(gates) == 1 else f"{len(gates)} overrides"
        raise click.UsageError(f"{which} {what}")
    texts = reasons if len(reasons) == len(gates) else [*reasons] * len(gates)
    return tuple(Override(gate, reason.strip()) for gate, reason in zip(gates, texts, strict=True))
