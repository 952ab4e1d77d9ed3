"""gryt proves itself: the pipeline of this project is one that gryt accepts, and what CI runs."""

import subprocess
from pathlib import Path

from tests.support.cli import Gryt

TOP = Path(__file__).parents[2]


def test_the_pipeline_of_this_project_has_lint_types_and_tests(gryt: Gryt, tmp_path: Path) -> None:
    pipeline = TOP / ".gryt/pipelines/ci.yaml"
    (tmp_path / "repo/.gryt/pipelines").mkdir(parents=True)
    (tmp_path / "repo/.gryt/pipelines/ci.yaml").write_bytes(pipeline.read_bytes())
    subprocess.run(["git", "init", "-q", tmp_path / "repo"], check=True)
    gryt.ok("pipeline", "check", "ci", cwd=tmp_path / "repo")
    shown = gryt.ok("pipeline", "show", "ci", "--json", cwd=tmp_path / "repo").json
    commands = {step["name"]: step["command"].split()[:2] for step in shown["steps"]}
    assert commands == {
        "setup": ["make", ".venv/.stamp"],
        "lint": ["make", "lint"],
        "types": ["make", "types"],
        "slow": ["make", "test-slow"],
        "test": ["make", "test"],
    }


def test_ci_runs_that_pipeline() -> None:
    lines = (TOP / ".ci/run").read_text(encoding="utf-8").splitlines()
    assert lines[-1] == "exec .venv/bin/gryt run ci --no-record"
