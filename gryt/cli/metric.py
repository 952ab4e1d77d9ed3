"""`gryt metric`: a number that a step has measured, for the record of its run."""

import json
import math
import os
import re
from typing import TYPE_CHECKING

import click

from gryt.cli import options
from gryt.errors import InvalidInput, Refused

if TYPE_CHECKING:
    from gryt.cli.context import App

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.:/-]{0,99}")


@click.command(
    short_help="Note a number that a step has measured",
    context_settings={"ignore_unknown_options": True},
)
@click.argument("name")
@click.argument("value")
@click.option("--unit", metavar="TEXT", help="What it is measured in, such as ms or %.")
@options.as_json
@click.pass_obj
def metric(app: "App", name: str, value: str, unit: str | None, as_json: bool) -> int:
    """Note a number that a step has measured; it goes into the record of the run.

    Inside a step of a pipeline: gryt metric coverage 81.5 --unit %
    """
    path = app.environ.get("GRYT_METRICS")
    if not path:
        raise Refused(
            "'gryt metric' is for the steps of a pipeline, and this is none",
            hints=["run it in a command of .gryt/pipelines/NAME.yaml"],
        )
    if not _NAME.fullmatch(name):
        raise InvalidInput(f"'{name}' is no name of a metric: letters, digits and '_.:/-'")
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise InvalidInput(f"'{value}' is no number", hints=[f"gryt metric {name} 81.5"])
    if unit is not None and not (unit.isprintable() and 0 < len(unit) <= 100):  # noqa: PLR2004
        raise InvalidInput("a unit is printable text of at most 100 characters")
    noted = {"name": name, "value": number, "unit": unit}
    # One write to the end of the file: steps may call this from several processes at once.
    fd = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    with os.fdopen(fd, "wb", buffering=0) as file:
        file.write(json.dumps(noted).encode() + b"\n")
    if as_json:
        app.emit_json({"schema": "gryt/metric/1", **noted})
    return 0
