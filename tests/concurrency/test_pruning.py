"""What `git gc --prune=now` does to objects that no ref leads to yet, at its two worst moments.

git itself warns of it. Whatever gryt has acknowledged is there all the same.
"""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from gryt.git.process import Git
from gryt.git.repository import discover
from tests.concurrency.processes import IDS
from tests.support.cli import Gryt
from tests.support.git import Repo

pytestmark = pytest.mark.slow  # many processes

SHIM = """\
#!/bin/sh
case " $* " in *" update-ref "*) ;; *) exec {git} "$@" ;; esac
test -e {mark} && exec {git} "$@"
touch {mark}
{around}
"""


BEFORE_THE_MOVE = '{git} prune --expire=now; exec {git} "$@"'
AFTER_THE_MOVE = """\
gone=$({git} prune --expire=now --dry-run | cut -d" " -f1)
{git} "$@" || exit
cd "$({git} rev-parse --git-common-dir)/objects" || exit
for oid in $gone; do rest=${{oid#??}}; rm -f "${{oid%"$rest"}}/$rest"; done
"""
STEPS = {
    "start": ("evolution", "start", "v1.0.0", *(w for name in IDS for w in ("--change", name))),
    "run": ("run",),
    "promote": ("generation", "promote", "v1.0.0"),
}


@pytest.fixture(params=[BEFORE_THE_MOVE, AFTER_THE_MOVE], ids=["before", "after"])
def pruner(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], Path]:
    """Returns what puts a `git` in the way that prunes, once, around the next move of refs.

    The file that it returns is there once that has happened.
    """

    def put() -> Path:
        git, mark = shutil.which("git"), tmp_path / "mark"
        script = tmp_path / "bin" / "git"
        script.parent.mkdir()
        around = request.param.format(git=git)
        script.write_text(SHIM.format(git=git, mark=mark, around=around))
        script.chmod(0o755)
        monkeypatch.setenv("PATH", f"{script.parent}{os.pathsep}{os.environ['PATH']}")
        return mark

    return put


@pytest.mark.parametrize("command", STEPS)
def test_objects_that_git_prunes_before_their_ref_is_seen_are_written_again(
    begun: Repo, gryt: Gryt, pruner: Callable[[], Path], command: str
) -> None:
    for name, step in STEPS.items():
        if name == command:
            break
        gryt.ok(*step, cwd=begun)
    begun.git("gc", "--quiet", "--prune=now")
    mark = pruner()

    result = gryt(*STEPS[command], cwd=begun)

    assert mark.exists()
    assert (result.status, result.stderr) == (0, "")
    assert begun.git("fsck", "--strict", "--no-dangling") == ""
    gryt.ok("verify", cwd=begun)


@pytest.mark.parametrize("limit", ["10k", "2M", "0", "-1", "6700"])
def test_the_limit_of_loose_objects_is_read_as_git_reads_it(
    begun: Repo, gryt: Gryt, limit: str
) -> None:
    begun.git("config", "gc.auto", limit)
    read = discover(Git(begun.path, os.environ)).config_int("gc.auto", 1)
    assert read == int(begun.git("config", "--type=int", "gc.auto"))
    assert gryt(*STEPS["start"], cwd=begun).status == 0
