"""Several policies at once: every rule of each holds, and what a branch lacks of a published one.

Nothing is merged: two rules of one name that say different things are two rules, and both hold.
That is what makes a published policy a floor, whatever a branch writes.
"""

from collections.abc import Iterable, Iterator, Sequence

from gryt.model.contract import ChangeType
from gryt.model.policy import Policy, Rule, Source

PUBLISHED = "published"


def together(sources: Sequence[Source]) -> Policy:
    """Return the rules of all sources in force at once, each once, the published ones first."""
    floor = [source for source in sources if source.where == PUBLISHED]
    branch = [source for source in sources if source.where != PUBLISHED]
    return Policy(
        rules=tuple(dict.fromkeys(rule for source in sources for rule in source.rules)),
        sources=tuple(sources),
        no_override=frozenset(name for source in sources for name in source.no_override),
        differences=tuple(dict.fromkeys(_differences(floor, branch))) if floor else (),
        signers=tuple(dict.fromkeys(line for source in floor for line in source.signers)),
    )


def _differences(floor: Iterable[Source], branch: Iterable[Source]) -> Iterator[str]:
    """Yield what each file of a branch leaves out of the published policy or has weaker."""
    for source in branch:
        has = {rule.name: rule for rule in source.rules}
        told = f"'{source.path}' ({source.where})"
        for rule in (rule for published in floor for rule in published.rules):
            mine = has.get(rule.name)
            if mine is None:
                yield f"{told} lacks '{rule.name}'"
            elif mine != rule:
                yield from (f"{told} has '{rule.name}' {how}" for how in weaker(mine, rule))
        for published in floor:
            for name in published.no_override:
                if name not in source.no_override:
                    yield f"{told} lets '{name}' be overridden"


_FLAGS = (
    ("strict", "strict"),
    ("tip_proven", "tip_proven"),
    ("proof_from_ci", "proof_source: ci"),
    ("plugin", "plugin"),
    ("signed", "signed"),
)


def weaker(mine: Rule, floor: Rule) -> list[str]:  # noqa: C901 - a line per thing to ask for
    """Return in which ways a rule asks for less than another of its name."""
    found = []
    if floor.is_for(ChangeType) != mine.is_for(floor.is_for(ChangeType)):
        found.append("for fewer types of change")
    if mine.paths != floor.paths and mine.paths:
        found.append("for other paths")
    if mine.advisory and not floor.advisory:
        found.append("as a warning only")
    if mine.may_override and not floor.may_override:
        found.append("with overrides allowed")
    if mine.accepts_reused and not floor.accepts_reused:
        found.append("accepting reused results")
    steps = {step.name: step for step in mine.required_steps}
    for step in floor.required_steps:
        if step.name not in steps:
            found.append(f"without step '{step.name}'")
        elif step.command is not None and steps[step.name].command != step.command:
            found.append(f"with another command for step '{step.name}'")
    if (mine.min_evolutions or 1) < (floor.min_evolutions or 1):
        found.append(f"with min_evolutions {mine.min_evolutions or 1}, not {floor.min_evolutions}")
    for flag, name in _FLAGS:
        if getattr(floor, flag) and not getattr(mine, flag):
            found.append(f"without {'proof_source: ' if name == 'ci' else ''}{name}")
    if (mine.soak or 0) < (floor.soak or 0):
        found.append("with a shorter soak" if mine.soak else "without soak")
    if floor.max_age is not None and (mine.max_age is None or mine.max_age > floor.max_age):
        found.append("with older proofs allowed")
    if floor.approvals is not None and mine.approvals != floor.approvals:
        found.append("with other approvals" if mine.approvals else "without approvals")
    for key, word in (("metrics", "metrics"), ("freeze", "freeze windows")):
        if not set(getattr(floor, key)) <= set(getattr(mine, key)):
            found.append(f"with other {word}")
    if floor.promoters and not (mine.promoters and set(mine.promoters) <= set(floor.promoters)):
        found.append("with other promoters")
    if floor.command is not None and mine.command != floor.command:
        found.append("with another command" if mine.command else "without its command")
    return found
