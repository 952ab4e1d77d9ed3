"""System calls that fail: an error that is git's own doing is nobody's business but gryt's."""

import os
import subprocess
import sys

import pytest

from tests.support import killing
from tests.support.cli import Gryt
from tests.support.git import Repo

REASON = killing.why_not()
pytestmark = pytest.mark.skipif(REASON is not None, reason=str(REASON))

COMMANDS = [
    ("generation", "new", "v1.0.0", "--change", "add:FEAT-1:Log in"),
    ("evolution", "start", "v1.0.0", "--change", "FEAT-1"),
    ("run",),
    ("generation", "promote", "v1.0.0"),
]


@pytest.mark.parametrize("at", range(len(COMMANDS)), ids=["new", "start", "run", "promote"])
def test_a_folder_that_git_gc_removes_under_a_new_object_is_made_again(
    repo: Repo, gryt: Gryt, at: int
) -> None:
    """`git gc` removes empty folders of objects, also the one that was just made for this one."""
    for command in COMMANDS[:at]:
        gryt.ok(*command, cwd=repo)
    # libgit2 tries the second where the first does not work
    fault = ["-e", "trace=link,rename", "-e", "inject=link,rename:error=ENOENT:when=1"]
    strace = ["strace", "-qq", "-o", os.devnull, *fault]

    ended = subprocess.run(
        [*strace, sys.executable, "-m", "gryt", *COMMANDS[at]],
        cwd=repo,
        capture_output=True,
        check=False,
        text=True,
    )

    assert (ended.returncode, ended.stderr) == (0, "")
    assert repo.git("fsck", "--strict", "--no-dangling") == ""
    gryt.ok("verify", cwd=repo)
