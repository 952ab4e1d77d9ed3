"""`gryt approve`, and whose approvals count, on real repositories with real keys."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from gryt.model.approvals import approvals_gate
from gryt.model.names import Oid
from gryt.model.policy import Approvals
from gryt.model.verdict import Verdict
from tests.support.cli import Gryt, Result
from tests.support.git import Repo, git

pytestmark = pytest.mark.slow  # many processes

REF = "refs/gryt/generations/v1.0.0"
Judge = Callable[..., Verdict]


@pytest.fixture(scope="module")
def template(started: Repo, tmp_path_factory: pytest.TempPathFactory) -> Repo:
    """Ada promised and proved two changes; the second has a commit of Bob's in it."""
    gryt = Gryt()
    repo = started.copy(tmp_path_factory.mktemp("proven") / "repo")
    gryt.ok("generation", "new", "v1.0.0", "--change", "add:A-1:One", cwd=repo)
    contract = repo / ".gryt/generations/v1.0.0.yaml"
    more = "  - type: add\n    id: B-1\n    title: Two\n"
    contract.write_text(contract.read_text() + more)
    for change in ("A-1", "B-1"):
        gryt.ok("evolution", "start", "v1.0.0", "--change", change, cwd=repo)
        gryt.ok("run", cwd=repo)
        repo.git("commit", "-q", "--allow-empty", "-m", "Two", "--author=Bob <bob@example.com>")
        repo.commit("Tidy up")
    return repo


@pytest.fixture
def proven(template: Repo, tmp_path: Path) -> Repo:
    return template.copy(tmp_path / "repo")


def approve(gryt: Gryt, repo: Repo, who: str, *args: str, **env: str) -> Result:
    person = {"GIT_AUTHOR_NAME": who, "GIT_AUTHOR_EMAIL": f"{who.lower()}@example.com"}
    return gryt.ok("approve", "v1.0.0", *args, cwd=repo, env={**person, **env})


@pytest.fixture
def judge() -> Judge:
    """Judges a rule as `gate check` does."""
    from gryt.cli.context import App
    from gryt.service.vouching import gathered

    def judge(repo: Repo, rule: Approvals) -> Verdict:
        session = App((repo.path,)).session
        state = session.ledger.get("v1.0.0").state
        given, facts = gathered(session, state, session.ledger.records(REF), [rule])
        return approvals_gate(state, given, rule, facts, Oid(repo.head))

    return judge


def test_an_approval_is_a_record_a_commit_and_a_line_of_the_log(proven: Repo, gryt: Gryt) -> None:
    result = approve(gryt, proven, "Grace", "--change", "A-1", "--comment", "read it")
    assert result.stdout.splitlines() == [
        "Approved: v1.0.0 A-1",
        "By: Grace <grace@example.com>",
        "Comment: read it",
        "  A-1 (proven by v1.0.0-rc.1)",
    ]
    assert proven.log(REF)[0] == "v1.0.0 approved by Grace: A-1"
    assert "Gryt-Change: A-1" in proven.git("log", "-1", "--format=%B", REF)
    newest = gryt.ok("audit", "log", "v1.0.0", "--json", cwd=proven).json["records"][0]
    assert (newest["kind"], newest["comment"]) == ("audit.approved", "read it")
    assert newest["by"] == "Grace <grace@example.com>"
    assert list(newest["proofs"]) == ["A-1"]
    gryt.ok("verify", cwd=proven)


def test_authors_of_the_work_do_not_count(proven: Repo, gryt: Gryt, judge: Judge) -> None:
    rule = Approvals(not_author=True)
    for who in ("Ada", "Bob"):
        approve(gryt, proven, who)
    verdict = judge(proven, rule)
    lines = [reason.partition(") ")[2] for reason in verdict.reasons if "approval of" in reason]
    assert verdict.reasons[0] == "B-1: 0 of 1 approvals", "Bob may vouch for A-1, which Ada wrote"
    assert [line.rpartition(" ")[0] for line in lines] == [
        "does not count for A-1: it is by who started",
        "does not count for B-1: it is by who started",
        "does not count for B-1: it is by who wrote",
    ]
    approve(gryt, proven, "Grace")
    assert judge(proven, rule).blocks is False


def test_whoever_approves_hears_at_once_whether_it_counts(proven: Repo, gryt: Gryt) -> None:
    rules = "approvals: {min: 1, not_author: true, from: [ada@example.com, bob@example.com]}\n"
    proven.commit("Policy", {".gryt/policy.yaml": rules})
    said = approve(gryt, proven, "Ada").stdout.splitlines()
    assert "It does not count for A-1: it is by who started v1.0.0-rc.1" in said
    assert "It " not in approve(gryt, proven, "Bob", "--change", "A-1").stdout
    doubts = approve(gryt, proven, "Grace", "--json").json["doubts"]
    assert doubts == ["does not count: 'grace@example.com' is not in the policy's list"]


def test_what_an_earlier_release_has_is_not_this_ones_work(
    proven: Repo, gryt: Gryt, judge: Judge
) -> None:
    approve(gryt, proven, "Bob")
    rule = Approvals(not_author=True)
    assert judge(proven, rule).blocks
    gryt.ok("generation", "new", "v0.9.0", "--change", "add:Z-1:Zero", cwd=proven)
    proven.git("checkout", "-q", "v1.0.0-rc.2~1")
    gryt.ok("evolution", "start", "v0.9.0", "--change", "Z-1", cwd=proven)
    gryt.ok("run", cwd=proven)
    gryt.ok("generation", "promote", "v0.9.0", cwd=proven)
    assert judge(proven, rule).blocks is False


def test_taking_it_back_is_recorded_and_only_for_oneself(
    proven: Repo, gryt: Gryt, judge: Judge
) -> None:
    approve(gryt, proven, "Grace")
    approve(gryt, proven, "Hedy")
    back = approve(gryt, proven, "Grace", "--withdraw", "--comment", "it broke staging")
    assert back.stdout == "Withdrawn: 1 approval of v1.0.0\n"
    verdict = judge(proven, Approvals(min=2))
    assert "it was taken back (it broke staging)" in verdict.reasons[-1]
    assert "A-1: 1 of 2 approvals (hedy@example.com)" in verdict.reasons
    again = gryt("approve", "v1.0.0", "--withdraw", cwd=proven)
    assert (again.status, "no approval of v1.0.0" in again.stderr) == (3, True)
    gryt.ok("verify", cwd=proven)


@pytest.mark.parametrize(
    ("args", "status", "said"),
    [
        (["v9.0.0"], 3, "generation 'v9.0.0' does not exist"),
        (["v1.0.0", "--change", "A1"], 3, "did you mean 'A-1'?"),
        (["v1.0.0", "--commit", "nowhere"], 3, "names no commit here"),
        (["v1.0.0", "--withdraw", "--commit", "HEAD"], 2, "--withdraw takes no --commit"),
        (["v1.0.0", "--comment", "x" * 10_001], 3, "more than 10000 characters"),
    ],
)
def test_what_cannot_be_approved_is_said_and_changes_nothing(
    proven: Repo, gryt: Gryt, args: list[str], status: int, said: str
) -> None:
    before = proven.refs()
    result = gryt("approve", *args, cwd=proven)
    assert (result.status, said in result.stderr) == (status, True), result.stderr
    assert proven.refs() == before


def test_a_release_needs_no_approval_any_more(proven: Repo, gryt: Gryt) -> None:
    gryt.ok("generation", "promote", "v1.0.0", cwd=proven)
    result = gryt("approve", "v1.0.0", cwd=proven)
    assert (result.status, "is promoted already" in result.stderr) == (3, True)


# --- signatures


@pytest.fixture(scope="module")
def keys(hermetic_session: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("keys")
    for name in ("grace", "grace-laptop", "hedy"):
        make = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)]
        subprocess.run(make, check=True)
    return folder


@pytest.fixture
def signing(proven: Repo, keys: Path) -> Repo:
    """Grace, who has two keys, and Hedy are known; every commit of the ledger is signed."""
    lines = []
    for name in ("grace", "grace-laptop", "hedy"):
        address = f"{name.partition('-')[0]}@example.com"
        lines.append(f"{address} {(keys / f'{name}.pub').read_text()}")
    (proven / ".git/allowed").write_text("".join(lines))
    proven.git("config", "gpg.ssh.allowedSignersFile", proven / ".git/allowed")
    proven.git("config", "gpg.format", "ssh")
    return proven


def signed_by(gryt: Gryt, repo: Repo, keys: Path, key: str, who: str) -> None:
    repo.git("config", "user.signingKey", keys / f"{key}.pub")
    repo.git("config", "gryt.sign", "true")
    assert "(signed)" in approve(gryt, repo, who).stdout
    repo.git("config", "gryt.sign", "false")


SIGNED = Approvals(min=2, signed=True)


def test_two_people_with_good_signatures_are_enough(
    signing: Repo, gryt: Gryt, keys: Path, judge: Judge
) -> None:
    signed_by(gryt, signing, keys, "grace", "Grace")
    signed_by(gryt, signing, keys, "hedy", "Hedy")
    assert judge(signing, SIGNED).blocks is False
    signing.git("config", "--unset", "gpg.ssh.allowedSignersFile")
    assert "not listed" in judge(signing, SIGNED).reasons[-1]


@pytest.mark.parametrize(
    "case",
    [
        ("grace-laptop", "Grace", None),
        ("grace-laptop", "Hedy", "it is signed by grace@example.com, and not by whom it names"),
        (None, "Hedy", "it is not signed"),
    ],
)
def test_one_person_is_not_two(
    signing: Repo, gryt: Gryt, keys: Path, judge: Judge, *, case: tuple[str | None, str, str | None]
) -> None:
    key, who, said = case
    signed_by(gryt, signing, keys, "grace", "Grace")
    if key is None:
        approve(gryt, signing, who)
    else:
        signed_by(gryt, signing, keys, key, who)
    verdict = judge(signing, SIGNED)
    assert verdict.reasons[0] == "A-1: 1 of 2 approvals (grace@example.com)"
    reasons = [reason for reason in verdict.reasons if "does not count" in reason]
    assert len(reasons) == (0 if said is None else 1)
    assert said is None or said in reasons[0]


def test_a_branch_makes_nobody_known_and_a_published_policy_does(
    signing: Repo, gryt: Gryt, keys: Path
) -> None:
    signing.git("config", "--unset", "gpg.ssh.allowedSignersFile")
    line = "grace@example.com " + " ".join((keys / "grace.pub").read_text().split()[:2])
    rules = f"approvals: {{min: 1, signed: true}}\nsigners:\n  - {line}\n"
    signing.commit("Policy", {".gryt/policy.yaml": rules})
    signed_by(gryt, signing, keys, "grace", "Grace")

    def gate() -> str:
        command = ("generation", "promote", "v1.0.0", "--dry-run", "--json")
        gates = gryt(*command, cwd=signing).json["gates"]
        return str(next(each["outcome"] for each in gates if each["name"] == "ApprovalsGate"))

    assert gate() == "fail"
    gryt.ok("policy", "publish", cwd=signing)
    assert gate() == "pass"


def test_a_clone_that_does_not_tell_who_signed_is_inconclusive(
    signing: Repo, gryt: Gryt, keys: Path, judge: Judge, tmp_path: Path
) -> None:
    signed_by(gryt, signing, keys, "grace", "Grace")
    shallow = Repo(tmp_path / "shallow")
    git("clone", "-q", "--depth=1", f"file://{signing}", shallow, cwd=tmp_path)
    shallow.git("fetch", "-q", "--depth=1", "origin", f"{REF}:{REF}")
    verdict = judge(shallow, Approvals(signed=True))
    assert verdict.outcome.value == "inconclusive"
    assert verdict.mend == "git fetch --unshallow --tags"


def test_a_proof_that_nobody_known_signed_can_be_made_to_count_for_nothing(
    signing: Repo, gryt: Gryt, keys: Path
) -> None:
    """The records that a promotion rests on, not only approvals (`signed: true`)."""
    signing.git("config", "user.signingKey", keys / "hedy.pub")
    signing.git("config", "gryt.sign", "true")
    signing.commit("Policy", {".gryt/policy.yaml": "signed: true\n"})
    person = {"GIT_AUTHOR_NAME": "Hedy", "GIT_AUTHOR_EMAIL": "hedy@example.com"}
    promote = ("generation", "promote", "v1.0.0", "--dry-run", "--json")

    def gate() -> tuple[str, list[str]]:
        gates = gryt(*promote, cwd=signing, env=person).json["gates"]
        found = next(each for each in gates if each["name"] == "SignaturesGate")
        return found["outcome"], found["reasons"]

    outcome, reasons = gate()
    assert outcome == "fail"
    assert [reason.partition(" (")[0] for reason in reasons] == [
        "generation.contract",
        *[f"{kind} of v1.0.0-rc.{n}" for n in (1, 2) for kind in WHAT],
    ]
    assert all(reason.endswith("<ada@example.com>: it is not signed") for reason in reasons)

    gryt.ok("generation", "update", "v1.0.0", cwd=signing, env=person)
    for change in ("A-1", "B-1"):
        gryt.ok("evolution", "start", "v1.0.0", "--change", change, cwd=signing, env=person)
        gryt.ok("run", cwd=signing, env=person)
    outcome, reasons = gate()
    assert (outcome, len(reasons)) == ("fail", 1), "the contract is still Ada's, unsigned"
    contract = signing / ".gryt/generations/v1.0.0.yaml"
    contract.write_text(contract.read_text() + "description: As Hedy has it\n")
    gryt.ok("generation", "update", "v1.0.0", cwd=signing, env=person)
    assert gate() == ("pass", [])


WHAT = ("evolution.started", "run.started", "run.finished")
