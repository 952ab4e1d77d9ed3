"""What policies said of a pipeline, as text and as JSON documents."""

from collections.abc import Sequence
from typing import Any

from gryt.model.policy import PolicyVerdict
from gryt.model.verdict import Outcome
from gryt.render.gates import word
from gryt.render.safe import cell

Document = dict[str, Any]


def violation_text(violated: Sequence[PolicyVerdict], ending: str) -> str:
    """Return every policy that is violated, with every reason, as Workflow 5 has it."""
    lines = ["ERROR: Policy violation", ""]
    for each in violated:
        lines += [
            f"Policy: {cell(each.verdict.name)}",
            f"  Applies to: {', '.join(kind.value for kind in each.types)}",
            *(f"  Violation: {cell(reason)}" for reason in each.verdict.reasons),
            "",
        ]
    return "\n".join([*lines, ending]) + "\n"


def validated_text(policies: Sequence[PolicyVerdict], differences: Sequence[str]) -> str:
    """Return what each policy said; nothing where none was asked."""
    lines = ["Validating policies..."] if policies else []
    for each in policies:
        lines.append(f"  {cell(each.verdict.name)}: {word(each.verdict)}")
        if each.verdict.outcome is not Outcome.PASS:
            lines += [f"    {cell(reason)}" for reason in each.verdict.reasons]
    lines += difference_lines(differences)
    return "\n".join([*lines, "", ""]) if lines else ""


def difference_lines(differences: Sequence[str]) -> list[str]:
    """Return what a branch leaves out of the published policy."""
    return [f"  {cell(text)}: the published policy holds" for text in differences]


def policy_documents(policies: Sequence[PolicyVerdict]) -> list[Document]:
    """Return what each policy said, for programs."""
    return [
        {
            "name": each.verdict.name,
            "outcome": each.verdict.outcome.value,
            "reasons": list(each.verdict.reasons),
            "advisory": each.verdict.advisory,
            "applies_to": [kind.value for kind in each.types],
            "required_steps": [step.name for step in each.steps],
        }
        for each in policies
    ]
