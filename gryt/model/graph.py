"""What of a pipeline hangs together: who needs whom, in circles or not, and which part is meant."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from gryt.model.pipeline import Step

Needs = Mapping[str, Sequence[str]]
"""The steps that each step needs."""


def needs_of(steps: Iterable[Step]) -> Needs:
    """Return the needs of each step by its name."""
    return {step.name: step.needs for step in steps}


def cycles(needs: Needs) -> list[tuple[str, ...]]:
    """Return the circles of mutual needs, each once, as the way around without its return."""
    found: list[tuple[str, ...]] = []
    done: set[str] = set()
    for start in needs:
        way: list[str] = []
        todo: list[Iterator[str]] = [iter((start,))]
        while todo:
            name = next(todo[-1], None)
            if name is None:
                todo.pop()
                if way:
                    done.add(way.pop())
            elif name in way:
                found.append(tuple(way[way.index(name) :]))
            elif name in needs and name not in done:
                way.append(name)
                todo.append(iter(needs[name]))
    return found


def ancestors(needs: Needs, name: str) -> set[str]:
    """Return everything that a step needs, directly or not."""
    return _reach(needs, name)


def descendants(needs: Needs, name: str) -> set[str]:
    """Return everything that needs a step, directly or not."""
    back: dict[str, list[str]] = {step: [] for step in needs}
    for step, wanted in needs.items():
        for need in wanted:
            back.setdefault(need, []).append(step)
    return _reach(back, name)


def _reach(edges: Needs, name: str) -> set[str]:
    seen: set[str] = set()
    todo = list(edges.get(name, ()))
    while todo:
        step = todo.pop()
        if step not in seen:
            seen.add(step)
            todo.extend(edges.get(step, ()))
    return seen
