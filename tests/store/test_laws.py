"""Law 1 over a whole history, always held against what stock git says of the same ref."""

from collections.abc import Callable

import pytest

from gryt.git.history import Trees
from gryt.model.findings import Finding, Severity
from gryt.store.laws import judge_history, new_trees
from gryt.store.union import unite
from tests.support.git import Repo
from tests.support.ledgers import Desk, paths, read, ref_of, stock_law_1, tamper

REF = ref_of("v1.5.0")
LAW_1 = {"record-changed", "record-removed"}


@pytest.fixture
def desk(repo: Repo) -> Desk:
    """A generation with one change of two proven."""
    desk = Desk(repo)
    desk.generation("v1.5.0", "FEAT-1", "FEAT-2")
    desk.start("v1.5.0", "FEAT-1")
    desk.run()
    return desk


def judged(desk: Desk, ref: str = REF) -> list[Finding]:
    ledger = desk.session.ledger
    return judge_history(ledger, new_trees(ledger), ref)[0]


def lost(found: list[Finding]) -> set[str]:
    """The paths that law 1 was broken for, after which stock git was asked for the same."""
    return {f.subject.partition(":")[2] for f in found if f.kind in LAW_1}


def assert_git_agrees(desk: Desk, found: list[Finding], ref: str = REF) -> None:
    assert lost(found) == set(stock_law_1(desk.repo, ref))


def kinds(found: list[Finding]) -> set[str]:
    return {finding.kind for finding in found}


def test_an_honest_history_keeps_the_laws(desk: Desk) -> None:
    found, commits = judge_history(desk.session.ledger, new_trees(desk.session.ledger), REF)
    assert found == []
    assert commits == len(desk.repo.log(REF))
    assert_git_agrees(desk, found)


def change(repo: Repo) -> None:
    [path] = paths(repo, REF, "-contract.yaml")
    tamper(repo, REF, {path: read(repo, REF, path).replace("The FEAT-1", "Anything")})


def change_and_restore(repo: Repo) -> None:
    [path] = paths(repo, REF, "-contract.yaml")
    text = read(repo, REF, path)
    tamper(repo, REF, {path: text.replace("The FEAT-1", "Anything")})
    tamper(repo, REF, {path: text})


def remove(repo: Repo) -> None:
    [path] = paths(repo, REF, "-run-finished.yaml")
    tamper(repo, REF, {path: None})


def move(repo: Repo) -> None:
    [path] = paths(repo, REF, "-run-finished.yaml")
    tamper(repo, REF, {path: None, f"audit/{path.rpartition('/')[2]}": read(repo, REF, path)})


def make_executable(repo: Repo) -> None:
    [path] = paths(repo, REF, "-contract.yaml")
    tamper(repo, REF, {path: read(repo, REF, path)}, mode="100755")


def make_link(repo: Repo) -> None:
    [path] = paths(repo, REF, "-contract.yaml")
    tamper(repo, REF, {path: "/etc/passwd"}, mode="120000")


def folder_over_file(repo: Repo) -> None:
    [path] = paths(repo, REF, "-contract.yaml")
    tamper(repo, REF, {path: None})
    tamper(repo, REF, {f"{path}/inner.yaml": "x: y\n"})


@pytest.mark.parametrize(
    "attack",
    [change, change_and_restore, remove, move, make_executable, make_link, folder_over_file],
    ids=lambda attack: attack.__name__,
)
def test_a_broken_law_is_found_where_git_finds_it(
    attack: Callable[[Repo], None], desk: Desk
) -> None:
    attack(desk.repo)
    found = judged(desk)
    assert lost(found)
    assert {f.severity for f in found if f.kind in LAW_1} == {Severity.TAMPERED}
    assert_git_agrees(desk, found)


def test_an_attack_is_found_beneath_honest_work(desk: Desk) -> None:
    [path] = paths(desk.repo, REF, "-run-finished.yaml")
    tamper(desk.repo, REF, {path: None})
    desk.start("v1.5.0", "FEAT-2")
    found = judged(desk)
    assert lost(found) == {path}
    assert_git_agrees(desk, found)


# --- merges


def fork(desk: Desk) -> tuple[str, str]:
    """Two histories of the generation that both start an evolution; the ref is at the second."""
    base = desk.repo.git("rev-parse", REF)
    desk.start("v1.5.0", "FEAT-2")
    first = desk.repo.git("rev-parse", REF)
    desk.repo.git("update-ref", REF, base)
    desk.start("v1.5.0", "FEAT-2")
    return first, desk.repo.git("rev-parse", REF)


def test_a_union_keeps_the_laws(desk: Desk) -> None:
    first, second = fork(desk)
    desk.repo.git("update-ref", REF, unite(desk.session.ledger.objects, [first, second]))
    found = judged(desk)
    assert found == []
    assert_git_agrees(desk, found)


def test_a_merge_that_adds_is_evil(desk: Desk) -> None:
    first, second = fork(desk)
    desk.repo.git("update-ref", REF, unite(desk.session.ledger.objects, [first, second]))
    [path] = paths(desk.repo, REF, "-contract.yaml")
    copy = path.replace("-contract", "-abandoned")
    tamper(desk.repo, REF, {copy: "kind: generation.abandoned\n"}, parents=(first, second))
    found = judged(desk)
    assert [(f.kind, f.subject) for f in found] == [("evil-merge", f"{REF}:{copy}")]
    assert_git_agrees(desk, found)  # git's command says nothing of it


def test_a_merge_that_drops_one_side_is_found(desk: Desk) -> None:
    first, second = fork(desk)
    tamper(desk.repo, REF, {}, parents=(first, second))
    found = judged(desk)
    assert kinds(found) == {"record-removed"}
    assert_git_agrees(desk, found)


def test_two_records_for_one_path_are_both_kept_and_reported(desk: Desk) -> None:
    base = desk.repo.git("rev-parse", REF)
    first = tamper(desk.repo, REF, {"audit/x.yaml": "a: 1\n"})
    desk.repo.git("update-ref", REF, base)
    second = tamper(desk.repo, REF, {"audit/x.yaml": "a: 2\n"})
    desk.repo.git("update-ref", REF, unite(desk.session.ledger.objects, [first, second]))
    found = judged(desk)
    assert lost(found) == {"audit/x.yaml"}
    assert len(paths(desk.repo, REF, "audit/x.yaml")) == 2
    assert_git_agrees(desk, found)


# --- what git's command does not look at


def test_a_record_dated_back_is_a_warning(desk: Desk) -> None:
    [path] = paths(desk.repo, REF, "-contract.yaml")
    old = f"audit/{'0' * 26}-refused.yaml"
    tamper(desk.repo, REF, {old: read(desk.repo, REF, path)})
    [finding] = judged(desk)
    assert (finding.kind, finding.severity) == ("backdated", Severity.WARNING)
    assert finding.subject == f"{REF}:{old}"


def test_a_commit_with_two_signatures_is_found(desk: Desk) -> None:
    raw = desk.repo.git("cat-file", "commit", REF)
    head, _, message = raw.partition("\n\n")
    forged = f"{head}\ngpgsig one\ngpgsig two\n\n{message}\n"
    commit = desk.repo.git("hash-object", "-t", "commit", "-w", "--stdin", stdin=forged)
    desk.repo.git("update-ref", REF, commit)
    assert kinds(judged(desk)) == {"signed-twice"}


def test_a_shallow_history_is_a_warning(desk: Desk, remote: Repo, clone: Repo) -> None:
    desk.repo.git("push", "--quiet", "origin", f"{REF}:{REF}")
    clone.git("fetch", "--quiet", "--depth=1", f"file://{remote}", f"{REF}:{REF}")
    [finding] = judged(Desk(clone, desk.now_ms))
    assert (finding.kind, finding.severity) == ("shallow", Severity.WARNING)


def test_a_missing_commit_is_found(desk: Desk) -> None:
    parent = desk.repo.git("rev-parse", f"{REF}~1")
    (desk.repo / f".git/objects/{parent[:2]}/{parent[2:]}").unlink()
    assert kinds(judged(desk)) == {"missing-commit"}


def test_a_ref_that_is_no_commit_is_found(desk: Desk) -> None:
    blob = desk.repo.git("hash-object", "-w", "--stdin", stdin="x")
    desk.repo.git("update-ref", REF, blob)
    assert kinds(judged(desk)) == {"unreadable"}


# --- trees


def tree_of(repo: Repo, *entries: bytes) -> str:
    """Writes a tree from raw entries, which git would refuse to make."""
    blob = repo.git("hash-object", "-w", "--stdin", stdin="x\n")
    raw = b"".join(entry + b"\0" + bytes.fromhex(blob) for entry in entries)
    return repo.git(
        *("hash-object", "-t", "tree", "-w", "--literally", "--stdin"),
        stdin=raw.decode("utf-8", "surrogateescape"),
    )


@pytest.mark.parametrize(
    "entries",
    [
        (b"100644 a", b"100644 a"),
        (b"100644 ..",),
        (b"100644 .git",),
        (b"100644 a/b",),
        (b"100644 ",),
        (b"rubbish",),
    ],
)
def test_a_tree_that_git_would_not_make_is_found(entries: tuple[bytes, ...], desk: Desk) -> None:
    tree = tree_of(desk.repo, *entries)
    commit = desk.repo.git("commit-tree", tree, "-p", REF, "-m", "by hand")
    desk.repo.git("update-ref", REF, commit)
    assert "unreadable" in kinds(judged(desk))


def test_names_that_are_no_text_are_compared_as_they_are(desk: Desk) -> None:
    tree = tree_of(desk.repo, b"100644 \xff.yaml")
    trees = Trees(desk.session.ledger.objects)
    [file] = trees.files(tree)
    assert file.path == "\\xff.yaml"


def test_permissions_that_git_does_not_tell_apart_are_no_change(desk: Desk) -> None:
    old, new = tree_of(desk.repo, b"100664 a"), tree_of(desk.repo, b"100644 a")
    assert Trees(desk.session.ledger.objects).compare(old, new) == ([], [])
