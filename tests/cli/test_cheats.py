"""A table of ways to cheat: each is refused, or everybody sees it.

Each function is one way. It is given a repository in which v1.0.0 is honestly under way (a
published policy asks for a step `scan` with a pinned command and for one approval of somebody else;
A-1 is proven by Ada) and returns what a defender has: the output of whoever refuses or tells.
"""

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.support.cli import Gryt, Result
from tests.support.git import Repo, git

pytestmark = pytest.mark.slow

LEDGER = "refs/gryt/generations/v1.0.0"
PIPELINE = ".gryt/pipelines/full-ci.yaml"
POLICY = ".gryt/policy.yaml"
CONTRACT = ".gryt/generations/v1.0.0.yaml"
STEPS = """\
name: full-ci
steps:
  - name: unit
    command: echo 3 passed
  - name: scan
    command: sh scan.sh
"""
RULES = """\
policies:
  - name: scanned
    required_steps:
      - {name: scan, command: sh scan.sh}
    override: forbid
approvals: {min: 1, not_author: true}
"""
GRACE = {"GIT_AUTHOR_NAME": "Grace", "GIT_AUTHOR_EMAIL": "grace@example.com"}


class Scene(NamedTuple):
    """A repository to cheat in."""

    gryt: Gryt
    repo: Repo
    folder: Path
    patch: pytest.MonkeyPatch

    def run(self, *args: str, **env: str) -> Result:
        return self.gryt(*args, cwd=self.repo, env=env)

    def start(self) -> Result:
        return self.run("evolution", "start", "v1.0.0", "--change", "A-1")

    def promote(self, *args: str) -> Result:
        return self.run("generation", "promote", "v1.0.0", *args)

    def prove(self) -> None:
        self.gryt.ok("evolution", "start", "v1.0.0", "--change", "A-1", cwd=self.repo)
        self.gryt.ok("run", cwd=self.repo)

    def approved(self) -> None:
        self.gryt.ok("approve", "v1.0.0", cwd=self.repo, env=GRACE)

    def add_record(self, path: str, text: str, *, message: str = "By hand") -> str:
        """Puts a file into the ledger with plumbing."""
        blob = self.repo.git("hash-object", "-w", "--stdin", stdin=text)
        index = {"GIT_INDEX_FILE": str(self.folder / "index")}
        git("read-tree", LEDGER, cwd=self.repo, env=index)
        entry = f"100644,{blob},{path}"
        git("update-index", "--add", "--cacheinfo", entry, cwd=self.repo, env=index)
        tree = git("write-tree", cwd=self.repo, env=index)
        commit = self.repo.git("commit-tree", "-p", LEDGER, "-m", message, tree)
        self.repo.git("update-ref", LEDGER, commit)
        return commit

    def records(self, ending: str) -> list[tuple[str, str]]:
        """Paths and texts of records."""
        names = self.repo.git("ls-tree", "-r", "--name-only", LEDGER).splitlines()
        return [
            (name, self.repo.git("cat-file", "blob", f"{LEDGER}:{name}") + "\n")
            for name in names
            if name.endswith(ending)
        ]


@pytest.fixture(scope="module")
def template(started: Repo, tmp_path_factory: pytest.TempPathFactory) -> Repo:
    gryt = Gryt()
    repo = started.copy(tmp_path_factory.mktemp("honest") / "repo")
    files = {PIPELINE: STEPS, POLICY: RULES, "scan.sh": "true\n"}
    repo.commit("Scan", files)
    gryt.ok("policy", "publish", cwd=repo)
    gryt.ok("generation", "new", "v1.0.0", "--change", "add:A-1:One", cwd=repo)
    gryt.ok("evolution", "start", "v1.0.0", "--change", "A-1", cwd=repo)
    gryt.ok("run", cwd=repo)
    return repo


@pytest.fixture
def scene(template: Repo, gryt: Gryt, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scene:
    return Scene(gryt, template.copy(tmp_path / "repo"), tmp_path, monkeypatch)


def test_the_honest_way_leads_there(scene: Scene) -> None:
    assert "ApprovalsGate: FAIL" in scene.promote().stdout
    scene.approved()
    assert scene.promote().status == 0
    scene.gryt.ok("verify", cwd=scene.repo)


Cheat = Callable[[Scene], Result]
CHEATS: list[tuple[Cheat, int, str]] = []


def refused(status: int, said: str) -> Callable[[Cheat], Cheat]:
    """Says of a way to cheat which status and which words meet it."""

    def note(cheat: Cheat) -> Cheat:
        CHEATS.append((cheat, status, said))
        return cheat

    return note


# --- with the pipeline


@refused(1, "missing required step: scan")
def rename_the_step(scene: Scene) -> Result:
    scene.repo.commit("Rename", {PIPELINE: STEPS.replace("name: scan", "name: scan-later")})
    return scene.start()


@refused(1, "scan")
def empty_its_command(scene: Scene) -> Result:
    scene.repo.commit("Nothing", {PIPELINE: STEPS.replace("sh scan.sh", "'true'")})
    return scene.start()


@refused(1, "scan")
def let_it_fail(scene: Scene) -> Result:
    scene.repo.commit("Lenient", {PIPELINE: STEPS + "    allow_failure: true\n"})
    return scene.start()


@refused(1, "in v1.0.0-rc.2 step 'scan' was skipped")
def skip_it_by_a_condition(scene: Scene) -> Result:
    scene.repo.commit("Never", {PIPELINE: STEPS + "    when: {change_type: [remove]}\n"})
    scene.prove()
    scene.approved()
    return scene.promote()


@refused(1, "scan")
def hide_the_failure_in_the_shell(scene: Scene) -> Result:
    lenient = STEPS.replace("sh scan.sh", "sh scan.sh || true")
    scene.repo.commit("Or else", {PIPELINE: lenient, "scan.sh": "false\n"})
    return scene.start()


@refused(1, "scan")
def commit_an_easier_pipeline_after_the_start(scene: Scene) -> Result:
    scene.gryt.ok("evolution", "start", "v1.0.0", "--change", "A-1", cwd=scene.repo)
    scene.repo.commit("Easier", {PIPELINE: STEPS.partition("  - name: scan")[0]})
    return scene.run("run")


@refused(1, "proves nothing")
def edit_the_pipeline_after_the_start(scene: Scene) -> Result:
    scene.gryt.ok("evolution", "start", "v1.0.0", "--change", "A-1", cwd=scene.repo)
    scene.repo.write({PIPELINE: STEPS.replace("echo 3 passed", "echo 4 passed")})
    return scene.run("run")


@refused(1, "needs a plain shell")
def give_it_to_a_shell_that_runs_nothing(scene: Scene) -> Result:
    deaf = STEPS.replace("name: full-ci", "name: full-ci\nshell: sh -n -c", 1)
    scene.repo.commit("Read it well", {PIPELINE: deaf})
    return scene.start()


@refused(1, "nothing may set PATH")
def put_another_program_before_it(scene: Scene) -> Result:
    path = STEPS + "    env: {PATH: ./fakes}\n"
    scene.repo.commit("Our own tools", {PIPELINE: path})
    return scene.start()


@refused(1, "scanned: FAIL")
def let_a_condition_skip_it(scene: Scene) -> Result:
    never = STEPS + "    when: {branch: [never]}\n"
    scene.repo.commit("Not today", {PIPELINE: never})
    scene.prove()
    return scene.promote()


@refused(1, "scanned: FAIL")
def call_it_a_hotfix(scene: Scene) -> Result:
    scene.approved()
    scene.gryt.ok("generation", "promote", "v1.0.0", cwd=scene.repo)
    hotfix = ("audit", "hotfix", "v1.0.0", "--issue", "C-1", "--title", "Urgent")
    scene.gryt.ok(*hotfix, cwd=scene.repo)
    scene.repo.commit("Faster", {PIPELINE: STEPS + "    when: {branch: [never]}\n"})
    scene.gryt.ok("evolution", "start", "v1.0.1", "--change", "C-1", cwd=scene.repo)
    scene.gryt.ok("run", cwd=scene.repo)
    return scene.run("audit", "hotfix-promote", "v1.0.1")


@refused(1, "scan")
def run_another_pipeline_than_was_started(scene: Scene) -> Result:
    easy = STEPS.partition("  - name: scan")[0].replace("full-ci", "easy")
    scene.repo.commit("A second one", {".gryt/pipelines/easy.yaml": easy})
    scene.gryt.ok(
        *("evolution", "start", "v1.0.0", "--change", "A-1", "--pipeline", "full-ci"),
        cwd=scene.repo,
    )
    return scene.run("run", "easy")


# --- with the policy


@refused(1, "missing required step: scan")
def remove_the_policy_from_the_branch(scene: Scene) -> Result:
    (scene.repo / POLICY).unlink()
    scene.repo.commit("Free", {PIPELINE: STEPS.partition("  - name: scan")[0]})
    return scene.start()


@refused(1, "missing required step: scan")
def weaken_the_policy_to_a_warning(scene: Scene) -> Result:
    weak = RULES.replace("    override: forbid", "    mode: warn")
    files = {POLICY: weak, PIPELINE: STEPS.partition("  - name: scan")[0]}
    scene.repo.commit("Only a warning", files)
    return scene.start()


@refused(1, "ApprovalsGate: FAIL")
def drop_a_rule_before_promoting(scene: Scene) -> Result:
    scene.repo.commit("No approvals", {POLICY: RULES.partition("approvals")[0]})
    return scene.promote()


@refused(1, "missing required step: lint")
def hide_the_policy_and_run_elsewhere(scene: Scene) -> Result:
    """What is not committed does not keep an isolated run from proving the commit."""
    linted = "policies: [{name: linted, required_steps: [lint]}]\n"
    scene.repo.commit("Stricter", {POLICY: linted})
    (scene.repo / POLICY).unlink()
    scene.gryt.ok("evolution", "start", "v1.0.0", "--change", "A-1", cwd=scene.repo)
    return scene.run("run", "--isolated")


@refused(3, "is not read: a policy is called '.gryt/policy.yaml'")
def give_the_policy_another_ending(scene: Scene) -> Result:
    scene.repo.git("mv", POLICY, POLICY.replace(".yaml", ".yml"))
    return scene.start()


@refused(3, "are both here: which one holds?")
def put_a_second_policy_beside_it(scene: Scene) -> Result:
    scene.repo.write({".gryt/policies.yaml": "policies: []\n"})
    return scene.start()


@refused(3, "policies")
def write_a_key_twice(scene: Scene) -> Result:
    scene.repo.write({POLICY: RULES + "policies: []\n"})
    return scene.start()


@refused(1, "linted: FAIL")
def promote_a_commit_from_before_the_policy(scene: Scene) -> Result:
    """What is checked out has a say, too."""
    before = scene.repo.head
    linted = RULES.replace("approvals:", "  - {name: linted, required_steps: [lint]}\napprovals:")
    scene.repo.commit("Stricter", {POLICY: linted})
    return scene.promote("--commit", before)


# --- with the proof


@refused(1, "proves nothing: git is told not to look at scan.sh")
def hide_an_edit_from_git(scene: Scene) -> Result:
    scene.gryt.ok("evolution", "start", "v1.0.0", "--change", "A-1", cwd=scene.repo)
    scene.repo.git("update-index", "--assume-unchanged", "scan.sh")
    scene.repo.write({"scan.sh": "exit 0\n"})
    return scene.run("run")


@refused(1, "proves nothing: the work tree has uncommitted changes: scan.sh")
def run_on_a_dirty_tree(scene: Scene) -> Result:
    scene.gryt.ok("evolution", "start", "v1.0.0", "--change", "A-1", cwd=scene.repo)
    scene.repo.write({"scan.sh": "exit 0\n"})
    return scene.run("run")


@refused(1, "does not contain v1.0.0-rc.2")
def prove_on_another_branch(scene: Scene) -> Result:
    scene.repo.git("switch", "-q", "-c", "other")
    scene.repo.commit("Work", {"work.txt": "1\n"})
    scene.prove()
    scene.repo.git("switch", "-q", "main")
    return scene.promote()


@refused(1, "does not contain v1.0.0-rc.2")
def pretend_an_ancestry_with_git_replace(scene: Scene) -> Result:
    scene.repo.git("switch", "-q", "-c", "other")
    work = scene.repo.commit("Work", {"work.txt": "1\n"})
    scene.prove()
    scene.repo.git("switch", "-q", "main")
    tip = scene.repo.commit("Other work", {"other.txt": "1\n"})
    scene.repo.git("replace", "--graft", tip, work)
    scene.repo.git("merge-base", "--is-ancestor", work, tip)  # git believes it
    return scene.promote()


@refused(1, "A-1 is stale: the contract changed since v1.0.0-rc.1")
def promise_something_else_afterwards(scene: Scene) -> Result:
    path = scene.repo / CONTRACT
    path.write_text(path.read_text().replace("title: One", "title: One and a half"))
    return scene.promote()


@refused(1, "NoFailedEvolutionsGate: FAIL")
def leave_a_failure_behind(scene: Scene) -> Result:
    scene.repo.commit("Broken", {"scan.sh": "false\n"})
    scene.gryt.ok("evolution", "start", "v1.0.0", "--change", "A-1", cwd=scene.repo)
    assert scene.run("run").status == 1
    return scene.promote("--commit", "HEAD~1")


@refused(1, "v1.0.0-rc.2 failed")
def abandon_the_failure_under_a_strict_policy(scene: Scene) -> Result:
    scene.repo.commit("Strict", {POLICY: RULES + "strict: true\n", "scan.sh": "false\n"})
    scene.gryt.ok("evolution", "start", "v1.0.0", "--change", "A-1", cwd=scene.repo)
    assert scene.run("run").status == 1
    scene.run("evolution", "abandon", "v1.0.0-rc.2", "--reason", "never happened")
    return scene.promote()


# --- with tags and notes


@refused(3, "tag 'v1.0.0' exists already, at this commit, and no promotion made it")
def tag_the_release_by_hand(scene: Scene) -> Result:
    scene.repo.git("tag", "-a", "-m", "Release v1.0.0", "v1.0.0")
    return scene.promote()


@refused(6, "it leads to the tag object of 'v1.0.0-rc.1'")
def copy_a_tag(scene: Scene) -> Result:
    scene.repo.git("update-ref", "refs/tags/v1.0.0-rc.2", "refs/tags/v1.0.0-rc.1")
    return scene.run("verify")


@refused(6, "v1.0.0-rc.1")
def move_a_candidate(scene: Scene) -> Result:
    scene.repo.commit("Unproven", {"work.txt": "1\n"})
    scene.repo.git("tag", "-f", "-a", "-m", "Proven, too", "v1.0.0-rc.1")
    return scene.run("verify")


@refused(1, "NOT proven")
def copy_a_note_to_another_commit(scene: Scene) -> Result:
    proven = scene.repo.head
    scene.repo.commit("Unproven", {"work.txt": "1\n"})
    scene.repo.git("notes", "--ref=gryt", "copy", proven, "HEAD")
    assert scene.run("verify").status != 0
    return scene.run("check", "HEAD")


# --- with the ledger


@refused(0, "it names Grace <grace@example.com>, and is committed by <ada@example.com>")
def approve_in_somebody_elses_name(scene: Scene) -> Result:
    [(path, _)] = scene.records("-created.yaml")
    name = path.rpartition("/")[2][:26]
    later = _later(scene)
    scene.add_record(
        f"audit/{later}-approved.yaml",
        f"format: 1\nid: {later}\nkind: audit.approved\nat: '2026-11-22T09:15:02Z'\n"
        f"by: Grace <grace@example.com>\ngeneration: {name}\n",
    )
    return scene.run("verify")


@refused(1, "run.finished of v1.0.0-rc.2")
def forge_a_passing_run_with_plumbing(scene: Scene) -> Result:
    """All three records of an evolution, perfect but for who signed them."""
    scene.repo.commit("Signed", {POLICY: RULES + "signed: true\n"})
    for ending in ("-started.yaml", "-run-started.yaml", "-run-finished.yaml"):
        path, text = next((p, t) for p, t in scene.records(ending) if "evolutions/" in p)
        evolution, old = path.split("/")[1], path.rpartition("/")[2][:26]
        for known in {evolution, old, *_named(text)}:
            path, text = path.replace(known, _moved(known)), text.replace(known, _moved(known))
        text = text.replace("number: 1", "number: 2").replace("v1.0.0-rc.1", "v1.0.0-rc.2")
        for key, what in {"commit": "HEAD", "tree": "HEAD^{tree}"}.items():
            text = _with(text, key, scene.repo.git("rev-parse", what))
        scene.add_record(path, _without(text, "tag_object", "tag"))
    scene.approved()
    return scene.promote()


def _later(scene: Scene) -> str:
    """An id after all there are."""
    names = [path.rpartition("/")[2][:26] for path, _ in scene.records(".yaml")]
    return f"{max(names)[:-3]}zzz"


def _moved(name: str) -> str:
    return f"{name[:-3]}zzz"


def _named(text: str) -> list[str]:
    """The evolution and the run that a record names."""
    lines = [line.partition(": ") for line in text.splitlines()]
    return [value for key, _, value in lines if key in {"evolution", "run"}]


def _with(text: str, key: str, value: str) -> str:
    lines = text.splitlines()
    return "".join(f"{key}: {value}\n" if x.startswith(f"{key}: ") else f"{x}\n" for x in lines)


def _without(text: str, *keys: str) -> str:
    lines = text.splitlines(keepends=True)
    return "".join(x for x in lines if x.partition(":")[0] not in keys)


@refused(6, "removes it")
def take_a_failed_run_out_of_the_ledger(scene: Scene) -> Result:
    scene.repo.commit("Broken", {"scan.sh": "false\n"})
    scene.gryt.ok("evolution", "start", "v1.0.0", "--change", "A-1", cwd=scene.repo)
    assert scene.run("run").status == 1
    path = scene.records("-run-finished.yaml")[-1][0]
    index = {"GIT_INDEX_FILE": str(scene.folder / "index")}
    git("read-tree", LEDGER, cwd=scene.repo, env=index)
    git("update-index", "--force-remove", path, cwd=scene.repo, env=index)
    tree = git("write-tree", cwd=scene.repo, env=index)
    commit = scene.repo.git("commit-tree", "-p", LEDGER, "-m", "Tidy", tree)
    scene.repo.git("update-ref", LEDGER, commit)
    return scene.run("verify")


@refused(6, "origin has gone back")
def rewind_the_ledger_on_the_remote(scene: Scene) -> Result:
    remote = Repo(scene.folder / "remote.git")
    git("init", "-q", "--bare", remote, cwd=scene.folder)
    scene.repo.git("remote", "add", "origin", remote)
    scene.repo.git("push", "-q", "origin", "main")
    scene.gryt.ok("sync", "push", cwd=scene.repo)
    before = scene.repo.git("rev-parse", f"{LEDGER}~2")
    remote.git("update-ref", LEDGER, before)
    return scene.run("sync", "pull")


@refused(1, "would rewind it")
def rewind_it_past_the_servers_hook(scene: Scene) -> Result:
    remote = Repo(scene.folder / "remote.git")
    git("init", "-q", "--bare", remote, cwd=scene.folder)
    scene.gryt.ok("hooks", "server", "--install", cwd=remote)
    scene.repo.git("push", "-q", remote, LEDGER)
    return _push(scene, remote, f"+{LEDGER}~1:{LEDGER}")


@refused(1, "is not promoted")
def push_a_release_that_nobody_promoted(scene: Scene) -> Result:
    remote = Repo(scene.folder / "remote.git")
    git("init", "-q", "--bare", remote, cwd=scene.folder)
    scene.gryt.ok("hooks", "server", "--install", cwd=remote)
    scene.repo.git("tag", "-a", "-m", "Release v1.0.0", "v1.0.0")
    return _push(scene, remote, LEDGER, "v1.0.0")


def _push(scene: Scene, remote: Repo, *specs: str) -> Result:
    import subprocess

    done = subprocess.run(
        ["git", "push", remote, *specs], cwd=scene.repo, capture_output=True, text=True, check=False
    )
    return Result(done.returncode, done.stdout, done.stderr)


@refused(6, "said fail, and no record overrides it")
def write_a_promotion_that_no_gate_allowed(scene: Scene) -> Result:
    """By somebody whose gryt does not look at gates."""
    from gryt.model.verdict import Verdict

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Verdict, "blocks", property(lambda _: False))
        assert scene.promote().status == 0
    return scene.run("verify")


@refused(1, "B-1 is not proven")
def claim_a_proof_in_the_cache(scene: Scene) -> Result:
    """Anybody can write to their own disk; promotions are judged from git."""
    path = scene.repo / CONTRACT
    path.write_text(path.read_text() + "  - {type: add, id: B-1, title: Two}\n")
    scene.gryt.ok("generation", "update", "v1.0.0", cwd=scene.repo)
    scene.approved()
    scene.gryt.ok("generation", "show", "v1.0.0", cwd=scene.repo)
    with sqlite3.connect(scene.repo / ".git/gryt/index.db") as database:
        for table in _with_states(database):
            for (text,) in database.execute(f"SELECT state FROM {table}").fetchall():
                statement = f"UPDATE {table} SET state = ? WHERE state = ?"
                database.execute(statement, (_proven(text), text))
    database.close()
    return scene.promote()


def _with_states(database: sqlite3.Connection) -> list[str]:
    found = database.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchall()
    return [name for name, sql in found if " state " in sql or "state," in sql]


def _proven(text: str) -> str:
    """Give B-1 the proof of A-1, as the cache writes states."""
    row = json.loads(text)
    if len(row[6]) > 1:
        first, second = row[6]
        second[1:] = first[1:]
    return json.dumps(row)


# --- with people


@refused(1, "it is by who started v1.0.0-rc.1")
def approve_ones_own_work(scene: Scene) -> Result:
    scene.run("approve", "v1.0.0")
    return scene.promote()


@refused(1, "it is by who wrote")
def let_somebody_else_run_ones_own_work(scene: Scene) -> Result:
    scene.repo.commit("By Ada", {"work.txt": "1\n"})
    scene.repo.git("commit", "-q", "--allow-empty", "-m", "Merge", "--author=Bob <bob@example.com>")
    start = ("evolution", "start", "v1.0.0", "--change", "A-1")
    for command in (start, ("run",)):
        scene.run(*command, GIT_AUTHOR_NAME="Bob", GIT_AUTHOR_EMAIL="bob@example.com")
    scene.run("approve", "v1.0.0")
    return scene.promote()


@refused(1, "A-1: 1 of 2 approvals (grace@example.com)")
def approve_twice(scene: Scene) -> Result:
    two = RULES.replace("min: 1", "min: 2")
    scene.repo.commit("Two", {POLICY: two})
    for name in ("Grace", "Admiral Hopper"):
        scene.run("approve", "v1.0.0", GIT_AUTHOR_NAME=name, GIT_AUTHOR_EMAIL="Grace@Example.com")
    return scene.promote()


@refused(1, "stale: the proof of A-1 changed after it")
def get_an_approval_first_and_prove_something_else(scene: Scene) -> Result:
    scene.approved()
    scene.repo.commit("Not what Grace saw", {"work.txt": "1\n"})
    scene.prove()
    return scene.promote()


@refused(1, "it was taken back")
def keep_an_approval_that_was_withdrawn(scene: Scene) -> Result:
    scene.approved()
    scene.run("approve", "v1.0.0", "--withdraw", **GRACE)
    return scene.promote()


@refused(3, "has no approval of v1.0.0 to take back")
def withdraw_what_somebody_else_approved(scene: Scene) -> Result:
    scene.approved()
    return scene.run("approve", "v1.0.0", "--withdraw")


@refused(1, "Mallory <mallory@example.com> may not promote: ada@example.com may")
def promote_as_somebody_who_may_not(scene: Scene) -> Result:
    scene.repo.commit("Promoters", {POLICY: RULES + "promoters: [ada@example.com]\n"})
    scene.approved()
    command = ("generation", "promote", "v1.0.0")
    who = {"GIT_AUTHOR_NAME": "Mallory", "GIT_AUTHOR_EMAIL": "mallory@example.com"}
    refusal = scene.run(*command, **who)
    assert scene.promote().status == 0, "Ada may"
    return refusal


# --- with overrides


@refused(2, "--override has no --reason")
def override_without_a_reason(scene: Scene) -> Result:
    return scene.promote("--override", "ApprovalsGate")


@refused(1, "the policy forbids to override it")
def override_what_is_forbidden(scene: Scene) -> Result:
    scene.repo.commit("Weak", {POLICY: RULES.replace("    override: forbid\n", "")})
    scene.patch.setattr("gryt.service.promote.judge", _failing("scanned"))
    return scene.promote("--override", "scanned", "--reason", "hurry")


def _failing(name: str) -> Callable[..., object]:
    from gryt.model.verdict import Outcome, Verdict

    return lambda *_args, **_kwargs: (Verdict(name, Outcome.FAIL, ("it failed",)),)


@refused(0, "Overridden: ApprovalsGate (who would know)")
def override_and_say_nothing(scene: Scene) -> Result:
    scene.promote("--override", "ApprovalsGate", "--reason", "who would know")
    return scene.run("generation", "show", "v1.0.0")


# --- with the clock and the clone


@refused(1, "it soaks for 10h")
def set_the_clock_back_while_proving(scene: Scene) -> Result:
    import time

    scene.repo.commit("Soak", {POLICY: RULES + "soak: 10h\n"})
    real = time.time_ns
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "time_ns", lambda: real() - 20 * 3600 * 10**9)
        scene.prove()
    return scene.promote()


@refused(1, "ProofsContainedGate: INCONCLUSIVE")
def hide_the_history_in_a_shallow_clone(scene: Scene) -> Result:
    scene.repo.commit("Later", {"work.txt": "1\n"})
    shallow = Repo(scene.folder / "shallow")
    url = f"file://{scene.repo}"
    git("clone", "-q", "--depth=1", "--no-tags", url, shallow, cwd=scene.folder)
    shallow.git("fetch", "-q", "--no-tags", "origin", "refs/gryt/*:refs/gryt/*")
    return scene.gryt("generation", "promote", "v1.0.0", cwd=shallow)


@pytest.mark.parametrize(
    ("cheat", "status", "said"), CHEATS, ids=[cheat.__name__ for cheat, _, _ in CHEATS]
)
def test_a_way_to_cheat_is_refused_or_shown(
    scene: Scene, cheat: Cheat, status: int, said: str
) -> None:
    result = cheat(scene)
    assert said in result.stdout + result.stderr
    assert result.status == status


def test_there_are_at_least_twenty_of_them() -> None:
    assert len(CHEATS) >= 20
