"""Release notes as Markdown and as a JSON document."""

from typing import Any

from gryt.model.release_notes import Notes
from gryt.render.markdown import plain, plain_lines


def notes_markdown(notes: Notes) -> str:
    """Return the notes for a change log or a release page."""
    when = notes.date or "unreleased"
    lines = [f"## {notes.version} ({when}{f', {notes.withdrawn}' if notes.withdrawn else ''})", ""]
    if notes.description:
        lines += [*plain_lines(notes.description), ""]
    for heading, items in notes.sections:
        lines += [f"### {heading}", ""]
        for note in items:
            unproven = "" if note.proven else ", not proven"
            lines.append(f"* {plain(note.change.title)} ({plain(note.change.id)}{unproven})")
            if note.change.description:
                lines += [f"  {line}" for line in plain_lines(note.change.description)]
        lines.append("")
    return "\n".join(lines).rstrip("\n") + "\n"


def notes_document(notes: Notes) -> dict[str, Any]:
    """Return the notes for programs."""
    return {
        "schema": "gryt/release-notes/1",
        "version": notes.version,
        "date": notes.date,
        "status": notes.withdrawn or ("released" if notes.date else "unreleased"),
        "description": notes.description,
        "sections": [
            {
                "heading": heading,
                "changes": [
                    {
                        "id": note.change.id,
                        "type": note.change.type.value,
                        "title": note.change.title,
                        "description": note.change.description,
                        "proven": note.proven,
                    }
                    for note in items
                ],
            }
            for heading, items in notes.sections
        ],
    }
