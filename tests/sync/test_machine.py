"""Any interleaving of two to four clones and a bare remote: nothing is lost, used twice or undone.

What each clone acknowledged is kept in books beside them. In the end all push and pull in turn, and
then all have the same tips, with everything that anybody was told is done. An attack on the remote
is reported by every clone that had seen more, and by none is it followed.
"""

import shutil
from collections import defaultdict
from itertools import count
from pathlib import Path
from typing import Any, ClassVar

import hypothesis
import pytest
from hypothesis import Phase
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.support.cli import Gryt, Result
from tests.support.git import Repo, make_clone, make_remote, make_repo
from tests.sync.team import LAW_1, hook, local, ref_of

VERSIONS = ("v1.0.0", "v2.0.0")
FREE = ("v3.0.0", "v4.0.0", "v5.0.0")
EXPECTED = {0, 4}
"""Done, or somebody else was faster. While the remote refuses, 5 too."""
clones = st.integers(0, 3)
versions = st.sampled_from(VERSIONS)


class Team(RuleBasedStateMachine):
    """Clones at work on the same generations."""

    top: ClassVar[Path]
    size: ClassVar[int]

    def __init__(self) -> None:
        super().__init__()
        self.place = self.top / f"place-{sum(1 for _ in self.top.iterdir())}"
        shutil.copytree(self.top / "template", self.place)
        self.remote = Repo(self.place / "remote.git")
        self.clones = [Repo(self.place / f"clone-{n}") for n in range(self.size)]
        self.gryt = Gryt()
        self.records: dict[str, set[str]] = defaultdict(set)
        """By generation, the records that some clone has acknowledged."""
        self.promoted: dict[str, str] = {}
        """By version, the commit of its promotion as the remote has it."""
        self.numbers: dict[str, dict[int, str]] = defaultdict(dict)
        """By generation, the evolution that holds a number at the remote."""
        self.seen: dict[int, dict[str, str]] = defaultdict(dict)
        self.titles = count(1)
        self.free = list(FREE)
        self.refuses = False

    # --- what people do

    def call(self, clone: int, *args: str, expect: set[int]) -> Result:
        result = self.gryt(*args, cwd=self.clones[clone % self.size])
        shown = f"{clone % self.size}: gryt {' '.join(args)}: {result.status}\n"
        assert result.status in expect, f"{shown}{result.stdout}{result.stderr}"
        if args[0] != "sync" and result.status == 0:
            self.note(clone % self.size)
        return result

    def note(self, clone: int) -> None:
        """Write down every record that a clone has."""
        repo = self.clones[clone]
        for version in repo.refs("refs/gryt/generations/"):
            paths = repo.git("ls-tree", "-r", "--name-only", version).splitlines()
            gid = min(path[11:37] for path in paths if path.endswith("-created.yaml"))
            self.records[gid] |= {path for path in paths if not path.startswith("audit/")}

    def has(self, clone: int, version: str) -> bool:
        return ref_of(version) in self.clones[clone % self.size].refs("refs/gryt/")

    @initialize()
    def first(self) -> None:
        for version in VERSIONS:
            self.new(0, version)
        self.push(0)
        for clone in range(1, self.size):
            self.pull(clone)

    def new(self, clone: int, version: str) -> None:
        changes = ("--change", "add:A-1:One", "--change", "add:A-2:Two")
        self.call(clone, "generation", "new", version, *changes, expect={0, 3})

    @precondition(lambda self: self.free)
    @rule(first=clones, second=clones)
    def begin_the_same_twice(self, first: int, second: int) -> None:
        """Two people begin one version; or the same person does, and is told so."""
        version = self.free.pop()
        self.new(first, version)
        self.new(second, version)

    @rule(clone=clones, version=versions, change=st.sampled_from(["A-1", "A-2"]))
    def start(self, clone: int, version: str, change: str) -> None:
        if self.has(clone, version):
            self.call(clone, "evolution", "start", version, "--change", change, expect={0, 3})

    @rule(clone=clones, version=versions)
    def prove(self, clone: int, version: str) -> None:
        both = ("--change", "A-1", "--change", "A-2")
        if self.has(clone, version):
            begun = self.call(clone, "evolution", "start", version, *both, expect={0, 3})
            if begun.status == 0:
                self.call(clone, "run", expect={0})

    @rule(clone=clones, version=versions)
    def edit(self, clone: int, version: str) -> None:
        file = self.clones[clone % self.size] / f".gryt/generations/{version}.yaml"
        if file.exists():
            text = file.read_text(encoding="utf-8").splitlines()
            title = f"    title: Title {next(self.titles)}"
            file.write_text("\n".join([title if "title:" in x else x for x in text]) + "\n")
            before = self.clones[clone % self.size].refs("refs/gryt/")
            done = self.call(clone, "generation", "update", version, expect={0, 3})
            if done.status == 3:  # promoted meanwhile: the edit is taken back
                file.unlink()
                assert self.clones[clone % self.size].refs("refs/gryt/") == before

    @rule(clone=clones, version=versions, is_offline=st.booleans())
    def promote(self, clone: int, version: str, *, is_offline: bool) -> None:
        """Early or late, with the remote or without."""
        repo = self.clones[clone % self.size]
        if not self.has(clone, version):
            return
        repo.git("config", "gryt.mode", "local" if is_offline else "hybrid")
        expect = {0, 1, 3, 4, *({5} if self.refuses else ())}
        self.call(clone, "generation", "promote", version, expect=expect)
        local(repo)

    @rule(clone=clones, to=st.sampled_from(["v7.0.0", "v8.0.0", "v9.0.0"]), pick=clones)
    def rename(self, clone: int, to: str, pick: int) -> None:
        there = [version for version in FREE if self.has(clone, version)]
        if there:
            old = there[pick % len(there)]
            self.call(clone, "generation", "rename", old, to, expect={0, 3})

    @rule(clone=clones)
    def push(self, clone: int) -> None:
        self.call(clone, "sync", "push", expect={*EXPECTED, *({5} if self.refuses else ())})
        self.look_at_the_remote()

    @rule(clone=clones)
    def pull(self, clone: int) -> None:
        self.call(clone, "sync", "pull", expect=EXPECTED)

    @rule()
    def refuse_or_not(self) -> None:
        """The remote takes nothing for a while."""
        self.refuses = not self.refuses
        hook(self.remote, "pre-receive", "exit 1" if self.refuses else "exit 0")

    @rule(clone=clones)
    def lose_the_cache(self, clone: int) -> None:
        shutil.rmtree(self.clones[clone % self.size] / ".git/gryt", ignore_errors=True)

    # --- what holds

    def look_at_the_remote(self) -> None:
        """What was published is published: no number changes hands, no promotion changes."""
        for ref in self.remote.refs("refs/gryt/generations/"):
            assert self.remote.git(*LAW_1, ref) == ""
        tags = self.remote.refs("refs/tags/")
        for name, oid in tags.items():
            assert self.promoted.setdefault(name, oid) == oid, f"{name} moved"
        assert self.promoted.keys() <= tags.keys(), "a published tag is gone"

    def teardown(self) -> None:
        hook(self.remote, "pre-receive", "exit 0")
        self.refuses = False
        self.settle_clashes()
        for clone in range(1, self.size):  # the first of them has just pulled and pushed
            self.call(clone, "sync", "pull", expect={0})
            self.call(clone, "sync", "push", expect={0})
        for clone in range(self.size):
            self.call(clone, "sync", "pull", expect={0})
        self.everybody_has_everything()
        self.attack()
        shutil.rmtree(self.place)

    def settle_clashes(self) -> None:
        """Rename what was begun twice, until nothing is."""
        free = (f"v{number}.0.0" for number in count(20))
        for clone in range(self.size):
            for _ in range(12):
                pulled = self.call(clone, "sync", "pull", "--json", expect=EXPECTED).json
                for clash in pulled["conflicts"]:
                    args = ("generation", "rename", clash["version"], next(free))
                    self.call(clone, *args, expect={0})
                if not pulled["conflicts"]:
                    pushed = self.call(clone, "sync", "push", expect=EXPECTED)
                    if pushed.status == 0:
                        break

    def everybody_has_everything(self) -> None:
        tips = self.remote.refs("refs/gryt/")
        every: set[str] = set()
        for ref in tips:
            every |= set(self.remote.git("ls-tree", "-r", "--name-only", ref).splitlines())
        lost = {path for paths in self.records.values() for path in paths} - every
        assert not lost, lost
        for repo in self.clones:
            assert repo.refs("refs/gryt/") == tips
        last = self.clones[-1]
        verified = self.gryt("verify", cwd=last)
        assert verified.status == 0, verified
        listed = self.gryt.ok("generation", "list", "--json", cwd=last).json["generations"]
        for line in listed:
            self.numbers_are_given_once(last, line["version"])

    def numbers_are_given_once(self, repo: Repo, version: str) -> None:
        shown = self.gryt.ok("evolution", "list", version, "--json", cwd=repo).json
        numbers = [evolution["number"] for evolution in shown["evolutions"]]
        assert len(numbers) == len(set(numbers)), f"{version}: {numbers}"
        tags = self.remote.refs("refs/tags/")
        for evolution in shown["evolutions"]:
            if evolution["status"] == "pass":
                assert tags[f"refs/tags/{evolution['tag']}"] == evolution["tag_object"]

    def attack(self) -> None:
        """Let the remote go back, and see that everybody says so and nobody follows."""
        tips = self.remote.refs("refs/gryt/generations/")
        ref, tip = next(iter(tips.items()))
        parent = self.remote.git("rev-list", "--max-parents=0", tip).split()[0]
        others = [oid for name, oid in tips.items() if name != ref]
        attacks: list[tuple[str, ...]] = [("-d", ref), (ref, others[0])]
        attacks += [(ref, parent)] if parent != tip else []
        self.remote.git("update-ref", *attacks[sum(map(len, self.records.values())) % len(attacks)])
        for clone, repo in enumerate(self.clones):
            before = repo.refs("refs/gryt/")
            result = self.call(clone, "sync", ("pull", "push")[clone % 2], expect={6})
            assert f"{ref} was at {tip}" in result.stdout
            assert repo.refs("refs/gryt/") == before


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory, hermetic_session: None) -> Path:
    top = tmp_path_factory.mktemp("places")
    for size in (2, 3, 4):
        template = top / str(size) / "template"
        template.mkdir(parents=True)
        seed = make_repo(template / "clone-0")
        remote = make_remote(template / "remote.git", of=seed)
        seed.git("config", "gryt.mode", "local")
        for number in range(1, size):
            name = f"Person {number}"
            clone = make_clone(remote, template / f"clone-{number}", name=name, email="p@x.org")
            local(clone)
        for path in template.glob("clone-*"):
            Repo(path).git("remote", "set-url", "origin", "../remote.git")
    return top


@pytest.mark.slow
@pytest.mark.parametrize(("size", "share"), [(2, 0), (2, 1), (3, 0), (4, 0)])
def test_any_interleaving_ends_with_everything_everywhere(
    places: Path, size: int, share: int
) -> None:
    """In shares, so that several cores have a part in the 300 examples of the bigger profiles."""
    machine: Any = type(f"Share{share}", (Team,), {"top": places / str(size), "size": size})
    run_state_machine_as_test(machine, settings=_settings())


def _settings() -> hypothesis.settings:
    profile = hypothesis.settings.default
    assert profile is not None
    examples = 3 if profile.derandomize else max(75, profile.max_examples * 3 // 8)
    phases = set(profile.phases) - ({Phase.shrink} if profile.derandomize else set())
    return hypothesis.settings(max_examples=examples, stateful_step_count=9, phases=phases)
