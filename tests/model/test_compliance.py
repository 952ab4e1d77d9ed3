"""Each control: what meets it, what does so in part, what does not, and what says nothing.

The first column of every row starts from a repository in which all was done by the book, so it is
at the same time the mutation of a met fixture that must change the answer.
"""

from collections.abc import Callable
from dataclasses import replace

import pytest

from gryt.model.compliance.assessment import Rule, Status, count, status_of
from gryt.model.compliance.catalog_nist import ADDITIONAL, OVERLAY
from gryt.model.compliance.catalog_ssdf import TASKS
from gryt.model.compliance.evidence import Evidence, Fact, Period, Trust, Unreadable
from gryt.model.compliance.rules_ssdf import SSDF_RULES
from gryt.model.compliance.rules_table import ADDITIONAL_RULES, OVERLAY_RULES
from gryt.model.findings import tampered
from gryt.model.gates import Containment
from gryt.model.names import Oid, RecordId
from gryt.model.pipeline import StepStatus
from gryt.model.records import (
    Approved,
    Body,
    EvolutionStarted,
    Kind,
    Promoted,
    Reviewed,
    RunFinished,
    Unread,
)
from gryt.model.verdict import Outcome, Verdict
from tests.model.world import (
    META,
    Change_,
    bodies,
    facts,
    fields,
    nothing,
    releases,
    tags,
    trust,
    without,
    world,
)

RULES: dict[str, Rule] = {r.control: r for r in (*OVERLAY_RULES, *ADDITIONAL_RULES, *SSDF_RULES)}
MET, PARTIAL, NOT_MET, NO_DATA = Status


def answer(control: str, evidence: Evidence) -> Status:
    rule = RULES[control]
    return status_of(count(rule.judge(evidence)), rule.at_most)


def then(*changes: Change_) -> Change_:
    def changed(evidence: Evidence) -> Evidence:
        for change in changes:
            evidence = change(evidence)
        return evidence

    return changed


def broken(*places: str, kind: str = "record-changed") -> Change_:
    return fields(findings=tuple(tampered(kind, place, "it was changed") for place in places))


def everywhere(evidence: Evidence) -> Evidence:
    return broken(*evidence.refs)(evidence)


UNREADABLE = fields(unreadable=(Unreadable(f"{META}:audit/x", "it does not read"),))


def only_unreadable(evidence: Evidence) -> Evidence:
    return replace(UNREADABLE(nothing(evidence)))


def body(**new: object) -> Callable[[Body], Body]:
    return lambda old: old._replace(**new)  # type: ignore[arg-type]


def contained(what: Containment, *, first: bool = False) -> Change_:
    return releases(lambda r: r._replace(contained=dict.fromkeys(r.contained, what)), first=first)


def tag_trust(value: Trust, *, first: bool = False) -> Change_:
    return tags(lambda tag: tag._replace(trust=value), first=first)


def _failed_scan(old: Body) -> Body:
    assert isinstance(old, RunFinished)
    steps = tuple(s._replace(status=StepStatus.FAIL) for s in old.steps)
    return old._replace(steps=steps)


def _without_log(old: Body) -> Body:
    assert isinstance(old, RunFinished)
    return old._replace(steps=tuple(s._replace(log=None) for s in old.steps))


def _anonymous(fact: Fact) -> Fact:
    return fact._replace(record=fact.record._replace(by=""))


def _gate(name: str, outcome: Outcome) -> Callable[[Body], Body]:
    return body(gates=(Verdict(name, outcome),))


NO_POLICY = facts(lambda f: f.policy is not None, lambda f: f._replace(policy=None))
ONE_NO_POLICY = facts(
    lambda f: f.record.kind is Kind.STARTED and f.version == "v1.0.0",
    lambda f: f._replace(policy=None),
)
ALONE = then(
    without(Approved),
    releases(
        lambda r: r._replace(
            commits=r.commits and r.commits._replace(authors=frozenset({"bob@example.com"}))
        )
    ),
)
UNKNOWN_AUTHORS = releases(lambda r: r._replace(commits=None), first=True)
RELEASES_LOST = releases(lambda r: r._replace(lost=("pipeline full-ci",)), first=True)
ONE_FAILS = bodies(RunFinished, _failed_scan, first=True)
SCANS_FAIL = bodies(RunFinished, _failed_scan)
SOME_UNSIGNED = trust(Trust.UNSIGNED, first=True)
UNSIGNED, FORGED = trust(Trust.UNSIGNED), trust(Trust.BAD, first=True)
ONE_TAG_UNSIGNED, TAG_FORGED = tag_trust(Trust.UNSIGNED, first=True), tag_trust(Trust.BAD)
STRAY_CANDIDATE: Change_ = lambda e: replace(  # noqa: E731 - as the others
    e, tags=(*e.tags, e.tags[-1]._replace(name="v1.0.0-rc.9"))
)
STRAY_RELEASE: Change_ = lambda e: replace(  # noqa: E731 - as the others
    e, tags=(*e.tags, e.tags[0]._replace(name="v9.9.9"))
)
MOVED_TAG = releases(lambda r: r._replace(tag=r.tag and r.tag._replace(target=Oid("9" * 40))))
ANSWERED = bodies(Reviewed, body(tampered=2, comment="restored"))
UNANSWERED = bodies(Reviewed, body(tampered=2))


def a_second_review(change: Change_) -> Change_:
    """Puts the changed review beside one in which nothing was found."""

    def changed(evidence: Evidence) -> Evidence:
        kept = tuple(f for f in evidence.everything if isinstance(f.record.body, Reviewed))
        new = change(evidence)
        return replace(new, everything=(*new.everything, *kept))

    return changed


PROMISED_LATER = facts(
    lambda f: f.record.kind is Kind.CONTRACT,
    lambda f: f._replace(record=f.record._replace(id=RecordId("7" * 26))),
)


def BEGUN_IN_MARCH(evidence: Evidence) -> Evidence:  # noqa: N802 - beside the others
    (fact, _), *_ = evidence.started.values()
    march = fact._replace(record=fact.record._replace(at="2026-03-05T09:00:00Z"))
    return replace(evidence, everything=(*evidence.everything, march))


NO_RELEASES = fields(releases=(), tags=())
NO_RUNS = without(RunFinished)
NO_REVIEWS = without(Reviewed)
NO_SNAPSHOTS = fields(snapshots=())
LOST_SNAPSHOTS: Change_ = lambda e: replace(  # noqa: E731 - as the others
    e, snapshots=tuple(s._replace(against=("an object is missing",)) for s in e.snapshots)
)
EVERY_RECORD = (SOME_UNSIGNED, trust(Trust.BAD, first=True), nothing)
REF = (only_unreadable, everywhere, nothing)
READ = then(UNREADABLE)

# control: partial, not met, no data; None where the rule knows no such answer
ROWS: dict[str, tuple[Change_ | None, Change_ | None, Change_]] = {
    "AC-5": (UNKNOWN_AUTHORS, ALONE, fields(separates=False)),
    "AU-2": (STRAY_CANDIDATE, STRAY_RELEASE, nothing),
    "AU-3": (
        facts(lambda f: f.record.kind is Kind.CREATED, _anonymous),
        facts(lambda _: True, _anonymous),
        nothing,
    ),
    "AU-6": (a_second_review(ANSWERED), UNANSWERED, NO_REVIEWS),
    "AU-10": (SOME_UNSIGNED, FORGED, nothing),
    "AU-10(1)": (SOME_UNSIGNED, UNSIGNED, nothing),
    "AU-10(2)": (SOME_UNSIGNED, NO_RUNS, NO_RELEASES),
    "AU-10(3)": (SOME_UNSIGNED, without(EvolutionStarted), NO_RELEASES),
    "AU-12": (STRAY_CANDIDATE, everywhere, nothing),
    "CA-7(3)": (
        BEGUN_IN_MARCH,
        NO_RUNS,
        without(EvolutionStarted, RunFinished),
    ),
    "CM-2": (RELEASES_LOST, MOVED_TAG, NO_RELEASES),
    "CM-3": (
        bodies(Promoted, body(gates=()), first=True),
        PROMISED_LATER,
        NO_RELEASES,
    ),
    "CM-3(1)": (
        bodies(
            Promoted,
            body(gates=(Verdict("G", Outcome.FAIL),), overrides=(("G", "now"),)),
            first=True,
        ),
        bodies(Promoted, _gate("G", Outcome.FAIL)),
        without(Promoted),
    ),
    "CM-3(2)": (
        contained(Containment.UNKNOWN, first=True),
        contained(Containment.MISSING),
        NO_RELEASES,
    ),
    "CM-3(8)": (None, bodies(Promoted, _gate("F", Outcome.FAIL)), fields(freezes=frozenset())),
    "CM-5(1)": (ONE_NO_POLICY, NO_POLICY, without(Unread)),
    "CM-6(2)": (a_second_review(ANSWERED), UNANSWERED, NO_REVIEWS),
    "CM-14": (ONE_TAG_UNSIGNED, TAG_FORGED, NO_RELEASES),
    "CP-2": (lambda e: e, LOST_SNAPSHOTS, NO_SNAPSHOTS),
    "IR-5": (
        lambda e: replace(
            e,
            generations=(
                *e.generations,
                e.generations[1]._replace(version="v1.0.2", promotion=None),
            ),
        ),
        NO_RUNS,
        fields(generations=()),
    ),
    "RA-5": (None, SCANS_FAIL, fields(purposes={})),
    "SA-10": (contained(Containment.UNKNOWN, first=True), contained(Containment.MISSING), nothing),
    "SA-11": (
        bodies(RunFinished, _without_log, first=True),
        bodies(RunFinished, _without_log),
        NO_RUNS,
    ),
    "SA-15": (ONE_NO_POLICY, NO_POLICY, NO_RUNS),
    "SI-2": (
        contained(Containment.UNKNOWN, first=True),
        contained(Containment.MISSING),
        NO_RELEASES,
    ),
    "SI-7": (None, everywhere, nothing),
    "SI-7(15)": (ONE_TAG_UNSIGNED, TAG_FORGED, NO_RELEASES),
    "SI-12": (READ, everywhere, nothing),
    "SR-3": (None, UNSIGNED, without(Unread)),
    "SR-4": (SOME_UNSIGNED, NO_RUNS, NO_RELEASES),
    "SR-9": (lambda e: e, everywhere, nothing),
    "SR-10": (a_second_review(ANSWERED), UNANSWERED, NO_REVIEWS),
    "AU-8": (READ, only_unreadable, nothing),
    "AU-9": (READ, everywhere, nothing),
    "AU-9(2)": (
        lambda e: replace(e, copies={**(e.copies or {}), META: ()}),
        lambda e: replace(e, copies={}),
        fields(copies=None),
    ),
    "AU-9(3)": (SOME_UNSIGNED, UNSIGNED, nothing),
    "AU-11": (READ, everywhere, nothing),
    "CP-9": (lambda e: e, LOST_SNAPSHOTS, NO_SNAPSHOTS),
    "CP-10": (lambda e: e, LOST_SNAPSHOTS, NO_SNAPSHOTS),
    "SI-7(1)": (None, everywhere, nothing),
    "SI-10": (READ, only_unreadable, nothing),
    "SA-10(1)": (ONE_TAG_UNSIGNED, TAG_FORGED, NO_RELEASES),
    "SR-4(3)": (SOME_UNSIGNED, without(EvolutionStarted), NO_RELEASES),
    "PO.3.2": (
        bodies(RunFinished, _without_log, first=True),
        bodies(RunFinished, _without_log),
        NO_RUNS,
    ),
    "PO.3.3": (
        bodies(RunFinished, _without_log, first=True),
        bodies(RunFinished, _without_log),
        NO_RUNS,
    ),
    "PO.4.1": (ONE_NO_POLICY, NO_POLICY, without(Unread)),
    "PO.4.2": (STRAY_CANDIDATE, everywhere, nothing),
    "PS.1.1": (
        releases(
            lambda r: r._replace(commits=r.commits and r.commits._replace(trusted=1)), first=True
        ),
        releases(
            lambda r: r._replace(commits=r.commits and r.commits._replace(bad=(Oid("b" * 40),)))
        ),
        NO_RELEASES,
    ),
    "PS.2.1": (ONE_TAG_UNSIGNED, TAG_FORGED, NO_RELEASES),
    "PS.3.1": (
        releases(lambda r: r._replace(in_snapshot=False), first=True),
        MOVED_TAG,
        NO_RELEASES,
    ),
    "PS.3.2": (lambda e: e, NO_RUNS, NO_RELEASES),
    "PW.4.4": (None, ONE_FAILS, fields(purposes={})),
    "PW.7.2": (None, ONE_FAILS, fields(purposes={})),
    "PW.8.2": (
        contained(Containment.UNKNOWN, first=True),
        contained(Containment.MISSING),
        NO_RELEASES,
    ),
    "RV.2.2": (
        contained(Containment.UNKNOWN, first=True),
        contained(Containment.MISSING),
        nothing,
    ),
}


def test_every_rule_has_a_row() -> None:
    assert set(ROWS) == set(RULES)


@pytest.mark.parametrize("control", RULES)
def test_what_was_done_by_the_book_meets_the_control(control: str) -> None:
    assert answer(control, world()) is RULES[control].at_most


@pytest.mark.parametrize("control", [name for name, row in ROWS.items() if row[0]])
def test_what_is_done_in_part_is_partial(control: str) -> None:
    change = ROWS[control][0]
    assert change is not None
    assert answer(control, change(world())) is PARTIAL


@pytest.mark.parametrize("control", [name for name, row in ROWS.items() if row[1]])
def test_what_is_forbidden_is_not_met(control: str) -> None:
    change = ROWS[control][1]
    assert change is not None
    assert answer(control, change(world())) is NOT_MET


@pytest.mark.parametrize("control", ROWS)
def test_without_records_there_is_no_data(control: str) -> None:
    assert answer(control, ROWS[control][2](world())) is NO_DATA


@pytest.mark.parametrize("control", RULES)
def test_an_empty_repository_meets_nothing(control: str) -> None:
    assert answer(control, nothing(world())) is NO_DATA


@pytest.mark.parametrize("control", RULES)
def test_a_period_without_records_meets_nothing_that_is_about_records(control: str) -> None:
    later = replace(world(), period=Period(since="2030-01-01T00:00:00Z"))
    assert answer(control, later) in {NO_DATA, MET, PARTIAL}
    about_now = {"AU-2", "AU-12", "SI-7", "SI-12", "AU-9", "AU-9(2)", "AU-11", "SI-7(1)", "PO.4.2"}
    if control not in about_now:
        assert answer(control, later) is NO_DATA


def test_every_rule_is_of_a_control_in_its_catalogue() -> None:
    for rules, catalogue in (
        (OVERLAY_RULES, OVERLAY),
        (ADDITIONAL_RULES, ADDITIONAL),
        (SSDF_RULES, TASKS),
    ):
        known = {control.id: control for control in catalogue}
        assert len({rule.control for rule in rules}) == len(rules)
        for rule in rules:
            assert set(rule.objectives) <= set(known[rule.control].objectives), rule.control
    assert len(OVERLAY_RULES) >= 25


def test_each_item_that_does_not_conform_says_why_and_how_to_look() -> None:
    for control, (partial, not_met, _) in ROWS.items():
        for change in (partial, not_met):
            if change is None:
                continue
            for item in count(RULES[control].judge(change(world()))).against:
                assert item.reason, control
                assert item.recheck.startswith("git ") or control == "CA-7(3)", control
