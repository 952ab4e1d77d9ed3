"""A run in plain lines, for pipes and build machines: a block for each step, never interleaved."""

import time
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from gryt.model.observer import Silent
from gryt.model.printed import Printed, clean
from gryt.model.results import NOT_STARTED, RED, StepResult
from gryt.render.steps import annotation, ending, last_lines

if TYPE_CHECKING:
    from collections.abc import Callable

    from gryt.cli.output import Output
    from gryt.model.pipeline import Cell
    from gryt.render.dialects import Place, Plain

_CHUNK_BYTES = 256 * 1024


class Lines(Silent):
    """Shows each step as a block: its output as it comes, or at its end where several run."""

    def __init__(
        self,
        out: "Output",
        dialect: "Plain",
        *,
        verbosity: int,
        colours: bool,
        place_of: "Callable[[str], Place | None]",
        hide: "Callable[[str], str]",
    ) -> None:
        self._out = out
        self._dialect = dialect
        self._place_of = place_of
        self._hide = hide
        self._quiet = verbosity < 0
        self._verbose = verbosity > 0
        self._total = 0
        self._together = False
        self.logs: dict[str, PurePath] = {}
        """Where the whole output of each step is."""
        self._open: Cell | None = None
        self._printed = Printed(colours=colours)
        self._at_line_start = True

    def run_started(self, cells: "Sequence[Cell]", *, jobs: int) -> None:
        """Count the steps; where several may run, each block waits for its end."""
        self._total = len(cells)
        self._together = jobs > 1

    def step_started(self, cell: "Cell", *, log: PurePath | None) -> None:
        """Begin the block of a step that is alone."""
        if log is not None:
            self.logs[cell.name] = log
        if not self._together and not self._quiet:
            self._begin(cell)

    def attempt_started(self, cell: "Cell", number: int) -> None:
        """Say in its block that a step is tried again."""
        if self._open is cell:
            self._show(self._printed.end())
            self._line(f"gryt: attempt {number} of step '{cell.name}'")

    def output(self, cell: "Cell", data: bytes) -> None:
        """Pass on what a step prints, as it comes, where it has the floor."""
        if self._open is cell:
            self._show(self._printed.feed(data))

    def step_finished(self, cell: "Cell", result: StepResult) -> None:
        """End the block of a step, and say how it ended."""
        log = self.logs.get(cell.name)
        is_red = result.status in RED
        if self._open is cell:
            self._end()
        elif self._quiet and not is_red:
            return
        elif result.status not in NOT_STARTED and result.reused_from is None:
            self._begin(cell)
            for data in [] if self._quiet else whole_log(log, result):
                self._show(self._printed.feed(data))
            for line in last_lines(result) if self._quiet else []:
                self._line(line)
            self._end()
        self._line(f"{cell.name}: {ending(result)}")
        for note in result.notes:
            self._line(f"{cell.name}: {note}")
        if (found := annotation(result)) is not None:
            self._show(self._dialect.annotate(*found, self._place_of(result.step_name)))

    def note(self, text: str) -> None:
        """Pass on what gryt has to say of the run."""
        self._line(f"gryt: {text}")

    def _begin(self, cell: "Cell") -> None:
        title = clean(f"{cell.name} ({cell.number}/{self._total})")
        self._show(self._dialect.open(title, key=_key(cell), at=int(time.time())))
        if self._verbose:
            for line in about(cell, self._hide):
                self._line(f"    {line}")
        self._open = cell

    def _end(self) -> None:
        assert self._open is not None
        self._show(self._printed.end())
        start = "" if self._at_line_start else "\n"
        mark = self._dialect.close(key=_key(self._open), at=int(time.time()))
        self._show(f"{start}{mark}")
        self._open = None

    def _line(self, text: str) -> None:
        start = "" if self._at_line_start else "\n"
        self._show(f"{start}{clean(text)}\n")

    def _show(self, text: str) -> None:
        if text:
            self._out.write(text)
            self._at_line_start = text.endswith("\n")


def about(cell: "Cell", hide: "Callable[[str], str]") -> Iterator[str]:
    """Yield what the file says of a step, for who wants to know more, without its secrets."""
    first, *more = hide(cell.step.command_text).strip().splitlines() or [""]
    yield f"$ {first}"
    yield from (f"> {line}" for line in more)
    if cell.step.dir is not None:
        yield f"in {cell.step.dir}"


def whole_log(log: PurePath | None, result: StepResult) -> Iterator[bytes]:
    """Yield all that a step printed, in chunks, or its end where the file is not there."""
    try:
        with Path(log or "").open("rb") as file:
            while data := file.read(_CHUNK_BYTES):
                yield data
    except OSError:
        if result.log is not None:
            yield result.log.tail.encode()


def _key(cell: "Cell") -> str:
    return f"{cell.number}-{cell.name}"
