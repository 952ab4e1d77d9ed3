"""`generation promote --override GATE --reason TEXT`: what it allows, and where it can be read."""

from pathlib import Path
from typing import Any

import pytest

from gryt.errors import NotFound
from gryt.model.overrides import Override, settle
from gryt.model.verdict import Outcome, Verdict
from tests.support.cli import Gryt, Result
from tests.support.git import Repo

pytestmark = pytest.mark.slow  # many processes

LEDGER = "refs/gryt/generations/v1.0.0"
GATES = (
    Verdict("Good", Outcome.PASS),
    Verdict("Bad", Outcome.FAIL, ("it is bad",)),
    Verdict("Unsure", Outcome.INCONCLUSIVE, ("who knows",)),
    Verdict("Warning", Outcome.FAIL, ("careful",), advisory=True),
)


def settled(*overrides: tuple[str, str], forbidden: str = "", has_conflicts: bool = False) -> Any:
    given = [Override(*each) for each in overrides]
    return settle(
        GATES, given, may_override=lambda gate: gate != forbidden, has_conflicts=has_conflicts
    )


@pytest.mark.parametrize("gate", ["Bad", "Unsure"])
def test_an_override_takes_the_force_out_of_its_gate_and_of_no_other(gate: str) -> None:
    done = settled((gate, "because"))
    assert [v.name for v in done.overridden] == [gate]
    assert [v.name for v in done.gates if v.blocks] == [g for g in ("Bad", "Unsure") if g != gate]
    assert [v.outcome for v in done.gates] == [v.outcome for v in GATES], "the answer stays"


def test_where_nothing_says_no_there_is_nothing_to_override() -> None:
    done = settled(("Good", "x"), ("Warning", "y"), ("Bad", "z"))
    assert done.needless == ("Good", "Warning")
    assert [v.name for v in done.overridden] == ["Bad"]


def test_a_policy_may_forbid_it() -> None:
    done = settled(("Bad", "x"), forbidden="Bad")
    assert done.overridden == ()
    assert done.gates[1].reasons == ("it is bad", "the policy forbids to override it")


def test_a_gate_that_is_not_there_is_an_error_with_the_nearest() -> None:
    with pytest.raises(NotFound) as caught:
        settled(("Unsur", "x"))
    assert caught.value.hints == ("did you mean 'Unsure'?",)


def test_what_nobody_knows_cannot_be_waived() -> None:
    gates = (Verdict("AllChangesProvenGate", Outcome.FAIL, ("conflict",)),)
    wish = [Override("AllChangesProvenGate", "x")]
    done = settle(gates, wish, may_override=lambda _: True, has_conflicts=True)
    assert done.gates[0].blocks


# --- the command


@pytest.fixture(scope="module")
def template(started: Repo, tmp_path_factory: pytest.TempPathFactory) -> Repo:
    """Of two changes one is proven."""
    gryt = Gryt()
    repo = started.copy(tmp_path_factory.mktemp("unproven") / "repo")
    gryt.ok("generation", "new", "v1.0.0", "--change", "add:A-1:One", cwd=repo)
    contract = repo / ".gryt/generations/v1.0.0.yaml"
    contract.write_text(contract.read_text() + "  - {type: add, id: B-1, title: Two}\n")
    gryt.ok("evolution", "start", "v1.0.0", "--change", "A-1", cwd=repo)
    gryt.ok("run", cwd=repo)
    return repo


@pytest.fixture
def unproven(template: Repo, tmp_path: Path) -> Repo:
    return template.copy(tmp_path / "repo")


def promote(gryt: Gryt, repo: Repo, *args: str) -> Result:
    return gryt("generation", "promote", "v1.0.0", *args, cwd=repo)


OVERRIDE = ("--override", "AllChangesProvenGate", "--reason", "B-1 can wait, INC-7")


def test_an_override_can_be_read_everywhere(unproven: Repo, gryt: Gryt) -> None:
    result = promote(gryt, unproven, *OVERRIDE)
    assert result.status == 0
    assert "  AllChangesProvenGate: FAIL (overridden)\n    B-1 is not proven\n" in result.stdout
    assert "    overridden: B-1 can wait, INC-7\n" in result.stdout

    said = "AllChangesProvenGate: B-1 can wait, INC-7"
    tag = unproven.git("cat-file", "tag", "v1.0.0").splitlines()
    assert f"  overridden: {said}" in tag
    assert f"Gryt-Override: {said}" in tag
    assert sum(line.startswith("Gryt-Proof: ") for line in tag) == 1
    message = unproven.git("log", "-1", "--format=%B", LEDGER).splitlines()
    assert message[0] == "v1.0.0 promoted: 1 change proven, AllChangesProvenGate overridden"
    assert f"Gryt-Override: {said}" in message

    promoted, overridden, *_ = gryt.ok("audit", "log", "--json", cwd=unproven).json["records"]
    assert overridden["kind"] == "audit.overridden"
    assert overridden["promotion"] == promoted["id"]
    assert overridden["by"] == promoted["by"]
    assert (overridden["outcome"], overridden["message"]) == ("fail", "B-1 is not proven")
    assert said in gryt.ok("audit", "log", cwd=unproven).stdout

    shown = gryt.ok("generation", "show", "v1.0.0", "--json", cwd=unproven).json
    wanted = [{"gate": "AllChangesProvenGate", "reason": "B-1 can wait, INC-7"}]
    assert shown["overrides"] == wanted
    text = gryt.ok("generation", "show", "v1.0.0", cwd=unproven).stdout
    assert "Overridden: AllChangesProvenGate (B-1 can wait, INC-7)" in text
    gryt.ok("verify", cwd=unproven)
    unproven.git("tag", "-d", "v1.0.0")
    gryt.ok("verify", "--repair", cwd=unproven)
    assert unproven.git("cat-file", "tag", "v1.0.0").splitlines() == tag


def test_a_dry_run_shows_it_and_writes_nothing(unproven: Repo, gryt: Gryt) -> None:
    before = unproven.refs()
    result = promote(gryt, unproven, *OVERRIDE, "--dry-run")
    assert "would be promoted" in result.stdout
    assert unproven.refs() == before


def test_what_is_overridden_in_vain_is_said_and_not_recorded(unproven: Repo, gryt: Gryt) -> None:
    result = promote(gryt, unproven, *OVERRIDE, "--override", "ProofsContainedGate")
    assert result.status == 0
    assert result.stderr == "ProofsContainedGate keeps nobody: nothing was overridden\n"
    shown = gryt.ok("generation", "show", "v1.0.0", "--json", cwd=unproven).json
    assert [each["gate"] for each in shown["overrides"]] == ["AllChangesProvenGate"]


def test_a_forbidden_override_is_refused_and_on_record(unproven: Repo, gryt: Gryt) -> None:
    policy = "policies: []\nno_override: [AllChangesProvenGate]\n"
    unproven.commit("Policy", {".gryt/policy.yaml": policy})
    result = promote(gryt, unproven, *OVERRIDE)
    assert result.status == 1
    assert "    the policy forbids to override it\n" in result.stdout
    newest = gryt.ok("audit", "log", "--json", cwd=unproven).json["records"][0]
    assert newest["kind"] == "audit.refused"
    assert "the policy forbids to override it" in newest["reasons"]
    assert unproven.refs("refs/tags/v1.0.0") == {}


@pytest.mark.parametrize(
    ("args", "status", "said"),
    [
        (["--override", "X"], 2, "--override has no --reason"),
        (["--override", "X", "--reason", "  "], 2, "--reason must say something"),
        (["--reason", "x"], 2, "--reason is for --override GATE"),
        (["--override", "X", "--override", "X", "--reason", "x"], 2, "names a gate twice"),
        (
            ["--override", "X", "--override", "Y", "--override", "Z", *["--reason", "x"] * 2],
            2,
            "3 overrides come with 2 reasons",
        ),
        (["--override", "AllChanges", "--reason", "x"], 3, "there is no gate 'AllChanges'"),
    ],
)
def test_what_is_no_override_changes_nothing(
    unproven: Repo, gryt: Gryt, args: list[str], status: int, said: str
) -> None:
    before = unproven.refs()
    result = promote(gryt, unproven, *args)
    assert (result.status, said in result.stderr) == (status, True), result.stderr
    assert unproven.refs() == before


def test_a_stale_proof_is_not_passed_off_as_one(unproven: Repo, gryt: Gryt) -> None:
    contract = unproven / ".gryt/generations/v1.0.0.yaml"
    contract.write_text(contract.read_text().replace("One", "Another"))
    assert promote(gryt, unproven, *OVERRIDE).status == 0
    newest = gryt.ok("audit", "log", "--json", cwd=unproven).json["records"][0]
    assert newest["proofs"] == {}
    assert "Gryt-Proof" not in unproven.git("cat-file", "tag", "v1.0.0")
    gryt.ok("verify", cwd=unproven)
