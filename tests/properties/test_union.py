"""The union of divergent tips as laws: the same in every clone, and nothing is lost."""

import hashlib
import random
from collections.abc import Mapping, Sequence
from itertools import permutations
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gryt.git.commits import write_commit
from gryt.git.objects import Objects
from gryt.git.process import Git
from gryt.git.repository import Identity, discover
from gryt.store.union import unite
from tests.support.git import Repo, git, make_repo

FIRST = 1_705_741_200
LAW_1 = ("log", "-m", "--diff-filter=MDRT", "--name-status", "--format=%h")

PATHS = st.one_of(
    st.integers(0, 5).map("generation/01jd3zk9w2v6t8x4n5q7r0s1a{}-contract.yaml".format),
    st.tuples(st.integers(0, 2), st.integers(0, 3)).map(
        lambda pair: "evolutions/01jd3zk9w2v6t8x4n5q7r0s1a{}/r{}-run-started.yaml".format(*pair)
    ),
    st.integers(0, 5).map("audit/01jd3zk9w2v6t8x4n5q7r0s1a{}-refused.yaml".format),
)
ACTIONS = st.lists(st.sets(PATHS, min_size=1, max_size=3), max_size=3)
"""What one clone wrote: for each of its actions the paths of the records."""


class Store(NamedTuple):
    repo: Repo
    objects: Objects

    def commit(self, files: Mapping[str, bytes], *parents: str, date: int = FIRST) -> str:
        """Write an action on top of `parents` (the first one's files stay)."""
        author = Identity("Ada Lovelace", "ada@example.com", date)
        tree = self.objects.tree_of(parents[0]) if parents else None
        return write_commit(
            self.objects,
            tree=self.objects.add_files(tree, files),
            parents=parents,
            author=author,
            committer=author,
            message="an action\n",
        )

    def files(self, commit: str) -> dict[str, str]:
        return dict(self.objects.files(self.objects.tree_of(commit)))

    def broken_law(self, commit: str) -> str:
        return self.repo.git(*LAW_1, commit)


def blob_id(data: bytes) -> str:
    return hashlib.sha1(b"blob %d\0%s" % (len(data), data), usedforsecurity=False).hexdigest()


def open_store(repo: Repo) -> Store:
    return Store(repo, Objects(discover(Git(repo.path, {}))))


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """One repository for all examples: objects do not get in each other's way."""
    return open_store(make_repo(tmp_path_factory.mktemp("union") / "repo"))


class Tips(NamedTuple):
    """Divergent histories of one ledger ref."""

    tips: list[str]
    files: dict[str, str]
    """Everything that any of them has."""


def grow(store: Store, base: str | None, histories: Sequence[list[set[str]]]) -> Tips:
    """Write each history on top of `base`; a path has the same bytes wherever it is written."""
    tips: list[str] = []
    files: dict[str, str] = {}
    for number, actions in enumerate(histories):
        tip = base
        for step, paths in enumerate(actions or [{f"audit/only-{number}-refused.yaml"}]):
            new = {path: f"path: {path}\n".encode() for path in paths}
            date = FIRST + 60 * step + number
            tip = store.commit(new, *([tip] if tip else []), date=date)
        assert tip is not None
        tips.append(tip)
        files |= store.files(tip)
    return Tips(tips, files)


@st.composite
def histories(draw: st.DrawFn) -> tuple[bool, list[list[set[str]]]]:
    """Whether the clones have a common beginning, and what 2 to 4 of them did."""
    return draw(st.booleans()), draw(st.lists(ACTIONS, min_size=2, max_size=4))


@given(histories(), st.randoms(use_true_random=False))
def test_a_union_has_everything_in_any_order(
    store: Store, histories: tuple[bool, list[list[set[str]]]], chance: random.Random
) -> None:
    has_base, actions = histories
    base = store.commit({"generation/first-created.yaml": b"id: first\n"}) if has_base else None
    grown = grow(store, base, actions)

    union = unite(store.objects, grown.tips)

    assert store.files(union) == grown.files
    assert store.broken_law(union) == ""
    shuffled = chance.sample(grown.tips, len(grown.tips))
    assert unite(store.objects, shuffled) == union
    assert unite(store.objects, [*shuffled, *grown.tips]) == union
    assert unite(store.objects, [union, *shuffled]) == union, "it has them all already"
    assert unite(store.objects, [union]) == union


@given(histories())
def test_unions_of_unions_have_the_same_records(
    store: Store, histories: tuple[bool, list[list[set[str]]]]
) -> None:
    """Clones that meet one after the other come to the same tree as those that meet at once."""
    _, actions = histories
    first, *others = grow(store, None, actions).tips
    at_once = unite(store.objects, [first, *others])
    pairwise = first
    for other in others:
        pairwise = unite(store.objects, [other, pairwise])
    assert store.objects.tree_of(pairwise) == store.objects.tree_of(at_once)
    assert store.broken_law(pairwise) == ""


@given(st.lists(st.binary(min_size=1, max_size=3), min_size=2, max_size=4, unique=True))
def test_different_blobs_under_one_path_all_survive(store: Store, contents: list[bytes]) -> None:
    path = "audit/01jd3zk9w2v6t8x4n5q7r0s1ab-refused.yaml"
    tips = [store.commit({path: data}) for data in contents]

    unions = {unite(store.objects, order) for order in permutations(tips)}

    assert len(unions) == 1
    (union,) = unions
    files = store.files(union)
    low, *high = sorted(blob_id(data) for data in contents)
    assert files == {path: low} | {f"{path}~{oid}": oid for oid in high}
    pairwise = tips[0]
    for tip in tips[1:]:
        pairwise = unite(store.objects, [pairwise, tip])
    assert store.files(pairwise) == files


def test_a_file_and_a_folder_under_one_name_both_survive(store: Store) -> None:
    file = store.commit({"evolutions/x": b"a file\n"})
    folder = store.commit({"evolutions/x/r-run-started.yaml": b"a record\n"})
    union = unite(store.objects, [file, folder])
    assert unite(store.objects, [folder, file]) == union
    assert sorted(store.files(union).values()) == sorted(
        blob_id(data) for data in (b"a file\n", b"a record\n")
    )


def test_a_tip_that_has_the_others_is_the_union(store: Store) -> None:
    old = store.commit({"generation/a-created.yaml": b"a\n"})
    new = store.commit({"audit/b-refused.yaml": b"b\n"}, old)
    newest = store.commit({"audit/c-refused.yaml": b"c\n"}, new)
    for order in permutations([old, new, newest]):
        assert unite(store.objects, order) == newest


def test_a_tip_between_the_divergent_ones_is_no_parent(store: Store) -> None:
    old = store.commit({"generation/a-created.yaml": b"a\n"})
    one = store.commit({"audit/b-refused.yaml": b"b\n"}, old)
    two = store.commit({"audit/c-refused.yaml": b"c\n"}, old)
    union = unite(store.objects, [old, one, two])
    assert store.repo.git("rev-parse", f"{union}^@").split() == sorted([one, two])


def test_the_commit_says_who_made_it_and_when_the_last_tip_was(store: Store) -> None:
    tips = [store.commit({f"audit/{n}-refused.yaml": b"x\n"}, date=FIRST + n) for n in (5, 90, 7)]
    union = unite(store.objects, tips)
    shown = store.repo.git("log", "-1", "--format=%an|%cn|%at|%ct|%s|%(trailers)", union)
    date = FIRST + 90
    subject = "union of divergent records"
    assert shown == f"gryt|gryt|{date}|{date}|{subject}|Gryt-Action: union"


def test_a_shallow_clone_makes_the_same_commit(store: Store, tmp_path: Path) -> None:
    """It has no merge base, and needs none."""
    base = store.commit({"generation/a-created.yaml": b"a\n"})
    tips = grow(store, base, [[{"audit/b.yaml"}, {"audit/c.yaml"}], [{"audit/d.yaml"}]]).tips
    for number, tip in enumerate(tips):
        store.repo.git("update-ref", f"refs/gryt/generations/v{number}.0.0", tip)
    git("init", "--quiet", tmp_path / "shallow", cwd=tmp_path)
    shallow = open_store(Repo(tmp_path / "shallow"))
    url = f"file://{store.repo}"
    shallow.repo.git("fetch", "--quiet", "--depth=1", url, "refs/gryt/*:refs/gryt/*")
    shallow = open_store(shallow.repo)

    union = unite(shallow.objects, tips)

    assert shallow.repo.git("rev-parse", "--is-shallow-repository") == "true"
    assert union == unite(store.objects, tips)
    assert shallow.files(union) == store.files(union)
