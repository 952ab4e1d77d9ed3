"""`gryt doctor`: whether gryt can work well in this clone."""

from typing import TYPE_CHECKING

import click

from gryt.cli import options

if TYPE_CHECKING:
    from gryt.cli.context import App


@click.command(short_help="Tell what keeps gryt from working here")
@click.option("--remote", is_flag=True, help="Ask the remote too, and try a push as a dry run.")
@options.as_json
@click.pass_obj
def doctor(app: "App", remote: bool, as_json: bool) -> int:
    """Tell what keeps gryt from working here, and what mends it.

    Looks at the clone, its config, refs, locks, runs, tags and objects, and prints the command or
    CI line that mends each finding. Nothing is written. Exit status 0 for nothing to mend, else 1.
    """
    from gryt.render.doctor import doctor_document, doctor_text
    from gryt.service.doctor import doctor as service

    app.writes = False
    checks = service(app.session)
    if remote:
        from gryt.service.doctor_remote import doctor_remote

        checks += doctor_remote(app.session)
    app.emit_json(doctor_document(checks)) if as_json else app.emit(doctor_text(checks))
    return 0 if all(check.fine for check in checks) else 1
