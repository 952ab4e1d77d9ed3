"""Policies to begin with: `gryt policy init`."""

from gryt.errors import Refused
from gryt.service.policies import says_anything
from gryt.service.session import Session
from gryt.store.workspace import PIPELINES, POLICIES, POLICY
from gryt.values import Value

_HEAD = """\
# yaml-language-server: $schema=schemas/policy.schema.json
# What this project asks for beyond the contract. 'gryt policy check' says what is wrong with it.
version: 1
policies:
"""

_MINIMAL = """\
  - name: tests-always
    description: "Every change is tested"
    required_steps: [test]
    mode: warn              # enforce, once every pipeline has the step
"""

_STANDARD = """\
  - name: tests-always
    description: "Every change is tested"
    required_steps: [test]

  - name: security-scan-always
    description: "Security scan required for all changes"
    required_steps: [security-scan]
    mode: warn              # enforce, once every pipeline has the step

  - name: fresh-proofs
    description: "What was proven a month ago is proven again"
    max_age: 30d
"""

_STRICT = """\
  - name: tests-always
    description: "Every change is tested"
    required_steps: [test]
    override: forbid

  - name: e2e-tests-for-features
    description: "All new features need E2E tests"
    applies_to: [add]
    required_steps: [e2e-tests]

  - name: security-scan-always
    description: "Security scan required for all changes"
    required_steps: [security-scan]
    override: forbid

  - name: minimum-evolutions
    description: "At least 2 evolutions before promotion"
    min_evolutions: 2

  - name: two-people
    description: "Somebody else looked at it"
    approvals: {min: 1, not_author: true}

gates:
  - {name: released-as-proven, tip_proven: true}
  - {name: soaked, soak: 24h}

no_override: [AllChangesProvenGate, ProofsContainedGate]

publish:
  approvals: {min: 2}       # two people publish the same file before it holds
"""

PROFILES = {"minimal": _MINIMAL, "standard": _STANDARD, "strict": _STRICT}


class Written(Value):
    """A policy file that was put in place."""

    path: str
    profile: str
    lacking: tuple[str, ...]
    """Steps that it requires and that a pipeline here does not have, in words."""


def write_profile(session: Session, profile: str, *, force: bool) -> Written:
    """Put a policy to begin with in place; raise Refused where one is there that says anything."""
    files = session.files
    for path in (POLICY, POLICIES):
        if says_anything(files.read(path) or b"") and not (force and path == POLICY):
            raise Refused(
                f"'{path}' is there already",
                hints=["gryt policy check", f"gryt policy init --profile {profile} --force"],
            )
    files.write(POLICY, (_HEAD + PROFILES[profile]).encode())
    return Written(POLICY, profile, tuple(_lacking(session)))


def _lacking(session: Session) -> list[str]:
    from gryt.service.policy_check import pipelines_against  # lazy: YAML

    if not session.files.names(PIPELINES):
        return []
    return [reason for each in pipelines_against(session) for reason in each.verdict.reasons]
