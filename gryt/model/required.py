"""Required steps: asked of a pipeline before it runs, and of the run that is the proof.

A step that is not there, does nothing, cannot fail or is allowed to, has another command than the
pinned one, or did not itself pass in the proof, does not satisfy a policy.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from gryt.model.contract import ChangeType
from gryt.model.idle import idle
from gryt.model.names import ChangeId, Oid, RecordId
from gryt.model.pipeline import Pipeline, Step
from gryt.model.policy import Policy, PolicyVerdict, RequiredStep, Rule
from gryt.model.results import StepResult, judge_step
from gryt.model.verdict import Outcome, Verdict, by_name
from gryt.values import Value

_ALTERS_COMMANDS = frozenset(
    {"PATH", "ENV", "BASH_ENV", "LD_PRELOAD", "LD_LIBRARY_PATH", "SHELLOPTS", "BASHOPTS", "IFS"}
)
"""Variables by which a pinned command becomes another one."""
_LONG_OPTIONS = frozenset({"errexit", "nounset", "pipefail"})
_OPTIONS = re.compile("-[eucxlo]+")
_PLAIN_SHELLS = frozenset({"sh", "bash", "dash", "zsh", "ksh", "ash"})


def judge_pipeline(
    policy: Policy,
    types: Sequence[ChangeType],
    pipeline: Pipeline | None,
    *,
    name: str,
    touched: Iterable[str] | None,
) -> tuple[PolicyVerdict, ...]:
    """Return what each policy that requires steps of these types of change says of a pipeline."""
    found: list[PolicyVerdict] = []
    for rule in policy.rules:
        here = rule.is_for(types)
        if rule.required_steps and here and rule.touches(touched):
            reasons = tuple(
                reason
                for step in rule.required_steps
                for reason in against_pipeline(step, pipeline, name)
            )
            outcome = Outcome.FAIL if reasons else Outcome.PASS
            verdict = Verdict(rule.name, outcome, reasons, advisory=rule.advisory)
            found.append(PolicyVerdict(verdict, here, rule.required_steps, rule.accepts_reused))
    names = dict.fromkeys(each.verdict.name for each in found)
    return tuple(_united([each for each in found if each.verdict.name == name]) for name in names)


def _united(same: list[PolicyVerdict]) -> PolicyVerdict:
    """Return one answer for rules of one name: the published one, and what a branch adds to it."""
    (verdict,) = by_name(each.verdict for each in same)
    return PolicyVerdict(
        verdict=verdict,
        types=tuple(dict.fromkeys(kind for each in same for kind in each.types)),
        steps=tuple(dict.fromkeys(step for each in same for step in each.steps)),
        accepts_reused=all(each.accepts_reused for each in same),
    )


def against_pipeline(wanted: RequiredStep, pipeline: Pipeline | None, name: str) -> Iterator[str]:
    """Yield why a pipeline does not satisfy what is wanted, in the words of Workflow 5."""
    step = None
    if pipeline is not None:
        step = next((s for s in pipeline.steps if s.name == wanted.name), None)
    if pipeline is None or step is None:
        yield f"Pipeline '{name}' missing required step: {wanted.name}"
        return
    for why in (*_weak(step, pipeline), *_not_pinned(wanted, step, pipeline)):
        yield f"Pipeline '{name}' required step {wanted.name} {why}"


def _weak(step: Step, pipeline: Pipeline) -> Iterator[str]:
    how = idle(step.command, pipeline.shell)
    if how is not None:
        yield f"{how}: {step.command_text}"
    if step.allow_failure:
        yield "is allowed to fail"


def _not_pinned(wanted: RequiredStep, step: Step, pipeline: Pipeline) -> Iterator[str]:
    """Yield how a step differs from its pinned command, or could run another in its place."""
    if wanted.command is None:
        return
    if _comparable(step.command) != _comparable(wanted.command):
        pinned = wanted.command if isinstance(wanted.command, str) else " ".join(wanted.command)
        yield f"must have the command '{pinned}', found '{step.command_text}'"
        return
    if isinstance(step.command, str) and not _is_plain(pipeline.shell):
        yield f"has a pinned command, so it needs a plain shell, found '{' '.join(pipeline.shell)}'"
    altered = _ALTERS_COMMANDS & {key for key, _ in (*pipeline.env, *step.env)}
    if altered:
        yield f"has a pinned command, so nothing may set {', '.join(sorted(altered))}"
    if step.dir not in {None, ".", "./"}:
        yield f"has a pinned command, so it runs at the top, not in '{step.dir}'"


def _is_plain(shell: Sequence[str]) -> bool:
    """Tell whether a shell runs the command that follows it, as it is and nothing else."""
    options = shell[1:]
    return (
        bool(options)
        and shell[0].rpartition("/")[2] in _PLAIN_SHELLS
        and all(word in _LONG_OPTIONS or _OPTIONS.fullmatch(word) for word in options)
        and options[-1].endswith("c")
    )


def _comparable(command: str | tuple[str, ...]) -> str | tuple[str, ...]:
    return command.strip() if isinstance(command, str) else command


class ProofRun(Value):
    """A run that proves changes, with what its records say of it."""

    run: RecordId
    tag: str
    changes: tuple[ChangeId, ...]
    commit: Oid
    steps: tuple[StepResult, ...]
    pipeline_name: str
    pipeline: Pipeline | None
    """The pipeline as it ran; None where the file is not here."""
    seconds: float
    """When it ended, since the epoch."""
    ci: str | None = None
    started_under: tuple[PolicyVerdict, ...] = ()
    """What the policies said when its evolution was started."""


def judge_proof(rule: Rule, change: str, proof: ProofRun) -> tuple[Outcome, tuple[str, ...]]:
    """Tell whether the steps that a rule requires for a change passed in its proof."""
    reasons: list[str] = []
    unknown: list[str] = []
    for wanted in rule.required_steps:
        ran = judge_step(proof.steps, wanted.name, accept_reused=rule.accepts_reused)
        reasons += [f"{change}: in {proof.tag} {why}" for why in ran.reasons]
        if proof.pipeline is not None:
            reasons += [
                f"{change}: {why}"
                for why in against_pipeline(wanted, proof.pipeline, proof.pipeline_name)
                if ran.passed or "missing" not in why
            ]
        elif ran.passed:
            name = f"'{proof.pipeline_name}' as it ran in {proof.tag}"
            unknown.append(f"{change}: cannot judge step {wanted.name}: pipeline {name} is missing")
    if reasons:
        return Outcome.FAIL, tuple(reasons)
    if unknown:
        return Outcome.INCONCLUSIVE, tuple(unknown)
    return Outcome.PASS, ()


def rules_at_start(policy: Policy, proof: ProofRun) -> tuple[Rule, ...]:
    """Return the rules that an evolution was started under and that nobody asks for any more."""
    now = {(rule.name, step) for rule in policy.rules for step in rule.required_steps}
    return tuple(
        Rule(
            name=each.verdict.name,
            applies_to=each.types,
            required_steps=gone,
            accepts_reused=each.accepts_reused,
        )
        for each in proof.started_under
        if not each.verdict.advisory
        and (gone := tuple(s for s in each.steps if (each.verdict.name, s) not in now))
    )
