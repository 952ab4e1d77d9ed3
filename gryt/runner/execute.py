"""Running a pipeline: its cells as the schedule lets them start, in one loop."""

import math
import os
import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType

from gryt.model.graph import ancestors, needs_of
from gryt.model.observer import Observer
from gryt.model.pipeline import DEFAULT_SHELL, Cell, Pipeline, Step, cells
from gryt.model.results import RED, Execution, RunStatus, StepResult, StepStatus
from gryt.model.schedule import Schedule
from gryt.runner.capture import LogFiles
from gryt.runner.cells import Around, Running, place_of
from gryt.runner.children import Child, Nursery
from gryt.runner.handover import Handover, output_variables, sweep
from gryt.runner.interrupts import Interrupts
from gryt.runner.masking import Masker, secret_values
from gryt.runner.news import News
from gryt.runner.over import Over, known, masked, not_started
from gryt.runner.preflight import which
from gryt.runner.words import has_functions
from gryt.typed import Protocol
from gryt.values import Value

CLEANUP_SECONDS = 60.0
"""What a step that always runs gets after a cancellation, where it has no timeout of its own."""
_OWN_FILES = 64
_CELL_FILES = 6
_TAILS_BYTES = 4 * 1024 * 1024
"""Once results hold this much output, those of steps that passed keep little of it."""
_SHORT_TAIL_BYTES = 2 * 1024


class Reuse(Protocol):
    """Knows earlier results of steps with `inputs`."""

    def look_up(self, cell: Cell, folder: Path, env: Mapping[str, str]) -> StepResult | None:
        """Return the earlier result that stands for this cell; None where there is none."""

    def keep(self, cell: Cell, result: StepResult) -> None:
        """Keep the result of a cell that was looked up before."""


class Settings(Value):
    """How a pipeline is to be run."""

    jobs: int | None = None
    """How many cells may run together, if the pipeline is parallel; None leaves it to its file."""
    keep_going: bool = False
    skipped: Mapping[str, str] = MappingProxyType({})
    """Steps and cells that are not to be run, and why."""
    taken: Mapping[str, StepResult] = MappingProxyType({})
    """Results of an earlier run, by the names of cells, that stand for running them."""
    reuse: Reuse | None = None
    grace: float = 5.0
    """Seconds between SIGTERM and SIGKILL."""


_USUAL = Settings()


def execute(
    pipeline: Pipeline,
    *,
    cwd: Path,
    env: Mapping[str, str],
    logs: Path | None,
    observer: Observer,
    settings: Settings = _USUAL,
) -> Execution:
    """Run the steps of `pipeline` in `cwd` and return what became of each, in the file's order.

    It passes if none of its cells turned red. A step ends with everything that it started: SIGTERM,
    the grace, SIGKILL. SIGINT, SIGTERM or SIGHUP to this process, at any time before this returns,
    cancels the run; what always runs is run even then, and a second signal ends all without grace.
    The environment of a step is `env`, then the pipeline's, then the step's, then what gryt says.
    Full logs go to the directory `logs`, if given; every secret is masked before anybody sees it.
    """
    started = time.monotonic()
    base = {**env, **dict(pipeline.env)}
    handover = Handover(env)
    try:
        news = News(observer)
        with Interrupts() as interrupts, Nursery(interrupts, observer) as nursery:
            secrets = (dict(pairs) for pairs in (pipeline.env, *(s.env for s in pipeline.steps)))
            around = Around(
                pipeline=pipeline,
                top=Path(os.path.realpath(cwd)),
                masker=Masker(secret_values(pipeline.secrets, env, *secrets)),
                logs=LogFiles(logs, note=news.note),
                news=news,
                nursery=nursery,
                handover=handover,
                grace=settings.grace,
                shell=_absolute(which(pipeline.shell[0], base)),
                is_shell_needed=pipeline.shell != DEFAULT_SHELL or has_functions(base),
            )
            run = _Run(around, base, settings)
            run.until_over()
    finally:
        handover.close()
        sweep(env)
    # Read after the handlers are gone: a signal that came up to then was ours to answer.
    execution = run.execution(interrupts.first, time.monotonic() - started)
    observer.run_finished(execution)
    return execution


class _Run:
    """One execution while it goes on."""

    def __init__(self, around: Around, env: Mapping[str, str], settings: Settings) -> None:
        pipeline = around.pipeline
        self._around = around
        self._env = env
        self._settings = settings
        self._ends_at = time.monotonic() + _seconds(pipeline.timeout)
        self._cells = cells(pipeline)
        self._jobs = _jobs(pipeline, settings)
        self._schedule = Schedule(
            pipeline,
            self._cells,
            jobs=self._jobs,
            keep_going=settings.keep_going or not pipeline.fail_fast,
            skipped=settings.skipped,
        )
        self._results: dict[int, StepResult] = {}
        self._running: list[Running] = []
        self._tails = 0
        self._said: Mapping[str, dict[str, str]] = {}
        """The outputs of finished cells as variables, by the name of their step."""
        self._needs = needs_of(pipeline.steps)
        self._dirty = True
        """Whether there may be cells that are not going to be started, and are not told yet."""

    def until_over(self) -> None:
        """Run everything that is to run."""
        self._around.news.observer.run_started(self._cells, jobs=self._jobs)
        try:
            while not self._schedule.is_over:
                self._stop_if_due()
                self._settle()
                if (cell := self._schedule.ready()) is not None:
                    self._begin(cell)
                elif self._running:
                    self._around.news.tell()
                    self._wait()
                else:
                    assert self._schedule.is_over, "a cycle of needs is refused before"
            self._around.news.tell()
        finally:
            for running in self._running:
                running.abandon()

    def execution(self, signal: int | None, seconds: float) -> Execution:
        """Return what became of it all."""
        results = tuple(self._results[number] for number in sorted(self._results))
        status = RunStatus.PASS
        if signal is not None:
            status = RunStatus.CANCELLED
        elif self._schedule.stopped or any(result.status in RED for result in results):
            status = RunStatus.FAIL
        return Execution(status, results, signal, seconds)

    def _wait(self) -> None:
        """Wait until something happens to what runs, and finish what is over."""
        until = min((running.resume_at for running in self._running), default=math.inf)
        over: list[Child] = self._around.nursery.wait(min(until, self._until_stop()))
        for running in list(self._running):
            ended = running.go_on(over)
            if ended is not None:
                self._running.remove(running)
                self._finish(running.cell, ended)

    def _until_stop(self) -> float:
        return math.inf if self._schedule.stopped else self._ends_at

    def _stop_if_due(self) -> None:
        """Let nothing further start after an interrupt or at the end of the pipeline's time."""
        before = self._schedule.stopped
        if self._schedule.stopped is None:
            if self._around.nursery.interrupts.first is not None:
                self._schedule.stopped = "the run was cancelled"
            elif time.monotonic() >= self._ends_at and not self._schedule.in_cleanup:
                self._schedule.stopped = f"pipeline '{self._around.pipeline.name}' timed out"
        self._dirty |= self._schedule.stopped != before

    def _settle(self) -> None:
        """Finish the cells that are not going to be started."""
        while self._dirty:
            self._dirty = False
            for cell, status, reason in self._schedule.settled():
                self._finish(cell, not_started(cell, status, reason))

    def _begin(self, cell: Cell) -> None:
        """Start a cell, or take the result that it has already."""
        self._schedule.started(cell)
        env = self._environment(cell)
        result = self._settings.taken.get(cell.name)
        if result is None and cell.step.inputs and self._settings.reuse is not None:
            self._around.news.tell()  # an earlier result may be one of this very run
            folder = place_of(self._around.top, cell.step)
            result = None if folder is None else self._settings.reuse.look_up(cell, folder, env)
        if result is not None:
            self._finish(cell, known(result))
            return
        running = Running(self._around, cell, env, deadline=self._deadline(cell.step))
        ended = running.go_on(())
        if ended is None:
            self._running.append(running)
        else:
            self._finish(cell, ended)

    def _deadline(self, step: Step) -> float:
        """Return when the pipeline's time is up for a step, whatever its own timeout says."""
        if not step.always:
            return self._ends_at
        if self._schedule.stopped is None or step.timeout is not None:
            return math.inf
        return time.monotonic() + CLEANUP_SECONDS

    def _environment(self, cell: Cell) -> dict[str, str]:
        """Return the variables of a cell, but for those of one attempt."""
        step = cell.step
        env = {**self._env, **dict(step.env)}
        matrix = dict(cell.matrix)
        env |= matrix
        env |= {f"GRYT_MATRIX_{key.upper()}": value for key, value in matrix.items()}
        if self._said:
            # Where steps run together, only what is needed is sure to be there each time.
            heard = (
                ancestors(self._needs, step.name) if self._around.pipeline.parallel else self._said
            )
            for name in self._said:
                if name in heard or step.always:
                    env |= self._said[name]
        env["GRYT_STEP"] = cell.name
        return env

    def _finish(self, cell: Cell, over: Over) -> None:
        """Take note of what is over; its result is kept and told of when there is time."""
        self._dirty |= over.status in RED
        self._schedule.finished(cell, over.status)
        if over.outputs:
            said = self._said.get(cell.step.name, {})
            said |= output_variables(cell.name, over.outputs)
            self._said = {**self._said, cell.step.name: said}
        self._around.news.add(partial(self._keep, cell, over))

    def _keep(self, cell: Cell, over: Over, observer: Observer) -> None:
        """Keep a result, and tell of it."""
        result = over.result()
        if cell.step.inputs and self._settings.reuse is not None and result.reused_from is None:
            self._settings.reuse.keep(cell, masked(result, self._around.masker))
        result = masked(self._lighter(result), self._around.masker)
        self._results[cell.number] = result
        observer.step_finished(cell, result)

    def _lighter(self, result: StepResult) -> StepResult:
        """Return a result with little output, where there is much in memory already."""
        if result.log is None:
            return result
        self._tails += len(result.log.tail)
        if self._tails <= _TAILS_BYTES or result.status is not StepStatus.PASS:
            return result
        self._tails -= max(0, len(result.log.tail) - _SHORT_TAIL_BYTES)
        return result._replace(log=result.log._replace(tail=result.log.tail[-_SHORT_TAIL_BYTES:]))


def _jobs(pipeline: Pipeline, settings: Settings) -> int:
    """Return how many cells may run together."""
    if not pipeline.parallel:
        return 1
    return min(settings.jobs or pipeline.jobs or os.cpu_count() or 1, _affordable_jobs())


def _affordable_jobs() -> int:
    """Return how many cells this process has descriptors for: a pipe, a log and a pidfd each."""
    import resource  # lazy: only where steps run side by side

    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return 1000 if soft == resource.RLIM_INFINITY else max(1, (soft - _OWN_FILES) // _CELL_FILES)


def _absolute(path: str | None) -> str | None:
    return path if path is not None and path.startswith("/") else None


def _seconds(timeout: float | None) -> float:
    return math.inf if timeout is None else timeout
