"""What a run would do, without doing it."""

from gryt.model.foreseen import Foreseen
from gryt.model.pipeline import cells
from gryt.runner.cells import place_of
from gryt.runner.environment import step_environment
from gryt.service.plans import Plan
from gryt.service.reuse import reuse_for
from gryt.service.session import Session


def foresee(session: Session, plan: Plan) -> list[Foreseen]:
    """Return what would be run and what would not, in the order of the file."""
    said: list[str] = []
    reuse = reuse_for(session, plan, top=session.files.top, run=None, say=said.append)
    env = {**step_environment(session.environ, gryt={}), **dict(plan.pipeline.env)}
    found = []
    for cell in cells(plan.pipeline):
        step = cell.step
        what, why = "run", None
        reason = plan.skipped.get(step.name) or plan.skipped.get(cell.name)
        if reason is not None:
            what, why = "skip", reason
        elif plan.taken is not None and cell.name in plan.taken.results:
            what, why = "take", f"it passed in run {plan.taken.run}"
        elif step.inputs and reuse is not None:
            folder = place_of(session.files.top, step)
            own = {**env, **dict(step.env), **dict(cell.matrix)}
            if folder is not None and reuse.look_up(cell, folder, own) is not None:
                what = "reuse"
            why = said[-1].partition(": ")[2] if said else None
        found.append(Foreseen(cell.name, what, why, step.needs, step.command_text))
    return found
