"""Which steps of a pipeline a run leaves out, and which results of an earlier run it takes over."""

from collections.abc import Mapping

from gryt.errors import NotFound, Refused
from gryt.model.graph import ancestors, descendants, needs_of
from gryt.model.names import Oid, RecordId, nearest
from gryt.model.pipeline import Pipeline, cells
from gryt.model.records import RunFinished
from gryt.model.results import RunStatus, StepResult, StepStatus
from gryt.model.state import Evolution
from gryt.runner.masking import MASK
from gryt.service.session import Session
from gryt.service.wishes import Wish
from gryt.store.fields import as_list
from gryt.store.ledger import View
from gryt.store.steps import step_from_plain
from gryt.values import Value


def left_out(pipeline: Pipeline, wish: Wish) -> dict[str, str]:
    """Return the steps and cells that the options leave out, and why; raise NotFound."""
    found: dict[str, str] = {}
    if wish.only:
        known = {cell.name: cell.step.name for cell in cells(pipeline)}
        for name in wish.only:
            _known(name, [*dict.fromkeys([*known.values(), *known])])
        found |= {
            cell: "left out by --only"
            for cell, step in known.items()
            if cell not in wish.only and step not in wish.only
        }
    if wish.start is not None:
        names = [step.name for step in pipeline.steps]
        _known(wish.start, names)
        needs = needs_of(pipeline.steps)
        after = {wish.start, *descendants(needs, wish.start)}
        if not pipeline.parallel:
            before = ancestors(needs, wish.start)
            after |= set(names[names.index(wish.start) :]) - before
        found |= {
            step.name: "left out by --from"
            for step in pipeline.steps
            if step.name not in after and not step.always
        }
    return found


def _known(name: str, names: list[str]) -> None:
    if name not in names:
        near = [f"did you mean '{other}'?" for other in nearest(name, names)[:1]]
        raise NotFound(f"the pipeline has no step '{name}'", hints=near or [f"{', '.join(names)}"])


class Taken(Value):
    """What an earlier run has to offer."""

    run: RecordId
    results: Mapping[str, StepResult]
    """By the names of their cells."""


def take_over(
    session: Session,
    pipeline: Pipeline,
    *,
    about: tuple[View, Evolution] | None,
    tree: Oid | None,
    blob: Oid | None,
) -> Taken:
    """Return what passed in the evolution's last run, for --failed.

    Raises Refused where there is none on the same tree and with the same definition: what passed on
    something else says nothing here.
    """
    if about is None or blob is None:
        raise Refused(
            "--failed takes over what a recorded run has proven, and this run is not recorded",
            hints=["gryt evolution start VERSION --change ID", "gryt run --from STEP"],
        )
    view, evolution = about
    ended = _last_run(session, view, evolution)
    if ended is None:
        raise Refused(f"evolution '{evolution.tag}' has no earlier run", hints=["gryt run"])
    last_id, last = ended
    reasons = []
    if last.tree != tree:
        reasons.append(f"it ran on another tree ({last.commit[:10]})")
    if last.pipeline.blob != blob:
        reasons.append(f"it ran pipeline '{last.pipeline.name}' as it was defined then")
    if last.status is RunStatus.VOID or last.void:
        reasons.append(f"it proves nothing: {'; '.join(last.void)}")
    if reasons:
        raise Refused(
            f"the last run of '{evolution.tag}' has nothing to take over",
            details=reasons,
            hints=["gryt run"],
        )
    stored = session.ledger.record(view.ref, last_id)  # with its logs, unlike the cache
    steps = [step_from_plain(step) for step in as_list(stored["steps"])]
    always = {cell.name for cell in cells(pipeline) if cell.step.always}
    passed = {
        step.name: step._replace(taken_from=last.run)
        for step in steps
        if step.status is StepStatus.PASS and step.name not in always and not _is_masked(step)
    }
    return Taken(last.run, passed)


def _last_run(
    session: Session, view: View, evolution: Evolution
) -> tuple[RecordId, RunFinished] | None:
    """Return the run of an evolution that began last and has ended, with the id of its end."""
    ended = [
        (record.id, record.body)
        for record in session.ledger.records(view.ref)
        if isinstance(record.body, RunFinished) and record.body.evolution == evolution.id
    ]
    return max(ended, key=lambda end: end[1].run, default=None)


def _is_masked(step: StepResult) -> bool:
    """Tell whether an output was not kept as it was, so that later steps could not have it."""
    return any(MASK.decode() in value for _, value in step.outputs)
