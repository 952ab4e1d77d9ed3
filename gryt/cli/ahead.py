"""The start of a run: git looks at the repository while Python loads what every run needs."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gryt.cli.context import App


def begin(app: "App", *, for_writing: bool) -> None:
    """Ask git what a run has to know, and load the modules that will want the answers."""
    app.look_ahead(for_writing=for_writing)
    from gryt.cli import showing
    from gryt.render import runs
    from gryt.service import isolated, plans, session

    del showing, runs, isolated, plans, session
