"""Running a pipeline, and recording what came of it.

A run is a proof only where nothing can be said against it: it ran on a clean work tree, from the
pipeline that the commit itself has, and neither HEAD nor a tracked file changed meanwhile.
"""

from collections.abc import Mapping

from gryt.model.names import RecordId
from gryt.model.observer import Observer
from gryt.model.results import Execution, RunStatus, StepStatus
from gryt.model.state import Generation
from gryt.runner.environment import step_environment
from gryt.runner.execute import Settings, execute
from gryt.service.enforcing import refuse_violations
from gryt.service.logs import log_folder
from gryt.service.lookup import drop_current
from gryt.service.messages import some
from gryt.service.plans import Plan
from gryt.service.session import Session
from gryt.store.checkout import Place, begin_worktree, worktree
from gryt.values import Value


class Outcome(Value):
    """What became of a run."""

    plan: Plan
    execution: Execution
    status: RunStatus
    reasons: tuple[str, ...]
    """Why it proves nothing, where it does not although its steps passed."""
    run: RecordId | None
    tag: str | None
    generation: Generation | None
    """The state after it."""


def run(session: Session, plan: Plan, observer: Observer, place: Place | None = None) -> Outcome:
    """Carry out a plan, here or at a place of its own; record it where it is to be recorded."""
    if not plan.is_recorded:
        execution = _execute(session, plan, observer, place, run=None)
        reasons = plan.unprovable if execution.status is RunStatus.PASS else ()
        return Outcome(plan, execution, execution.status, reasons, None, None, None)
    assert plan.generation is not None
    refuse_violations(session, plan.checked, plan.generation.state, plan.evolution, plan.commit)
    from gryt.service.recording import record_end, record_start  # lazy: libgit2

    lock, begun = record_start(session, plan)
    execution = _execute(session, plan, observer, place, run=begun.run)
    reasons = _voided(session, plan, place)
    status = execution.status
    if status is RunStatus.PASS:
        if not any(step.status is StepStatus.PASS for step in execution.steps):
            reasons += ("no step passed",)
        status = RunStatus.VOID if reasons else status
    tag = record_end(
        session, plan, begun=begun, execution=execution, status=status, reasons=reasons
    )
    lock.release()
    after = session.ledger.get(plan.generation.state.version).state
    if status is RunStatus.PASS:
        drop_current(session, plan.evolution)
    return Outcome(plan, execution, status, reasons, begun.run, tag, after)


def _execute(
    session: Session,
    plan: Plan,
    observer: Observer,
    place: Place | None,
    *,
    run: RecordId | None,
) -> Execution:
    session.ledger.repository.git.drop()  # beside the steps nothing of ours is running
    logs = log_folder(session, run)
    env = step_environment(session.environ, gryt=context_variables(plan, run))
    top = session.files.top if place is None else place.top
    wish = plan.wish
    reuse = None
    if any(step.inputs for step in plan.pipeline.steps):
        from gryt.service.reuse import reuse_for  # lazy: few steps name inputs

        say = observer.note if wish.explain else None
        reuse = reuse_for(session, plan, top=top, run=run, say=say, place=place)
    settings = Settings(
        jobs=wish.jobs,
        keep_going=wish.keep_going,
        skipped=plan.skipped,
        taken={} if plan.taken is None else plan.taken.results,
        reuse=reuse,
    )
    return execute(plan.pipeline, cwd=top, env=env, logs=logs, observer=observer, settings=settings)


def context_variables(plan: Plan, run: RecordId | None) -> Mapping[str, str]:
    """Return what steps are told about the run, as GRYT_* variables."""
    values: dict[str, str | None] = {
        "GRYT_PIPELINE": plan.pipeline.name,
        "GRYT_COMMIT": plan.commit,
        "GRYT_TREE": plan.tree,
        "GRYT_BRANCH": plan.branch,
        "GRYT_RUN_ID": run,
    }
    if plan.evolution is not None and plan.generation is not None:
        state = plan.generation.state
        promised = [s.change for name in plan.evolution.changes if (s := state.change(name))]
        values |= {
            "GRYT_VERSION": state.version,
            "GRYT_GENERATION": state.gid,
            "GRYT_EVOLUTION": plan.evolution.tag,
            "GRYT_RC": str(plan.evolution.number),
            "GRYT_CHANGE_ID": ",".join(plan.evolution.changes),
            "GRYT_CHANGE_TYPE": ",".join(dict.fromkeys(c.type.value for c in promised)),
        }
    return {name: value for name, value in values.items() if value is not None}


def _voided(session: Session, plan: Plan, place: Place | None) -> tuple[str, ...]:
    """Return what happened during the run that makes it prove nothing."""
    from gryt.service.recording import make_ready  # lazy: libgit2

    begin_worktree(session.ledger, place)
    make_ready()  # while git looks
    after = worktree(session.ledger, place)
    reasons = []
    if after.head.commit != plan.commit:
        reasons.append(
            f"HEAD moved during the run, from {(plan.commit or '')[:10]}"
            f" to {(after.head.commit or 'nothing')[:10]}"
        )
    if after.changed:
        reasons.append(f"tracked files changed during the run: {some(after.changed)}")
    if after.unseen:
        reasons.append(f"git was told not to look at {some(after.unseen)} during the run")
    return tuple(reasons)
