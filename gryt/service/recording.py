"""Recording a run: that it begins, before anything of it does, and how it ended."""

import os

from gryt.errors import NotFound
from gryt.model.names import Oid, RecordId
from gryt.model.records import Environment, Kind, PipelineRef, RunFinished, RunStarted
from gryt.model.results import Execution, RunStatus
from gryt.model.state import Evolution, Generation
from gryt.service.drafts import refuse_unless_draft
from gryt.service.fitting import fitting
from gryt.service.machine import surroundings
from gryt.service.messages import commit_message
from gryt.service.plans import Plan, refuse_unless_open
from gryt.service.session import Session
from gryt.service.tags import candidate_message
from gryt.store import notes, schema
from gryt.store.append import Draft, act
from gryt.store.checkout import tag_below, tag_target
from gryt.store.ledger import View
from gryt.store.locks import RunLock
from gryt.values import Value


class Begun(Value):
    """A run that is recorded as started."""

    run: RecordId
    contract: tuple[RecordId, ...]
    """The contract revisions that it is bound to."""
    environment: Environment
    """The machine and the programs that it runs with."""


def record_start(session: Session, plan: Plan) -> tuple[RunLock, Begun]:
    """Record that the run begins; its lock is held before anybody can see the record."""
    view, evolution, commit, tree, blob = _recorded(plan)
    locks: list[RunLock] = []

    def decide(draft: Draft) -> tuple[RecordId, tuple[RecordId, ...]]:
        for lock in locks:
            lock.release()
        now = draft.state.evolution(evolution.id) if draft.state is not None else None
        if draft.state is None or now is None:
            raise NotFound(f"evolution '{evolution.tag}' does not exist")
        refuse_unless_draft(draft.state)
        refuse_unless_open(now, commit)
        session.ledger.repository.ask_version()
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
        return run, draft.state.heads

    run, heads = act(session.ledger, view.ref, session.author, decide, reason="run started")
    if evolution.run is not None:
        RunLock.forget(session.ledger.run_lock(evolution.run))
    environment = surroundings(session)._replace(tools=plan.tools)
    return locks[-1], Begun(run, heads, environment)


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


def make_ready() -> None:
    """Load what the record of an end is held against, for whoever has to wait before it."""
    schema.ready(Kind.RUN_FINISHED.value)


def record_end(
    session: Session,
    plan: Plan,
    *,
    begun: Begun,
    execution: Execution,
    status: RunStatus,
    reasons: tuple[str, ...],
) -> str | None:
    """Record how the run ended; tag the commit where it passed. Return the tag's name."""
    view, evolution, commit, tree, blob = _recorded(plan)

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
            environment=begun.environment,
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
