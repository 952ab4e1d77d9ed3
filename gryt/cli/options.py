"""Options that several commands share, with one name and one meaning."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

as_json = click.option("--json", "as_json", is_flag=True, help="Answer with one JSON document.")
reason = click.option("--reason", required=True, metavar="TEXT", help="Why; it is recorded.")
pipeline = click.option("--pipeline", metavar="NAME", help="The pipeline that proves it.")
version = click.argument("version")


class _Moment(click.ParamType[str]):
    """A date or a time, as RFC 3339 in UTC; a date is its first second, a time without zone UTC."""

    name = "moment"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the moment; fail with what is allowed."""
        try:
            at = datetime.fromisoformat(value.strip())
            at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
        except (ValueError, OverflowError):
            self.fail(f"'{value}' is no date or time, such as 2026-01-31 or 2026-01-31T09:00Z")
        return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def period(command: F) -> F:
    """Add --since and --until."""
    since = click.option(
        "--since", type=_Moment(), metavar="WHEN", help="Only what happened then or later."
    )
    until = click.option(
        "--until", type=_Moment(), metavar="WHEN", help="Only what happened before then."
    )
    return since(until(command))


output = click.option(
    "--output", "-o", required=True, metavar="FILE", help="Where to write; - is stdout."
)
