"""Processes of gryt that begin at the same moment, on a generation with four changes."""

import subprocess
import sys
from collections.abc import Sequence

from tests.support.git import Repo

LEDGER = "refs/gryt/generations/v1.0.0"
LAW_1 = ("log", "-m", "--diff-filter=MDRT", "--name-status", "--format=%h")
IDS = [f"FEAT-{n}" for n in range(1, 5)]

WORKER = """
import sys
from pathlib import Path
from gryt.cli.main import main

times, *argv = sys.argv[1:]
print("ready", flush=True)
sys.stdin.readline()
sys.exit(max(main(argv) for _ in range(int(times))))
"""
"""Runs one command line several times, once it is told to; loading Python costs more than it."""

Ended = tuple[int, str, str]
"""Exit status, stdout and stderr."""


def worker(repo: Repo, *argv: str, times: int = 1) -> subprocess.Popen[str]:
    """Start a process that waits, with everything loaded, for `at_once`."""
    return subprocess.Popen(
        [sys.executable, "-c", WORKER, str(times), "-C", str(repo), *argv],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )


def at_once(workers: Sequence[subprocess.Popen[str]]) -> list[Ended]:
    """Let them all go, and return status, stdout and stderr of each."""
    for each in workers:
        assert each.stdout is not None
        assert each.stdout.readline() == "ready\n"
    for each in workers:
        assert each.stdin is not None
        each.stdin.write("go\n")
        each.stdin.flush()
    ended = [each.communicate(timeout=300) for each in workers]
    return [(w.returncode, out, err) for w, (out, err) in zip(workers, ended, strict=True)]
