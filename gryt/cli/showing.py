"""How a run is shown here: live on a terminal, in lines elsewhere, with a build machine's marks."""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import PurePath
from typing import TYPE_CHECKING

from gryt.cli.lines import Lines
from gryt.cli.output import Output
from gryt.render.dialects import Place, Plain, dialect
from gryt.values import Value

if TYPE_CHECKING:
    from gryt.cli.context import App
    from gryt.model.observer import Observer


class Showing(Value):
    """What shows a run."""

    observer: "Observer"
    dialect: Plain
    logs: Mapping[str, PurePath]
    """Where the whole output of each step is, as far as it has begun."""


@contextmanager
def showing(
    app: "App",
    *,
    to_stderr: bool,
    verbosity: int,
    place_of: Callable[[str], Place | None],
    hide: Callable[[str], str],
) -> Iterator[Showing]:
    """Show what happens in the block; a terminal is left as it was found."""
    out = Output(sys.stderr if to_stderr else sys.stdout)
    system = build_machine(app)
    is_drawn = out.isatty() and app.environ.get("TERM", "dumb") not in {"", "dumb"}
    if is_drawn and system is None and verbosity >= 0:
        from gryt.cli.live import LiveView

        live = LiveView(out, verbosity=verbosity, hide=hide)
        try:
            yield Showing(live, Plain(), live.logs)
        finally:
            live.close()
        return
    speech = dialect(system, new_word=_new_word)
    lines = Lines(
        out,
        speech,
        verbosity=verbosity,
        colours=_wants_colours(app.environ, is_drawn=is_drawn, speech=speech),
        place_of=place_of,
        hide=hide,
    )
    yield Showing(lines, speech, lines.logs)


def _new_word() -> str:
    import secrets

    return secrets.token_hex(16)


def build_machine(app: "App") -> str | None:
    """Return the build machine whose log this is; None on a desk, or where it is not wanted."""
    from gryt.service.ci import detect

    job = detect(app.environ)
    if job is None or app.repository.config_bool("gryt.ciOutput") is False:
        return None
    return job.system


def _wants_colours(environ: Mapping[str, str], *, is_drawn: bool, speech: Plain) -> bool:
    if environ.get("NO_COLOR"):
        return False
    return bool(environ.get("FORCE_COLOR")) or is_drawn or speech.keeps_colours
