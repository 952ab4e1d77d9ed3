"""Reusing the result of a step whose inputs, definition, variables and programs are the same."""

from collections.abc import Callable, Mapping
from pathlib import Path

from gryt.model.pipeline import Cell
from gryt.model.results import StepResult, StepStatus
from gryt.runner.files import digest
from gryt.runner.fingerprint import Fingerprint, Ignored, difference, fingerprint
from gryt.runner.masking import MASK
from gryt.service.plans import Plan
from gryt.service.session import Session
from gryt.store.checkout import Place, ignored_by
from gryt.store.reuse import Kept, Results

_UNRECORDED = "an unrecorded run"
_NONE = "there is no earlier result"


def reuse_for(
    session: Session,
    plan: Plan,
    *,
    top: Path,
    run: str | None,
    say: Callable[[str], None] | None,
    place: Place | None = None,
) -> "Reuse | None":
    """Return what knows earlier results, for `run` or before any; None where nobody has inputs."""
    if plan.wish.no_cache or not any(step.inputs for step in plan.pipeline.steps):
        return None
    return Reuse(
        session.ledger.folder,
        top,
        plan,
        run=run,
        say=say,
        ignored=lambda paths: ignored_by(session.ledger, place, paths),
    )


class Reuse:
    """The earlier results of one pipeline, as seen by one run of it.

    A run that is recorded reuses results of recorded runs only, so that what it says can be traced
    in the ledger to where it was found out.
    """

    def __init__(
        self,
        folder: Path,
        top: Path,
        plan: Plan,
        *,
        run: str | None,
        say: Callable[[str], None] | None,
        ignored: Ignored,
    ) -> None:
        self._results = Results(folder, plan.pipeline.name)
        self._top = top
        self._plan = plan
        self._run = run
        self._say = say
        self._ignored = ignored
        self._depends: dict[str, Fingerprint] = {}

    def look_up(self, cell: Cell, folder: Path, env: Mapping[str, str]) -> StepResult | None:
        """Return the earlier result that stands for this cell; None where there is none."""
        now = fingerprint(
            self._plan.pipeline, cell, folder, env, self._plan.tools, ignored=self._ignored
        )
        if isinstance(now, str):
            self._explain(cell, now)
            return None
        self._depends[cell.name] = now
        why = _NONE
        for kept in self._results.of(cell.name):
            against = self._against(kept, now)
            if against is None:
                self._explain(cell, f"nothing that it depends on has changed since {kept.run}")
                return kept.result._replace(reused_from=kept.run, attempts=0, seconds=0.0)
            why = against if why == _NONE else why
        self._explain(cell, why)
        return None

    def keep(self, cell: Cell, result: StepResult) -> None:
        """Keep the result of a cell that was looked up before, if it is worth it."""
        depends = self._depends.pop(cell.name, None)
        if depends is None or result.status is not StepStatus.PASS or result.flaky:
            return
        if any(MASK.decode() in value for _, value in result.outputs):
            return  # later steps could not have what it hands over
        if any(artifact.sha256 is None for artifact in result.artifacts):
            return
        run = self._run or _UNRECORDED
        kept = Kept(run, self._run is not None, depends._asdict(), result)
        self._results.put(cell.name, kept)

    def _against(self, kept: Kept, now: Fingerprint) -> str | None:
        """Return, in words, why a result does not stand for this cell; None where it does."""
        try:
            before = Fingerprint(**kept.depends)  # type: ignore[arg-type]  # checked by comparing
            different = difference(before, now)
        except (TypeError, AttributeError, ValueError):
            return "the earlier result does not read"
        if different is not None:
            return different
        if self._plan.is_recorded and not kept.recorded:
            return "the earlier result is of a run that was not recorded"
        for artifact in kept.result.artifacts:
            try:
                if digest(self._top / artifact.path) != artifact.sha256:
                    return f"artifact '{artifact.path}' has changed"
            except OSError:
                return f"artifact '{artifact.path}' is gone"
        return None

    def _explain(self, cell: Cell, text: str) -> None:
        if self._say is not None:
            self._say(f"{cell.name}: {text}")
