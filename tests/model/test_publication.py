"""A published policy: what is in force, what waits, and what a branch may not take away."""

from gryt.model.contract import ChangeType
from gryt.model.floor import together, weaker
from gryt.model.names import Oid
from gryt.model.policy import Approvals, Freeze, Metric, Policy, RequiredStep, Rule, Source
from gryt.model.publication import Publication, standing
from tests.model.build import rid

ADA, BOB, EVE = ("Ada <ada@example.com>", "Bob <bob@example.com>", "Eve <eve@example.com>")
WEAK, STRONG = Oid("a" * 40), Oid("b" * 40)


def published(number: int, by: str, policy: Oid, *replaces: int) -> Publication:
    return Publication(
        rid(number), "2024-01-20T09:00:00Z", by, policy, tuple(rid(n) for n in replaces)
    )


def asking(approvals: Approvals | None) -> Source:
    return Source("published", "policy.yaml", STRONG, (), publish=approvals)


def in_force(*publications: Publication, publish: Approvals | None = None) -> list[Oid]:
    found = standing(publications, lambda p: asking(publish if p.policy == STRONG else None))
    return [each.policy for each in found.in_force]


def test_the_last_publication_takes_the_place_of_what_its_author_had_seen() -> None:
    assert in_force(published(1, ADA, STRONG)) == [STRONG]
    assert in_force(published(1, ADA, STRONG), published(2, BOB, WEAK, 1)) == [WEAK]


def test_publications_made_at_the_same_time_both_hold() -> None:
    assert in_force(published(1, ADA, STRONG), published(2, BOB, WEAK)) == [STRONG, WEAK]


def test_a_policy_may_ask_for_approvals_of_its_change() -> None:
    two = Approvals(min=2)
    first, second = published(1, ADA, STRONG), published(2, EVE, WEAK, 1)
    assert in_force(first, second, publish=two) == [STRONG]
    assert in_force(first, second, published(3, EVE, WEAK, 1), publish=two) == [STRONG]
    assert in_force(first, second, published(3, BOB, WEAK, 1), publish=two) == [WEAK]


def test_who_wrote_it_may_not_count_and_neither_may_strangers() -> None:
    rule = Approvals(min=1, not_author=True, people=("bob@example.com",))
    first, second = published(1, ADA, STRONG), published(2, EVE, WEAK, 1)
    mallory = "Mallory <m@example.com>"
    assert in_force(first, second, publish=rule) == [STRONG]
    assert in_force(first, second, published(3, mallory, WEAK, 1), publish=rule) == [STRONG]
    assert in_force(first, second, published(3, BOB, WEAK, 1), publish=rule) == [WEAK]


def test_approvals_of_one_file_do_not_carry_over_to_another() -> None:
    other = Oid("c" * 40)
    first = published(1, ADA, STRONG)
    votes = (published(2, EVE, WEAK, 1), published(3, BOB, other, 1))
    assert in_force(first, *votes, publish=Approvals(min=2)) == [STRONG]


def test_what_waits_says_for_whom() -> None:
    found = standing(
        [published(1, ADA, STRONG), published(2, EVE, WEAK, 1)],
        lambda p: asking(Approvals(min=2) if p.policy == STRONG else None),
    )
    (waiting,) = found.pending
    assert (waiting.publication.policy, waiting.people, waiting.needed) == (
        WEAK,
        ("eve@example.com",),
        2,
    )


E2E = RequiredStep("e2e")
RULE = Rule("e2e-always", required_steps=(E2E,))


def in_force_with(branch: tuple[Rule, ...], no_override: tuple[str, ...] = ()) -> Policy:
    floor = Source("published", "meta", STRONG, (RULE,), no_override=("e2e-always",))
    return together([floor, Source("work tree", "policy.yaml", WEAK, branch, no_override)])


def test_every_rule_of_every_file_holds() -> None:
    more = Rule("soaked", soak=60.0)
    assert in_force_with((more,)).rules == (RULE, more)
    assert in_force_with((RULE,), ("e2e-always",)).differences == ()
    assert not in_force_with(()).may_override("e2e-always")


def test_what_a_branch_lacks_is_said() -> None:
    weak = Rule("e2e-always", advisory=True)
    assert in_force_with((weak,)).differences == (
        "'policy.yaml' (work tree) has 'e2e-always' as a warning only",
        "'policy.yaml' (work tree) has 'e2e-always' without step 'e2e'",
        "'policy.yaml' (work tree) lets 'e2e-always' be overridden",
    )
    assert "'policy.yaml' (work tree) lacks 'e2e-always'" in in_force_with(()).differences


def test_every_way_to_ask_for_less_has_a_name() -> None:
    window = Freeze(0.0, 1.0, "", "")
    full = Rule(
        "all",
        may_override=False,
        required_steps=(RequiredStep("scan", "trivy ."),),
        min_evolutions=2,
        command="check",
        metrics=(Metric("coverage", min=80),),
        approvals=Approvals(2),
        soak=60.0,
        max_age=60.0,
        freeze=(window,),
        strict=True,
        tip_proven=True,
        proof_from_ci=True,
        signed=True,
        plugin=True,
    )
    assert weaker(full, full) == []
    assert weaker(full._replace(min_evolutions=3, soak=61.0, max_age=59.0), full) == []
    less = Rule("all", applies_to=(ChangeType.ADD,), paths=("src/**",), accepts_reused=True)
    assert len(weaker(less, full)) == 17
    other = full._replace(required_steps=(RequiredStep("scan", "true"),))
    assert weaker(other, full) == ["with another command for step 'scan'"]
