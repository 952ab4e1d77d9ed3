"""What the tests of the runner share: an observer that remembers, and the start of a driver."""

from collections.abc import Callable
from subprocess import Popen

from gryt.model.pipeline import Execution, Step, StepResult

Run = Callable[..., Execution]
Drive = Callable[[str], Popen[str]]
IsRunning = Callable[[int], bool]

DRIVER = """
import json, os, signal, sys
from pathlib import Path
from gryt.model.pipeline import Pipeline, Step
from gryt.runner.execute import execute

class Show:
    def step_started(self, step, *, index, total): pass
    def output(self, data): os.write(1, data)
    def step_finished(self, result): pass

class Quiet(Show):
    def output(self, data): pass

def run(*commands, observer=Show(), **more):
    steps = tuple(Step(f"s{n}", command) for n, command in enumerate(commands, 1))
    more = {"cwd": Path.cwd(), "env": os.environ, "logs": None, **more}
    return execute(Pipeline("p", steps), observer=observer, **more)

def report(execution):
    steps = [(step.status.value, step.exit_code) for step in execution.steps]
    print(json.dumps([execution.status.value, execution.signal, steps]), flush=True)
"""
"""What a child python begins with, where a test needs a process of its own around `execute`."""


class Recorder:
    """An observer that keeps what it is told, and then does what a test wants done."""

    def __init__(self) -> None:
        self.at_start: Callable[[str], object] = lambda _name: None
        self.at_output: Callable[[bytes], object] = lambda _data: None
        self.at_finish: Callable[[str], object] = lambda _name: None
        self.started: list[tuple[str, int, int]] = []
        self.printed = b""
        self.finished: list[StepResult] = []

    def step_started(self, step: Step, *, index: int, total: int) -> None:
        self.started.append((step.name, index, total))
        self.at_start(step.name)

    def output(self, data: bytes) -> None:
        self.printed += data
        self.at_output(data)

    def step_finished(self, result: StepResult) -> None:
        self.finished.append(result)
        self.at_finish(result.name)
