"""Running a pipeline, and recording what came of it.

A run is a proof only where nothing can be said against it: it ran on a clean work tree, from the
pipeline that the commit itself has, and neither HEAD nor a tracked file changed meanwhile.
"""

import os
from collections.abc import Mapping
from typing import NamedTuple

from gryt.errors import NotFound
from gryt.model.names import Oid, RecordId
from gryt.model.observer import Observer
from gryt.model.records import (
    Kind,
    PipelineRef,
    RunFinished,
    RunStarted,
)
from gryt.model.results import Execution, RunStatus, StepStatus
from gryt.model.state import Evolution, Generation
from gryt.runner.environment import step_environment
from gryt.runner.execute import Settings, execute
from gryt.service.drafts import refuse_unless_draft
from gryt.service.enforcing import refuse_violations
from gryt.service.fitting import fitting
from gryt.service.logs import log_folder
from gryt.service.lookup import drop_current
from gryt.service.machine import surroundings
from gryt.service.messages import commit_message, some
from gryt.service.plans import Plan, refuse_unless_open
from gryt.service.reuse import reuse_for
from gryt.service.session import Session
from gryt.service.tags import candidate_message
from gryt.store import notes
from gryt.store.append import Draft, act
from gryt.store.checkout import Place, tag_below, tag_target, worktree
from gryt.store.ledger import View
from gryt.store.locks import RunLock


class Outcome(NamedTuple):
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
    lock, begun = _record_start(session, plan)
    execution = _execute(session, plan, observer, place, run=begun.run)
    reasons = _voided(session, plan, place)
    status = execution.status
    if status is RunStatus.PASS:
        if not any(step.status is StepStatus.PASS for step in execution.steps):
            reasons += ("no step passed",)
        status = RunStatus.VOID if reasons else status
    tag = _record_end(
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
    logs = log_folder(session, run)
    env = step_environment(session.environ, gryt=context_variables(plan, run))
    top = session.files.top if place is None else place.top
    wish = plan.wish
    settings = Settings(
        jobs=wish.jobs,
        keep_going=wish.keep_going,
        skipped=plan.skipped,
        taken={} if plan.taken is None else plan.taken.results,
        reuse=reuse_for(
            session, plan, top=top, run=run, say=observer.note if wish.explain else None
        ),
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


class _Begun(NamedTuple):
    """A run that is recorded as started."""

    run: RecordId
    contract: tuple[RecordId, ...]
    """The contract revisions that it is bound to."""


def _record_start(session: Session, plan: Plan) -> tuple[RunLock, _Begun]:
    """Record that the run begins; its lock is held before anybody can see the record."""
    view, evolution, commit, tree, blob = _recorded(plan)
    locks: list[RunLock] = []

    def decide(draft: Draft) -> _Begun:
        for lock in locks:
            lock.release()
        now = draft.state.evolution(evolution.id) if draft.state is not None else None
        if draft.state is None or now is None:
            raise NotFound(f"evolution '{evolution.tag}' does not exist")
        refuse_unless_draft(draft.state)
        refuse_unless_open(now, commit)
        run = draft.new_id()
        locks.append(RunLock(session.ledger.run_lock(run)))
        locks[-1].hold()
        draft.record(
            Kind.RUN_STARTED,
            RunStarted(
                evolution=now.id,
                commit=commit,
                tree=tree,
                contract=draft.state.heads,
                pipeline=PipelineRef(plan.pipeline.name, blob),
                host=os.uname().nodename,
            ),
            gid=draft.state.gid,
            evolution=now.id,
            id=run,
        )
        draft.message = commit_message(
            f"{now.tag} runs {plan.pipeline.name}",
            _trailers(Kind.RUN_STARTED, draft.state, now, commit),
        )
        return _Begun(run, draft.state.heads)

    begun = act(session.ledger, view.ref, session.author, decide, reason="run started")
    if evolution.run is not None:
        RunLock.forget(session.ledger.run_lock(evolution.run))
    return locks[-1], begun


def _recorded(plan: Plan) -> tuple[View, Evolution, Oid, Oid, Oid]:
    assert plan.generation is not None
    assert plan.evolution is not None
    assert plan.commit is not None
    assert plan.tree is not None
    assert plan.blob is not None
    return plan.generation, plan.evolution, plan.commit, plan.tree, plan.blob


def _trailers(
    kind: Kind, state: Generation, evolution: Evolution, commit: Oid
) -> list[tuple[str, str]]:
    return [
        ("Action", kind.value),
        ("Generation", state.version),
        ("Evolution", evolution.tag),
        ("Commit", commit),
    ]


_SUBJECTS = {
    RunStatus.PASS: "passed: proves {changes}",
    RunStatus.FAIL: "failed: {changes} not proven",
    RunStatus.CANCELLED: "cancelled: {changes} not proven",
    RunStatus.VOID: "void: {changes} not proven",
}


def _record_end(
    session: Session,
    plan: Plan,
    *,
    begun: _Begun,
    execution: Execution,
    status: RunStatus,
    reasons: tuple[str, ...],
) -> str | None:
    """Record how the run ended; tag the commit where it passed. Return the tag's name."""
    view, evolution, commit, tree, blob = _recorded(plan)
    environment = surroundings(session)._replace(tools=plan.tools)

    def decide(draft: Draft) -> str | None:
        state = draft.state
        if state is None:
            raise NotFound(f"generation '{view.state.version}' was taken away during the run")
        # rolled back meanwhile, by somebody who cannot have seen this: it counts, and so does
        # the evolution that it is of
        now = state.evolution(evolution.id) or evolution
        made = None
        if status is RunStatus.PASS and _tag_is_free(session, now.tag, commit):
            message = candidate_message(state, now, begun.run, plan.pipeline.name)
            made = draft.tag(now.tag, commit, message)
        finished = RunFinished(
            evolution=now.id,
            run=begun.run,
            commit=commit,
            tree=tree,
            contract=begun.contract,
            pipeline=PipelineRef(plan.pipeline.name, blob),
            status=status,
            seconds=execution.seconds,
            steps=fitting(execution.steps),
            environment=environment,
            void=reasons,
            taken_from=None if plan.taken is None else plan.taken.run,
            tag=made.name if made else None,
            tag_object=made.oid if made else None,
        )
        draft.record(Kind.RUN_FINISHED, finished, gid=state.gid, evolution=now.id)
        if notes.worth_noting(finished):
            draft.notes[commit] = [notes.note_line(now, finished)]
        changes = ", ".join(now.changes)
        draft.message = commit_message(
            f"{now.tag} {_SUBJECTS[status].format(changes=changes)}",
            _trailers(Kind.RUN_FINISHED, state, now, commit),
        )
        return made.name if made else None

    return act(session.ledger, view.ref, session.author, decide, reason=f"run {status.value}")


def _tag_is_free(session: Session, name: str, commit: Oid) -> bool:
    """Tell whether the candidate's tag may be made; a foreign one is said and left alone."""
    blocking = tag_below(session.ledger, name)
    if blocking is not None:
        session.say(f"warning: tag '{blocking}' keeps the tag '{name}' from being made")
        return False
    target = tag_target(session.ledger, name)
    if target is None:
        return True
    session.say(
        f"warning: tag '{name}' exists already"
        + ("" if target == commit else f" and points to {target[:10]}: gryt verify")
    )
    return False
