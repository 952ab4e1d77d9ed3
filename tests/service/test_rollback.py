"""Rollback and snapshots through the command line, with stock git watching."""

from pathlib import Path

import pytest

from tests.support.cli import Gryt, Result
from tests.support.git import Repo, make_clone, make_remote
from tests.support.ledgers import Desk, read, ref_of, stock_law_1

pytestmark = pytest.mark.slow  # many processes

VERSION = "v6.0.0"
REF = ref_of(VERSION)
META = "refs/gryt/meta"


@pytest.fixture
def desk(repo: Repo) -> Desk:
    """A generation whose change is proven, not yet promoted."""
    desk = Desk(repo)
    desk.proven(VERSION, "FEAT-1")
    return desk


def snapshot(gryt: Gryt, repo: Repo, label: str = "before") -> str:
    taken = gryt.ok("audit", "snapshot", "--label", label, "--json", cwd=repo).json
    return str(taken["snapshots"][0]["id"])


def roll_back(gryt: Gryt, repo: Repo, to: str, *more: str) -> Result:
    result = gryt.ok("audit", "rollback", to, "--yes", *more, cwd=repo)
    for ref in repo.refs("refs/gryt/"):
        assert stock_law_1(repo, ref) == []
    gryt.ok("verify", cwd=repo)
    return result


def shown(gryt: Gryt, repo: Repo, version: str = VERSION) -> dict[str, object]:
    found: dict[str, object] = gryt.ok("generation", "show", version, "--json", cwd=repo).json
    return found


def listed(gryt: Gryt, repo: Repo) -> dict[str, str]:
    found = gryt.ok("generation", "list", "--json", cwd=repo).json["generations"]
    return {line["version"]: line["status"] for line in found}


def test_a_promotion_is_taken_back_as_workflow_6_shows(desk: Desk, gryt: Gryt) -> None:
    repo = desk.repo
    to = snapshot(gryt, repo)
    before = shown(gryt, repo)
    gryt.ok("generation", "promote", VERSION, cwd=repo)
    tag = repo.git("rev-parse", f"refs/tags/{VERSION}")

    said = roll_back(gryt, repo, to).stdout

    backup = said.partition("Backup ID: ")[2].partition("\n")[0]
    assert said.startswith(
        "Creating backup of current state...\n"
        f"  Backup ID: {backup}\n\n"
        f"Rolling back to: {to}\n"
        f"  {VERSION}: promoted -> draft\n"
        "    1 record no longer counts\n"
        f"    tag {VERSION} goes: nobody else has it\n\n"
        "Rollback complete.\n"
    )
    assert shown(gryt, repo) == before
    assert f"refs/tags/{VERSION}" not in repo.refs()
    (record,) = [p for p in repo.git("ls-tree", "-r", "--name-only", META).splitlines()
                 if p.endswith("-performed.yaml")]  # fmt: skip
    assert tag in read(repo, META, record)
    assert repo.log(META)[0] == f"rollback of 1 generation to {to}"
    assert len(repo.log(META)) == 2, "the backup is in the same commit"

    gryt.ok("generation", "promote", VERSION, cwd=repo)
    assert repo.git("rev-parse", f"{VERSION}^{{commit}}") == repo.head
    gryt.ok("verify", cwd=repo)


def test_doing_it_twice_changes_nothing(desk: Desk, gryt: Gryt) -> None:
    to = snapshot(gryt, desk.repo)
    gryt.ok("generation", "promote", VERSION, cwd=desk.repo)
    roll_back(gryt, desk.repo, to)
    refs = desk.repo.refs()
    assert roll_back(gryt, desk.repo, to).stdout == (
        f"Nothing to roll back: everything is as in {to}\n"
    )
    assert desk.repo.refs() == refs


def test_it_is_taken_back_by_a_rollback_to_its_backup(desk: Desk, gryt: Gryt) -> None:
    to = snapshot(gryt, desk.repo)
    gryt.ok("generation", "promote", VERSION, cwd=desk.repo)
    gryt.ok("generation", "new", "v7.0.0", "--change", "add:A-1:Next", cwd=desk.repo)
    before, tags = shown(gryt, desk.repo), desk.repo.refs("refs/tags/")
    backup = roll_back(gryt, desk.repo, to).stdout.split("Backup ID: ")[1].split("\n")[0]
    assert listed(gryt, desk.repo) == {VERSION: "draft", "v7.0.0": "abandoned"}
    roll_back(gryt, desk.repo, backup)
    assert shown(gryt, desk.repo) == before
    assert listed(gryt, desk.repo) == {VERSION: "promoted", "v7.0.0": "draft"}
    assert desk.repo.refs("refs/tags/") == tags


def test_only_one_generation_goes_back_where_one_is_named(desk: Desk, gryt: Gryt) -> None:
    to = snapshot(gryt, desk.repo)
    gryt.ok("generation", "promote", VERSION, cwd=desk.repo)
    gryt.ok("generation", "new", "v7.0.0", "--change", "add:A-1:Next", cwd=desk.repo)
    roll_back(gryt, desk.repo, to, "--only", VERSION)
    assert listed(gryt, desk.repo) == {VERSION: "draft", "v7.0.0": "draft"}
    result = gryt("audit", "rollback", to, "--only", "v7.0.1", "--yes", cwd=desk.repo)
    assert result.status == 3
    assert "did you mean 'v7.0.0'?" in result.stderr


def test_a_number_is_never_used_again(desk: Desk, gryt: Gryt) -> None:
    to = snapshot(gryt, desk.repo)
    desk.start(VERSION, "FEAT-1")
    roll_back(gryt, desk.repo, to)
    assert desk.start(VERSION, "FEAT-1").tag == f"{VERSION}-rc.3"


def test_a_published_tag_stays_and_says_where_it_is(desk: Desk, gryt: Gryt, tmp_path: Path) -> None:
    make_remote(tmp_path / "remote.git", of=desk.repo)
    to = snapshot(gryt, desk.repo)
    gryt.ok("generation", "promote", VERSION, cwd=desk.repo)
    desk.repo.git("push", "--quiet", "origin", VERSION)
    said = roll_back(gryt, desk.repo, to).stdout
    assert f"    tag {VERSION} stays: origin has it\n" in said
    assert f"refs/tags/{VERSION}" in desk.repo.refs()


def test_where_the_remote_is_silent_the_tag_stays(desk: Desk, gryt: Gryt, tmp_path: Path) -> None:
    desk.repo.git("remote", "add", "origin", tmp_path / "nowhere")
    to = snapshot(gryt, desk.repo)
    gryt.ok("generation", "promote", VERSION, "--offline", cwd=desk.repo)
    said = roll_back(gryt, desk.repo, to).stdout
    assert f"    tag {VERSION} stays: origin did not answer\n" in said


def test_without_an_answer_nothing_happens(desk: Desk, gryt: Gryt) -> None:
    to = snapshot(gryt, desk.repo)
    gryt.ok("generation", "promote", VERSION, cwd=desk.repo)
    refs = desk.repo.refs()
    for more in ((), ("--json",)):
        result = gryt("audit", "rollback", to, *more, cwd=desk.repo)
        assert (result.status, result.stdout) == (3, "")
        assert f"gryt audit rollback {to} --yes" in result.stderr
    dry = gryt.ok("audit", "rollback", to, "--dry-run", cwd=desk.repo).stdout
    assert f"  {VERSION}: promoted -> draft\n" in dry
    assert desk.repo.refs() == refs


def test_everything_comes_back_from_the_meta_branch_alone(
    desk: Desk, gryt: Gryt, tmp_path: Path
) -> None:
    """The remote has lost every generation, and has run gc; somebody clones it afresh."""
    repo = desk.repo
    remote = make_remote(tmp_path / "remote.git", of=repo)
    gryt.ok("generation", "promote", VERSION, cwd=repo)
    to = snapshot(gryt, repo)
    before = shown(gryt, repo)
    repo.git("push", "--quiet", "origin", "refs/gryt/*:refs/gryt/*", "refs/tags/*:refs/tags/*")
    remote.git("update-ref", "-d", REF)
    remote.git("reflog", "expire", "--expire=now", "--all")
    remote.git("gc", "--quiet", "--prune=now")
    clone = make_clone(remote, tmp_path / "clone", name="Grace", email="grace@example.com")
    clone.git("fetch", "--quiet", "origin", f"{META}:{META}")
    assert listed(gryt, clone) == {}

    said = gryt.ok("audit", "rollback", to, "--yes", cwd=clone).stdout

    assert f"  {VERSION}: not here -> promoted" in said
    assert shown(gryt, clone) == before
    gryt.ok("verify", "--repair", cwd=clone)
    gryt.ok("verify", cwd=clone)
    assert stock_law_1(clone, REF) == []
    # whoever still has the old commits has the same records after a union
    clone.git("push", "--quiet", "origin", REF)
    assert gryt("audit", "rollback", to, "--yes", cwd=clone).stdout.startswith("Nothing")


def test_a_record_that_only_the_snapshot_has_comes_back_too(desk: Desk, gryt: Gryt) -> None:
    """As with a snapshot that another clone took, whose generations were not fetched."""
    repo = desk.repo
    tip = repo.git("rev-parse", REF)
    gryt.ok("generation", "promote", VERSION, cwd=repo)
    to = snapshot(gryt, repo)
    promoted = shown(gryt, repo)
    repo.git("update-ref", REF, tip)
    repo.git("tag", "-d", VERSION)
    desk.start(VERSION, "FEAT-1")

    said = roll_back(gryt, repo, to).stdout

    assert "1 record comes back" in said
    assert shown(gryt, repo) == promoted


def test_what_a_clone_did_meanwhile_survives_the_union(
    desk: Desk, gryt: Gryt, tmp_path: Path
) -> None:
    repo = desk.repo
    to = snapshot(gryt, repo)
    desk.start(VERSION, "FEAT-1")
    other = Desk(repo.copy(tmp_path / "other"), desk.now_ms)
    unseen = other.start(VERSION, "FEAT-1")
    roll_back(gryt, repo, to)
    tags = [e["tag"] for e in shown(gryt, repo)["evolutions"]]  # type: ignore[attr-defined]
    assert tags == [f"{VERSION}-rc.1"]

    repo.git("fetch", "--quiet", str(other.repo), f"{REF}:refs/theirs")
    from gryt.store.union import unite

    objects = desk.session.ledger.objects
    united = unite(objects, [repo.git("rev-parse", REF), repo.git("rev-parse", "refs/theirs")])
    repo.git("update-ref", REF, united)

    tags = [e["tag"] for e in shown(gryt, repo)["evolutions"]]  # type: ignore[attr-defined]
    assert tags == [f"{VERSION}-rc.1", unseen.tag]
    assert stock_law_1(repo, REF) == []


def test_snapshots_are_shown_and_compared(desk: Desk, gryt: Gryt) -> None:
    first = snapshot(gryt, desk.repo, "one")
    gryt.ok("generation", "promote", VERSION, cwd=desk.repo)
    second = snapshot(gryt, desk.repo, "two")
    text = gryt.ok("audit", "show-snapshot", second, cwd=desk.repo).stdout
    assert f"  {VERSION}   promoted  1/1     1\n" in text
    document = gryt.ok("audit", "show-snapshot", second, "--json", cwd=desk.repo).json
    assert document["refs"][REF] == desk.repo.git("rev-parse", REF)
    assert document["bytes"] > 1000
    assert gryt.ok("audit", "snapshot-diff", first, second, cwd=desk.repo).stdout == (
        f"From {first} to {second}:\n  {VERSION}: draft -> promoted\n"
    )
    same = gryt.ok("audit", "snapshot-diff", second, cwd=desk.repo).stdout
    assert same == f"{second} and now are the same\n"
    table = gryt.ok("audit", "list-snapshots", cwd=desk.repo).stdout.splitlines()
    assert table[2].split() == ["ID", "Label", "Created", "Size", "Age"]
    assert table[3].split()[:2] == [second, "two"]
    wrong = gryt("audit", "show-snapshot", "two", cwd=desk.repo)
    assert (wrong.status, f"did you mean '{second}'?" in wrong.stderr) == (3, True)


def test_snapshots_of_one_name_are_told_apart(desk: Desk, gryt: Gryt, tmp_path: Path) -> None:
    """Two clones take one in the same second; a union has both, and mixes neither."""
    repo = desk.repo
    other = Desk(repo.copy(tmp_path / "other"), desk.now_ms)
    other.start(VERSION, "FEAT-1")
    now = 1_768_100_000_000
    for each, label in ((desk, "mine"), (other, "theirs")):
        from gryt.service import snapshots

        session = each.session
        session.ledger.now_ms = lambda: now
        snapshots.snapshot(session, label)
    repo.git("fetch", "--quiet", str(other.repo), f"{META}:refs/theirs")
    from gryt.store.union import unite

    objects = desk.session.ledger.objects
    united = unite(objects, [repo.git("rev-parse", META), repo.git("rev-parse", "refs/theirs")])
    repo.git("update-ref", META, united)

    found = gryt.ok("audit", "list-snapshots", "--json", cwd=repo).json["snapshots"]
    assert len({each["id"] for each in found}) == 2
    counts = {}
    for each in found:
        shown = gryt.ok("audit", "show-snapshot", each["id"], "--json", cwd=repo).json
        counts[each["label"]] = len(shown["generations"][0]["evolutions"])
    assert counts == {"mine": 1, "theirs": 2}


def test_a_snapshot_that_was_tampered_with_is_refused(desk: Desk, gryt: Gryt) -> None:
    repo = desk.repo
    to = snapshot(gryt, repo)
    gryt.ok("generation", "promote", VERSION, cwd=repo)
    (record,) = [p for p in repo.git("ls-tree", "-r", "--name-only", META).splitlines()
                 if p.endswith("-taken.yaml")]  # fmt: skip
    tree = next(line for line in read(repo, META, record).splitlines() if "tree:" in line)
    refs = repo.refs()
    oid = tree.split()[-1].strip("'")
    file = repo / f".git/objects/{oid[:2]}/{oid[2:]}"
    file.chmod(0o644)
    file.unlink()
    result = gryt("audit", "rollback", to, "--yes", cwd=repo)
    assert result.status == 6
    assert repo.refs() == refs


def test_a_run_that_was_under_way_keeps_what_it_came_to(desk: Desk, gryt: Gryt) -> None:
    """The pipeline itself rolls back the evolution that it runs for."""
    repo = desk.repo
    to = snapshot(gryt, repo)
    command = f"python -m gryt audit rollback {to} --yes"
    repo.commit(
        "a pipeline that looks back",
        {".gryt/pipelines/back.yaml": f"name: back\nsteps:\n- {{name: a, command: '{command}'}}\n"},
    )
    gryt.ok("evolution", "start", VERSION, "--change", "FEAT-1", "--pipeline", "back", cwd=repo)
    result = gryt("run", cwd=repo)
    assert result.status == 0, result
    found = shown(gryt, repo)["evolutions"]
    assert [e["status"] for e in found] == ["pass", "pass"]  # type: ignore[attr-defined]
    gryt.ok("verify", cwd=repo)
