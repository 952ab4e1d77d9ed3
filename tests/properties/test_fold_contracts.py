"""Contracts edited in several clones: merged by change id and field, whoever came first."""

from collections.abc import Sequence

from hypothesis import given

from gryt.model.contract import Change, ChangeType, Contract
from gryt.model.fold import fold
from gryt.model.merge import merge
from tests.properties.histories import CONTRACTS, IDS, Clone, begun, united


@given(CONTRACTS, CONTRACTS, CONTRACTS)
def test_a_merge_is_the_same_from_both_sides_up_to_the_order(
    base: Contract, ours: Contract, theirs: Contract
) -> None:
    one, two = merge(base, ours, theirs), merge(base, theirs, ours)
    assert _unordered(one.contract) == _unordered(two.contract)
    assert sorted(one.conflicts) == sorted(two.conflicts)


def _unordered(contract: Contract) -> tuple[object, ...]:
    return contract._replace(changes=()), {c.id: c for c in contract.changes}


@given(CONTRACTS, CONTRACTS)
def test_an_edit_that_nobody_contradicts_is_taken_whole(base: Contract, edit: Contract) -> None:
    for one in (merge(base, base, edit), merge(base, edit, base), merge(base, edit, edit)):
        assert _unordered(one.contract) == _unordered(edit)
        assert one.conflicts == ()


@given(CONTRACTS, CONTRACTS, CONTRACTS)
def test_divergent_edits_unite_field_by_field(
    base: Contract, ours: Contract, theirs: Contract
) -> None:
    """What the fold shows after two clones edited is what one can work out field by field."""
    one = Clone(0)
    one.begin(base)
    two = Clone(1, one.records)
    heads = {one.edit(ours), two.edit(theirs)}

    state = fold(united([one, two]))

    assert set(state.heads) == heads
    conflicts = dict(state.conflicts)
    sides = [_fields(contract) for contract in (_with_blanks(base, ours, theirs), ours, theirs)]
    expected = {}
    for field in sorted({field for side in sides for field in side}):
        was, mine, other = (side.get(field, ABSENT) for side in sides)
        if len({was, mine, other}) == 3 or (mine == other and mine != was):
            expected[field] = {mine, other}
        else:
            expected[field] = {mine if was == other else other}
    found = _fields(state.contract)
    for field, values in expected.items():
        if _is_removal(field, sides, conflicts):
            continue
        assert found.get(field, ABSENT) in values, field
        shown = conflicts.get(": ".join(part for part in field if part))
        assert (shown is not None) == (len(values) == 2), field
        if shown is not None:
            assert set(shown) == values
    assert all(len(values) == 2 for values in conflicts.values())


ABSENT = "(absent)"


def _with_blanks(base: Contract, ours: Contract, theirs: Contract) -> Contract:
    """Return `base` with what both sides added, where nothing that may be left out is said yet."""
    both = {change.id for change in ours.changes} & {change.id for change in theirs.changes}
    new = sorted(name for name in both if base.change(name) is None)
    blanks = [Change(name, ChangeType.REMOVE, "(neither's)") for name in new]
    return base._replace(changes=(*base.changes, *blanks))


def _fields(contract: Contract) -> dict[tuple[str, str], str]:
    """Every field of a contract as text, by change id ("" for the contract's own) and name."""
    own = {
        ("", "description"): contract.description,
        ("", "pipeline_template"): contract.pipeline_template or "",
    }
    return own | {
        (change.id, name): value
        for change in contract.changes
        for name, value in (
            ("type", change.type.value),
            ("title", change.title),
            ("description", change.description or ""),
            ("pipeline", change.pipeline or ""),
        )
    }


def _is_removal(
    field: tuple[str, str],
    sides: Sequence[dict[tuple[str, str], str]],
    conflicts: dict[str, tuple[str, ...]],
) -> bool:
    """A change that one side took out while the other edited it is in conflict as a whole."""
    change = field[0]
    was, mine, other = ({n: v for (i, n), v in side.items() if i == change} for side in sides)
    if change and was and mine != other and was not in (mine, other) and not (mine and other):
        assert conflicts[f"{change}: change"] == tuple(
            sorted(("(removed)", (mine or other)["title"]))
        )
        return True
    return False


def test_a_conflict_shows_both_values_and_the_next_edit_settles_it() -> None:
    one = begun(IDS[0])
    two = Clone(1, one.records)
    contract = one.state.contract
    for clone, title in ((one, "Fast login"), (two, "Safe login")):
        clone.edit(contract._replace(changes=(contract.changes[0]._replace(title=title),)))
    both = Clone(2, united([one, two]))
    before = both.state

    both.edit(contract)

    after = both.state
    assert before.conflicts == (("A-1: title", ("Fast login", "Safe login")),)
    assert after.conflicts == ()
    assert after.contract == contract
    assert len(after.heads) == 1


def test_edits_of_different_fields_are_no_conflict() -> None:
    one = begun(IDS[0])
    two = Clone(1, one.records)
    contract = one.state.contract
    one.edit(contract._replace(description="Better"))
    extra = Change(IDS[1], ChangeType.FIX, "More")
    two.edit(contract._replace(changes=(*contract.changes, extra)))
    state = fold(united([one, two]))
    assert state.conflicts == ()
    assert state.contract.description == "Better"
    assert [change.id for change in state.contract.changes] == IDS[:2]
