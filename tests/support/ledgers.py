r"""Ledgers for tests: made by the services, and attacked by plumbing.

desk = Desk(repo)
desk.proven("v1.5.0", "FEAT-201")
tamper(repo, REF, {"generation/…-contract.yaml": None})
assert desk.verify().findings
"""

import os
from collections.abc import Callable, Mapping
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from gryt.git.process import Git
from gryt.git.repository import Identity, discover
from gryt.model.contract import Change, ChangeType
from gryt.model.findings import Report
from gryt.model.names import ChangeId, Version
from gryt.model.observer import Silent
from gryt.model.proven import Check
from gryt.model.records import Body, Kind
from gryt.model.state import Evolution
from gryt.service import evolutions, generations, plans, promote, runs
from gryt.service.check import check
from gryt.service.session import Session
from gryt.service.verify import verify
from gryt.store.append import Draft, act
from gryt.store.author import Author
from gryt.store.ledger import Ledger
from gryt.store.workspace import Workspace
from tests.support.git import Repo, git

STARTED_AT_MS = 1_768_000_000_000
"""2026-01-09T23:06:40Z; each look at the clock is a second later."""


def clock(start: int = STARTED_AT_MS) -> Callable[[], int]:
    """Returns a clock that goes on by a second with each look at it."""
    seconds = count()
    return lambda: start + 1000 * next(seconds)


class Desk:
    """Somebody at work in one repository, each action as if in a process of its own."""

    def __init__(self, repo: Repo, now_ms: Callable[[], int] | None = None) -> None:
        self.repo = repo
        self.now_ms = now_ms or clock()
        self.said: list[str] = []

    @property
    def session(self) -> Session:
        """New surroundings, as a new command has them."""
        repository = discover(Git(self.repo.path, os.environ))
        return Session(
            ledger=Ledger(repository, now_ms=self.now_ms),
            workspace=None if repository.top is None else Workspace(repository.top),
            find_author=_author,
            environ=os.environ,
            say=self.said.append,
        )

    def generation(self, version: str, *changes: str) -> None:
        """Begins a generation that promises these changes, and keeps its file out of commits."""
        exclude = self.repo / ".git/info/exclude"
        exclude.parent.mkdir(exist_ok=True)
        exclude.write_text("/.gryt/generations/\n", encoding="utf-8")
        promised = [Change(ChangeId(name), ChangeType.ADD, f"The {name}") for name in changes]
        generations.new(
            self.session,
            Version(version),
            description="A release",
            pipeline="full-ci",
            changes=promised,
            source=None,
        )

    def start(self, version: str, *changes: str) -> Evolution:
        """Starts an evolution."""
        return evolutions.start(self.session, version, changes).evolution

    def run(self, evolution: str | None = None) -> runs.Outcome:
        """Runs the current evolution's pipeline, or that of another one."""
        session = self.session
        return runs.run(session, plans.plan(session, None, evolution=evolution), Silent())

    def proven(self, version: str, *changes: str) -> Evolution:
        """Begins a generation and proves its changes, all in one evolution."""
        self.generation(version, *changes)
        evolution = self.start(version, *changes)
        self.run()
        return evolution

    def promote(self, version: str) -> promote.Promotion:
        """Promotes HEAD."""
        done = promote.promote(self.session, version, revision=None, dry_run=False)
        assert done.promoted, done.gates
        return done

    def record(self, version: str, kind: Kind, body: Body) -> None:
        """Adds a record that no command writes yet, in an honest way."""
        session = self.session

        def decide(draft: Draft) -> None:
            assert draft.state is not None
            about = getattr(body, "evolution", None)
            draft.record(kind, body, gid=draft.state.gid, evolution=about)

        ref = session.ledger.layout.generation(version)
        act(session.ledger, ref, session.author, decide, reason=kind.value)

    def verify(self, *, repair: bool = False) -> Report:
        """Verifies the ledger."""
        return verify(self.session, repair=repair)

    def check(self, revision: str | None = None, *require: str) -> Check:
        """Asks whether a commit is proven."""
        return check(self.session, revision, require=require)


def _author() -> Author:
    ada = Identity("Ada Lovelace", "ada@example.com", STARTED_AT_MS // 1000)
    return Author(ada, ada)


def ref_of(version: str) -> str:
    """The ledger ref of a generation."""
    return f"refs/gryt/generations/{version}"


def paths(repo: Repo, ref: str, part: str = "") -> list[str]:
    """The paths at the tip of a ref that have `part` in them."""
    return [p for p in repo.git("ls-tree", "-r", "--name-only", ref).splitlines() if part in p]


def read(repo: Repo, ref: str, path: str) -> str:
    """The text of a record."""
    return repo.git("cat-file", "blob", f"{ref}:{path}") + "\n"


def tamper(
    repo: Repo,
    ref: str,
    files: Mapping[str, str | None],
    *,
    parents: tuple[str, ...] | None = None,
    mode: str = "100644",
) -> str:
    """Moves a ref to a new commit with files written, or removed where they are None."""
    with TemporaryDirectory() as folder:
        env = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
        git("read-tree", ref, cwd=repo, env=env)
        for path, text in files.items():
            if text is None:
                git("update-index", "--force-remove", path, cwd=repo, env=env)
            else:
                blob = git("hash-object", "-w", "--stdin", cwd=repo, stdin=text)
                entry = f"{mode},{blob},{path}"
                git("update-index", "--add", "--cacheinfo", entry, cwd=repo, env=env)
        tree = git("write-tree", cwd=repo, env=env)
    above = (repo.git("rev-parse", ref),) if parents is None else parents
    words = [word for parent in above for word in ("-p", parent)]
    commit = repo.git("commit-tree", tree, *words, "-m", "by hand")
    repo.git("update-ref", ref, commit)
    return commit


def stock_law_1(repo: Repo, ref: str) -> list[str]:
    """What the stock command for law 1 has to say: the paths changed or removed."""
    said = repo.git("log", "-m", "--diff-filter=MDRT", "--name-status", "--format=%h", ref)
    rows = [line.split("\t") for line in said.splitlines() if "\t" in line]
    return [row[1] for row in rows]
