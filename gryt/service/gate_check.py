"""Whether a generation could be promoted now, and what was refused and overridden before.

It only asks: nothing is written, and no network is used.
"""

from typing import TYPE_CHECKING

from gryt.errors import Refused
from gryt.model.names import Oid
from gryt.model.policy import Policy
from gryt.model.state import Generation, GenerationStatus
from gryt.model.verdict import Outcome, Verdict
from gryt.service import contracts
from gryt.service.judging import judge
from gryt.service.policies import policy
from gryt.service.session import Session
from gryt.store.checkout import commit_named
from gryt.values import Value

if TYPE_CHECKING:
    from gryt.store.fields import Map

_INCIDENTS = ("audit.refused", "audit.overridden")


class GateCheck(Value):
    """The answer of every gate, and what went before."""

    generation: Generation
    commit: Oid
    gates: tuple[Verdict, ...]
    policy: Policy
    incidents: "tuple[Map, ...]"
    """Refusals and overrides on record, newest first."""

    @property
    def exit_status(self) -> int:
        """0 where nothing blocks, 125 where only the inconclusive does, else 1."""
        against = {verdict.outcome for verdict in self.gates if verdict.blocks}
        if not against:
            return 0
        return 125 if against == {Outcome.INCONCLUSIVE} else 1


def gate_check(session: Session, version: str, *, revision: str | None) -> GateCheck:
    """Judge every gate for promoting a generation; of a promoted one, return what gates said."""
    view = contracts.current(session, version)
    state = view.state
    documents = session.ledger.documents(view.ref)
    incidents = tuple(d for d in reversed(documents) if d["kind"] in _INCIDENTS)
    if state.promotion is not None:
        from gryt.model.records import Promoted  # lazy: only what was promoted

        record = state.promotion.record
        bodies = (r.body for r in session.ledger.records(view.ref) if r.id == record)
        said = next((body.gates for body in bodies if isinstance(body, Promoted)), ())
        rules = policy(session, state.promotion.commit)
        gates = tuple(verdict._replace(advisory=True) for verdict in said)
        return GateCheck(state, state.promotion.commit, gates, rules, incidents)
    if state.status is not GenerationStatus.DRAFT:
        raise Refused(
            f"generation '{version}' is {state.status.value}", hints=["gryt generation list"]
        )
    commit = commit_named(session.ledger, revision or "HEAD")
    gates = judge(session, state, commit)
    return GateCheck(state, commit, gates, policy(session, commit), incidents)
