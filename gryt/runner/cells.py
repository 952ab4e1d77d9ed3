"""One cell from its first attempt to its result: retries, what it hands over, how it is judged."""

import math
import os
import time
from collections.abc import Collection, Mapping
from functools import partial
from pathlib import Path

from gryt.model.observer import Observer
from gryt.model.pipeline import Cell, Pipeline, Retry, Step
from gryt.model.results import Attempt, StepResult, StepStatus
from gryt.runner.capture import Capture, LogFiles
from gryt.runner.children import Child, Nursery
from gryt.runner.collect import Collected, collect, stamps
from gryt.runner.handover import Handed, Handover, Unreadable
from gryt.runner.masking import Masker
from gryt.runner.news import News
from gryt.runner.over import Over
from gryt.runner.spawn import CannotStart, Command, Ending
from gryt.runner.words import has_functions, program
from gryt.values import Value


class Around(Value):
    """What all cells of one run share."""

    pipeline: Pipeline
    top: Path
    masker: Masker
    logs: LogFiles
    news: News
    nursery: Nursery
    handover: Handover
    grace: float
    shell: str | None = None
    """Where the pipeline's shell is; None leaves it to each step to look for it."""
    is_shell_needed: bool = True
    """Whether the shell may make more of a plain command than to start a program."""


class Running:
    """A cell that was started and has no result yet."""

    def __init__(
        self, around: Around, cell: Cell, env: Mapping[str, str], *, deadline: float
    ) -> None:
        self.cell = cell
        self.resume_at = -math.inf
        """When the next attempt begins; inf while one is under way."""
        self._around = around
        self._env = env
        self._own = dict(cell.step.env) | dict(cell.matrix)
        self._deadline = deadline
        self._started = time.monotonic()
        self._began = self._started
        self._times_out_at = math.inf
        self._child: Child | None = None
        self._attempts: list[Attempt] = []
        self._handed = Handed()
        self._reason: str | None = None
        self._captured: Capture | None = None
        """Made when the cell is told of, or prints."""
        around.news.add(self._tell_start)
        folder = place_of(around.top, cell.step) if cell.step.junit else None
        self._before = {} if folder is None else stamps(folder, cell.step)

    @property
    def _capture(self) -> Capture:
        if self._captured is None:
            cell, around = self.cell, self._around
            self._captured = Capture(
                around.logs.open(cell.number, cell.name),
                show=lambda data: around.news.observer.output(cell, data),
                masker=around.masker,
            )
        return self._captured

    def _tell_start(self, observer: Observer) -> None:
        observer.step_started(self.cell, log=self._capture.path)

    def go_on(self, over: Collection[Child]) -> Over | None:
        """Begin, judge or repeat an attempt, whatever is due; return what came of it at the end.

        `over` has the children that have ended by now.
        """
        if self._child is not None:
            if self._child not in over:
                return None
            ending, self._child = self._child.ending, None
            return self._ended(ending)
        if self._attempts and self._is_interrupted():
            return self._over(StepStatus.CANCELLED, None)
        if self._attempts and time.monotonic() >= self._deadline:
            self._reason = self._why_timed_out()
            self._capture.note(self._reason)
            return self._over(StepStatus.TIMEOUT, None)
        if time.monotonic() < self.resume_at:
            return None
        return self._attempt()

    def _attempt(self) -> Over | None:
        """Begin the next attempt."""
        number = len(self._attempts) + 1
        if number > 1:
            self._around.news.observer.attempt_started(self.cell, number)
        self._began, self.resume_at, self._reason = time.monotonic(), math.inf, None
        try:
            command = self._command(number)
            self._child = self._around.nursery.start(command, sink=self._take)
        except CannotStart as error:
            self._reason = str(error)
            self._capture.note(self._reason)
            return self._ended(Ending(None, error.exit_code))
        return None

    def _take(self, data: bytes) -> None:
        self._capture.feed(data)

    def _command(self, number: int) -> Command:
        step, around = self.cell.step, self._around
        self._times_out_at = self._began + _seconds(step.timeout)
        text = step.command
        env = {
            **self._env,
            "GRYT_ATTEMPT": str(number),
            **around.handover.variables(self.cell.number, number),
        }
        needs_shell = around.is_shell_needed or has_functions(self._own) or not env.get("PATH")
        return Command(
            (*around.pipeline.shell, text) if isinstance(text, str) else text,
            executable=None if not isinstance(text, str) or "PATH" in self._own else around.shell,
            cwd=_directory(around.top, step),
            plain=program(text) if isinstance(text, str) and not needs_shell else None,
            env=env,
            deadline=min(self._times_out_at, self._deadline),
            grace=around.grace,
            unwavering=step.always,
        )

    def _ended(self, ending: Ending) -> Over | None:
        """Judge an attempt: repeat it later, or return the result."""
        status = self._judge(ending)
        seconds = time.monotonic() - self._began
        self._attempts.append(Attempt(status, ending.exit_code, seconds))
        retry = self.cell.step.retry
        if retry is not None and self._may_repeat(retry, status, ending.exit_code):
            pause = retry.pause(len(self._attempts))
            self.resume_at = min(time.monotonic() + pause, self._deadline)
            self._times_out_at = math.inf
            after = f", again in {pause:g} s" if pause else ""
            number = len(self._attempts)
            self._capture.note(f"attempt {number} of {retry.max + 1} {_how(ending, status)}{after}")
            return None if pause else self._attempt()
        return self._over(self._allowed(status, ending.exit_code), ending.exit_code)

    def _judge(self, ending: Ending) -> StepStatus:
        if ending.cause is StepStatus.TIMEOUT:
            self._reason = self._why_timed_out()
            self._capture.note(self._reason)
        if ending.cause is not None:
            return ending.cause
        if ending.exit_code != 0:
            return StepStatus.FAIL
        try:
            self._handed = self._around.handover.read(self.cell.number, len(self._attempts) + 1)
        except Unreadable as error:
            self._reason = str(error)
            self._capture.note(f"step '{self.cell.name}' fails: {error}")
            return StepStatus.FAIL
        return StepStatus.PASS

    def _why_timed_out(self) -> str:
        if self._times_out_at <= self._deadline:
            return f"step '{self.cell.name}' timed out after {self.cell.step.timeout:g} s"
        pipeline = self._around.pipeline
        if self.cell.step.always:
            return f"step '{self.cell.name}' had no more time to clean up"
        return f"pipeline '{pipeline.name}' timed out after {pipeline.timeout:g} s"

    def _may_repeat(self, retry: Retry, status: StepStatus, code: int | None) -> bool:
        if status not in {StepStatus.FAIL, StepStatus.TIMEOUT} or self._is_interrupted():
            return False
        if len(self._attempts) > retry.max or time.monotonic() >= self._deadline:
            return False
        causes = {"timeout"} if status is StepStatus.TIMEOUT else {f"exit:{code}"}
        if status is StepStatus.FAIL:
            causes.add("signal" if code is not None and code < 0 else "fail")
        return not retry.on or not causes.isdisjoint(retry.on)

    def _is_interrupted(self) -> bool:
        interrupts = self._around.nursery.interrupts
        return interrupts.urgent if self.cell.step.always else interrupts.first is not None

    def _allowed(self, status: StepStatus, code: int | None) -> StepStatus:
        """Return the status of a step that may fail: soft, unless the time of all was up."""
        allowed = self.cell.step.allow_failure
        if status is StepStatus.FAIL and (
            allowed is True or (isinstance(allowed, tuple) and code in allowed)
        ):
            return StepStatus.SOFT_FAIL
        if status is StepStatus.TIMEOUT and allowed is True and time.monotonic() < self._deadline:
            return StepStatus.SOFT_FAIL
        return status

    def _over(self, status: StepStatus, code: int | None) -> Over:
        """Gather what later steps could change, and leave the rest for when there is time."""
        step, around = self.cell.step, self._around
        left = Collected()
        if step.junit or step.artifacts:
            folder = place_of(around.top, step) or around.top
            left = collect(
                step, top=around.top, folder=folder, before=self._before, masker=around.masker
            )
        seconds = time.monotonic() - self._started
        build = partial(self._result, status, code, left, seconds)
        return Over(status, self._handed.outputs, build)

    def _result(
        self, status: StepStatus, code: int | None, left: Collected, seconds: float
    ) -> StepResult:
        step = self.cell.step
        log = self._capture.log()
        self._capture.close()
        return StepResult(
            name=self.cell.name,
            command=step.command_text,
            status=status,
            exit_code=code,
            attempts=len(self._attempts),
            seconds=seconds,
            log=log,
            step=step.name if self.cell.matrix else None,
            matrix=self.cell.matrix,
            reason=self._reason,
            tries=tuple(self._attempts) if len(self._attempts) > 1 else (),
            outputs=self._handed.outputs,
            summary=self._handed.summary,
            metrics=self._handed.metrics,
            junit=left.junit,
            artifacts=left.artifacts,
            notes=left.notes,
        )

    def abandon(self) -> None:
        """Release what the cell holds; it will have no result."""
        self._capture.close()


def place_of(top: Path, step: Step) -> Path | None:
    """Return the directory of a step; None where it has none that can be used."""
    try:
        return _directory(top, step)
    except CannotStart:
        return None


def _directory(top: Path, step: Step) -> Path:
    """Return where `step` runs: a directory inside the work tree, symbolic links followed."""
    if step.dir is None:
        return top
    try:
        # Unlike Path.resolve() this bears links in a circle.
        path = Path(os.path.realpath(top / step.dir))
    except ValueError as error:  # a NUL
        raise CannotStart(f"cannot use directory '{step.dir}': {error}") from error
    if not path.is_relative_to(top):
        raise CannotStart(f"directory '{step.dir}' is outside the work tree")
    if not path.is_dir():
        raise CannotStart(f"directory '{step.dir}' does not exist")
    return path


def _how(ending: Ending, status: StepStatus) -> str:
    if status is StepStatus.TIMEOUT:
        return "timed out"
    if ending.exit_code is None:
        return "could not be started"
    if ending.exit_code < 0:
        return f"was killed by signal {-ending.exit_code}"
    return f"ended with exit code {ending.exit_code}"


def _seconds(timeout: float | None) -> float:
    return math.inf if timeout is None else timeout
