"""The compliance report as a page."""

from typing import TYPE_CHECKING

from gryt import __version__
from gryt.render import charts
from gryt.render.compliance import RULE, SCOPE, percent, period_text, sections, statuses
from gryt.render.html import render

if TYPE_CHECKING:
    from gryt.render.compliance import Report

_MOST_ITEMS = 50
_MOST_ROWS = 500


def report_html(report: "Report") -> str:
    """Return a page that needs nothing but a browser."""
    parts = sections(report)
    summary = report.summary
    return render(
        "compliance.html",
        report=report,
        summary=summary,
        sections=parts,
        statuses=statuses(each for _, found in parts for each in found),
        scope=SCOPE,
        rule=f"Status: {RULE}",
        period=f"Made {report.at}, over {period_text(report.period)}",
        percent=percent,
        charts={
            "timeline": charts.timeline(summary.months),
            "pass_rate": charts.pass_rate(summary.months),
            "lead_time": charts.lead_time(summary.lead_times),
        },
        most=_MOST_ITEMS,
        rows=_MOST_ROWS,
        version=__version__,
        at=report.at,
    )
