"""Concurrent edits of a contract merge by change id and field; a person settles the rest."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gryt.model.contract import Change, ChangeType, Contract, change_type
from gryt.model.merge import difference, keeping, merge
from gryt.model.names import ChangeId
from tests.model.build import change, contract

TITLES = st.sampled_from(["one", "two", "three"])


@st.composite
def contracts(draw: st.DrawFn) -> Contract:
    names = draw(st.lists(st.sampled_from(["A", "B", "C", "D"]), unique=True))
    changes = [
        Change(
            ChangeId(name),
            draw(st.sampled_from(ChangeType)),
            draw(TITLES),
            draw(st.none() | TITLES),
            draw(st.none() | TITLES),
        )
        for name in names
    ]
    return Contract("v1.0.0", draw(TITLES), tuple(changes), draw(st.none() | TITLES))


def by_id(of: Contract) -> dict[str, Change]:
    return {item.id: item for item in of.changes}


def unordered(of: Contract) -> tuple[object, ...]:
    return (of.version, of.description, of.pipeline_template, by_id(of))


@given(contracts(), contracts(), contracts())
def test_it_is_no_matter_whose_edit_is_ours(base: Contract, one: Contract, two: Contract) -> None:
    here, there = merge(base, one, two), merge(base, two, one)
    assert unordered(here.contract) == unordered(there.contract)
    assert sorted(here.conflicts) == sorted(there.conflicts)


@given(contracts(), contracts())
def test_an_edit_and_no_edit_is_the_edit(base: Contract, one: Contract) -> None:
    for merged in (merge(base, base, one), merge(base, one, base), merge(base, one, one)):
        assert unordered(merged.contract) == unordered(one)
        assert merged.conflicts == ()


@given(contracts(), contracts(), contracts())
def test_a_conflict_shows_what_both_sides_say(base: Contract, one: Contract, two: Contract) -> None:
    for conflict in merge(base, one, two).conflicts:
        assert len(conflict.values) == 2
        assert conflict.values[0] != conflict.values[1]


@given(contracts(), contracts())
def test_the_difference_is_none_exactly_where_nothing_differs(one: Contract, two: Contract) -> None:
    assert bool(difference(one, two)) is (one != two)


def test_each_side_may_add_edit_and_remove() -> None:
    base = contract("A", "B", "C")
    ours = contract("A", change("B", "ours"), "C", "NEW-1", description="ours")
    theirs = contract("B", "C", "NEW-2")
    merged = merge(base, ours, theirs)
    assert merged.conflicts == ()
    assert [c.id for c in merged.contract.changes] == ["B", "C", "NEW-1", "NEW-2"]
    assert by_id(merged.contract)["B"].title == "ours"
    assert merged.contract.description == "ours"


def test_different_fields_of_one_change_are_merged() -> None:
    base = contract("A")
    ours = contract(change("A", "ours"))
    theirs = contract(change("A", kind=ChangeType.FIX)._replace(description="theirs"))
    [merged] = merge(base, ours, theirs).contract.changes
    assert merged == Change(ChangeId("A"), ChangeType.FIX, "ours", "theirs")


@pytest.mark.parametrize(
    ("ours", "theirs", "where", "values"),
    [
        (contract(change("A", "x")), contract(change("A", "y")), "A: title", ("x", "y")),
        (contract(change("A", "x")), contract(), "A: change", ("(removed)", "x")),
        (
            contract(change("A", kind=ChangeType.FIX)),
            contract(change("A", kind=ChangeType.REMOVE)),
            "A: type",
            ("fix", "remove"),
        ),
        (
            contract("A", description="x"),
            contract("A", description="y"),
            "description",
            ("x", "y"),
        ),
        (
            contract("A", pipeline_template="x"),
            contract("A", pipeline_template="y"),
            "pipeline_template",
            ("x", "y"),
        ),
        (
            contract("A", change("N", "x")),
            contract("A", change("N", "y")),
            "N: title",
            ("x", "y"),
        ),
    ],
)
def test_what_a_person_must_settle(
    ours: Contract, theirs: Contract, where: str, values: tuple[str, ...]
) -> None:
    [conflict] = merge(contract("A"), theirs, ours).conflicts
    assert (conflict.where, conflict.values) == (where, values)


@pytest.mark.parametrize(
    ("new", "said"),
    [
        (contract("A", "B"), "no difference"),
        (contract("A", "B", "C"), "+1 change"),
        (contract("A", "B", "C", "D"), "+2 changes"),
        (contract("A", "C"), "+1 change, -1 change"),
        (contract("B", "A"), "order edited"),
        (contract(change("A", "x"), "B", description="x"), "description edited, A: title edited"),
    ],
)
def test_what_an_edit_did_in_words(new: Contract, said: str) -> None:
    assert str(difference(contract("A", "B"), new)) == said


def test_words_for_types() -> None:
    meant = {
        "add": "add",
        "feat": "add",
        "feature": "add",
        "fix": "fix",
        "bugfix": "fix",
        "refine": "refine",
        "improve": "refine",
        "perf": "refine",
        "refactor": "refine",
        "remove": "remove",
        "delete": "remove",
        "deprecate": "remove",
    }
    found = {word: kind.value for word in meant if (kind := change_type(word)) is not None}
    assert found == meant
    assert change_type("ADD") is change_type("") is None


@pytest.mark.parametrize(
    "mine",
    [
        contract(change("A", "mine"), description="mine"),
        contract(change("A", kind=ChangeType.FIX), "N", pipeline_template="mine"),
        contract("N"),
        contract(),
    ],
)
def test_a_file_can_keep_its_side_of_a_conflict_and_what_others_added(mine: Contract) -> None:
    theirs = contract(
        change("A", "theirs", ChangeType.REMOVE),
        "THEIRS",
        description="theirs",
        pipeline_template="theirs",
    )
    for one, two in ((mine, theirs), (theirs, mine)):
        merged = merge(contract("A"), one, two)
        kept = keeping(merged.contract, mine, [conflict.where for conflict in merged.conflicts])
        assert kept.change("THEIRS") == change("THEIRS")
        assert kept.change("N") == mine.change("N")
        for where in (conflict.where for conflict in merged.conflicts):
            name, _, field = where.rpartition(": ")
            sides = (kept.change(name), mine.change(name)) if name else (kept, mine)
            assert getattr(sides[0], field, None) == getattr(sides[1], field, None)


def test_a_change_that_somebody_removed_stays_in_the_file_of_who_edited_it() -> None:
    mine, theirs = contract(change("A", "mine")), contract()
    merged = merge(contract("A"), mine, theirs)
    assert keeping(merged.contract, mine, ["A: change"]) == mine
    assert keeping(merged.contract, theirs, ["A: change"]).changes == ()
