"""What of a pipeline is run: conditions, options, results that are there already; and preflight."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from gryt.store import yaml
from tests.cli.scenes import bytes_below
from tests.support.cli import Gryt
from tests.support.git import Repo

pytestmark = pytest.mark.slow  # many processes

METRIC = f"{sys.executable} -m gryt metric"


def use(repo: Repo, text: str, **files: str) -> Repo:
    """Commits a pipeline as the only one, and begins an evolution."""
    repo.commit("Pipeline", {".gryt/pipelines/full-ci.yaml": f"name: full-ci\n{text}", **files})
    return repo


def begin(gryt: Gryt, repo: Repo, kind: str = "add") -> None:
    gryt.ok("generation", "new", "v1.0.0", "--change", f"{kind}:F-1:One", cwd=repo)
    gryt.ok("evolution", "start", "v1.0.0", "--change", "F-1", cwd=repo)


def finished(repo: Repo) -> list[dict[str, Any]]:
    """The records of the runs that ended, oldest first."""
    ref = "refs/gryt/generations/v1.0.0"
    paths = repo.git("ls-tree", "-r", "--name-only", ref).split()
    return [
        yaml.load(repo.git("show", f"{ref}:{path}").encode(), path)  # type: ignore[misc]
        for path in paths
        if path.endswith("run-finished.yaml")
    ]


def became(result: Any) -> dict[str, str]:
    return {step["name"]: step["status"] for step in json.loads(result.stdout)["steps"]}


def test_everything_that_keeps_a_pipeline_from_being_run_is_told_at_once(
    repo: Repo, gryt: Gryt
) -> None:
    use(
        repo,
        """\
paralel: true
requires:
  env: [NOT_THERE]
  tools: [no-such-tool, {name: git, min: "99.1"}]
steps:
  - {name: a, command: touch ran, needs: [b]}
  - {name: b, command: touch ran, needs: [a]}
  - {name: c, command: touch ran, needs: [bb]}
""",
    )
    refused = gryt("run", "full-ci", cwd=repo)
    assert refused.status == 125
    places = [line.split(":", 3) for line in refused.stderr.splitlines() if ".yaml:" in line]
    assert [(int(line), text.split()[0]) for _, line, _, text in places] == [
        (2, "unknown"),
        (4, "variable"),
        (5, "program"),
        (5, "program"),
        (7, "/steps/0/needs:"),
        (9, "/steps/2/needs/0:"),
    ]
    assert "program 'git' is 2." in refused.stderr
    assert "and at least 99.1 is needed" in refused.stderr
    assert not (repo / "ran").exists()


def test_what_is_required_and_there_is_recorded_with_its_version(repo: Repo, gryt: Gryt) -> None:
    use(
        repo,
        "requires: {env: [HOME], tools: [{name: git, min: '2'}]}\n"
        "steps: [{name: a, command: 'true'}]\n",
    )
    begin(gryt, repo)
    gryt.ok("run", cwd=repo)
    [run] = finished(repo)
    assert run["environment"]["tools"]["git"].startswith("2.")


CONDITIONS = {
    "change_type: [fix]": "it is for 'fix', and this is 'add'",
    "branch: feature/*": "it is for branch 'feature/*', and this is 'main'",
    "paths: ['src/**']": "no file was changed that matches 'src/**'",
    "event: [push, local2]": "it is for event 'push', 'local2', and this is 'local'",
    "env: {MODE: fast}": "it is for MODE=fast, and that is not so",
    "change_type: [add], branch: main, paths: [.gryt], event: local, env: {MODE: s*}": None,
}


def test_a_condition_that_does_not_hold_skips_and_the_reason_is_kept(
    repo: Repo, gryt: Gryt
) -> None:
    steps = "".join(
        f"  - {{name: s{n}, command: 'true', when: {{{condition}}}}}\n"
        for n, condition in enumerate(CONDITIONS)
    )
    use(repo, f"steps:\n{steps}  - {{name: last, command: 'true', needs: s0}}\n")
    begin(gryt, repo)
    gryt.ok("run", cwd=repo, env={"MODE": "slow"})
    [run] = finished(repo)
    assert [step.get("reason") for step in run["steps"][:-1]] == list(CONDITIONS.values())
    assert [step["status"] for step in run["steps"]] == [*["skipped"] * 5, "pass", "pass"]


def test_on_a_branch_all_its_commits_count_for_paths(repo: Repo, gryt: Gryt) -> None:
    use(repo, "steps:\n  - {name: a, command: 'true', when: {paths: ['src/**']}}\n")
    assert became(gryt("run", "--json", cwd=repo)) == {"a": "skipped"}
    repo.git("switch", "-q", "-c", "feature")
    repo.commit("Work", {"src/x.py": ""})
    repo.commit("More", {"README.md": "more"})
    assert became(gryt("run", "--json", cwd=repo)) == {"a": "pass"}
    repo.git("switch", "-q", "main")
    repo.write({"src/new.py": ""})
    assert became(gryt("run", "--json", cwd=repo)) == {"a": "pass"}, "not committed yet"


def test_a_run_in_which_no_step_passed_proves_nothing(repo: Repo, gryt: Gryt) -> None:
    use(repo, "steps:\n  - {name: a, command: 'true', when: {branch: other}}\n")
    begin(gryt, repo)
    assert gryt("run", cwd=repo).status == 1
    [run] = finished(repo)
    assert (run["status"], run["void"]) == ("void", ["no step passed"])


STEPS = """\
steps:
  - {name: a, command: echo a >>"$LOG"}
  - {name: b, command: 'echo b >>"$LOG"; test -e "$FLAG"', needs: a}
  - {name: c, command: echo c >>"$LOG", needs: b}
  - {name: d, command: echo d >>"$LOG"}
  - {name: down, command: echo down >>"$LOG", always: true}
"""


@pytest.mark.parametrize(
    ("options", "ran"),
    [
        ((), "a b down"),
        (("--keep-going",), "a b d down"),
        (("--only", "d"), "d"),
        (("--only", "d", "--only", "a"), "a d"),
        (("--from", "b"), "b down"),
        (("--from", "c"), "c d down"),
        (("--from", "d"), "d down"),
        (("--from", "b", "-k"), "b d down"),
    ],
)
def test_options_choose_what_is_run(
    repo: Repo, gryt: Gryt, tmp_path: Path, options: tuple[str, ...], ran: str
) -> None:
    use(repo, STEPS)
    log = tmp_path / "log"
    env = {"LOG": str(log), "FLAG": str(tmp_path / "flag")}
    gryt("run", *options, cwd=repo, env=env)
    assert log.read_text().split() == ran.split()


def test_a_partial_run_is_no_proof(repo: Repo, gryt: Gryt, tmp_path: Path) -> None:
    use(repo, STEPS)
    begin(gryt, repo)
    env = {"LOG": str(tmp_path / "log"), "FLAG": str(tmp_path)}
    for options in (("--only", "a"), ("--from", "a"), ("--no-record",)):
        done = gryt("run", *options, cwd=repo, env=env)
        assert done.status == 0
        assert "Nothing was recorded." in done.stdout
    assert finished(repo) == []
    assert gryt("check", cwd=repo).status == 1


@pytest.mark.parametrize("option", ["--only", "--from"])
def test_an_unknown_step_is_refused_with_the_nearest(repo: Repo, gryt: Gryt, option: str) -> None:
    use(repo, "steps:\n  - {name: lint, command: 'true'}\n")
    refused = gryt("run", option, "lnt", cwd=repo)
    assert refused.status == 3
    assert "the pipeline has no step 'lnt'\nhint: did you mean 'lint'?" in refused.stderr


def test_failed_runs_again_what_did_not_pass_and_takes_over_the_rest(
    repo: Repo, gryt: Gryt, tmp_path: Path
) -> None:
    use(repo, STEPS)
    begin(gryt, repo)
    log, flag = tmp_path / "log", tmp_path / "flag"
    env = {"LOG": str(log), "FLAG": str(flag)}
    assert gryt("run", cwd=repo, env=env).status == 1
    log.unlink()
    flag.touch()
    gryt.ok("run", "--failed", cwd=repo, env=env)
    assert log.read_text().split() == ["b", "c", "d", "down"]
    first, second = finished(repo)
    assert (first["status"], second["status"]) == ("fail", "pass")
    assert second["taken_from"] == first["run"]
    taken = {step["name"]: step.get("taken_from") for step in second["steps"]}
    assert taken == {"a": first["run"], "b": None, "c": None, "d": None, "down": None}
    assert second["steps"][0]["log"] == first["steps"][0]["log"]
    gryt.ok("verify", cwd=repo)


def test_failed_takes_over_nothing_from_another_tree_or_no_run(
    repo: Repo, gryt: Gryt, tmp_path: Path
) -> None:
    use(repo, STEPS)
    env = {"LOG": str(tmp_path / "log"), "FLAG": str(tmp_path / "flag")}
    assert "this run is not recorded" in gryt("run", "--failed", cwd=repo, env=env).stderr
    begin(gryt, repo)
    assert "has no earlier run" in gryt("run", "--failed", cwd=repo, env=env).stderr
    gryt("run", cwd=repo, env=env)
    repo.commit("More", {"more": ""})
    refused = gryt("run", "--failed", cwd=repo, env=env)
    assert refused.status == 3
    assert "it ran on another tree" in refused.stderr


CACHED = """\
env: {MODE: a}
steps:
  - name: build
    command: 'echo built >>"$LOG"; mkdir -p out; echo x >out/x; echo k=1 >>"$GRYT_OUTPUT"'
    inputs: ["src/**"]
    artifacts: [out/*]
  - {name: use, command: 'test "$GRYT_OUT_BUILD_K" = 1'}
"""


def test_a_result_is_reused_until_something_that_it_depends_on_changes(
    repo: Repo, gryt: Gryt, tmp_path: Path
) -> None:
    use(repo, CACHED, **{"src/a": "1\n", ".gitignore": "out\n*.pyc\n"})
    log = tmp_path / "log"

    def why() -> str:
        done = gryt.ok("run", "--explain", cwd=repo, env={"LOG": str(log)})
        [line] = [line for line in done.stdout.splitlines() if line.startswith("gryt: build: ")]
        return line.removeprefix("gryt: build: ")

    assert why() == "there is no earlier result"
    assert why() == "nothing that it depends on has changed since an unrecorded run"
    assert log.read_text() == "built\n"
    (repo / "src/a.pyc").write_text("what git ignores is no input")
    begin(gryt, repo)
    assert why() == "the earlier result is of a run that was not recorded"
    gryt.ok("evolution", "start", "v1.0.0", "--change", "F-1", cwd=repo)
    assert why().startswith("nothing that it depends on has changed since 0")
    first, second = finished(repo)
    assert "reused_from" not in first["steps"][0]
    assert second["steps"][0]["reused_from"] == first["run"]
    (repo / "out/x").write_text("y")
    assert why() == "artifact 'out/x' has changed"
    repo.write({"src/a": "2\n"})
    assert why() == "input 'src/a' has changed"
    repo.write({"src/b": ""})
    assert why() == "input 'src/b' is new"
    text = (repo / ".gryt/pipelines/full-ci.yaml").read_text()
    repo.write({".gryt/pipelines/full-ci.yaml": text.replace("MODE: a", "MODE: b")})
    assert why() == "variable 'MODE' has changed"
    repo.write({".gryt/pipelines/full-ci.yaml": text.replace("echo x", "echo z")})
    assert why() == "its definition is another"
    before = len(log.read_text())
    gryt.ok("run", "--no-cache", cwd=repo, env={"LOG": str(log)})
    assert len(log.read_text()) > before


def test_a_step_whose_inputs_match_nothing_is_never_reused(repo: Repo, gryt: Gryt) -> None:
    use(repo, "steps: [{name: a, command: 'true', inputs: [scr/**]}]\n")
    for _ in range(2):
        done = gryt.ok("run", "--explain", cwd=repo)
        assert "gryt: a: no file matches scr/**\n" in done.stdout


def test_a_failure_is_never_reused(repo: Repo, gryt: Gryt, tmp_path: Path) -> None:
    use(repo, "steps: [{name: a, command: 'test -e \"$FLAG\"', inputs: [README.md]}]\n")
    env = {"FLAG": str(tmp_path / "flag")}
    assert gryt("run", cwd=repo, env=env).status == 1
    (tmp_path / "flag").touch()
    assert gryt("run", cwd=repo, env=env).status == 0


def test_a_dry_run_says_what_and_why_and_writes_nothing(repo: Repo, gryt: Gryt) -> None:
    use(repo, CACHED + "  - {name: no, command: x, when: {branch: z}}\n", **{"src/a": ""})
    begin(gryt, repo)
    before = bytes_below(repo.path)
    done = gryt.ok("run", "--dry-run", "--explain", cwd=repo)
    assert done.stdout == (
        "Pipeline full-ci: 2 of 3 steps would be run\n"
        "  run   build  there is no earlier result\n"
        "  run   use\n"
        "  skip  no     it is for branch 'z', and this is 'main'\n"
    )
    assert bytes_below(repo.path) == before
    shown = gryt.ok("run", "--dry-run", "--json", cwd=repo).json
    assert shown["schema"] == "gryt/run-plan/1"
    assert [step["what"] for step in shown["steps"]] == ["run", "run", "skip"]


def test_no_record_skips_what_cannot_be_judged(repo: Repo, gryt: Gryt) -> None:
    assert gryt("run", "none", cwd=repo).status == 3
    assert gryt("run", "none", "--no-record", cwd=repo).status == 125
    use(repo, "steps: [{name: a, command: exit 7}]\n")
    begin(gryt, repo)
    assert gryt("run", "full-ci", "--no-record", cwd=repo).status == 1
    assert finished(repo) == []


def test_a_step_notes_numbers_for_the_record(repo: Repo, gryt: Gryt) -> None:
    use(
        repo,
        "steps:\n  - name: a\n    command: |\n"
        f"      {METRIC} coverage 81.5 --unit %\n      {METRIC} delta -3\n",
    )
    begin(gryt, repo)
    gryt.ok("run", cwd=repo)
    [run] = finished(repo)
    assert run["steps"][0]["metrics"] == [
        {"name": "coverage", "value": "81.5", "unit": "%"},
        {"name": "delta", "value": "-3.0"},
    ]


@pytest.mark.parametrize(
    ("args", "says"),
    [(("a b", "1"), "no name of a metric"), (("a", "x"), "no number"), (("a", "nan"), "no number")],
)
def test_a_wrong_metric_is_refused(
    repo: Repo, gryt: Gryt, tmp_path: Path, args: tuple[str, ...], says: str
) -> None:
    assert "this is none" in gryt("metric", "a", "1", cwd=repo).stderr
    refused = gryt("metric", *args, cwd=repo, env={"GRYT_METRICS": str(tmp_path / "m")})
    assert refused.status == 3
    assert says in refused.stderr
    assert not (tmp_path / "m").exists()


def test_a_secret_reaches_no_record_and_no_log(repo: Repo, gryt: Gryt) -> None:
    secret = "sw0rdf1sh-and-more"
    use(
        repo,
        "secrets: [T]\nsteps:\n"
        '  - {name: a, command: \'echo "$T"; echo "o=$T" >>"$GRYT_OUTPUT"; exit 1\'}\n'
        "  - name: down\n    always: true\n"
        "    command: ps axww | grep -v grep | grep -c sw0rd || true\n",
    )
    begin(gryt, repo)
    done = gryt("run", cwd=repo, env={"T": secret})
    assert secret not in done.stdout + done.stderr
    [run] = finished(repo)
    assert run["steps"][0]["log"]["tail"] == "***\n"
    assert run["steps"][1]["log"]["tail"] == "0\n", "and no process shows it"
    assert secret.encode() not in b"".join(
        path.read_bytes() for path in (repo / ".git/gryt").rglob("*") if path.is_file()
    )


def test_flaky_is_recorded(repo: Repo, gryt: Gryt) -> None:
    use(repo, "steps: [{name: a, command: '[ $GRYT_ATTEMPT = 2 ]', retry: 1}]\n")
    begin(gryt, repo)
    gryt.ok("run", cwd=repo)
    [run] = finished(repo)
    assert run["steps"][0]["flaky"] == "true"
    assert [one["status"] for one in run["steps"][0]["tries"]] == ["fail", "pass"]


def test_a_required_step_has_passed_only_with_all_its_cells(repo: Repo, gryt: Gryt) -> None:
    cells = "matrix: {n: [1, 2]}"
    use(
        repo,
        f"steps:\n  - {{name: all, command: 'true', {cells}}}\n"
        f"  - {{name: some, command: '[ $n = 1 ]', {cells}, allow_failure: true}}\n"
        "  - {name: soft, command: 'false', allow_failure: true}\n"
        "  - {name: none, command: 'true', when: {branch: x}}\n",
    )
    begin(gryt, repo)
    gryt.ok("run", cwd=repo)
    answers = {
        name: gryt("check", "--require", name, cwd=repo).status
        for name in ("all", "all[n=2]", "some", "some[n=1]", "soft", "none")
    }
    assert answers == {
        "all": 0,
        "all[n=2]": 0,
        "some": 1,
        "some[n=1]": 0,
        "soft": 1,
        "none": 1,
    }
