"""Rules about tests: what ran, whether it was the right thing, and what came of flaws."""

from collections.abc import Iterator

from gryt.model.compliance.assessment import Item, Judge, conforms, short, violates
from gryt.model.compliance.evidence import Evidence, Release
from gryt.model.compliance.rules_audit import all_of
from gryt.model.compliance.rules_change import change_control, promised, tested, tested_before
from gryt.model.contract import ChangeType
from gryt.model.pipeline import StepStatus
from gryt.model.records import RunFinished


def evidence_of_tests(evidence: Evidence) -> Iterator[Item]:
    """SA-11: each run tells what it ran, on what, and what came of every step."""
    for fact, run in evidence.finished:
        bare = [
            step.name
            for step in run.steps
            if step.status in {StepStatus.PASS, StepStatus.FAIL}
            and (step.exit_code is None or step.log is None)
        ]
        if not run.steps:
            yield short(fact.record.id, "it ran no step", fact.recheck)
        elif bare:
            reason = f"without exit code or digest of the output: {', '.join(bare)}"
            yield short(fact.record.id, reason, fact.recheck)
        else:
            yield conforms(fact.record.id, fact.recheck)


def controlled_process(evidence: Evidence) -> Iterator[Item]:
    """SA-15: each run used its commit's pipeline, for an evolution that a policy let begin."""
    for fact, run in evidence.finished:
        started = evidence.started.get(run.evolution)
        wrong = evidence.tampered_at(f"{fact.ref}:{fact.path}")
        if wrong:
            yield violates(fact.record.id, wrong[0].message, fact.recheck)
        elif started is None or started[0].policy is None:
            yield short(fact.record.id, "no policy is named for its evolution", fact.recheck)
        else:
            yield conforms(fact.record.id, fact.recheck)


def incidents(evidence: Evidence) -> Iterator[Item]:
    """IR-5: each hot-fix names its issue, and has a beginning, an end and a test that passed."""
    for generation in evidence.generations:
        if generation.hotfix is None or not evidence.period.has(generation.created_at):
            continue
        fact = evidence.by_id.get(generation.gid)
        recheck = fact.recheck if fact is not None else ""
        passed = generation.gid in evidence.passed_generations
        if generation.promotion is not None and not passed:
            yield violates(generation.version, "released without a run that passed", recheck)
        elif generation.promotion is None:
            yield short(generation.version, "it is not released yet", recheck)
        else:
            yield conforms(generation.version, recheck)


def flaws(evidence: Evidence) -> Iterator[Item]:
    """SI-2: each fix that was released passed before."""
    for release in evidence.released:
        kinds = {s.change.id: s.change.type for s in release.generation.changes}
        for change in promised(evidence, release):
            is_fix = kinds.get(change) is ChangeType.FIX or release.generation.hotfix is not None
            if is_fix:
                yield tested_before(evidence, release, change)


def scans(control: str) -> Judge:
    """Return the rule that a release ran, and passed, the steps that the policy names for it."""

    def judge(evidence: Evidence) -> Iterator[Item]:
        wanted = (evidence.purposes or {}).get(control, frozenset())
        if not wanted:
            return
        for release in evidence.released:
            missing = wanted - _passed_steps(evidence, release)
            if missing:
                reason = f"not passed in what proves it: {', '.join(sorted(missing))}"
                yield violates(release.fact.record.id, reason, release.fact.recheck)
            else:
                yield conforms(release.fact.record.id, release.fact.recheck)

    return judge


def _passed_steps(evidence: Evidence, release: Release) -> set[str]:
    """Return the steps that passed in every proof of a release."""
    runs = [pair[1] for _, run in release.body.proofs if (pair := evidence.runs.get(run))]
    passed = [_passed(run) for run in runs]
    return set.intersection(*passed) if passed else set()


def _passed(run: RunFinished) -> set[str]:
    bad = {s.step_name for s in run.steps if s.status is not StepStatus.PASS}
    return {s.step_name for s in run.steps} - bad


def development(evidence: Evidence) -> Iterator[Item]:
    """SA-10: configuration management throughout: CM-3, CM-3(2) and IR-5 together."""
    yield from all_of(change_control, tested, incidents)(evidence)
