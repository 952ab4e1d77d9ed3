"""`gryt doctor`: whether gryt can work well in this clone."""

from typing import TYPE_CHECKING

import click

from gryt.cli import options

if TYPE_CHECKING:
    from gryt.cli.context import App


@click.command(short_help="Tell what keeps gryt from working here")
@options.as_json
@click.pass_obj
def doctor(app: "App", as_json: bool) -> int:
    """Tell what keeps gryt from working here, and what mends it.

    Looks at the clone, its config, refs, locks, runs, tags and objects, and prints the command or
    CI line that mends each finding. Nothing is written. Exit status 0 for nothing to mend, else 1.
    """
    from gryt.render.doctor import doctor_document, doctor_text
    from gryt.service.doctor import doctor as service

    app.writes = False
    checks = service(app.session)
    app.emit_json(doctor_document(checks)) if as_json else app.emit(doctor_text(checks))
    return 0 if all(check.fine for check in checks) else 1
