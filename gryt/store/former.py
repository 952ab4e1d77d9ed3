"""Versions that no generation goes by, or none any more."""

import json
from typing import TYPE_CHECKING

from gryt.errors import NotFound
from gryt.model.names import nearest

if TYPE_CHECKING:
    from gryt.store.ledger import Ledger


def unknown_version(ledger: "Ledger", version: str) -> NotFound:
    """Return the error for a version that there is no generation of."""
    now = renamed(ledger, version)
    if now is not None:
        return NotFound(
            f"generation '{version}' goes by '{now}' now", hints=[f"gryt generation show {now}"]
        )
    hints = [f"did you mean '{name}'?" for name in nearest(version, ledger.versions())[:1]]
    return NotFound(
        f"generation '{version}' does not exist",
        hints=[*hints, f"gryt generation new {version}", "gryt generation list"],
    )


def renamed(ledger: "Ledger", version: str) -> str | None:
    """Return what the generation that once was `version` goes by now; None where none was."""
    lines = {line.ref: line for line in ledger.summaries()}
    named = ledger.index.refs_with(f'"from":{json.dumps(version)}')
    return next((lines[ref].version for ref in named if ref in lines), None)
