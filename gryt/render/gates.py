"""Gates and promotions as text and as JSON documents."""

from collections.abc import Sequence
from typing import Any

from gryt.model.verdict import Outcome, Verdict
from gryt.render.safe import cell

Document = dict[str, Any]


def gate_lines(gates: Sequence[Verdict]) -> list[str]:
    """Return a line per gate, and under each that did not pass every reason and what mends it."""
    lines = []
    for verdict in gates:
        lines.append(f"  {cell(verdict.name)}: {word(verdict)}")
        if verdict.outcome is not Outcome.PASS:
            lines += [f"    {cell(reason)}" for reason in verdict.reasons]
            if verdict.overridden is not None:
                lines.append(f"    overridden: {cell(verdict.overridden)}")
            elif verdict.mend is not None:
                lines.append(f"    mend: {cell(verdict.mend)}")
    return lines


def gate_documents(gates: Sequence[Verdict]) -> list[Document]:
    """Return the gates for programs."""
    return [
        {
            "name": verdict.name,
            "outcome": verdict.outcome.value,
            "reasons": list(verdict.reasons),
            "mend": verdict.mend,
            "advisory": verdict.advisory,
            "overridden": verdict.overridden,
        }
        for verdict in gates
    ]


def word(verdict: Verdict) -> str:
    """Return the answer as people read it; what only warns says so."""
    said = verdict.outcome.value.upper()
    if verdict.overridden is not None:
        return f"{said} (overridden)"
    warns = verdict.advisory and verdict.outcome is not Outcome.PASS
    return said + (" (warning only)" if warns else "")


def promotion_text(version: str, gates: Sequence[Verdict], *, promoted: bool, dry_run: bool) -> str:
    """Return what a promotion shows, as Workflow 1 has it."""
    if promoted and not gates:
        return f"Generation {version} is promoted already: nothing to do\n"
    lines = ["Running promotion gates...", *gate_lines(gates), ""]
    if promoted:
        lines += [
            f"Creating final tag {version}...",
            "Updating generation status to promoted...",
            "",
            f"Generation {version} promoted successfully!",
        ]
    elif dry_run and not any(verdict.blocks for verdict in gates):
        lines.append(f"Generation {version} would be promoted (dry run: nothing was changed)")
    else:
        lines.append(f"Generation {version} not promoted")
    return "\n".join(lines) + "\n"
