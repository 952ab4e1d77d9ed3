"""Holding a pipeline against the policy in force, before anything runs.

A violation is refused and the refusal is recorded: it is the evidence that the policy works.
"""

from collections.abc import Sequence

from gryt.errors import AnswerIsNo
from gryt.model.contract import Change
from gryt.model.names import Oid, RecordId
from gryt.model.pipeline import Pipeline
from gryt.model.policy import PolicyVerdict
from gryt.model.state import Evolution, Generation
from gryt.service.policies import policy
from gryt.service.session import Session
from gryt.values import Value


class Checked(Value):
    """What the policy in force says of a pipeline."""

    blob: Oid | None = None
    """The policy's file; None where there is no policy."""
    policies: tuple[PolicyVerdict, ...] = ()
    """Every policy that requires steps of the changes in question."""
    differences: tuple[str, ...] = ()
    """What the file here lacks of the published policy."""

    @property
    def violated(self) -> tuple[PolicyVerdict, ...]:
        """The policies that keep the pipeline from being run."""
        return tuple(each for each in self.policies if each.verdict.blocks)


class PolicyViolated(AnswerIsNo):
    """A pipeline lacks what a policy requires; nothing was started."""

    code = "policy-violation"

    def __init__(self, policies: Sequence[PolicyVerdict], what: str) -> None:
        reasons = [
            f"{each.verdict.name}: {reason}" for each in policies for reason in each.verdict.reasons
        ]
        super().__init__(
            f"{what}: the pipeline violates the policy",
            details=reasons,
            hints=["gryt policy show", "mend the pipeline and try again"],
        )
        self.policies = tuple(policies)


def check(
    session: Session,
    state: Generation,
    changes: Sequence[Change],
    *,
    commit: Oid | None,
    name: str | None,
    pipeline: Pipeline | None = None,
) -> Checked:
    """Say what the policy in force says of a pipeline, for these changes.

    `pipeline` is read from the work tree, else from the commit, where it is not given.
    """
    # A run is of a commit, whatever the work tree has by then: its policy holds, too.
    rules = policy(session, commit if pipeline is not None else None)
    if not any(rule.required_steps for rule in rules.rules):
        return Checked(rules.blob, (), rules.differences)
    from gryt.model.required import judge_pipeline  # lazy: only where steps are required
    from gryt.service.touched import files_touched  # lazy: only where steps are required

    if pipeline is None and name is not None:
        pipeline = _find(session, name, commit)
    verdicts = judge_pipeline(
        rules,
        [change.type for change in changes],
        pipeline,
        name=name or "(none)",
        touched=files_touched(session, rules, state.version, commit),
    )
    return Checked(rules.blob, verdicts, rules.differences)


def _find(session: Session, name: str, commit: Oid | None) -> Pipeline | None:
    from gryt.store.checkout import pipeline_at, pipelines_at  # lazy: only to judge it
    from gryt.store.pipeline_files import read_pipeline  # lazy: YAML
    from gryt.store.workspace import pipeline_path  # lazy: only to judge it

    path = pipeline_path(name)
    data = session.workspace.read(path) if session.workspace is not None else None
    if data is not None:
        return read_pipeline(data, path, name=name)
    if commit is not None and name in pipelines_at(session.ledger, commit):
        return pipeline_at(session.ledger, commit, name)[0]
    return None


def refuse_start(
    session: Session, state: Generation, changes: Sequence[Change], *, commit: Oid, name: str | None
) -> Checked:
    """Return what the policies say of the pipeline that is to prove these changes.

    Raises PolicyViolated, and records it, where one of them says no.
    """
    checked = check(session, state, changes, commit=commit, name=name)
    if checked.violated:
        record_refusal(session, state, checked, action="evolution.start", commit=commit)
        raise PolicyViolated(checked.violated, "evolution not started")
    return checked


def refuse_violations(
    session: Session,
    checked: Checked,
    generation: Generation,
    evolution: Evolution | None,
    commit: Oid | None,
) -> None:
    """Raise PolicyViolated, and record it, where a pipeline about to run lacks what is required."""
    for each in checked.policies:
        for reason in each.verdict.reasons if each.verdict.advisory else ():
            session.say(f"warning: policy '{each.verdict.name}': {reason}")
    if checked.violated and evolution is not None:
        record_refusal(
            session,
            generation,
            checked,
            action="run.start",
            commit=commit,
            evolution=evolution.id,
        )
        raise PolicyViolated(checked.violated, f"'{evolution.tag}' not run")


def record_refusal(
    session: Session,
    generation: Generation,
    checked: Checked,
    *,
    action: str,
    commit: Oid | None,
    evolution: RecordId | None = None,
) -> None:
    """Put on record that a policy kept something from being started."""
    from gryt.model.records import Kind, Refused  # lazy: the record classes
    from gryt.service.drafts import refuse_unless_draft  # lazy: writing
    from gryt.service.messages import commit_message  # lazy: writing
    from gryt.store.append import Draft, act  # lazy: writing

    reasons = tuple(f"{p.verdict.name}: {r}" for p in checked.violated for r in p.verdict.reasons)
    verdicts = tuple(each.verdict for each in checked.policies)
    names = ", ".join(each.verdict.name for each in checked.violated)

    def decide(draft: Draft) -> None:
        if draft.state is None:
            raise session.ledger.unknown_version(generation.version)
        refuse_unless_draft(draft.state)
        body = Refused(action, reasons, verdicts, commit, checked.blob, evolution)
        draft.record(Kind.REFUSED, body, gid=draft.state.gid)
        trailers = [("Action", Kind.REFUSED.value), ("Generation", generation.version)]
        if commit is not None:
            trailers.append(("Commit", commit))
        if checked.blob is not None:
            trailers.append(("Policy", checked.blob))
        draft.message = commit_message(f"{generation.version} {action} refused: {names}", trailers)

    ref = session.ledger.layout.generation(generation.version)
    act(session.ledger, ref, session.author, decide, reason=f"{action} refused")
