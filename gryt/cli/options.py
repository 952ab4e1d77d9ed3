"""Options that several commands share, with one name and one meaning."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

as_json = click.option("--json", "as_json", is_flag=True, help="Answer with one JSON document.")
reason = click.option("--reason", required=True, metavar="TEXT", help="Why; it is recorded.")
pipeline = click.option("--pipeline", metavar="NAME", help="The pipeline that proves it.")
version = click.argument("version")
