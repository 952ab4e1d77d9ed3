"""What a step inherits."""

import subprocess

from gryt.runner.environment import step_environment


def test_nothing_of_git_is_inherited() -> None:
    base = {"GIT_DIR": "x", "GIT_CONFIG_KEY_0": "x", "GIT_SSH_COMMAND": "x", "GITHUB_SHA": "1"}

    assert step_environment(base, gryt={}) == {"GITHUB_SHA": "1"}


def test_every_variable_that_the_installed_git_calls_local_is_dropped() -> None:
    listed = subprocess.run(
        ["git", "rev-parse", "--local-env-vars"], capture_output=True, text=True, check=True
    ).stdout.split()

    assert "GIT_DIR" in listed
    assert step_environment(dict.fromkeys(listed, "x"), gryt={}) == {}


def test_gryts_variables_are_those_of_this_run_only() -> None:
    base = {"GRYT_RUN": "outer", "GRYT_STEP": "outer", "HOME": "/home/ada"}

    inside = step_environment(base, gryt={"GRYT_RUN": "inner"})

    assert inside == {"GRYT_RUN": "inner", "HOME": "/home/ada"}


def test_the_base_is_not_changed() -> None:
    base = {"GIT_DIR": "x"}

    step_environment(base, gryt={"GRYT_RUN": "r"})

    assert base == {"GIT_DIR": "x"}
