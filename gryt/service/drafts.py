"""What only a draft allows."""

from gryt.errors import Refused
from gryt.model.state import Generation, GenerationStatus


def refuse_unless_draft(state: Generation) -> None:
    """Raise Refused where a generation is promoted or abandoned: it takes no more proofs."""
    if state.status is not GenerationStatus.DRAFT:
        raise Refused(
            f"generation '{state.version}' is {state.status.value}",
            hints=["gryt generation new VERSION", "gryt generation list"],
        )
