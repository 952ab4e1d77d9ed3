"""Gates that other packages bring along: the entry-point group `gryt.gates`.

A plug-in is a function from a folded `Generation` to a `Verdict`. It is loaded only where gates are
judged. It is somebody else's program: one that cannot be loaded, crashes or answers with something
else keeps a promotion as inconclusive, and says why, because a gate that is silently left out is
one that can be talked round.
"""

import contextlib
import io
from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING

from gryt.model.state import Generation
from gryt.model.verdict import Outcome, Verdict

if TYPE_CHECKING:
    from gryt.service.judging import Case

GROUP = "gryt.gates"


def gates(case: "Case") -> Iterable[Verdict]:
    """Ask every gate that an installed package brings along, or that the policy wants."""
    found = sorted(entry_points(group=GROUP), key=lambda each: (each.name, each.value))
    by_name: dict[str, list[EntryPoint]] = {}
    for each in found:
        by_name.setdefault(each.name, []).append(each)
    wanted = [rule for rule in case.policy.rules if rule.plugin]
    for name in dict.fromkeys([*by_name, *(rule.name for rule in wanted)]):
        if name in by_name:
            verdict = ask(name, by_name[name], case.generation)
        else:
            verdict = _unsure(name, "the policy wants it, and no installed package brings it along")
        modes = [rule.advisory for rule in wanted if rule.name == name]
        yield verdict._replace(advisory=all(modes) if modes else verdict.advisory)


def ask(name: str, points: Sequence[EntryPoint], generation: Generation) -> Verdict:
    """Return the answer of one plug-in, whatever it does."""
    if len({point.value for point in points}) > 1:
        packages = ", ".join(sorted({_package(point) for point in points}))
        return _unsure(name, f"several packages bring a gate of this name: {packages}")
    package = _package(points[0])
    mend = f"mend or remove the package '{package}'"
    try:
        with contextlib.redirect_stdout(io.StringIO()):  # stdout is the answer of the command
            answer = points[0].load()(generation)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a program of somebody else
        text = " ".join(str(error).split())
        said = f"{type(error).__name__}: {text}" if text else type(error).__name__
        return _unsure(name, f"the plug-in of '{package}' failed: {said}", mend)
    problems = list(_problems(answer))
    if problems:
        return _unsure(name, f"the plug-in of '{package}' {problems[0]}", mend)
    reasons = tuple(answer.reasons)
    if answer.outcome is not Outcome.PASS and not reasons:
        reasons = ("it gives no reason",)
    return Verdict(name, answer.outcome, reasons, answer.mend, answer.advisory)


def _package(point: EntryPoint) -> str:
    return point.dist.name if point.dist is not None else point.value


def _unsure(name: str, reason: str, mend: str | None = None) -> Verdict:
    return Verdict(name, Outcome.INCONCLUSIVE, (reason,), mend)


def _problems(answer: object) -> Iterator[str]:
    """Yield what is wrong with an answer."""
    if not isinstance(answer, Verdict):
        yield f"answered with {type(answer).__name__}, not a Verdict"
        return
    outcome, reasons, mend, advisory = _unknown(answer)
    if not isinstance(outcome, Outcome):
        yield f"answered with outcome {outcome!r}"
    if not isinstance(reasons, tuple | list) or not all(isinstance(r, str) for r in reasons):
        yield f"gave {reasons!r} where reasons belong"
    if not isinstance(mend, str | None):
        yield f"gave {mend!r} for what mends it"
    if not isinstance(advisory, bool):
        yield f"gave {advisory!r} for whether it only warns"


def _unknown(answer: Verdict) -> tuple[object, object, object, object]:
    """Return the fields of an answer, of which nobody has checked the types."""
    return answer.outcome, answer.reasons, answer.mend, answer.advisory
