"""Whose approval counts: by people, for what they saw, and not for one's own work."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from gryt.model.approvals import (
    Facts,
    approvals,
    approvals_gate,
    promoters_gate,
    seen_proofs,
    standings,
)
from gryt.model.contract import Change, ChangeType, Contract
from gryt.model.fold import fold
from gryt.model.names import ChangeId, Oid, RecordId
from gryt.model.overrides import Override, settle
from gryt.model.pipeline import RunStatus
from gryt.model.policy import Approvals
from gryt.model.records import (
    ApprovalWithdrawn,
    Approved,
    Body,
    ContractRecorded,
    Created,
    Environment,
    EvolutionStarted,
    Kind,
    PipelineRef,
    Record,
    RunFinished,
    RunStarted,
)
from gryt.model.signed import relied_on, signatures_gate
from gryt.model.verdict import Outcome, Verdict

ADA, GRACE, BOB = (f"{name} <{name.lower()}@example.com>" for name in ("Ada", "Grace", "Bob"))
OID = Oid("1" * 40)
PLACE = Environment("host", "0", "git", "py", "os")
TITLES = {"A": "First", "B": "Second"}


class Trail:
    """The records of one generation with two changes, which Ada promises and proves."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self.gid = self.add(Kind.CREATED, Created("v1.0.0"), ADA)
        self.heads: tuple[RecordId, ...] = ()
        self.promise(TITLES)

    def add(self, kind: Kind, body: Body, by: str) -> RecordId:
        name = RecordId(f"{len(self.records):026d}")
        self.records.append(Record(name, kind, "2026-01-01T00:00:00Z", by, None, body))
        return name

    def promise(self, titles: Mapping[str, str]) -> None:
        changes = [Change(ChangeId(c), ChangeType.ADD, title) for c, title in titles.items()]
        contract = Contract("v1.0.0", changes=tuple(changes))
        body = ContractRecorded(contract, self.heads)
        self.heads = (self.add(Kind.CONTRACT, body, ADA),)

    def prove(self, *changes: str) -> None:
        ids = tuple(ChangeId(change) for change in changes)
        started = EvolutionStarted(len(self.records), ids, OID, self.heads)
        evolution = self.add(Kind.STARTED, started, ADA)
        about = (OID, OID, self.heads, PipelineRef("ci", OID))
        run = self.add(Kind.RUN_STARTED, RunStarted(evolution, *about, "host"), ADA)
        body = RunFinished(evolution, run, *about, RunStatus.PASS, 1.0, (), PLACE)
        self.add(Kind.RUN_FINISHED, body, ADA)

    def approve(self, by: str, change: str | None = None, **fields: Any) -> RecordId:
        about = None if change is None else ChangeId(change)
        proofs = seen_proofs(fold(self.records), about)
        body = Approved("promote", self.heads, proofs, about, **fields)
        return self.add(Kind.APPROVED, body, by)

    def gate(self, rule: Approvals, facts: Facts = Facts(), commit: Oid = OID) -> Verdict:  # noqa: B008 - immutable
        given = approvals(self.records)
        return approvals_gate(fold(self.records), given, rule, facts, commit)

    def why_not(self, rule: Approvals = Approvals(), facts: Facts = Facts()) -> list[str]:  # noqa: B008 - immutable
        judged = standings(fold(self.records), approvals(self.records), rule, facts, OID)
        return [reason for each in judged for reason in each.reasons]


@pytest.fixture
def trail() -> Trail:
    trail = Trail()
    trail.prove("A", "B")
    return trail


TWO = Approvals(min=2)
NOT_AUTHOR = Approvals(not_author=True)
ADAS_WORK = Facts(authors={ChangeId("A"): {"ada@example.com": "ran v1.0.0-rc.1"}})


def test_enough_people_make_it_pass(trail: Trail) -> None:
    assert trail.gate(TWO).outcome is Outcome.FAIL
    trail.approve(GRACE)
    assert trail.gate(TWO).reasons[0] == "A: 1 of 2 approvals (grace@example.com)"
    trail.approve(BOB)
    assert trail.gate(TWO) == Verdict("ApprovalsGate", Outcome.PASS)


def test_one_person_counts_once_however_often_and_by_whatever_address(trail: Trail) -> None:
    trail.approve(GRACE)
    trail.approve(GRACE)
    trail.approve("G. Hopper <GRACE@example.com>")
    trail.approve("Grace <grace@home.example>")
    alias = Facts(person={"grace@home.example": "grace@example.com"})
    assert trail.gate(TWO, alias).outcome is Outcome.FAIL
    assert trail.gate(TWO).outcome is Outcome.PASS, "nobody says that these are one person"


def test_an_approval_of_one_change_counts_for_that_change(trail: Trail) -> None:
    trail.approve(GRACE, "A")
    assert trail.gate(Approvals()).reasons[0] == "B: 0 of 1 approvals"
    trail.approve(BOB, "B")
    assert trail.gate(Approvals()).outcome is Outcome.PASS


def test_who_did_the_work_of_a_change_counts_for_the_others(trail: Trail) -> None:
    trail.approve(ADA)
    verdict = trail.gate(NOT_AUTHOR, ADAS_WORK)
    assert verdict.reasons[0] == "A: 0 of 1 approvals"
    assert "does not count for A: it is by who ran v1.0.0-rc.1" in verdict.reasons[1]
    assert len(verdict.reasons) == 2
    trail.approve(GRACE, "A")
    assert trail.gate(NOT_AUTHOR, ADAS_WORK).outcome is Outcome.PASS


def test_an_author_with_another_address_is_still_the_author(trail: Trail) -> None:
    trail.approve("A. L. <ada@home.example>", "A")
    facts = ADAS_WORK._replace(person={"ada@home.example": "ada@example.com"})
    assert "it is by who ran" in trail.why_not(NOT_AUTHOR, facts)[0]


def test_where_the_authors_cannot_be_told_nobody_counts_and_it_is_inconclusive(
    trail: Trail,
) -> None:
    trail.approve(GRACE)
    facts = Facts(unknown_authors={ChangeId("A"): "the history is not all here"})
    verdict = trail.gate(NOT_AUTHOR, facts)
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert verdict.mend == "git fetch --unshallow --tags"


def test_only_those_on_the_list_count(trail: Trail) -> None:
    trail.approve(BOB)
    rule = Approvals(people=("Grace@Example.com",))
    assert "'bob@example.com' is not in the policy's list" in trail.why_not(rule)[0]
    trail.approve(GRACE)
    assert trail.gate(rule).outcome is Outcome.PASS


def test_a_signature_that_is_not_good_takes_the_approval_with_it(trail: Trail) -> None:
    record = trail.approve(GRACE)
    bad = Facts(distrusted={record: "it is not signed"})
    assert trail.gate(Approvals(signed=True), bad).outcome is Outcome.FAIL
    assert trail.gate(Approvals(), bad).outcome is Outcome.PASS
    unclear = Facts(untold={record: "the clone is shallow"})
    assert trail.gate(Approvals(signed=True), unclear).outcome is Outcome.INCONCLUSIVE


def test_what_a_promotion_rests_on_is_signed_or_it_is_not_or_nobody_can_tell(trail: Trail) -> None:
    state = fold(trail.records)
    about = relied_on(state, trail.records)
    assert [record.kind for record in about] == [
        Kind.CONTRACT,
        Kind.STARTED,
        Kind.RUN_STARTED,
        Kind.RUN_FINISHED,
    ]
    last = about[-1].id
    assert signatures_gate(state, about, {}, {}) == Verdict("SignaturesGate", Outcome.PASS)
    unsure = signatures_gate(state, about, {}, {last: "the clone is shallow"})
    assert (unsure.outcome, unsure.mend) == (Outcome.INCONCLUSIVE, "git fetch --unshallow --tags")
    bad = signatures_gate(state, about, {last: "it is not signed"}, {about[0].id: "shallow"})
    tag = state.evolutions[0].tag
    assert bad.outcome is Outcome.FAIL
    assert bad.reasons[0] == f"run.finished of {tag} ({last}) by {ADA}: it is not signed"


@pytest.mark.parametrize("who", ["ada@example.com", "ADA@example.com", "Ada", ADA])
def test_promoters_are_known_by_address_or_name(who: str) -> None:
    assert promoters_gate([who], ADA, name="P").outcome is Outcome.PASS
    refused = promoters_gate([who], BOB, name="P")
    assert refused.reasons == (f"{BOB} may not promote: {who} may",)


@pytest.mark.parametrize("gate", ["ApprovalsGate", "SignaturesGate", "PromotersGate"])
def test_gates_about_people_are_overridden_or_that_is_forbidden(gate: str) -> None:
    said = [Verdict(gate, Outcome.FAIL, ("no",))]
    for allowed in (True, False):
        may = {gate: allowed}.__getitem__
        done = settle(said, [Override(gate, "x")], may_override=may, has_conflicts=False)
        assert done.gates[0].blocks is not allowed


def again(trail: Trail) -> None:
    trail.prove("A")


def reworded(trail: Trail) -> None:
    trail.promise({**TITLES, "A": "First of all"})
    trail.prove("A")


def widened(trail: Trail) -> None:
    trail.promise({**TITLES, "C": "Third"})


def taken_back(trail: Trail) -> None:
    given = trail.records[-1].id
    trail.add(Kind.APPROVAL_WITHDRAWN, ApprovalWithdrawn((given,), "oops"), GRACE)


@pytest.mark.parametrize(
    ("change", "event", "said"),
    [
        (None, again, "stale: the proof of A changed after it"),
        ("A", again, "stale: the proof of A changed after it"),
        ("A", reworded, "stale: the contract of A changed after it"),
        (None, reworded, "stale: the contract changed after it"),
        (None, widened, "stale: the contract changed after it"),
        (None, taken_back, "it was taken back (oops)"),
    ],
)
def test_what_happens_after_an_approval_takes_it_out_of_force(
    trail: Trail, change: str | None, event: Callable[[Trail], None], said: str
) -> None:
    trail.approve(GRACE, change)
    assert trail.why_not() == []
    event(trail)
    assert said in trail.why_not()[0].removeprefix("does not count: ").split("; ")


def test_nobody_takes_back_what_somebody_else_approved(trail: Trail) -> None:
    given = trail.approve(GRACE)
    trail.add(Kind.APPROVAL_WITHDRAWN, ApprovalWithdrawn((given,), "no"), BOB)
    assert trail.why_not() == []


@pytest.mark.parametrize("event", [again, reworded, widened])
def test_what_happens_to_other_changes_does_not(
    trail: Trail, event: Callable[[Trail], None]
) -> None:
    trail.approve(GRACE, "B")
    event(trail)
    assert trail.why_not() == []


def test_a_contract_recorded_again_as_it_was_leaves_it_in_force(trail: Trail) -> None:
    trail.approve(GRACE)
    trail.promise(TITLES)
    assert trail.why_not() == []


def test_an_approval_of_a_commit_is_for_no_other(trail: Trail) -> None:
    trail.approve(GRACE, commit=Oid("2" * 40))
    assert trail.gate(Approvals(), commit=Oid("2" * 40)).outcome is Outcome.PASS
    assert "it is for commit 2222222222 only" in trail.gate(Approvals()).reasons[2]


def test_an_approval_before_there_is_a_proof_is_stale_once_there_is_one() -> None:
    trail = Trail()
    trail.approve(GRACE)
    trail.prove("A", "B")
    stale = "stale: the proof of {} changed after it"
    assert trail.why_not() == [f"does not count: {stale.format('A')}; {stale.format('B')}"]
