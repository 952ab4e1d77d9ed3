"""What is taken away says what to use instead."""

from gryt.model.contract import ChangeType
from gryt.model.state import Generation
from gryt.model.verdict import Outcome, Verdict

NAME = "DescribedRemovalsGate"


def judge(generation: Generation) -> Verdict:
    """Every change of type remove has a description."""
    silent = [
        state.change.id
        for state in generation.changes
        if state.change.type is ChangeType.REMOVE and not state.change.description
    ]
    if not silent:
        return Verdict(NAME, Outcome.PASS)
    reasons = tuple(f"{change} does not say what to use instead" for change in silent)
    return Verdict(NAME, Outcome.FAIL, reasons, f"gryt generation edit {generation.version}")
