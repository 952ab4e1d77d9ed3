"""A commit is proven by a run that passed on it and still counts; by nothing else."""

import subprocess
import sys

import pytest

from gryt.errors import NotFound
from gryt.model.contract import ChangeType
from gryt.service import evolutions, generations
from gryt.store.inputs import write_contract
from tests.support.git import Repo
from tests.support.ledgers import Desk, paths, read, ref_of, tamper

pytestmark = pytest.mark.slow  # many processes

REF = ref_of("v1.5.0")
FAILING = "name: full-ci\nsteps:\n  - name: lint\n    command: 'false'\n"


@pytest.fixture
def desk(repo: Repo) -> Desk:
    desk = Desk(repo)
    desk.proven("v1.5.0", "FEAT-1")
    return desk


def edit_contract(desk: Desk, title: str, *, without: str | None = None) -> None:
    """Records a contract in which every change is called `title`."""
    contract = desk.session.ledger.get("v1.5.0").state.contract
    changes = tuple(c._replace(title=title) for c in contract.changes if c.id != without)
    data = write_contract(contract._replace(changes=changes))
    generations.update(desk.session, "v1.5.0", (data, "contract"))


def test_a_commit_with_a_passing_run_is_proven(desk: Desk) -> None:
    answer = desk.check()
    assert answer.proven
    assert answer.commit == desk.repo.head
    assert answer.reasons == ()
    [proof] = answer.proofs
    assert proof.counted
    assert (proof.evolution, proof.changes, proof.generation) == (
        "v1.5.0-rc.1",
        ("FEAT-1",),
        "v1.5.0",
    )
    assert (proof.pipeline, proof.status, proof.steps) == ("full-ci", "pass", ("lint", "unit"))
    assert proof.run in paths(desk.repo, REF, "-run-started")[0]


@pytest.mark.parametrize("revision", ["HEAD", "main", "v1.5.0-rc.1"])
def test_a_revision_may_be_named_as_git_does(revision: str, desk: Desk) -> None:
    assert desk.check(revision).proven


def test_another_commit_is_not_proven(desk: Desk) -> None:
    head = desk.repo.commit("More work")
    answer = desk.check()
    assert not answer.proven
    assert answer.proofs == ()
    assert answer.reasons == (f"no run is recorded on {head[:10]}",)
    assert answer.hints


def test_the_same_tree_in_another_commit_is_not_proven(desk: Desk) -> None:
    desk.repo.git("commit", "--quiet", "--amend", "--message", "the same again")
    assert not desk.check().proven


def test_an_unknown_commit_is_not_found(desk: Desk) -> None:
    with pytest.raises(NotFound, match="names no commit here"):
        desk.check("nothing")


def test_a_repository_without_a_commit_has_none(repo: Repo) -> None:
    repo.git("switch", "--quiet", "--orphan", "empty")
    with pytest.raises(NotFound):
        Desk(repo).check()


def test_required_steps_must_have_passed(desk: Desk) -> None:
    assert desk.check("HEAD", "lint", "unit").proven
    answer = desk.check("HEAD", "lint", "security-scan")
    assert not answer.proven
    assert answer.missing == ("security-scan",)
    assert answer.reasons == ("step 'security-scan' passed in no run that counts",)


def test_required_steps_may_come_from_several_proofs(desk: Desk) -> None:
    desk.repo.write(
        {".gryt/pipelines/scan.yaml": "name: scan\nsteps: [{name: scan, command: ':'}]\n"}
    )
    head = desk.repo.commit("Add a scan")
    desk.generation("v1.6.0", "FEAT-2", "FEAT-3")
    for change, pipeline in (("FEAT-2", "full-ci"), ("FEAT-3", "scan")):
        evolutions.start(desk.session, "v1.6.0", [change], pipeline=pipeline)
        desk.run()
    answer = desk.check(head, "lint", "scan")
    assert answer.proven
    assert len(answer.proofs) == 2


def test_a_failed_run_proves_nothing(repo: Repo) -> None:
    repo.commit("Break it", {".gryt/pipelines/full-ci.yaml": FAILING})
    desk = Desk(repo)
    desk.proven("v1.5.0", "FEAT-1")
    answer = desk.check("HEAD", "lint")
    assert not answer.proven
    assert [(p.counted, p.why_not) for p in answer.proofs] == [(False, "it failed")]
    assert answer.reasons == ("v1.5.0-rc.1 does not count: it failed",)
    assert answer.missing == ("lint",)


def test_an_abandoned_evolution_proves_nothing(desk: Desk) -> None:
    evolutions.abandon(desk.session, "v1.5.0-rc.1", why="flaky")
    answer = desk.check()
    assert not answer.proven
    assert answer.reasons == ("v1.5.0-rc.1 does not count: it was abandoned: flaky",)


def test_a_stale_proof_does_not_count(desk: Desk) -> None:
    edit_contract(desk, "Something else")
    answer = desk.check()
    assert not answer.proven
    assert answer.proofs[0].why_not is not None
    assert "stale" in answer.proofs[0].why_not


def test_a_proof_counts_for_the_changes_that_still_stand(repo: Repo) -> None:
    desk = Desk(repo)
    desk.proven("v1.5.0", "FEAT-1", "FEAT-2")
    edit_contract(desk, "The FEAT-1")
    [proof] = desk.check().proofs
    assert proof.counted
    assert proof.why_not is not None
    assert "FEAT-2" in proof.why_not


def test_a_change_that_is_promised_no_more_proves_nothing(desk: Desk) -> None:
    evolutions.start(
        desk.session, "v1.5.0", ["FIX-1"], new_change=(ChangeType.FIX, "Another change")
    )
    edit_contract(desk, "Another change", without="FEAT-1")
    assert not desk.check().proven


def test_another_proof_makes_up_for_one_that_does_not_count(desk: Desk) -> None:
    evolutions.abandon(desk.session, "v1.5.0-rc.1", why="flaky")
    desk.start("v1.5.0", "FEAT-1")
    desk.run()
    answer = desk.check()
    assert answer.proven
    assert [proof.counted for proof in answer.proofs] == [True, False]


def test_a_record_that_does_not_fit_its_commit_does_not_count(desk: Desk) -> None:
    path = paths(desk.repo, REF, "-run-finished")[0]
    text = read(desk.repo, REF, path)
    tree = desk.repo.git("rev-parse", "HEAD^{tree}")
    tamper(desk.repo, REF, {path: text.replace(tree, "1" * 40)})
    answer = desk.check()
    assert not answer.proven
    assert "gryt verify" in answer.reasons[0]


def test_a_generation_that_does_not_read_does_not_hide_another(desk: Desk) -> None:
    desk.generation("v1.6.0", "FEAT-2")
    desk.start("v1.6.0", "FEAT-2")
    desk.run()
    tamper(desk.repo, ref_of("v1.6.0"), {"audit/rubbish": "x\n"})
    assert desk.check().proven
    tamper(desk.repo, REF, {"audit/rubbish": "x\n"})
    answer = desk.check()
    assert not answer.proven
    assert len([reason for reason in answer.reasons if "unreadable" in reason]) == 2


def test_a_note_alone_proves_nothing(desk: Desk, remote: Repo, clone: Repo) -> None:
    desk.repo.git("push", "--quiet", "origin", f"{REF}:{REF}", "refs/notes/gryt", "main")
    clone.git("fetch", "--quiet", "origin", "refs/notes/*:refs/notes/*")
    answer = Desk(clone).check()
    assert not answer.proven
    assert any("notes count for nothing by themselves" in reason for reason in answer.reasons)
    [hint] = answer.hints
    assert hint == "git fetch origin 'refs/gryt/*:refs/gryt/*'"
    clone.git("fetch", "--quiet", "origin", "refs/gryt/*:refs/gryt/*")
    assert Desk(clone).check().proven


def test_a_note_copied_to_another_commit_proves_nothing(desk: Desk) -> None:
    desk.repo.commit("Unproven")
    desk.repo.git("notes", "--ref=gryt", "copy", "HEAD~1", "HEAD")
    answer = desk.check()
    assert not answer.proven
    assert any("a note on it" in reason for reason in answer.reasons)


def test_a_tag_alone_proves_nothing(desk: Desk) -> None:
    head = desk.repo.commit("Unproven")
    desk.repo.git("tag", "-a", "-m", "mine", "v1.5.0-rc.2")
    assert not desk.check("v1.5.0-rc.2").proven
    assert desk.check("v1.5.0-rc.2").commit == head


PROGRAM = """\
import os, sys
from pathlib import Path
from gryt.git.process import Git
from gryt.git.repository import discover
from gryt.service.check import check
from gryt.service.session import Session
from gryt.store.ledger import Ledger
ledger = Ledger(discover(Git(Path.cwd(), os.environ)), now_ms=lambda: 0)
session = Session(ledger, None, lambda: None, os.environ, print)
print(check(session, None, require=["lint"]).proven, *sys.modules)
"""


def test_a_warm_cache_answers_without_libgit2_and_yaml(desk: Desk) -> None:
    assert desk.check().proven
    said = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=desk.repo, capture_output=True, text=True, check=True
    )
    proven, *loaded = said.stdout.split()
    assert proven == "True"
    assert {"pygit2", "yaml", "jsonschema", "jsonschema_rs"}.isdisjoint(loaded)
