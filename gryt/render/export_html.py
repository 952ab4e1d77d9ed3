"""The audit trail as a page."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from gryt import __version__
from gryt.model.compliance.summary import Month
from gryt.render import charts
from gryt.render.export import asked
from gryt.render.html import stream

if TYPE_CHECKING:
    from gryt.render.export import Trail


def trail_html(trail: "Trail") -> Iterator[str]:
    """Yield a page with every record."""
    months = [Month(month, passed, failed, 0, 0) for month, passed, failed in trail.months]
    limits = [f"{name} {value}" for name, value in asked(trail).items()]
    yield from stream(
        "audit.html",
        version=__version__,
        at=trail.at,
        repository=trail.repository,
        scope=f"Only: {', '.join(limits)}" if limits else "Every record of every ledger ref",
        total=sum(number for _, number in trail.kinds),
        kinds=trail.kinds,
        charts={
            "timeline": charts.timeline(months),
            "pass_rate": charts.pass_rate(months),
        },
        tips=sorted(trail.tips.items()),
        items=((item.line, item.seal) for item in trail.items),
    )
