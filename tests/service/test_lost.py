"""A promotion may be given up only for another generation that had the version."""

from collections.abc import Iterable

import pytest

from gryt.model.agreement import Book
from gryt.model.records import Created, Outrun, Record, Renamed
from gryt.service.lost import verify_lost
from tests.model.build import created, record, rid


def book(records: Iterable[Record]) -> Book:
    return Book("v1.0.0", list(records), str)


def other(number: int, version: str) -> Book:
    return book([record(number, Created(version))])


def test_a_generation_that_had_the_version_wins() -> None:
    lost = book([created(), record(5, Outrun(rid(4), rid(9), "v1.0.0"))])
    former = book([record(9, Created("v1.0.0")), record(10, Renamed("v1.0.0", "v3.0.0", ()))])
    assert list(verify_lost([lost, other(9, "v1.0.0")])) == []
    assert list(verify_lost([former, lost])) == []


@pytest.mark.parametrize(("winner", "version"), [(9, "v2.0.0"), (0, "v1.0.0")])
def test_nothing_else_takes_a_promotion_back(winner: int, version: str) -> None:
    lost = book([created(), record(5, Outrun(rid(4), rid(winner), "v1.0.0"))])
    found = list(verify_lost([lost, other(9, version)]))
    assert [(each.kind, each.severity.value) for each in found] == [("not-outrun", "tampered")]


def test_a_winner_elsewhere_is_to_be_fetched() -> None:
    lost = book([created(), record(5, Outrun(rid(4), rid(9), "v1.0.0"))])
    assert [each.kind for each in verify_lost([lost])] == ["winner-missing"]
