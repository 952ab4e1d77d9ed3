"""What tags say: the same words whenever they are made from the same records."""

from collections.abc import Sequence

from gryt.model.names import RecordId
from gryt.model.state import ChangeStatus, Evolution, Generation
from gryt.service.messages import change_lines, one_line


def note_lines(generation: Generation) -> list[str]:
    """Return release notes as plain text."""
    from gryt.model.release_notes import release_notes  # lazy: of a release, not of a candidate

    lines: list[str] = []
    for heading, items in release_notes(generation).sections:
        lines += [f"{heading}:"]
        lines += [f"  * {one_line(note.change.title)} ({note.change.id})" for note in items]
    return lines


def candidate_message(
    generation: Generation, evolution: Evolution, run: RecordId, pipeline: str
) -> str:
    """Return the message of a release candidate's tag."""
    lines = [
        f"{evolution.tag}: {', '.join(evolution.changes)} proven by {pipeline}",
        "",
        f"Gryt-Generation: {generation.version}",
        *(f"Gryt-Change: {change}" for change in evolution.changes),
        f"Gryt-Evolution: {evolution.id}",
        f"Gryt-Run: {run}",
    ]
    return "\n".join(lines) + "\n"


def release_message(
    generation: Generation,
    promotion: RecordId,
    overrides: Sequence[tuple[str, str]] = (),
    *,
    notes: bool = False,
) -> str:
    """Return the message of a release's tag: the promise, what proves it, what was overridden.

    With `notes`, the promise is put as release notes.
    """
    description = generation.contract.description.strip()
    lines = [
        f"Release {generation.version}",
        "",
        *([one_line(description), ""] if description else []),
        *(note_lines(generation) if notes else change_lines(generation)),
        *(f"  overridden: {one_line(gate)}: {one_line(reason)}" for gate, reason in overrides),
        "",
        f"Gryt-Generation: {generation.version}",
        f"Gryt-Promotion: {promotion}",
        *(
            f"Gryt-Proof: {state.change.id} {state.proof.run}"
            for state in generation.changes
            if state.proof is not None and state.status is ChangeStatus.PROVEN
        ),
        *(f"Gryt-Override: {one_line(gate)}: {one_line(reason)}" for gate, reason in overrides),
    ]
    return "\n".join(lines) + "\n"
