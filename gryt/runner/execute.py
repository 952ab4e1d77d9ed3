"""Running a pipeline: its steps in their order, until the first that does not pass."""

import math
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from gryt.model.observer import Observer
from gryt.model.pipeline import (
    Cell,
    Execution,
    Pipeline,
    RunStatus,
    Step,
    StepResult,
    StepStatus,
    cells,
)
from gryt.runner.capture import Capture, LogFiles
from gryt.runner.child import CannotStart, Command, Ending, run_child
from gryt.runner.interrupts import Interrupts


@dataclass(frozen=True)
class _Run:
    """What all steps of one execution share."""

    pipeline: Pipeline
    top: Path
    env: Mapping[str, str]
    logs: LogFiles
    observer: Observer
    interrupts: Interrupts
    ends_at: float
    grace: float


def execute(
    pipeline: Pipeline,
    *,
    cwd: Path,
    env: Mapping[str, str],
    logs: Path | None,
    observer: Observer,
    grace: float = 5.0,
) -> Execution:
    """Run the steps of `pipeline` in `cwd` one after the other and return what became of each.

    It passes if every step does. The first step that does not pass ends it, and the steps after it
    are skipped. A step ends with everything in its session: SIGTERM, `grace` seconds, SIGKILL.
    SIGINT, SIGTERM or SIGHUP to this process, at any time before this returns, cancels the run; a
    second one skips the grace. The environment of a step is `env`, then the pipeline's, then the
    step's, then GRYT_STEP and GRYT_ATTEMPT. Full logs go to the directory `logs`, if given.
    """
    results: list[StepResult] = []
    going = True
    with Interrupts() as interrupts:
        run = _Run(
            pipeline=pipeline,
            top=_real(cwd),
            env={**env, **dict(pipeline.env)},
            logs=LogFiles(logs, note=observer.note),
            observer=observer,
            interrupts=interrupts,
            ends_at=time.monotonic() + _seconds(pipeline.timeout),
            grace=grace,
        )
        queued = cells(pipeline)
        observer.run_started(queued, jobs=1)
        for cell in queued:
            if going and interrupts.first is None:
                result = _run_step(run, cell)
                going = result.status is StepStatus.PASS
            else:
                result = _skipped(cell.step)
            results.append(result)
            observer.step_finished(cell, result)
    # Read after the handlers are gone: a signal that came up to then was ours to answer.
    status = RunStatus.PASS if going else RunStatus.FAIL
    if interrupts.first is not None:
        status = RunStatus.CANCELLED
    execution = Execution(status, tuple(results), interrupts.first)
    observer.run_finished(execution)
    return execution


def _run_step(run: _Run, cell: Cell) -> StepResult:
    """Run one step to its end and return its result, whatever happens to it."""
    step = cell.step
    started = time.monotonic()
    file = run.logs.open(cell.number, cell.name)
    run.observer.step_started(cell, log=file.path)
    capture = Capture(file, show=lambda data: run.observer.output(cell, data))
    try:
        ending = _attempt(run, step, capture)
    finally:
        capture.close()
    if ending.cause is not None:
        status = ending.cause
    else:
        status = StepStatus.PASS if ending.exit_code == 0 else StepStatus.FAIL
    return StepResult(
        name=step.name,
        command=step.command_text,
        status=status,
        exit_code=ending.exit_code,
        attempts=1,
        seconds=time.monotonic() - started,
        log=capture.log(),
    )


def _attempt(run: _Run, step: Step, capture: Capture) -> Ending:
    """Run the command of a step once; why it did not start or was ended is the end of its log."""
    command = step.command
    step_ends_at = time.monotonic() + _seconds(step.timeout)
    try:
        ending = run_child(
            Command(
                (*run.pipeline.shell, command) if isinstance(command, str) else command,
                cwd=_directory(run.top, step),
                env={**run.env, **dict(step.env), "GRYT_STEP": step.name, "GRYT_ATTEMPT": "1"},
            ),
            sink=capture.feed,
            interrupts=run.interrupts,
            deadline=min(step_ends_at, run.ends_at),
            grace=run.grace,
        )
    except CannotStart as error:
        capture.note(str(error))
        return Ending(None, error.exit_code)
    if ending.cause is StepStatus.TIMEOUT:
        if step_ends_at <= run.ends_at:
            capture.note(f"step '{step.name}' timed out after {step.timeout:g} s")
        else:
            capture.note(
                f"pipeline '{run.pipeline.name}' timed out after {run.pipeline.timeout:g} s"
            )
    return ending


def _directory(top: Path, step: Step) -> Path:
    """Return where `step` runs: a directory inside the work tree, symbolic links followed."""
    if step.dir is None:
        return top
    try:
        path = _real(top / step.dir)
    except ValueError as error:  # a NUL
        raise CannotStart(f"cannot use directory '{step.dir}': {error}") from error
    if not path.is_relative_to(top):
        raise CannotStart(f"directory '{step.dir}' is outside the work tree")
    if not path.is_dir():
        raise CannotStart(f"directory '{step.dir}' does not exist")
    return path


def _real(path: Path) -> Path:
    """Return `path` with its links followed; unlike Path.resolve() it bears links in a circle."""
    return Path(os.path.realpath(path))


def _skipped(step: Step) -> StepResult:
    return StepResult(
        name=step.name,
        command=step.command_text,
        status=StepStatus.SKIPPED,
        exit_code=None,
        attempts=0,
        seconds=0.0,
        log=None,
    )


def _seconds(timeout: float | None) -> float:
    return math.inf if timeout is None else timeout
