"""The union of two trees: everything of both, whichever comes first."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gryt.git.objects import Objects
from gryt.git.process import Git
from gryt.git.repository import discover
from tests.support.git import Repo, make_repo

Files = dict[str, bytes]

PATHS = st.sampled_from(["a", "b", "c/d", "c/e", "c/f/g", "h/i"])
TREES = st.dictionaries(PATHS, st.sampled_from([b"1\n", b"2\n", b"3\n"]), min_size=1)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Objects:
    import os

    repo = make_repo(tmp_path_factory.mktemp("unite") / "repo")
    return Objects(discover(Git(repo.path, os.environ)))


def files_of(store: Objects, tree: str) -> Files:
    return {path: store.blob(oid, limit=1000) for path, oid in store.files(tree)}


@given(TREES, TREES)
def test_the_order_is_no_matter_and_nothing_is_lost(store: Objects, one: Files, two: Files) -> None:
    first, second = store.add_files(None, one), store.add_files(None, two)
    union = store.unite(first, second)
    assert store.unite(second, first) == union
    found = files_of(store, union)
    for side in (one, two):
        for path, data in side.items():
            assert data in {
                found[name] for name in found if name == path or name.startswith(f"{path}~")
            }
    assert set(found.values()) == {*one.values(), *two.values()}


@given(TREES, TREES, TREES)
def test_any_order_of_three_is_the_same(
    store: Objects, one: Files, two: Files, three: Files
) -> None:
    a, b, c = (store.add_files(None, files) for files in (one, two, three))
    assert store.unite(store.unite(a, b), c) == store.unite(a, store.unite(b, c))


@given(TREES, TREES)
def test_what_is_contained_adds_nothing(store: Objects, one: Files, two: Files) -> None:
    first = store.add_files(None, one)
    union = store.unite(first, store.add_files(None, two))
    assert store.unite(union, first) == store.unite(first, union) == union
    assert store.unite(first, first) == first


def test_two_blobs_of_one_name_are_both_kept(store: Objects) -> None:
    one, two = store.add_files(None, {"f/x": b"1\n"}), store.add_files(None, {"f/x": b"2\n"})
    low, high = sorted((data, store.blob_id(data)) for data in (b"1\n", b"2\n"))
    low, high = sorted((low, high), key=lambda pair: pair[1])
    found = files_of(store, store.unite(one, two))
    assert found == {"f/x": low[0], f"f/x~{high[1]}": high[0]}


def test_a_file_against_a_folder_keeps_both(store: Objects) -> None:
    one, two = store.add_files(None, {"x": b"1\n"}), store.add_files(None, {"x/y": b"2\n"})
    union = store.unite(one, two)
    assert store.unite(two, one) == union
    assert sorted(files_of(store, union).values()) == [b"1\n", b"2\n"]


def test_added_files_replace_and_leave_the_others(objects: Objects, repo: Repo) -> None:
    tree = objects.add_files(None, {"a": b"1", "d/b": b"2", "d/c": b"3"})
    more = objects.add_files(tree, {"d/b": b"4", "e/f/g": b"5"}, trees={"whole": tree})
    assert files_of(objects, more) == {
        "a": b"1",
        "d/b": b"4",
        "d/c": b"3",
        "e/f/g": b"5",
        "whole/a": b"1",
        "whole/d/b": b"2",
        "whole/d/c": b"3",
    }
    assert sorted(objects.lost(tree, more)) == ["d/b"]
    assert dict(objects.files(more, since=tree)).keys() == {
        *("d/b", "e/f/g", "whole/a", "whole/d/b", "whole/d/c")
    }
    assert objects.remove_file(more, "nothing/here") == more
    assert "d/c" not in files_of(objects, objects.remove_file(more, "d/c"))
    assert repo.git("fsck", "--strict", "--no-dangling") == ""
