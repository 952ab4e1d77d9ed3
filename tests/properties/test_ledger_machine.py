"""Any sequence of commands on a real repository: the laws hold, and the ledger says what happened.

Beside the repository the machine keeps books of its own, as simple as can be: what was promised,
what was proven for which promise. After each command both must say the same.
"""

import json
import shutil
from itertools import count
from pathlib import Path
from typing import Any, ClassVar

import hypothesis
from hypothesis import Phase
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.properties.books import ENDS, STEPS, Attempt, Promise, Release, contract_text
from tests.support.cli import Gryt, Result
from tests.support.git import Repo, make_repo

LAW_1 = ("log", "-m", "--diff-filter=MDRT", "--name-status", "--format=%h")
VERSIONS = ("v1.0.0", "v2.0.0-beta.1")
IDS = ("FEAT-1", "FIX-2", "X.3")
versions = st.sampled_from(VERSIONS)
ids = st.sampled_from(IDS)
titles = st.sampled_from(["One", "Two"])
types = st.sampled_from(["add", "fix"])
promises = st.dictionaries(ids, st.tuples(types, titles), max_size=3)
wanted = st.lists(st.integers(0, 9), min_size=1, max_size=2)
"""Which changes: most often those that there are."""
pipelines = st.sampled_from(["passes", *STEPS])
rarely = st.sampled_from([False, False, False, True])


class Commands(RuleBasedStateMachine):
    """Commands of one user, with the housekeeping of git in between."""

    top: ClassVar[Path]
    """Where repositories are made; the first is the one that all others are copies of."""

    def __init__(self) -> None:
        super().__init__()
        self.repo = Repo(self.top / f"repo-{sum(1 for _ in self.top.iterdir())}")
        shutil.copytree(self.top / "template", self.repo.path)
        self.gryt = Gryt()
        self.books: dict[str, Release] = {}
        self.clock = count(1)
        self.records: set[str] = set()

    # --- commands

    def call(self, *args: str, expect: int) -> Result:
        result = self.gryt(*args, cwd=self.repo)
        shown = f"gryt {' '.join(args)}: {result.status}\n{result.stdout}{result.stderr}"
        assert result.status == expect, shown
        return result

    @initialize(promised=promises.filter(bool), pipeline=pipelines)
    def first(self, promised: Promise, pipeline: str) -> None:
        self.new(VERSIONS[0], promised)
        self.start(0, [0])
        self.run(0, pipeline, is_dirty=False)

    @precondition(lambda self: len(self.books) < len(VERSIONS))
    @rule(version=versions, promised=promises)
    def new(self, version: str, promised: Promise) -> None:
        changes = [f"{kind}:{i}:{title}" for i, (kind, title) in promised.items()]
        args = ("generation", "new", version, *(w for c in changes for w in ("--change", c)))
        self.call(*args, expect=3 if version in self.books else 0)
        self.books.setdefault(version, Release(version, promised))

    def file(self, version: str) -> Path:
        return self.repo / f".gryt/generations/{version}.yaml"

    def release(self, pick: int) -> Release:
        return list(self.books.values())[pick % len(self.books)]

    def is_any_started(self) -> bool:
        return any(release.attempts for release in self.books.values())

    @rule(pick=st.integers(0, 1), promised=promises, changes=wanted, at_once=st.booleans())
    def edit(self, pick: int, promised: Promise, changes: list[int], *, at_once: bool) -> None:
        """Edit the contract file; the next command, whatever it is, takes the edit up."""
        release = self.release(pick)
        before = self.file(release.version).read_text()
        self.file(release.version).write_text(contract_text(release.version, promised))
        if release.promoted is not None:
            is_edited = promised != release.promised
            self.call("evolution", "list", release.version, expect=3 if is_edited else 0)
            self.file(release.version).write_text(before)
            return
        release.promised = promised
        if at_once:
            self.start(pick, changes)

    @precondition(is_any_started)
    @rule(pick=st.integers(0, 1), number=st.integers(0, 2))
    def retitle(self, pick: int, number: int) -> None:
        """Promise something else under a name that may be proven, or what it was before again."""
        promised = dict(self.release(pick).promised)
        if promised:
            change = list(promised)[number % len(promised)]
            kind, title = promised[change]
            promised[change] = (kind, "Two" if title == "One" else "One")
            self.edit(pick, promised, [0], at_once=False)

    @rule(pick=st.integers(0, 1), broken=st.sampled_from(["- [", "version: v9.9.9\n", "x: 1\n"]))
    def edit_badly(self, pick: int, broken: str) -> None:
        file = self.file(self.release(pick).version)
        before, refs = file.read_bytes(), self.repo.refs()
        file.write_text(broken)
        self.call("evolution", "list", self.release(pick).version, expect=3)
        self.call("generation", "promote", self.release(pick).version, expect=3)
        assert self.repo.refs() == refs
        file.write_bytes(before)

    @rule(pick=st.integers(0, 1), numbers=wanted)
    def start(self, pick: int, numbers: list[int]) -> None:
        release = self.release(pick)
        there = [*release.promised, *release.promised, "NOWHERE"]
        changes = list(dict.fromkeys(there[number % len(there)] for number in numbers))
        is_fine = release.promoted is None and set(changes) <= release.promised.keys()
        options = [word for change in changes for word in ("--change", change)]
        args = ("evolution", "start", release.version, *options)
        result = self.call(*args, expect=0 if is_fine else 3)
        if is_fine:
            attempt = Attempt(len(release.attempts) + 1, changes)
            assert f"Evolution started: {release.tag(attempt)}\n" in result.stdout
            release.attempts.append(attempt)

    @rule()
    def commit(self) -> None:
        self.repo.commit("feat: work", {"work.txt": f"{next(self.clock)}\n"})

    def attempt(self, pick: int) -> tuple[Release, Attempt]:
        """One of all evolutions, the newest for the lowest number."""
        pairs = [(release, a) for release in self.books.values() for a in release.attempts]
        pairs.reverse()
        return pairs[pick % len(pairs)]

    def place(self, wanted: Attempt) -> int:
        return next(pick for pick in range(99) if self.attempt(pick)[1] is wanted)

    @precondition(is_any_started)
    @rule(pick=st.integers(0, 3), pipeline=pipelines, is_dirty=rarely)
    def run(self, pick: int, pipeline: str, *, is_dirty: bool) -> None:
        release, attempt = self.attempt(pick)
        args = ("run", pipeline, "--evolution", release.tag(attempt))
        refs = self.repo.refs()
        if is_dirty:
            self.repo.write({"README.md": "changed before\n"})
        if not attempt.is_open or release.promoted is not None:
            self.call(*args, expect=3)
            assert self.repo.refs() == refs
        elif is_dirty:
            self.call(*args, expect=1)
            assert self.repo.refs("refs/gryt") == {r: o for r, o in refs.items() if "/gryt/" in r}
        else:
            self.call(*args, expect=0 if pipeline == "passes" else 1)
            attempt.status = ENDS[pipeline]
            attempt.promised = dict(release.promised)
            attempt.order = next(self.clock)
        self.repo.git("checkout", "--quiet", "--", "README.md")

    @precondition(is_any_started)
    @rule(pick=st.integers(0, 3), is_begun_again=st.booleans())
    def abandon(self, pick: int, *, is_begun_again: bool) -> None:
        release, attempt = self.attempt(pick)
        is_fine = release.promoted is None and attempt.status != "abandoned"
        args = ("evolution", "abandon", release.tag(attempt), "--reason", "no use")
        self.call(*args, expect=0 if is_fine else 3)
        if is_fine:
            attempt.status = "abandoned"
            if is_begun_again:
                self.start(list(self.books).index(release.version), [0])

    @rule(pick=st.integers(0, 1), is_dry=st.booleans())
    def promote(self, pick: int, *, is_dry: bool) -> None:
        """Early or late, once or again."""
        release = self.release(pick)
        refs = self.repo.refs()
        args = ("generation", "promote", release.version, *(["--dry-run"] if is_dry else []))
        if release.promoted is not None:
            self.call(*args, expect=0 if release.promoted[0] == self.repo.head else 3)
        elif release.is_ready():
            self.call(*args, expect=0)
            if not is_dry:
                release.promoted = (self.repo.head, self.shown(release.version))
                assert self.repo.git("rev-parse", f"{release.version}^{{commit}}") == self.repo.head
                return
        else:
            self.call(*args, expect=1)
        if is_dry or release.promoted is not None:
            assert self.repo.refs() == refs
        assert self.repo.refs("refs/tags") == {n: o for n, o in refs.items() if "/tags/" in n}

    @precondition(lambda self: sum(len(r.attempts) for r in self.books.values()) > 1)
    @rule(pick=st.integers(0, 1))
    def finish(self, pick: int) -> None:
        """What it takes to promote, in one go: by chance alone it happens too rarely."""
        release = self.release(pick)
        if release.promoted is None and release.promised:
            self.start(pick, list(range(len(release.promised))))
            self.run(self.place(release.attempts[-1]), "passes", is_dirty=False)
            self.promote(pick, is_dry=False)
            self.run(self.place(release.attempts[0]), "passes", is_dirty=False)  # may be too late

    @rule(label=titles)
    def snapshot(self, label: str) -> None:
        self.call("audit", "snapshot", "--label", label, expect=0)

    @rule(command=st.sampled_from([("pack-refs", "--all"), ("gc", "--quiet", "--prune=now")]))
    def keep_house(self, command: tuple[str, ...]) -> None:
        self.repo.git(*command)

    @rule()
    def lose_the_cache(self) -> None:
        before = [self.shown(version) for version in self.books]
        (self.repo / ".git/gryt/index.db").unlink(missing_ok=True)
        assert [self.shown(version) for version in self.books] == before

    # --- what holds after each of them

    def shown(self, version: str) -> str:
        return self.call("generation", "show", version, "--json", expect=0).stdout

    @invariant()
    def nothing_is_ever_changed_or_removed(self) -> None:
        for ref in self.repo.refs("refs/gryt/"):
            assert self.repo.git(*LAW_1, ref) == ""

    @invariant()
    def the_books_agree(self) -> None:
        for release in self.books.values():
            args = ("evolution", "list", release.version, "--json")
            document = self.call(*args, expect=0).json
            assert [
                (e["tag"], e["number"], e["changes"], e["status"]) for e in document["evolutions"]
            ] == [(release.tag(a), a.number, a.changes, a.status) for a in release.attempts]
            assert {
                c["id"]: (c["status"], c["proof"] and c["proof"]["evolution"])
                for c in document["changes"]
            } == release.expected()
            assert document["ready"] == (release.is_ready() and release.promoted is None)
            if release.promoted is not None:
                assert self.shown(release.version) == release.promoted[1]

    @invariant()
    def the_trail_only_grows(self) -> None:
        log: list[dict[str, Any]] = self.call("audit", "log", "--json", expect=0).json["records"]
        found = {json.dumps(record, sort_keys=True) for record in log}
        assert found >= self.records
        self.records = found
        started = [(r["generation"], r["number"]) for r in log if r["kind"] == "evolution.started"]
        assert len(started) == len(set(started)), "a number was used twice"

    @invariant()
    def what_passed_is_tagged(self) -> None:
        tags = self.repo.refs("refs/tags/")
        for release in self.books.values():
            passed = {a.number for a in release.attempts if a.status == "pass"}
            assert {f"refs/tags/{release.version}-rc.{n}" for n in passed} <= tags.keys()
            assert (f"refs/tags/{release.version}" in tags) == (release.promoted is not None)

    def teardown(self) -> None:
        self.repo.git("fsck", "--strict", "--no-dangling")
        self.call("verify", expect=0)
        self.lose_the_cache()
        shutil.rmtree(self.repo.path)


def test_the_laws_hold_after_any_commands(tmp_path: Path) -> None:
    template = make_repo(tmp_path / "template")
    template.commit(
        "Add pipelines",
        {
            f".gryt/pipelines/{name}.yaml": f"name: {name}\nsteps:\n"
            f"  - name: act\n    command: {command}\n"
            for name, command in STEPS.items()
        },
    )
    machine = type("Here", (Commands,), {"top": tmp_path})
    run_state_machine_as_test(machine, settings=_settings())


def _settings() -> hypothesis.settings:
    """Fewer examples than other properties have: each of them is a repository."""
    profile = hypothesis.settings.default
    assert profile is not None
    examples = max(4, profile.max_examples // 6)
    # To shrink an example takes minutes, for which only the bigger profiles have time.
    phases = set(profile.phases) - ({Phase.shrink} if profile.derandomize else set())
    return hypothesis.settings(max_examples=examples, stateful_step_count=16, phases=phases)
