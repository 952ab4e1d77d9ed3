"""What `gryt generation list` and `gryt evolution list` do."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gryt.cli.context import App


def generations(app: "App", *, as_json: bool = False) -> None:
    """List every generation, with versions that were begun twice."""
    from gryt.render.generations import list_document, list_text
    from gryt.service.clashes import clashes
    from gryt.service.generations import listing

    lines, found = listing(app.session), clashes(app.session)
    documents, text = [], ""
    if found:
        from gryt.render.sync import clash_document, clashes_text

        documents, text = [clash_document(clash) for clash in found], clashes_text(found)
    if as_json:
        app.emit_json({**list_document(lines), "version_conflicts": documents})
    else:
        app.emit(list_text(lines) + text)


def evolutions(app: "App", version: str, *, as_json: bool = False) -> None:
    """List the evolutions of a generation, its changes, and whether it can be promoted."""
    from gryt.render.generations import evolutions_text, generation_document
    from gryt.service import contracts
    from gryt.service.readiness import reasons_against

    state = contracts.current(app.session, version).state
    reasons = reasons_against(app.session, state)
    if as_json:
        app.emit_json(generation_document(state, reasons, schema="evolution-list"))
    else:
        app.emit(evolutions_text(state, reasons))
