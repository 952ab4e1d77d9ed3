"""Composition: where the clock, the environment, the streams and the repository come in."""

import os
import re
import sys
import time
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from gryt.errors import ClosedPipe, NotFound, Refused
from gryt.render.safe import cell, in_json
from gryt.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gryt.git.process import Git
    from gryt.git.repository import Identity, Repository
    from gryt.service.session import Session
    from gryt.store.author import Author
    from gryt.store.remotes import Network


def _ignore(_line: str) -> None:
    return


_ADDRESS = r"[^\s<>@]+@[^\s<>@]+"


class App:
    """One command's surroundings; everything is found when it is first asked for."""

    def __init__(self, directory: tuple[Path, ...]) -> None:
        self._directory = directory
        self.environ: Mapping[str, str] = os.environ
        self.writes = True

    def only_asks(self) -> None:
        """Make the command one that leaves no trace and uses no network, not even git's own."""
        self.writes = False
        self.environ = {**self.environ, "GIT_ALLOW_PROTOCOL": "none", "GIT_NO_LAZY_FETCH": "1"}

    @cached_property
    def git(self) -> "Git":
        """The git program, in the directory that the command was started for."""
        from gryt.git.process import Git  # lazy: --help finds no repository

        cwd = Path.cwd().joinpath(*self._directory)
        if not cwd.is_dir():
            raise NotFound(f"'{cwd}' is not a directory")
        return Git(cwd, self.environ)

    @cached_property
    def repository(self) -> "Repository":
        """The repository around the directory that the command was started for."""
        from gryt.git.repository import discover  # lazy: --help finds no repository

        return discover(self.git)

    def look_ahead(self, *, for_writing: bool, worktree: bool = True) -> None:
        """Let git look at the repository and the work tree while Python loads what is needed."""
        from gryt.git.repository import look_around  # lazy: --help finds no repository

        look_around(self.git, for_writing=for_writing)
        if worktree:
            from gryt.git.worktree import look_ahead  # lazy: --help finds no repository

            look_ahead(self.git)
        if for_writing:  # and therefore look again at the ref before it is moved
            from gryt.git import refs  # lazy: --help finds no repository
            from gryt.store.layout import DEFAULT_NAMESPACE  # lazy: as above

            refs.look_ahead(self.git, DEFAULT_NAMESPACE)

    def path(self, name: str) -> Path:
        """Return the file that a name means to whoever started the command with -C."""
        return Path.cwd().joinpath(*self._directory, name)

    @cached_property
    def session(self) -> "Session":
        """What use cases work with."""
        from gryt.service.session import Session  # lazy: --help has none
        from gryt.store.ledger import Ledger  # lazy: --help has none
        from gryt.store.workspace import Workspace  # lazy: --help has none

        top = self.repository.top
        return Session(
            ledger=Ledger(
                self.repository,
                now_ms=lambda: time.time_ns() // 1_000_000,
                persist=self.writes,
            ),
            workspace=None if top is None else Workspace(top),
            find_author=self._author,
            environ=self.environ,
            say=self.say,
            writes=self.writes,
            network=self._network(),
        )

    def _network(self) -> "Network":
        from gryt.store.remotes import Network  # lazy: --help has none

        is_watched = sys.stderr.isatty()
        return Network(
            interactive=is_watched and sys.stdin.isatty(),
            tell=self.say if is_watched else _ignore,
        )

    def _author(self) -> "Author":
        from gryt.store.author import Author  # lazy: writing

        identity = self.repository.author() or self._nobody()
        sign = self.repository.config_bool("gryt.sign")
        commits = self.repository.config_bool("commit.gpgSign") if sign is None else sign
        tags = self.repository.config_bool("tag.gpgSign") if sign is None else sign
        return Author(
            identity=identity,
            committer=self.repository.committer(identity),
            sign_commits=bool(commits),
            sign_tags=bool(tags),
        )

    def _nobody(self) -> "Identity":
        """Return who acts where git knows nobody: the CI job's actor, else gryt itself."""
        from gryt.git.repository import Identity  # lazy: only CI jobs get here
        from gryt.service.ci import detect  # lazy: only CI jobs get here

        job = detect(self.environ)
        name = (job.actor if job else None) or "gryt"
        clean = "".join(c for c in name if c.isprintable() and c not in "<>").strip() or "gryt"
        email = (job.email if job else None) or ""
        address = email if re.fullmatch(_ADDRESS, email) else "gryt@localhost"
        return Identity(clean, address, int(time.time()), fallback=True)

    # --- streams

    def say(self, line: str) -> None:
        """Write a line of talk to stderr."""
        sys.stderr.write(f"{cell(line)}\n")

    def emit(self, text: str) -> None:
        """Write the answer to stdout, all of it; raise Refused where it does not take it."""
        try:
            sys.stdout.write(text)
            sys.stdout.flush()
        except BrokenPipeError:  # click would make it a 1, which means no
            raise ClosedPipe from None
        except OSError as error:
            raise Refused(f"cannot write the answer: {error.strerror}") from None

    def refuse_unless_asked(self, command: str, *, as_json: bool) -> None:
        """Raise Refused where nobody is there to answer a question."""
        if as_json or not sys.stdin.isatty():
            raise Refused(
                "this asks before it acts, and nobody is there to answer",
                hints=[f"say yes beforehand: {command}"],
            )

    def ask(self, question: str) -> bool:
        """Ask a question on the terminal; no answer is no."""
        self.emit(f"{question} [y/N]: ")
        answer = sys.stdin.readline()
        if not answer.endswith("\n"):
            self.emit("\n")
        return answer.strip().lower() in {"y", "yes"}

    def emit_json(self, document: dict[str, Any]) -> None:
        """Write the answer to stdout as one JSON document."""
        import json  # lazy: text needs none

        self.emit(in_json(json.dumps(document, ensure_ascii=False, indent=2)) + "\n")


def read_source(name: str) -> tuple[bytes, str]:
    """Return the bytes of a file that the user names, `-` for stdin, and what to call it."""
    if name == "-":
        return sys.stdin.buffer.read(1024 * 1024), "standard input"
    try:
        with Path(name).open("rb") as file:
            return file.read(1024 * 1024), name
    except OSError as error:
        raise NotFound(f"cannot read '{name}': {error.strerror}") from None
