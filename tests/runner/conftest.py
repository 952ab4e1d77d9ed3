"""Real child processes, run in an empty directory with a small environment."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import gryt
from gryt.model.pipeline import Execution, Pipeline, Step
from gryt.runner.execute import Settings, execute
from tests.runner.harness import DRIVER, Drive, IsRunning, Recorder, Run

FIELDS = set(Settings._fields)


@pytest.fixture
def seen() -> Recorder:
    return Recorder()


@pytest.fixture
def top(tmp_path: Path) -> Path:
    """The work tree, and the directory that a driver runs in."""
    path = tmp_path / "top"
    path.mkdir()
    return path


@pytest.fixture
def run(seen: Recorder, top: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run steps (a command alone is a step too) as a pipeline and return what became of them."""
    monkeypatch.chdir(top)  # as users do, and as steps are started fastest

    def run(*steps: Step | str, **more: object) -> Execution:
        named = tuple(
            step if isinstance(step, Step) else Step(f"s{number}", step)
            for number, step in enumerate(steps, 1)
        )
        pipeline = {key: more.pop(key) for key in Pipeline._fields if key in more}
        settings = {key: more.pop(key) for key in list(more) if key in FIELDS}
        more["settings"] = Settings(**{"grace": 0.2, **settings})  # type: ignore[arg-type]
        more = {"observer": seen, "logs": None, **more}
        env = {"PATH": os.environ["PATH"], "A": "base", "B": "base", "C": "base"}
        return execute(Pipeline("p", named, **pipeline), cwd=top, env=env, **more)  # type: ignore[arg-type]

    return run


@pytest.fixture
def drive(top: Path) -> Iterator[Drive]:
    """Start a python of its own that runs a driver script; it is killed when the test is over."""
    with contextlib.ExitStack() as stack:

        def drive(script: str) -> "subprocess.Popen[str]":
            process = subprocess.Popen(
                [sys.executable, "-c", DRIVER + script],
                cwd=top,
                env={**os.environ, "PYTHONPATH": str(Path(gryt.__file__).parents[1])},
                stdout=subprocess.PIPE,
                start_new_session=True,
                text=True,
            )
            stack.enter_context(process)
            stack.callback(process.kill)
            return process

        yield drive


@pytest.fixture
def is_running() -> IsRunning:
    """Tell whether a process exists and is more than a zombie that nobody has reaped yet."""

    def is_running(pid: int) -> bool:
        shown = subprocess.run(
            ["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False
        )
        return shown.stdout.strip()[:1] not in ("", "Z")

    return is_running
