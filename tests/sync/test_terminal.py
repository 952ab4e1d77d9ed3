"""Waiting for another machine, in front of somebody and in front of nobody."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.git import Repo


@pytest.fixture
def slow(repo: Repo, tmp_path: Path) -> Repo:
    """A clone whose remote takes its time; it notes whether git may ask for a password."""
    script = tmp_path / "slow"
    script.write_text(f'#!/bin/sh\necho "$GIT_TERMINAL_PROMPT" >{tmp_path}/prompt\nexec sleep 3\n')
    script.chmod(0o755)
    repo.git("remote", "add", "origin", "ssh://host/repo.git")
    repo.git("config", "core.sshCommand", str(script))
    repo.git("config", "gryt.timeout", "1")
    return repo


@pytest.mark.slow
def test_somebody_at_a_terminal_is_told_what_is_waited_for(slow: Repo, tmp_path: Path) -> None:
    ours, theirs = os.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "gryt", "sync", "pull"],
        cwd=slow,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    said = b""
    while b"more than 1 seconds" not in said:
        said += os.read(ours, 1024)
    assert process.wait() == 5
    os.close(ours)
    assert said.startswith(b"fetching from 'origin' ...\r\n")
    assert (tmp_path / "prompt").read_text() == "1\n"


@pytest.mark.slow
def test_nobody_is_asked_or_told(slow: Repo, tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "gryt", "sync", "pull"],
        cwd=slow,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 5
    assert ended.stderr.startswith("gryt: fetching from 'origin' took more than 1 seconds\n")
    assert (tmp_path / "prompt").read_text() == "0\n"
