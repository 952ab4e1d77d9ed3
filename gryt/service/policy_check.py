"""Whether the policy reads, and what it says of the pipelines that there are."""

from gryt.model.contract import ChangeType
from gryt.model.names import ChangeId, Oid
from gryt.model.pipeline import Pipeline
from gryt.model.policy import Policy, PolicyVerdict
from gryt.model.required import judge_pipeline
from gryt.service import contracts
from gryt.service.enforcing import check
from gryt.service.pipelines import default_pipeline
from gryt.service.policies import policy
from gryt.service.session import Session
from gryt.store.checkout import head
from gryt.store.pipeline_files import read_pipeline
from gryt.store.workspace import PIPELINES, pipeline_path
from gryt.values import Value


class Subject(Value):
    """A change with its pipeline, or a pipeline alone, and what each policy says of it."""

    change: ChangeId | None
    pipeline: str | None
    policies: tuple[PolicyVerdict, ...]


class PolicyCheck(Value):
    """What the policy in force says of what is here."""

    policy: Policy
    subjects: tuple[Subject, ...]

    @property
    def passed(self) -> bool:
        """Tell whether no policy stands against any of it."""
        return not any(p.verdict.blocks for subject in self.subjects for p in subject.policies)


def policy_check(session: Session, version: str | None) -> PolicyCheck:
    """Hold every change of a generation, or every pipeline, against the policy in force.

    Raises InvalidInput with every problem where a policy file is wrong.
    """
    rules = policy(session)
    if version is None:
        return PolicyCheck(rules, tuple(_pipelines(session, rules)))
    state = contracts.current(session, version).state
    found = head(session.ledger).commit
    commit = None if found is None else Oid(found)
    subjects = []
    for each in state.changes:
        name = default_pipeline(session, state, [each.change.id], None)
        checked = check(session, state, [each.change], commit=commit, name=name)
        subjects.append(Subject(each.change.id, name, checked.policies))
    return PolicyCheck(rules, tuple(subjects))


def _pipelines(session: Session, rules: Policy) -> list[Subject]:
    names = session.workspace.names(PIPELINES) if session.workspace is not None else []
    return [
        Subject(
            None,
            name,
            judge_pipeline(rules, tuple(ChangeType), _read(session, name), name=name, touched=None),
        )
        for name in names
    ]


def pipelines_against(session: Session) -> list[PolicyVerdict]:
    """Return what policies have against the pipelines here."""
    subjects = _pipelines(session, policy(session))
    return [p for s in subjects for p in s.policies if p.verdict.reasons]


def _read(session: Session, name: str) -> Pipeline | None:
    path = pipeline_path(name)
    data = session.files.read(path)
    return None if data is None else read_pipeline(data, path, name=name)
