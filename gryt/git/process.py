"""Running the git program: one place for its environment, its options and its failures.

git alone honours credential helpers, ssh config, `GIT_CONFIG_*`, reftable and lock waiting, so it
does everything but objects. It is judged by exit status, never by its English.
"""

import contextlib
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from gryt.errors import GitFailed
from gryt.values import Value

# A replaced object is one that somebody would rather have: what is judged is what there is.
_ENVIRONMENT = {
    "LC_ALL": "C",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_GRAFT_FILE": "/dev/null/none",
}
# Without these, a git that reads a whole ledger maps the whole pack, however large that is.
_SMALL = ("-c", "core.packedGitWindowSize=4m", "-c", "core.packedGitLimit=32m")
# Hooks and the file system monitor are programs of somebody else; gryt's own calls start none.
OPTIONS = ("-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false")


class Finished(Value):
    """What a git process left behind."""

    status: int
    """Its exit status; negative where a signal ended it."""
    stdout: bytes
    stderr: str

    @property
    def text(self) -> str:
        """Standard output without the line end, decoded."""
        return self.stdout.decode("utf-8", "surrogateescape").rstrip("\n")


class Git:
    """The git program, started in one directory with one environment."""

    def __init__(self, cwd: Path, env: Mapping[str, str]) -> None:
        self.cwd = cwd
        self.env = {**env, **_ENVIRONMENT}
        self._ahead: dict[tuple[bool, tuple[str, ...]], subprocess.Popen[bytes]] = {}

    def ahead(self, *args: str, fed: bool = False) -> None:
        """Begin `git ARGS` now, for the next to ask just this; meanwhile there is else to do.

        Only for questions whose answer may be as old as this call, or for a git that waits to be
        `fed` its standard input, and does nothing before. What nobody asks is dropped.
        """
        if (fed, args) not in self._ahead:
            with contextlib.suppress(OSError):  # whoever asks hears of it
                self._ahead[fed, args] = subprocess.Popen(
                    ["git", *OPTIONS, *args],
                    cwd=self.cwd,
                    env=self.env,
                    stdin=subprocess.PIPE if fed else subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                )

    def drop(self, *args: str) -> None:
        """End what was begun ahead and nobody asked for, so that no process is left behind.

        With `args`, only that.
        """
        for key in [key for key in self._ahead if args in ((), key[1])]:
            with self._ahead.pop(key) as begun:
                begun.kill()

    def run(
        self,
        *args: str,
        stdin: bytes = b"",
        env: Mapping[str, str] | None = None,
        accept: Sequence[int] = (0,),
    ) -> Finished:
        """Run `git ARGS`; raise GitFailed where its exit status is not one of `accept`."""
        finished = self.attempt(*args, stdin=stdin, env=env)
        if finished.status not in accept:
            command = " ".join(args[:2])
            raise GitFailed(
                f"'git {command}' failed with status {finished.status}",
                details=finished.stderr.splitlines(),
            )
        return finished

    def attempt(
        self, *args: str, stdin: bytes = b"", env: Mapping[str, str] | None = None
    ) -> Finished:
        """Run `git ARGS` and return what it left, whatever its exit status."""
        begun = self._ahead.pop((bool(stdin), args), None) if env is None else None
        if begun is not None:
            with begun:
                out, err = begun.communicate(stdin or None)
            return Finished(begun.returncode, out, err.decode("utf-8", "replace"))
        try:
            done = subprocess.run(
                ["git", *OPTIONS, *args],
                cwd=self.cwd,
                env=self.env if env is None else {**self.env, **env},
                input=stdin,
                capture_output=True,
                check=False,
            )
        except FileNotFoundError:
            raise _no_git() from None
        return Finished(done.returncode, done.stdout, done.stderr.decode("utf-8", "replace"))

    def start(self, *args: str) -> "subprocess.Popen[bytes]":
        """Start `git ARGS` with pipes to talk to it; what it says of errors goes nowhere."""
        try:
            return subprocess.Popen(
                ["git", *OPTIONS, *_SMALL, *args],
                cwd=self.cwd,
                env=self.env,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        except FileNotFoundError:
            raise _no_git() from None

    def beside(self, module: str) -> "subprocess.Popen[bytes]":
        """Start a module of gryt's own as a process, with pipes to talk to it.

        Nothing of the current directory is imported: it may be anybody's.
        """
        return subprocess.Popen(
            [sys.executable, "-P", "-m", module],
            cwd="/",
            env=self.env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    def edit(self, path: str) -> int:
        """Open a file in the editor that git would use, on this terminal; return its status."""
        editor = self.run("var", "GIT_EDITOR").text
        # git hands the command to the shell in the same way, so that it may have options
        command = ["sh", "-c", f'{editor} "$@"', editor, path]
        return subprocess.run(command, cwd=self.cwd, check=False).returncode


def _no_git() -> GitFailed:
    return GitFailed("the git program was not found", hints=["install git 2.31 or newer"])
