"""In which order the steps of a pipeline can run: what each waits for, and what may go together."""

from itertools import pairwise

from gryt.model.pipeline import Pipeline, Step
from gryt.values import Value


class Stages(Value):
    """The steps of a pipeline by when they can begin at the earliest."""

    stages: tuple[tuple[Step, ...], ...]
    """Each waits only for those before it."""
    last: tuple[Step, ...]
    """Those that run after all others, whatever became of them."""


def stages(pipeline: Pipeline) -> Stages:
    """Return the stages; where nothing runs together, each step is one of its own."""
    others = [step for step in pipeline.steps if not step.always]
    last = tuple(step for step in pipeline.steps if step.always)
    depth: dict[str, int] = {}
    found: list[list[Step]] = []
    while len(depth) < len(others):
        ready = [
            step
            for step in others
            if step.name not in depth and all(need in depth for need in step.needs)
        ]
        if not pipeline.parallel:
            del ready[1:]
        assert ready, "a pipeline that was read has no cycle"
        depth.update((step.name, len(found)) for step in ready)
        found.append(ready)
    return Stages(tuple(tuple(stage) for stage in found), last)


def edges(pipeline: Pipeline) -> list[tuple[str, str, bool]]:
    """Return who comes before whom: first, second, and whether the second asks for it.

    Where nothing runs together, a step also follows the one before it, without having asked.
    """
    found = [(need, step.name, True) for step in pipeline.steps for need in step.needs]
    if not pipeline.parallel:
        order = [step for stage in stages(pipeline).stages for step in stage]
        asked = {(first, second) for first, second, _ in found}
        found += [
            (before.name, after.name, False)
            for before, after in pairwise(order)
            if (before.name, after.name) not in asked
        ]
    return found
