"""Gates from other packages: the example in docs/examples, and plug-ins that misbehave."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.support.cli import Gryt, Result
from tests.support.git import Repo

EXAMPLE = Path(__file__).parents[2] / "docs/examples/gate-plugin"
NAME = "DescribedRemovalsGate"


def install(site: Path, entries: dict[str, str], *, package: str = "odd-gates") -> None:
    """Makes a folder look as if a package with these entry points was installed in it."""
    folder = site / f"{package.replace('-', '_')}-1.0.0.dist-info"
    folder.mkdir(parents=True)
    (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0.0\n")
    lines = [f"{name} = {value}" for name, value in entries.items()]
    (folder / "entry_points.txt").write_text("\n".join(["[gryt.gates]", *lines, ""]))


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that Python finds packages in."""
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    return tmp_path / "site"


@pytest.fixture(scope="module")
def template(started: Repo, tmp_path_factory: pytest.TempPathFactory) -> Repo:
    gryt = Gryt()
    repo = started.copy(tmp_path_factory.mktemp("proven") / "repo")
    gryt.ok("generation", "new", "v1.0.0", "--change", "remove:OLD-1:The old API", cwd=repo)
    gryt.ok("evolution", "start", "v1.0.0", "--change", "OLD-1", cwd=repo)
    gryt.ok("run", cwd=repo)
    return repo


@pytest.fixture
def proven(template: Repo, tmp_path: Path) -> Repo:
    return template.copy(tmp_path / "repo")


def judged(gryt: Gryt, repo: Repo, name: str) -> tuple[str, list[str], str | None]:
    result = gryt("generation", "promote", "v1.0.0", "--dry-run", "--json", cwd=repo)
    gate = next(gate for gate in result.json["gates"] if gate["name"] == name)
    assert (result.status == 0) is (gate["outcome"] == "pass" or gate["advisory"])
    return gate["outcome"], gate["reasons"], gate["mend"]


def test_the_example_judges_what_it_says(proven: Repo, gryt: Gryt, site: Path) -> None:
    project = tomllib.loads((EXAMPLE / "pyproject.toml").read_text())["project"]
    install(site, project["entry-points"]["gryt.gates"], package=project["name"])
    module = "gryt_described_removals.py"
    (site / module).write_bytes((EXAMPLE / module).read_bytes())

    said = ["OLD-1 does not say what to use instead"]
    assert judged(gryt, proven, NAME) == ("fail", said, "gryt generation edit v1.0.0")
    contract = proven / ".gryt/generations/v1.0.0.yaml"
    silent = contract.read_text()
    told = silent.replace("title: The old API", "title: The old API\n    description: Use v2")
    assert told != silent
    contract.write_text(told)
    assert judged(gryt, proven, NAME) == ("pass", [], None)

    contract.write_text(silent)
    override = ("--override", NAME, "--reason", "nobody used it")
    done = gryt.ok("generation", "promote", "v1.0.0", *override, cwd=proven)
    assert f"{NAME}: FAIL (overridden)" in done.stdout


ODD = """
from gryt.model.verdict import Outcome, Verdict
import sys

def crash(generation): raise RuntimeError("no\\nluck \\x1b[31m")
def leave(generation): sys.exit(0)
def text(generation): return "PASS"
def nothing(generation): pass
def yes(generation): return True
def letters(generation): return Verdict("x", Outcome.FAIL, "reason")
def word(generation): return Verdict("x", "pass")
def silent(generation): return Verdict("x", Outcome.FAIL)
def waived(generation): return Verdict("x", Outcome.FAIL, ("bad",), overridden="I say so")
def unsure(generation): return Verdict("x", Outcome.INCONCLUSIVE, ("who knows",), "ask Ada")
def loud(generation): print("{}"); return Verdict("AllChangesProvenGate", Outcome.PASS)
def change(generation): generation.version = "v2"
not_callable = 3
"""
FAILED = "the plug-in of 'odd-gates' failed: "
GAVE = "the plug-in of 'odd-gates' "


@pytest.mark.parametrize(
    ("function", "outcome", "said"),
    [
        ("crash", "inconclusive", f"{FAILED}RuntimeError: no luck \x1b[31m"),
        ("leave", "inconclusive", f"{FAILED}SystemExit: 0"),
        ("change", "inconclusive", f"{FAILED}AttributeError: can't set attribute"),
        ("not_callable", "inconclusive", f"{FAILED}TypeError: 'int' object is not callable"),
        ("nowhere", "inconclusive", f"{FAILED}AttributeError: module 'odd_gates' has no"),
        ("text", "inconclusive", f"{GAVE}answered with str, not a Verdict"),
        ("nothing", "inconclusive", f"{GAVE}answered with NoneType, not a Verdict"),
        ("yes", "inconclusive", f"{GAVE}answered with bool, not a Verdict"),
        ("letters", "inconclusive", f"{GAVE}gave 'reason' where reasons belong"),
        ("word", "inconclusive", f"{GAVE}answered with outcome 'pass'"),
        ("silent", "fail", "it gives no reason"),
        ("waived", "fail", "bad"),
        ("unsure", "inconclusive", "who knows"),
        ("loud", "pass", None),
    ],
)
def test_whatever_a_plugin_does_the_answer_is_a_verdict(
    proven: Repo, gryt: Gryt, site: Path, *, function: str, outcome: str, said: str | None
) -> None:
    install(site, {"OddGate": f"odd_gates:{function}"})
    (site / "odd_gates.py").write_text(ODD)
    sys.modules.pop("odd_gates", None)
    found, reasons, _ = judged(gryt, proven, "OddGate")
    assert found == outcome
    assert (reasons == []) if said is None else reasons[0].startswith(said)


def test_a_plugin_that_is_not_there_any_more_is_inconclusive(
    proven: Repo, gryt: Gryt, site: Path
) -> None:
    install(site, {"GoneGate": "module_that_is_gone:judge"})
    outcome, reasons, mend = judged(gryt, proven, "GoneGate")
    assert outcome == "inconclusive"
    assert "No module named 'module_that_is_gone'" in reasons[0]
    assert mend == "mend or remove the package 'odd-gates'"


def test_two_packages_with_one_name_decide_nothing(proven: Repo, gryt: Gryt, site: Path) -> None:
    for package in ("one", "two"):
        install(site, {"TwiceGate": f"{package}:judge"}, package=package)
    outcome, reasons, _ = judged(gryt, proven, "TwiceGate")
    assert outcome == "inconclusive"
    assert reasons == ["several packages bring a gate of this name: one, two"]


def test_a_plugin_that_the_policy_wants_is_not_simply_left_out(
    proven: Repo, gryt: Gryt, site: Path
) -> None:
    rule = "gates:\n  - {name: DescribedRemovalsGate, plugin: true}\n"
    proven.commit("Policy", {".gryt/policy.yaml": rule})
    outcome, reasons, _ = judged(gryt, proven, NAME)
    assert outcome == "inconclusive"
    assert reasons == ["the policy wants it, and no installed package brings it along"]
    proven.commit("Warn", {".gryt/policy.yaml": rule.replace("true}", "true, mode: warn}")})
    assert judged(gryt, proven, NAME)[0] == "inconclusive"
    install(site, {NAME: "odd_gates:silent"})
    (site / "odd_gates.py").write_text(ODD)
    assert judged(gryt, proven, NAME)[0] == "fail", "and it is still only a warning"


def run(*args: str | Path, path: Path) -> Result:
    ended = subprocess.run(
        [sys.executable, *args],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "", "PYTHONPATH": str(path), "HOME": str(path)},
    )
    return Result(ended.returncode, ended.stdout, ended.stderr)


@pytest.mark.slow
def test_the_example_can_be_built_and_installed(
    proven: Repo, gryt_process: Gryt, tmp_path: Path
) -> None:
    source = tmp_path / "source"
    source.mkdir()
    for file in EXAMPLE.iterdir():
        (source / file.name).write_bytes(file.read_bytes())
    target = tmp_path / "target"
    options = ("--quiet", "--no-index", "--no-deps", "--no-build-isolation")
    installed = run("-m", "pip", "install", *options, "--target", target, source, path=tmp_path)
    assert installed.status == 0, installed.stderr
    env = {"PYTHONPATH": str(target)}
    command = ("generation", "promote", "v1.0.0")
    refused = gryt_process(*command, cwd=proven, env=env)
    assert f"  {NAME}: FAIL\n    OLD-1 does not say what to use instead\n" in refused.stdout
    assert gryt_process(*command, cwd=proven).status == 0, "without it, nobody asks"
