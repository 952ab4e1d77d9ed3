"""Geometry of the charts in HTML reports: what a template draws as SVG. No markup here."""

from collections.abc import Sequence

from gryt.model.compliance.summary import Month
from gryt.values import Value

WIDTH, HEIGHT = 480.0, 180.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 40.0, 8.0, 12.0, 28.0
_MOST_LABELS = 8
_STEPS = (1, 2, 5)


class Bar(Value):
    """A rectangle, and what it stands for."""

    x: float
    y: float
    width: float
    height: float
    kind: str
    """'passed' or 'failed', for its colour and pattern."""
    label: str


class Dot(Value):
    """A point, and what it stands for."""

    x: float
    y: float
    label: str


class Tick(Value):
    """A mark on an axis."""

    at: float
    text: str


class Chart(Value):
    """Everything that a template needs to draw one chart."""

    title: str
    description: str
    """What it shows, for those who do not see it."""
    bars: tuple[Bar, ...] = ()
    dots: tuple[Dot, ...] = ()
    line: str = ""
    """Points of a line, as SVG has them."""
    x_ticks: tuple[Tick, ...] = ()
    y_ticks: tuple[Tick, ...] = ()
    width: float = WIDTH
    height: float = HEIGHT
    left: float = _LEFT
    bottom: float = HEIGHT - _BOTTOM
    right: float = WIDTH - _RIGHT


def _y(value: float, top: float) -> float:
    room = HEIGHT - _TOP - _BOTTOM
    return round(_TOP + room * (1 - value / top), 2)


def _round_up(value: float) -> float:
    """Return the next of 1, 2, 5, 10, 20, 50 and so on."""
    scale = 1.0
    while True:
        for step in _STEPS:
            if step * scale >= value:
                return step * scale
        scale *= 10


def _number(value: float) -> str:
    return f"{value:g}"


def _y_ticks(top: float, unit: str = "") -> tuple[Tick, ...]:
    return tuple(Tick(_y(value, top), f"{_number(value)}{unit}") for value in (0.0, top / 2, top))


def _centres(count: int) -> list[float]:
    room = (WIDTH - _LEFT - _RIGHT) / max(count, 1)
    return [round(_LEFT + room * (index + 0.5), 2) for index in range(count)]


def _x_ticks(names: Sequence[str], centres: Sequence[float]) -> tuple[Tick, ...]:
    every = -(-len(names) // _MOST_LABELS) or 1
    pairs = list(zip(names, centres, strict=True))
    return tuple(Tick(at, name) for name, at in pairs[::every])


def timeline(months: Sequence[Month]) -> Chart | None:
    """Return runs that passed and failed, month by month; None where there were none."""
    shown = [month for month in months if month.passed or month.failed]
    if not shown:
        return None
    top = _round_up(max(month.passed + month.failed for month in shown))
    centres = _centres(len(shown))
    width = round(min(40.0, (WIDTH - _LEFT - _RIGHT) / len(shown) * 0.7), 2)
    bars: list[Bar] = []
    for month, centre in zip(shown, centres, strict=True):
        base = 0
        for kind, count in (("passed", month.passed), ("failed", month.failed)):
            if count:
                high, low = _y(base + count, top), _y(base, top)
                text = f"{month.month}: {count} {kind}"
                x = round(centre - width / 2, 2)
                bars.append(Bar(x, high, width, round(low - high, 2), kind, text))
                base += count
    passed, failed = sum(m.passed for m in shown), sum(m.failed for m in shown)
    return Chart(
        title="Evolutions over time",
        description=f"Runs that ended, by month: {passed} passed and {failed} failed in"
        f" {len(shown)} month{'' if len(shown) == 1 else 's'}.",
        bars=tuple(bars),
        x_ticks=_x_ticks([m.month for m in shown], centres),
        y_ticks=_y_ticks(top),
    )


def pass_rate(months: Sequence[Month]) -> Chart | None:
    """Return the share of runs that passed, month by month; None where there were none."""
    shown = [month for month in months if month.passed or month.failed]
    if not shown:
        return None
    rates = [month.passed / (month.passed + month.failed) for month in shown]
    centres = _centres(len(shown))
    dots = [
        Dot(x, _y(rate, 1.0), f"{month.month}: {rate:.0%}")
        for month, rate, x in zip(shown, rates, centres, strict=True)
    ]
    ticks = tuple(Tick(_y(share, 1.0), f"{share:.0%}") for share in (0.0, 0.5, 1.0))
    return Chart(
        title="Pass rate over time",
        description=f"The share of runs that passed, by month: {rates[0]:.0%} in"
        f" {shown[0].month}, {rates[-1]:.0%} in {shown[-1].month}.",
        dots=tuple(dots),
        line=" ".join(f"{dot.x},{dot.y}" for dot in dots),
        x_ticks=_x_ticks([m.month for m in shown], centres),
        y_ticks=ticks,
    )


def lead_time(times: Sequence[tuple[str, str, float]]) -> Chart | None:
    """Return how many days each release took; None where there is none."""
    if not times:
        return None
    top = _round_up(max(0.01, *(days for _, _, days in times)))
    centres = _centres(len(times))
    dots = [
        Dot(x, _y(max(days, 0.0), top), f"{version} ({at[:10]}): {days:.1f} days")
        for (version, at, days), x in zip(times, centres, strict=True)
    ]
    ordered = sorted(days for _, _, days in times)
    return Chart(
        title="Lead time",
        description="Days from the first contract to the release, by release: half of them took"
        f" {ordered[len(ordered) // 2]:.1f} days or less.",
        dots=tuple(dots),
        x_ticks=_x_ticks([version for version, _, _ in times], centres),
        y_ticks=_y_ticks(top, " d"),
    )
