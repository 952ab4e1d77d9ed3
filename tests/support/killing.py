"""Killing gryt, or a git that it started, at any one system call that writes.

    for point in points(repo, ["evolution", "start", ...], scratch):
        kill(copy_of(repo), [...], point, scratch)

A first run is watched by strace, each process by one of its own, so that every call is known by
process, name and count. To kill, the same command is run on the same state, and strace sends
SIGKILL when that process is about to make that call.
"""

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.support.git import Repo

CALLS = (
    *("write", "pwrite64", "fsync", "fdatasync", "ftruncate"),
    *("rename", "renameat", "renameat2", "link", "linkat", "unlink", "unlinkat"),
    *("mkdir", "mkdirat", "rmdir"),
)
"""Every call that changes something on disk, but for the creation of an empty file: that comes to
the state before the first write to it."""
GRYT = 0
"""The number of gryt's own process; the gits that it starts and that may write are 1, 2, ..."""

_CALL = re.compile(r"(?P<name>[a-z0-9_]+)\(")
_WATCH = ("strace", "-qq", "-y", "-e", f"trace={','.join(CALLS)}", "-e", "signal=none", "-o")
_SHIM = """\
#!/bin/sh
case " $* " in  # these only read, and are started side by side, in no order
    *' rev-parse '* | *' config --list '* | *' status '* | *' ls-files '*) exec '{git}' "$@" ;;
    *' var '* | *' version '*) exec '{git}' "$@" ;;
esac
n=$(($(cat '{count}') + 1))
echo $n > '{count}'
{what}
exec '{git}' "$@"
"""
_WATCHED = "exec {strace} '{traces}'/$n '{git}' \"$@\""
_KILLED = """\
if [ $n -eq {process} ]; then
    {strace} '{git}' "$@"
    status=$?
    test $status -eq 137 && {then}
    exit $status
fi"""


@dataclass(frozen=True)
class Point:
    """One call of one process of a command."""

    process: int
    call: str
    count: int
    """Which of the calls of this name by this process, from 1."""
    text: str
    """The call as strace shows it, for messages."""

    def __str__(self) -> str:
        who = "gryt" if self.process == GRYT else f"git {self.process}"
        return f"{who}: {self.call} {self.count}: {self.text}"


def why_not() -> str | None:
    """Return why nothing can be killed here; None where all is well."""
    if shutil.which("strace") is None:
        return "strace is not installed"
    probe = ["strace", "-qq", "-o", os.devnull, "-e", "inject=getcwd:signal=KILL:when=1", "true"]
    tried = subprocess.run(probe, capture_output=True, check=False)
    return None if tried.returncode == 0 else "strace may not trace processes here"


def points(repo: Repo, argv: Sequence[str], scratch: Path) -> list[Point]:
    """Run a command in `repo` and return every call of it that changes something there."""
    traces = scratch / "traces"
    traces.mkdir()
    watch = " ".join(_WATCH)
    env = _with_shim(scratch, _WATCHED.format(strace=watch, traces=traces, git=_git()))
    own = [*_WATCH, str(traces / str(GRYT)), *_command(argv)]
    subprocess.run(own, cwd=repo, env=env, capture_output=True, check=True)
    found: list[Point] = []
    for trace in sorted(traces.iterdir(), key=lambda path: int(path.name)):
        found += _points_in(trace, repo)
    return found


def _points_in(trace: Path, repo: Repo) -> list[Point]:
    counts: Counter[str] = Counter()
    found = []
    for line in trace.read_text(encoding="utf-8", errors="replace").splitlines():
        match = _CALL.match(line)
        if match is not None:
            counts[match["name"]] += 1
            if str(repo.path) in line or '".git/' in line:
                name = match["name"]
                found.append(Point(int(trace.name), name, counts[name], line))
    return found


def kill(
    repo: Repo, argv: Sequence[str], point: Point, scratch: Path, *, whole: bool = True
) -> int:
    """Run a command, kill it at a point and return its exit status.

    Where it is a git that is killed, gryt goes with it, unless `whole` is false. The status is not
    that of a killed process where the call was not made this time: record ids are random, so an
    object's folder may be there already.
    """
    inject = f"-e trace={point.call} -e inject={point.call}:signal=KILL:when={point.count}"
    strace = ["strace", "-qq", "-o", os.devnull, *inject.split()]
    if point.process == GRYT:
        command, env = [*strace, *_command(argv)], None
    else:
        then = "kill -KILL $PPID" if whole else ":"
        killed = {"process": point.process, "strace": " ".join(strace), "then": then}
        command, env = _command(argv), _with_shim(scratch, _KILLED.format(git=_git(), **killed))
    return subprocess.run(
        command, cwd=repo, env=env, capture_output=True, check=False, timeout=60
    ).returncode


def _command(argv: Sequence[str]) -> list[str]:
    # -B: writing bytecode would make one run's calls differ from the next one's
    return [sys.executable, "-B", "-m", "gryt", *argv]


def _git() -> str:
    git = shutil.which("git")
    assert git is not None
    return git


def _with_shim(scratch: Path, what: str) -> dict[str, str]:
    """Return an environment in which `git` counts how often it is called, and does `what`."""
    folder = scratch / "bin"
    folder.mkdir(exist_ok=True)
    count = scratch / "count"
    count.write_text("0\n")
    script = folder / "git"
    script.write_text(_SHIM.format(count=count, what=what, git=_git()))
    script.chmod(0o755)
    return {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}
