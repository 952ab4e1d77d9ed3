"""What the tests of the runner share: an observer that remembers, and the start of a driver."""

from collections.abc import Callable, Sequence
from pathlib import PurePath
from subprocess import Popen

from gryt.model.observer import Silent
from gryt.model.pipeline import Cell, Execution, StepResult

Run = Callable[..., Execution]
Drive = Callable[[str], Popen[str]]
IsRunning = Callable[[int], bool]

DRIVER = """
import json, os, signal, sys
from pathlib import Path
from gryt.model.pipeline import Pipeline, Retry, Step
from gryt.runner.execute import Settings, execute
from gryt.model.observer import Silent

class Show(Silent):
    def output(self, cell, data): os.write(1, data)
    def note(self, text): os.write(1, text.encode())

Quiet = Silent

def run(*commands, observer=Show(), **more):
    steps = tuple(Step(f"s{n}", command) for n, command in enumerate(commands, 1))
    settings = Settings(grace=more.pop("grace", 5.0))
    more = {"cwd": Path.cwd(), "env": os.environ, "logs": None, **more}
    return execute(Pipeline("p", steps), observer=observer, settings=settings, **more)

def report(execution):
    steps = [(step.status.value, step.exit_code) for step in execution.steps]
    print(json.dumps([execution.status.value, execution.signal, steps]), flush=True)
"""
"""What a child python begins with, where a test needs a process of its own around `execute`."""


class Recorder(Silent):
    """An observer that keeps what it is told, and then does what a test wants done."""

    def __init__(self) -> None:
        self.at_start: Callable[[str], object] = lambda _name: None
        self.at_output: Callable[[bytes], object] = lambda _data: None
        self.at_finish: Callable[[str], object] = lambda _name: None
        self.started: list[tuple[str, int, int]] = []
        self.total = 0
        self.notes: list[str] = []
        self.printed = b""
        self.finished: list[StepResult] = []

    def run_started(self, cells: Sequence[Cell], *, jobs: int) -> None:
        self.total = len(cells)

    def step_started(self, cell: Cell, *, log: PurePath | None) -> None:
        self.started.append((cell.name, cell.number, self.total))
        self.at_start(cell.name)

    def output(self, cell: Cell, data: bytes) -> None:
        self.printed += data
        self.at_output(data)

    def note(self, text: str) -> None:
        self.notes.append(text)

    def step_finished(self, cell: Cell, result: StepResult) -> None:
        self.finished.append(result)
        self.at_finish(result.name)
