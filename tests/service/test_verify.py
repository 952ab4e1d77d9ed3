"""Every attack on a ledger, its tags and its notes is found; what is mendable is mended."""

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from gryt.model.findings import Finding, Report, Severity
from gryt.model.records import Kind, Renumbered, RolledBack
from gryt.store import mending
from gryt.store.clock import ulid
from gryt.store.locks import RunLock
from tests.support.git import Repo
from tests.support.ledgers import (
    STARTED_AT_MS,
    Desk,
    clock,
    paths,
    read,
    ref_of,
    stock_law_1,
    tamper,
)

REF = ref_of("v1.5.0")
T, U, W = Severity.TAMPERED, Severity.UNFINISHED, Severity.WARNING


@pytest.fixture
def repo(released: Repo, tmp_path: Path) -> Repo:
    """A copy of the release."""
    return released.copy(tmp_path / "repo")


@pytest.fixture
def plain(started: Repo, tmp_path: Path) -> Repo:
    """A repository that gryt has not seen yet."""
    return started.copy(tmp_path / "plain")


@pytest.fixture
def desk(repo: Repo) -> Desk:
    """Somebody who looks at the release an hour later."""
    return Desk(repo, clock(STARTED_AT_MS + 3_600_000))


@pytest.fixture(scope="session")
def released(started: Repo, tmp_path_factory: pytest.TempPathFactory) -> Repo:
    """A release with two changes, proven by two evolutions on two commits, and a failed one."""
    repo = started.copy(tmp_path_factory.mktemp("released") / "repo")
    desk = Desk(repo)
    desk.generation("v1.5.0", "FEAT-1", "FEAT-2")
    desk.start("v1.5.0", "FEAT-1")
    desk.run()
    repo.commit("Break it", {".gryt/pipelines/full-ci.yaml": FAILING})
    desk.start("v1.5.0", "FEAT-2")
    desk.run()
    repo.commit("Mend it", {".gryt/pipelines/full-ci.yaml": PASSING})
    desk.run()
    desk.promote("v1.5.0")
    return repo


PASSING = "name: full-ci\nsteps:\n  - name: lint\n    command: 'true'\n"
FAILING = "name: full-ci\nsteps:\n  - name: lint\n    command: 'false'\n"


def said(report: Report) -> set[tuple[str, Severity]]:
    return {(f.kind, f.severity) for f in report.findings}


def only(report: Report) -> Finding:
    [finding] = report.findings
    return finding


def assert_git_agrees(desk: Desk, report: Report) -> None:
    """The paths that law 1 was broken for are those that the stock command prints."""
    broken = {"record-changed", "record-removed"}
    lost = {f.subject for f in report.findings if f.kind in broken}
    refs = desk.repo.refs("refs/gryt/")
    assert lost == {f"{ref}:{path}" for ref in refs for path in stock_law_1(desk.repo, ref)}


def test_an_honest_ledger_has_no_finding(desk: Desk) -> None:
    report = desk.verify()
    assert report.findings == ()
    assert (report.checked.refs, report.checked.tags, report.checked.notes) == (1, 3, 3)
    assert report.checked.records == len(paths(desk.repo, REF))
    assert report.checked.commits == len(desk.repo.log(REF))
    assert_git_agrees(desk, report)


def test_an_empty_repository_has_no_finding(repo: Repo) -> None:
    assert Desk(repo).verify().findings == ()


def test_verify_changes_nothing_and_needs_no_cache(desk: Desk) -> None:
    (desk.repo / ".git/gryt/index.db").unlink()
    before = desk.repo.refs()
    assert desk.verify().findings == ()
    assert desk.repo.refs() == before
    assert not (desk.repo / ".git/gryt/index.db").exists()


# --- records


def edit(path_part: str, old: str, new: str) -> Callable[[Repo], None]:
    """Rewrites what the last record of a kind says."""

    def attack(repo: Repo) -> None:
        path = paths(repo, REF, path_part)[-1]
        text = read(repo, REF, path)
        assert re.search(old, text), text
        tamper(repo, REF, {path: re.sub(old, new, text, count=1)})

    return attack


def drop_a_failure(repo: Repo) -> None:
    path = next(
        p for p in paths(repo, REF, "-run-finished") if "status: fail" in read(repo, REF, p)
    )
    tamper(repo, REF, {path: None})


def drop_a_failure_and_its_history(repo: Repo) -> None:
    """The ledger as if it had never been, in one new root commit."""
    path = next(
        p for p in paths(repo, REF, "-run-finished") if "status: fail" in read(repo, REF, p)
    )
    run = re.search(r"^run: '?(\w+)", read(repo, REF, path), re.MULTILINE)
    assert run is not None
    started = next(p for p in paths(repo, REF, "-run-started") if run[1] in p)
    tamper(repo, REF, {path: None, started: None}, parents=())


def copy_to(name: Callable[[str], str], part: str = "-contract.yaml") -> Callable[[Repo], None]:
    def attack(repo: Repo) -> None:
        path = paths(repo, REF, part)[0]
        tamper(repo, REF, {name(path): read(repo, REF, path)})

    return attack


def hand_written(
    kind: str, body: str, *, record: str | None = None, folder: str = "generation"
) -> Callable[[Repo], None]:
    """Adds a record, well-formed as far as its envelope goes."""

    def attack(repo: Repo) -> None:
        own = record or ulid(STARTED_AT_MS + 10_000_000, 7)
        gid = paths(repo, REF, "-created")[0].partition("/")[2][:26]
        text = (
            f"format: 1\nid: '{own}'\nkind: {kind}\nat: 2026-01-10T00:00:00Z\n"
            f"by: Mallory <m@example.com>\ngeneration: '{gid}'\n{body}"
        )
        name = f"{own}-{kind.partition('.')[2]}.yaml"
        tamper(repo, REF, {f"{folder}/{name}": text})

    return attack


def graft(repo: Repo) -> None:
    """Puts another generation's proof into this one."""
    other = Desk(repo)
    other.generation("v2.0.0", "FEAT-9")
    other.start("v2.0.0", "FEAT-9")
    other.run()
    ref = ref_of("v2.0.0")
    files = {p: read(repo, ref, p) for p in paths(repo, ref, "evolutions/")}
    tamper(repo, REF, {**files})


def another_name(repo: Repo) -> None:
    repo.git("update-ref", ref_of("v9.9.9"), REF)


def promoted_by_hand(proof: str) -> Callable[[Repo], None]:
    def attack(repo: Repo) -> None:
        real = read(repo, REF, paths(repo, REF, "-promoted")[0])
        gid_free = real.partition("commit:")[2]
        text = re.sub(r"(?m)^  FEAT-1: .*$", proof, gid_free)
        hand_written("generation.promoted", f"version: v1.5.0\ncommit:{text}")(repo)

    return attack


RECORD_ATTACKS: dict[str, tuple[Callable[[Repo], None], set[str]]] = {
    "edited": (
        edit("-run-finished", "status: pass\n", "status: fail\n"),
        {"record-changed"},
    ),
    "contract rewritten": (edit("-contract", "The FEAT-1", "Less"), {"record-changed"}),
    "dropped": (drop_a_failure, {"record-removed", "note-orphan"}),
    "dropped with its history": (drop_a_failure_and_its_history, {"note-orphan"}),
    "another id": (edit("-contract", r"id: '?\w{26}'?", f"id: '{'0' * 26}'"), {"unreadable"}),
    "another kind": (
        edit("-promoted", "generation.promoted", "generation.created"),
        {"misplaced"},
    ),
    "another tree": (
        edit("-run-finished", r"tree: '?\w{40}'?", f"tree: '{'1' * 40}'"),
        {"wrong-tree"},
    ),
    "another pipeline": (
        edit("-run-", r"blob: '?\w{40}'?", f"blob: '{'1' * 40}'"),
        {"wrong-pipeline"},
    ),
    "another commit": (
        edit("-run-finished", r"commit: '?\w{40}'?", f"commit: '{'1' * 40}'"),
        {"run-mismatch"},
    ),
    "no YAML": (edit("-contract", r"(?s)\A.*\Z", "{"), {"unreadable"}),
    "no schema": (edit("-created", "version: ", "wersion: "), {"unreadable"}),
    "another version": (edit("-created", "version: v1.5.0", "version: v1.5.1"), {"wrong-version"}),
    "not a path": (copy_to(lambda _: "README.md"), {"unreadable"}),
    "not a name": (copy_to(lambda path: f"{path}~1"), {"unreadable"}),
    "id twice": (
        copy_to(lambda path: path.replace("generation/", "audit/")),
        {"id-twice", "misplaced"},
    ),
    "in another folder": (
        copy_to(lambda path: re.sub("/.*/", f"/{'0' * 26}/", path), "-run-finished"),
        {"id-twice"},
    ),
    "of another place": (
        hand_written("snapshot.taken", "snapshot: s\nlabel: x\ngenerations: 1\n", folder="audit"),
        {"misplaced"},
    ),
    "grafted": (graft, {"grafted"}),
    "under another name": (another_name, {"wrong-version"}),
    "about nothing": (
        hand_written("generation.rolled-back", f"snapshot: s\nsupersedes: ['{'0' * 26}']\n"),
        {"missing-record"},
    ),
    "promoted upon nothing": (promoted_by_hand(f"  FEAT-1: '{'0' * 26}'"), {"unproven-promotion"}),
    "promoted without proof": (promoted_by_hand("  FEAT-7: '0'"), {"unreadable"}),
}


@pytest.mark.parametrize("name", RECORD_ATTACKS)
def test_an_attack_on_records_is_found(name: str, desk: Desk) -> None:
    attack, expected = RECORD_ATTACKS[name]
    attack(desk.repo)
    report = desk.verify()
    assert {(kind, T) for kind in expected} <= said(report), report
    assert_git_agrees(desk, report)
    repaired = desk.verify(repair=True).findings
    assert not any(f.repaired for f in repaired if f.kind in expected)
    assert expected <= {f.kind for f in desk.verify().findings}


def test_a_record_from_the_future_is_a_warning(desk: Desk) -> None:
    far = ulid(STARTED_AT_MS + 3 * 86_400_000, 1)
    hand_written("generation.abandoned", "reason: later\n", record=far)(desk.repo)
    assert ("id-ahead", W) in said(desk.verify())


def test_a_link_in_the_place_of_a_record_is_found(desk: Desk) -> None:
    name = f"audit/{ulid(STARTED_AT_MS + 10_000_000, 7)}-refused.yaml"
    tamper(desk.repo, REF, {name: "/etc/passwd"}, mode="120000")
    assert said(desk.verify()) == {("unreadable", T)}


def test_a_number_that_two_evolutions_hold_is_left_to_finish(plain: Repo) -> None:
    desk = Desk(plain)
    desk.generation("v1.5.0", "FEAT-1")
    base = plain.git("rev-parse", REF)
    desk.start("v1.5.0", "FEAT-1")
    first = plain.git("rev-parse", REF)
    plain.git("update-ref", REF, base)
    desk.start("v1.5.0", "FEAT-1")
    from gryt.store.union import unite

    united = unite(desk.session.ledger.objects, [first, plain.git("rev-parse", REF)])
    plain.git("update-ref", REF, united)
    report = desk.verify()
    assert said(report) == {("number-twice", U)}
    assert_git_agrees(desk, report)


def test_a_broken_object_is_found_and_the_rest_still_judged(desk: Desk) -> None:
    path = paths(desk.repo, REF, "-contract")[0]
    blob = desk.repo.git("rev-parse", f"{REF}:{path}")
    file = desk.repo / f".git/objects/{blob[:2]}/{blob[2:]}"
    file.chmod(0o644)
    file.write_bytes(b"rubbish")
    desk.repo.git("tag", "-d", "v1.5.0-rc.1")
    kinds = said(desk.verify())
    assert {("unreadable", T), ("tag-missing", U)} <= kinds


def test_a_ref_that_gryt_does_not_know_is_left_alone(desk: Desk) -> None:
    desk.repo.git("update-ref", "refs/gryt/elsewhere", "HEAD")
    finding = only(desk.verify())
    assert (finding.kind, finding.severity) == ("foreign-ref", W)


def test_a_ref_file_without_an_id_is_found(desk: Desk) -> None:
    file = desk.repo / f".git/{ref_of('v2.0.0')}"
    file.write_bytes(b"")
    finding = only(desk.verify())
    assert (finding.kind, finding.severity) == ("broken-ref", T)


def test_a_snapshot_is_no_finding(desk: Desk) -> None:
    from gryt.service import snapshots

    snapshots.snapshot(desk.session, "before")
    snapshots.snapshot(desk.session, "after")
    report = desk.verify()
    assert report.findings == ()
    assert report.checked.refs == 2
    assert_git_agrees(desk, report)


def test_nothing_is_mended_from_records_that_were_tampered_with(desk: Desk) -> None:
    edit("-contract", "The FEAT-1", "Less")(desk.repo)
    desk.repo.git("tag", "-d", "v1.5.0-rc.1")
    desk.repo.git("update-ref", "-d", "refs/notes/gryt")
    lay(desk.repo / f".git/{REF}.lock")
    before = desk.repo.refs()
    report = desk.verify(repair=True)
    assert {f.kind for f in report.findings if f.repaired} == {"stale-lock"}
    assert {f.mend for f in report.findings if f.kind in {"tag-missing", "note-missing"}} == {None}
    assert desk.repo.refs() == before


# --- tags


def lightweight(repo: Repo) -> None:
    repo.git("update-ref", "refs/tags/v1.5.0-rc.1", repo.git("rev-parse", "v1.5.0-rc.1^{commit}"))


def copied(repo: Repo) -> None:
    repo.git("update-ref", "refs/tags/v1.5.0-rc.2", repo.git("rev-parse", "v1.5.0-rc.1"))


def moved(repo: Repo) -> None:
    repo.git("tag", "-f", "-a", "-m", "mine", "v1.5.0", "HEAD~1")


def same_commit_another_object(repo: Repo) -> None:
    repo.git("tag", "-f", "-a", "-m", "mine", "v1.5.0", "v1.5.0^{commit}")


def copied_to_a_free_name(repo: Repo) -> None:
    repo.git("update-ref", "refs/tags/v1.5.0-rc.9", repo.git("rev-parse", "v1.5.0-rc.1"))


def claiming_a_proof(repo: Repo) -> None:
    message = repo.git("for-each-ref", "--format=%(contents)", "refs/tags/v1.5.0-rc.1")
    repo.git("tag", "-a", "-m", message, "v1.5.0-rc.9", "HEAD")


def free_rc(repo: Repo) -> None:
    repo.git("tag", "-a", "-m", "mine", "v1.5.0-rc.9")


TAG_ATTACKS: list[tuple[Callable[[Repo], None], str, Severity]] = [
    (lightweight, "tag-lightweight", T),
    (copied, "tag-copied", T),
    (moved, "tag-moved", T),
    (same_commit_another_object, "tag-moved", T),
    (copied_to_a_free_name, "tag-copied", T),
    (claiming_a_proof, "tag-forged", T),
    (free_rc, "tag-unknown", W),
]


@pytest.mark.parametrize(("attack", "kind", "severity"), TAG_ATTACKS)
def test_an_attack_on_tags_is_found(
    attack: Callable[[Repo], None], kind: str, severity: Severity, desk: Desk
) -> None:
    attack(desk.repo)
    before = desk.repo.refs()
    finding = only(desk.verify(repair=True))
    assert (finding.kind, finding.severity, finding.repaired) == (kind, severity, False)
    assert desk.repo.refs() == before


@pytest.mark.parametrize("attack", [lightweight, copied, moved, same_commit_another_object])
def test_the_command_that_a_tag_finding_names_mends_it(
    attack: Callable[[Repo], None], desk: Desk
) -> None:
    before = desk.repo.refs()
    attack(desk.repo)
    mend = only(desk.verify()).mend
    assert mend is not None
    desk.repo.git(*mend.split()[1:])
    assert desk.verify().findings == ()
    assert desk.repo.refs() == before


def test_a_release_tag_of_a_draft_is_a_warning(plain: Repo) -> None:
    desk = Desk(plain)
    desk.proven("v1.5.0", "FEAT-1")
    plain.git("tag", "-a", "-m", "mine", "v1.5.0")
    assert said(desk.verify()) == {("tag-unknown", W)}


def test_a_tag_that_a_kill_left_out_is_made_again(desk: Desk) -> None:
    before = desk.repo.refs("refs/tags/")
    for name in ("v1.5.0-rc.1", "v1.5.0-rc.2", "v1.5.0"):
        desk.repo.git("tag", "-d", name)
    report = desk.verify()
    assert said(report) == {("tag-missing", U)}
    assert {f.mend for f in report.findings} == {"gryt verify --repair"}
    assert all(finding.repaired for finding in desk.verify(repair=True).findings)
    assert desk.repo.refs("refs/tags/") == before
    assert desk.verify().findings == ()


def test_a_tag_whose_object_is_gone_too_is_rebuilt_to_the_same_id(desk: Desk) -> None:
    before = desk.repo.refs("refs/tags/")
    for name in before:
        desk.repo.git("update-ref", "-d", name)
    for oid in before.values():
        (desk.repo / f".git/objects/{oid[:2]}/{oid[2:]}").unlink()
    report = desk.verify(repair=True)
    assert [finding.repaired for finding in report.findings] == [True] * 3
    assert desk.repo.refs("refs/tags/") == before
    assert desk.verify().findings == ()


def test_a_clone_without_tags_is_told_to_fetch_them(desk: Desk, remote: Repo, clone: Repo) -> None:
    desk.repo.git("push", "--quiet", "origin", "--tags", f"{REF}:{REF}", "refs/notes/gryt", "main")
    clone.git(
        "fetch", "--quiet", "--no-tags", "origin", f"{REF}:{REF}", "refs/notes/*:refs/notes/*"
    )
    report = Desk(clone, desk.now_ms).verify()
    assert said(report) == {("tag-missing", W)}
    mend = report.findings[0].mend
    assert mend is not None
    clone.git(*mend.split()[1:])
    assert Desk(clone, desk.now_ms).verify().findings == ()


# --- notes


def note(repo: Repo, commit: str) -> str:
    return repo.git("notes", "--ref=gryt", "show", commit)


def write_note(repo: Repo, commit: str, text: str) -> None:
    repo.git("notes", "--ref=gryt", "add", "--force", "--file=-", commit, stdin=text)


def copied_note(repo: Repo) -> None:
    other = repo.commit("Unproven")
    repo.git("notes", "--ref=gryt", "copy", "HEAD~1", other)


def edited_note(repo: Repo) -> None:
    text = note(repo, "HEAD~1")
    write_note(repo, "HEAD~1", text.replace("status: fail", "status: pass"))


def invented_note(repo: Repo) -> None:
    text = note(repo, "HEAD")
    write_note(repo, "HEAD", re.sub(r"run: \w{26}", f"run: {'0' * 26}", text))


def crude_note(repo: Repo) -> None:
    repo.git(
        "notes", "--ref=gryt", "append", "-m", "{status: pass, evolution: v1.5.0-rc.2}", "HEAD~1"
    )


NOTE_ATTACKS: list[tuple[Callable[[Repo], None], set[tuple[str, Severity]]]] = [
    (copied_note, {("note-moved", T)}),
    (edited_note, {("note-edited", T), ("note-missing", U)}),
    (crude_note, {("note-forged", T)}),
]


@pytest.mark.parametrize(("attack", "expected"), NOTE_ATTACKS)
def test_an_attack_on_notes_is_found_and_mended(
    attack: Callable[[Repo], None], expected: set[tuple[str, Severity]], desk: Desk
) -> None:
    honest = {c: note(desk.repo, c) for c in desk.repo.log("HEAD", "%H")}
    attack(desk.repo)
    assert said(desk.verify()) == expected
    assert all(finding.repaired for finding in desk.verify(repair=True).findings)
    assert desk.verify().findings == ()
    assert {c: note(desk.repo, c).strip() for c in honest} == honest
    listed = desk.repo.git("notes", "--ref=gryt", "list").splitlines()
    assert len(listed) == len(honest)
    desk.repo.git("fsck", "--strict")


def test_a_note_of_a_run_that_is_not_recorded_is_never_taken_away(desk: Desk) -> None:
    invented_note(desk.repo)
    invented = note(desk.repo, "HEAD")
    assert said(desk.verify()) == {("note-orphan", T), ("note-missing", U)}
    desk.verify(repair=True)
    assert invented in note(desk.repo, "HEAD")
    assert said(desk.verify()) == {("note-orphan", T)}


def test_missing_notes_are_rebuilt(desk: Desk) -> None:
    honest = {c: note(desk.repo, c) for c in desk.repo.log("HEAD", "%H")}
    desk.repo.git("update-ref", "-d", "refs/notes/gryt")
    report = desk.verify()
    assert said(report) == {("note-missing", U)}
    assert len(report.findings) == 3
    assert all(finding.repaired for finding in desk.verify(repair=True).findings)
    assert {c: note(desk.repo, c) for c in honest} == honest


def test_notes_of_others_are_left_as_they_are(desk: Desk) -> None:
    foreign = "z: reviewed by Grace\n\na: second thoughts\n"
    desk.repo.git("notes", "--ref=gryt", "add", "--force", "--file=-", "HEAD", stdin=foreign)
    assert said(desk.verify()) == {("note-missing", U)}
    desk.verify(repair=True)
    assert note(desk.repo, "HEAD").startswith(foreign)
    assert desk.verify().findings == ()


def test_a_run_leaves_the_notes_of_others_as_they_are(plain: Repo) -> None:
    foreign = "z: reviewed by Grace\n\na: second thoughts\n"
    plain.git("notes", "--ref=gryt", "add", "--file=-", "HEAD", stdin=foreign)
    desk = Desk(plain)
    desk.proven("v1.5.0", "FEAT-1")
    assert note(plain, "HEAD").startswith(foreign + "{evolution: v1.5.0-rc.1")
    assert desk.verify().findings == ()


def test_a_clone_without_notes_is_told_to_fetch_them(desk: Desk, remote: Repo, clone: Repo) -> None:
    desk.repo.git("push", "--quiet", "origin", "--tags", f"{REF}:{REF}", "refs/notes/gryt", "main")
    clone.git("fetch", "--quiet", "--tags", "origin", f"{REF}:{REF}")
    finding = only(Desk(clone, desk.now_ms).verify())
    assert (finding.kind, finding.severity) == ("notes-missing", W)
    assert finding.mend is not None
    clone.git(*finding.mend.split()[1:])
    assert Desk(clone, desk.now_ms).verify().findings == ()


def test_notes_without_a_ledger_are_a_warning(desk: Desk, remote: Repo, clone: Repo) -> None:
    desk.repo.git("push", "--quiet", "origin", "refs/notes/gryt", "main")
    clone.git("fetch", "--quiet", "origin", "refs/notes/*:refs/notes/*")
    assert said(Desk(clone, desk.now_ms).verify()) == {("note-unknown", W)}


def test_notes_that_moved_meanwhile_are_left_for_another_time(desk: Desk) -> None:
    edited_note(desk.repo)
    session = desk.session
    done = mending.mend(
        session.ledger, session.author, [mending.NoteRepair("0" * 40, "x\n")], seen="0" * 40
    )
    assert done == set()


# --- what later commands will write


def test_a_renumbered_evolution_is_renamed_in_its_notes(desk: Desk) -> None:
    first = desk.session.ledger.get("v1.5.0").state.evolutions[0]
    desk.record("v1.5.0", Kind.RENUMBERED, Renumbered(first.id, 7))
    kinds = {("tag-missing", W), ("note-outdated", U), ("note-missing", U)}
    assert said(desk.verify()) == kinds
    desk.verify(repair=True)
    assert said(desk.verify()) == {("tag-missing", W)}
    assert "v1.5.0-rc.7" in note(desk.repo, first.commit or "")
    desk.repo.git("tag", "-a", "-m", "renumbered", "v1.5.0-rc.7", first.commit or "")
    desk.repo.git("tag", "-d", first.tag)
    assert desk.verify().findings == ()


def test_the_tag_of_a_promotion_that_was_rolled_back_may_stay_or_go(desk: Desk) -> None:
    promotion = desk.session.ledger.get("v1.5.0").state.promotion
    assert promotion is not None
    body = RolledBack("before", frozenset({promotion.record}))
    desk.record("v1.5.0", Kind.ROLLED_BACK, body)
    assert desk.verify().findings == ()
    desk.repo.git("tag", "-d", "v1.5.0")
    assert desk.verify().findings == ()


def test_notes_and_tags_of_evolutions_that_were_rolled_back_stay(desk: Desk) -> None:
    state = desk.session.ledger.get("v1.5.0").state
    gone = frozenset(r.id for r in desk.session.ledger.records(REF) if r.id > state.gid)
    contract = frozenset(state.heads)
    desk.record("v1.5.0", Kind.ROLLED_BACK, RolledBack("before", gone - contract))
    assert desk.verify().findings == ()
    assert not desk.check().proven


# --- leftovers


def lay(path: Path, *, age: float = 100.0) -> Path:
    """Puts down a file as a process did that was killed `age` seconds ago."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"")
    then = path.stat().st_mtime - age
    os.utime(path, (then, then))
    return path


LOCKS = [
    f"{REF}.lock",
    "refs/gryt/generations/v7.0.0.lock",
    "refs/gryt/meta.lock",
    "refs/notes/gryt.lock",
    "refs/tags/v1.5.0-rc.7.lock",
    "refs/gryt-remotes/origin/meta.lock",
    "packed-refs.lock",
    "packed-refs.new",
    f"logs/{REF}.lock",
]


@pytest.mark.parametrize("name", LOCKS)
def test_a_stale_lock_is_found_and_removed(name: str, desk: Desk) -> None:
    lock = lay(desk.repo / ".git" / name)
    finding = only(desk.verify())
    assert (finding.kind, finding.severity) == ("stale-lock", U)
    assert "100 seconds old" in finding.message
    assert only(desk.verify(repair=True)).repaired
    assert not lock.exists()
    assert desk.verify().findings == ()


def test_a_lock_that_somebody_has_open_is_not_removed(desk: Desk) -> None:
    lock = lay(desk.repo / f".git/{REF}.lock")
    with lock.open("rb"):
        finding = only(desk.verify(repair=True))
    assert (finding.kind, finding.severity, finding.repaired) == ("lock-held", W, False)
    assert lock.exists()


@pytest.mark.parametrize("name", ["index.lock", "HEAD.lock", "refs/heads/main.lock", "config.lock"])
def test_the_locks_of_others_are_theirs(name: str, desk: Desk) -> None:
    lay(desk.repo / ".git" / name)
    assert desk.verify(repair=True).findings == ()
    assert (desk.repo / ".git" / name).exists()


def test_a_tag_behind_a_stale_lock_is_made_in_one_go(desk: Desk) -> None:
    desk.repo.git("tag", "-d", "v1.5.0-rc.1")
    lay(desk.repo / ".git/refs/tags/v1.5.0-rc.1.lock")
    report = desk.verify(repair=True)
    assert [finding.repaired for finding in report.findings] == [True, True]
    assert desk.verify().findings == ()


def test_scratch_is_removed(desk: Desk) -> None:
    lay(desk.repo / ".git/gryt/sign-1-abc-v1/refs/tags/v1")
    lay(desk.repo / ".git/gryt/contracts.tmp")
    lay(desk.repo / ".gryt/generations/.v1.5.0.yaml.4194304.tmp")
    lay(desk.repo / ".git/gryt/runs" / f"{'0' * 26}.lock")
    report = desk.verify()
    assert said(report) == {("scratch", W)}
    assert len(report.findings) == 4
    desk.verify(repair=True)
    assert desk.verify().findings == ()


def test_scratch_beyond_a_link_is_not_ours(desk: Desk, tmp_path: Path) -> None:
    outside = lay(tmp_path / "outside/.x.4194304.tmp")
    folder = desk.repo / ".gryt/schemas"
    folder.symlink_to(outside.parent)
    assert desk.verify(repair=True).findings == ()
    assert outside.exists()


def test_a_killed_run_is_left_to_finish(plain: Repo) -> None:
    desk = Desk(plain)
    desk.proven("v1.5.0", "FEAT-1")
    tip = plain.git("rev-parse", REF)
    before_end = plain.git("rev-parse", f"{REF}~1")
    plain.git("update-ref", REF, before_end)
    plain.git("tag", "-d", "v1.5.0-rc.1")
    plain.git("update-ref", "-d", "refs/notes/gryt")
    run = paths(plain, REF, "-run-started")[0].rpartition("/")[2][:26]
    lock = RunLock(desk.session.ledger.run_lock(run))
    lock.hold()
    assert desk.verify().findings == ()
    assert lock._handle is not None
    os.close(lock._handle)
    finding = only(desk.verify(repair=True))
    assert (finding.kind, finding.severity, finding.repaired) == ("run-interrupted", U, False)
    assert finding.mend == "gryt run --evolution v1.5.0-rc.1"
    assert tip != plain.git("rev-parse", REF)
    desk.run("v1.5.0-rc.1")
    assert desk.verify().findings == ()


def test_a_bare_repository_is_verified_too(desk: Desk, tmp_path: Path) -> None:
    desk.repo.git("clone", "--quiet", "--mirror", str(desk.repo), str(tmp_path / "bare.git"))
    bare = Repo(tmp_path / "bare.git")
    assert Desk(bare, desk.now_ms).verify().findings == ()
