"""A run on a terminal: what runs and its last lines below, what is over above.

Everything is drawn in the thread that runs the pipeline, from `tick`, so nothing is drawn twice at
once. What a step prints is only kept, and looked at when the next picture is drawn.
"""

import time
from collections.abc import Callable, Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING, cast

from rich.console import Console, ConsoleDimensions, Group
from rich.live import Live
from rich.text import Text

from gryt.cli.lines import about, whole_log
from gryt.model.observer import Silent
from gryt.model.printed import Printed, clean
from gryt.model.results import NOT_STARTED, RED, StepResult, StepStatus
from gryt.render.steps import ending, last_lines
from gryt.render.times import duration

if TYPE_CHECKING:
    from typing import TextIO

    from gryt.cli.output import Output
    from gryt.model.pipeline import Cell
    from gryt.model.results import Execution

_KEPT_BYTES = 4096
"""What is kept of the output of each running step."""
_SHOWN_LINES = 4
"""Lines of output below a running step, where there is room."""
_SPARE_LINES = 3
"""Lines of the screen that the picture leaves alone."""
_LEAST_NAME, _BESIDE_NAME = 8, 12
"""Columns that a name gets in any case, and those that it leaves to the clock beside it."""
_SIGNS = {
    StepStatus.PASS: ("✓", "+", "green"),
    StepStatus.FAIL: ("✗", "x", "red"),
    StepStatus.TIMEOUT: ("✗", "x", "red"),
    StepStatus.CANCELLED: ("✗", "x", "yellow"),
    StepStatus.SKIPPED: ("-", "-", "dim"),
    StepStatus.BLOCKED: ("-", "-", "yellow"),
    StepStatus.SOFT_FAIL: ("!", "!", "yellow"),
}
_FRAMES = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
_PLAIN_FRAMES = "|/-\\"


class _Running:
    """A step that is under way."""

    def __init__(self, cell: "Cell", since: float) -> None:
        self.cell = cell
        self.since = since
        self.attempt = 1
        self._end = b""

    def take(self, data: bytes) -> None:
        """Keep the end of what it prints."""
        self._end = (self._end + data[-_KEPT_BYTES:])[-_KEPT_BYTES:]

    def last(self, count: int) -> list[str]:
        """Return its last lines, safe to show."""
        text = clean(self._end.decode("utf-8", "replace")).expandtabs()
        lines = text.rstrip("\n").split("\n")
        if len(self._end) == _KEPT_BYTES and len(lines) > 1:
            del lines[0]  # it began earlier
        return [line for line in lines if line.strip()][-count:] if count else []


class LiveView(Silent):
    """Draws a run; `close` must be called, whatever happens."""

    tick_seconds: float | None = 0.1

    def __init__(
        self,
        out: "Output",
        *,
        verbosity: int,
        hide: Callable[[str], str],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._out = out
        self._verbose = verbosity > 0
        self._hide = hide
        self._clock = clock
        self._unicode = out.can("".join(sign for sign, _, _ in _SIGNS.values()) + _FRAMES)
        self._console = Console(
            file=cast("TextIO", out), highlight=False, markup=False, emoji=False
        )
        self._live = Live(
            console=self._console,
            auto_refresh=False,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
            vertical_overflow="crop",
        )
        self.logs: dict[str, PurePath] = {}
        """Where the whole output of each step is."""
        self._running: dict[str, _Running] = {}
        self._since = clock()
        self._total = 0
        self._counts: dict[str, int] = {}
        self._frame = 0

    def close(self) -> None:
        """Take the picture away and give the cursor back; more than once is no harm."""
        self._live.stop()

    # --- what happens

    def run_started(self, cells: "Sequence[Cell]", *, jobs: int) -> None:
        """Begin to draw."""
        del jobs
        self._total = len(cells)
        self._measure()
        self._live.start()

    def step_started(self, cell: "Cell", *, log: PurePath | None) -> None:
        """Add a step to the picture."""
        self._running[cell.name] = _Running(cell, self._clock())
        if log is not None:
            self.logs[cell.name] = log

    def attempt_started(self, cell: "Cell", number: int) -> None:
        """Show which attempt it is."""
        self._running[cell.name].attempt = number

    def output(self, cell: "Cell", data: bytes) -> None:
        """Keep what a step prints for the next picture."""
        self._running[cell.name].take(data)

    def step_finished(self, cell: "Cell", result: StepResult) -> None:
        """Move a step above the picture, a failure with the end of its output."""
        self._running.pop(cell.name, None)
        log = self.logs.get(cell.name)
        self._counts[result.status.value] = self._counts.get(result.status.value, 0) + 1
        self._live.update(self._picture())
        self._print(self._over(result))
        is_executed = result.status not in NOT_STARTED and result.reused_from is None
        if self._verbose and is_executed:
            for line in about(cell, self._hide):
                self._print(Text(f"    {clean(line)}", style="dim"))
            printed = Printed(colours=True)
            for data in whole_log(log, result):
                self._print_output(printed.feed(data))
            self._print_output(printed.end())
        elif result.status in RED and is_executed:
            self._print_end(result, log)
        for note in result.notes:
            self._print(Text(f"    {clean(note)}", style="yellow"))

    def note(self, text: str) -> None:
        """Print what gryt has to say of the run."""
        self._print(Text(f"gryt: {clean(text)}"))

    def run_finished(self, execution: "Execution") -> None:
        """Take the picture away."""
        del execution
        self.close()

    def tick(self) -> None:
        """Draw the picture anew."""
        self._frame += 1
        self._measure()
        self._live.update(self._picture(), refresh=True)

    def _measure(self) -> None:
        """Look how large the terminal is by now; rich would look at other streams."""
        columns, rows = self._out.size()
        self._console.size = ConsoleDimensions(columns, rows)

    # --- how it looks

    def _over(self, result: StepResult) -> Text:
        sign, plain, style = _SIGNS[result.status]
        line = Text.assemble(
            (f"{sign if self._unicode else plain} ", style),
            clean(result.name),
            (f"  {clean(ending(result))}", "dim" if result.status is StepStatus.PASS else style),
        )
        line.truncate(self._console.width, overflow="ellipsis")
        return line

    def _print(self, line: Text) -> None:
        self._console.print(line, soft_wrap=True)

    def _print_output(self, text: str) -> None:
        if text:
            self._console.print(Text.from_ansi(text), soft_wrap=True)

    def _print_end(self, result: StepResult, log: PurePath | None) -> None:
        for line in last_lines(result):
            self._print(Text(f"{self._bar} {line}"))
        if log is not None and result.log is not None and result.log.bytes:
            self._print(Text(f"{self._bar} whole log: {clean(str(log))}", style="dim"))

    @property
    def _bar(self) -> str:
        return "  │" if self._unicode else "  |"

    def _picture(self) -> Group:
        room = max(1, self._console.height - _SPARE_LINES)
        running = list(self._running.values())
        hidden = max(0, len(running) - room + 1) if len(running) > room else 0
        shown = running[: len(running) - hidden]
        below = min(_SHOWN_LINES, room // len(shown) - 1) if shown else 0
        lines = []
        for each in shown:
            lines.append(self._line(each))
            lines += [Text(f"{self._bar} {text}", style="dim") for text in each.last(below)]
        if hidden:
            lines.append(Text(f"  and {hidden} more that run", style="dim"))
        lines.append(self._state())
        for line in lines:
            line.truncate(self._console.width - 1, overflow="ellipsis")
        return Group(*lines)

    def _line(self, each: _Running) -> Text:
        frames = _FRAMES if self._unicode else _PLAIN_FRAMES
        took = duration(self._clock() - each.since)
        again = f", attempt {each.attempt}" if each.attempt > 1 else ""
        name = Text(clean(each.cell.name))
        name.truncate(max(_LEAST_NAME, self._console.width - _BESIDE_NAME), overflow="ellipsis")
        sign = (f"{frames[self._frame % len(frames)]} ", "cyan")
        return Text.assemble(sign, name, (f"  {took}{again}", "dim"))

    def _state(self) -> Text:
        over = sum(self._counts.values())
        waiting = self._total - over - len(self._running)
        parts = [f"{over}/{self._total}"]
        parts += [f"{count} {what}" for what, count in self._counts.items() if what != "pass"]
        parts += [f"{waiting} waiting"] if waiting else []
        parts.append(duration(self._clock() - self._since))
        return Text("  ".join(parts), style="dim")
