"""The command line under test: in this process for speed, or in one of its own.

In process, file descriptors 0, 1 and 2 are replaced together with Python's streams, so that the
output of child processes is captured in the order in which it came.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO, Any

import pytest

from tests.support.git import StrPath


@dataclass(frozen=True)
class Result:
    """What a command left behind."""

    status: int
    stdout: str
    stderr: str

    @property
    def json(self) -> Any:
        """The document on stdout."""
        return json.loads(self.stdout)


class Gryt:
    """`gryt("generation", "list", cwd=repo)` runs a command in this process."""

    def __call__(
        self,
        *args: StrPath,
        cwd: StrPath,
        stdin: str = "",
        env: Mapping[str, str] | None = None,
    ) -> Result:
        from gryt.cli.main import main

        with ExitStack() as stack:
            patch = stack.enter_context(pytest.MonkeyPatch.context())
            for name, value in (env or {}).items():
                patch.setenv(name, value)
            given = stack.enter_context(TemporaryFile())
            given.write(stdin.encode(errors="surrogateescape"))
            given.seek(0)
            stack.enter_context(_standing_in(0, given))
            out = stack.enter_context(TemporaryFile())
            err = stack.enter_context(TemporaryFile())
            with _standing_in(1, out), _standing_in(2, err):
                status = main(["-C", os.fspath(cwd), *(os.fspath(arg) for arg in args)])
            return Result(status, _text_of(out), _text_of(err))

    def ok(
        self,
        *args: StrPath,
        cwd: StrPath,
        stdin: str = "",
        env: Mapping[str, str] | None = None,
    ) -> Result:
        """Runs a command that has to succeed; for what comes before the subject of a test."""
        result = self(*args, cwd=cwd, stdin=stdin, env=env)
        assert result.status == 0, f"gryt {args}: {result.status}\n{result.stdout}{result.stderr}"
        return result


def gryt_process(
    *args: StrPath,
    cwd: StrPath,
    stdin: str = "",
    env: Mapping[str, str] | None = None,
    timeout: float = 120,
) -> Result:
    """Runs a command in a process of its own, as a user's shell does."""
    ended = subprocess.run(
        [sys.executable, "-m", "gryt", *(os.fspath(arg) for arg in args)],
        cwd=cwd,
        input=stdin,
        env={**os.environ, **(env or {})},
        capture_output=True,
        encoding="utf-8",
        errors="surrogateescape",
        timeout=timeout,
        check=False,
    )
    return Result(ended.returncode, ended.stdout, ended.stderr)


@contextmanager
def _standing_in(number: int, file: IO[bytes]) -> Iterator[None]:
    """Makes `file` the process's file descriptor `number`, and Python's stream over it."""
    name = ("stdin", "stdout", "stderr")[number]
    before = getattr(sys, name)
    if number:
        before.flush()
    kept = os.dup(number)
    os.dup2(file.fileno(), number)
    mode = "w" if number else "r"
    stream = open(number, mode, encoding="utf-8", errors="surrogateescape", closefd=False)  # noqa: SIM115
    setattr(sys, name, stream)
    try:
        yield
    finally:
        if number:
            stream.flush()
        setattr(sys, name, before)
        stream.close()
        os.dup2(kept, number)
        os.close(kept)


def _text_of(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode(errors="surrogateescape")
