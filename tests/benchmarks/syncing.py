"""Sharing a ledger, beside git doing the same with the same objects."""

import shutil
import time
from collections.abc import Mapping
from pathlib import Path

from gryt.git.objects import Objects
from gryt.git.process import Git
from gryt.git.repository import discover
from gryt.store.union import unite
from tests.benchmarks.commands import GRYT, READING, Ratio, python
from tests.benchmarks.timing import Call, Command, Sample, always, measure
from tests.fixtures.ledgers import Size, generate
from tests.support.git import Repo, git

_SHARED = Size(generations=100, evolutions=10)
_MANY = Size(generations=10, evolutions=100)
_PUBLISH_ROUNDS = 5
_UNION_ROUNDS = 7
_SLACK = 1.2
"""How many times git's own time a sync that has nothing to do may take, beyond a Python."""
_FETCH = (
    *("git", "fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "origin"),
    *("refs/gryt/*:refs/yardstick/*", "+refs/notes/gryt*:refs/yardstick/notes*"),
)
_PUSH = ("refs/gryt/*:refs/gryt/*", "refs/notes/gryt", "refs/tags/*:refs/tags/*")


def syncing(folder: Path, env: Mapping[str, str], rounds: int) -> list[Ratio]:
    """A pull and a push with nothing to do, and 1,000 evolutions published at once."""
    return [*_idle(folder, env, rounds), *_publishing(folder, env), _union(folder)]


def _idle(folder: Path, env: Mapping[str, str], rounds: int) -> list[Ratio]:
    repo = generate(folder / "shared", _SHARED).repo
    _bare(repo, folder / "shared.git", "origin", "main")
    repo.git("config", "gryt.mode", "local")
    for command in ("push", "pull"):
        measure([Command(command, always([GRYT, "sync", command], repo.path))], rounds=1, env=env)
    commands = [
        Command("sync pull", always([GRYT, "sync", "pull"], repo.path)),
        Command("git fetch", always(_FETCH, repo.path)),
        Command("sync push", always([GRYT, "sync", "push"], repo.path)),
        Command("git push", always(["git", "push", "--quiet", "origin", *_PUSH], repo.path)),
        python(READING, repo.path),
    ]
    taken = measure(commands, rounds=rounds, env=env)
    start = taken[READING].median
    return [
        Ratio(
            f"{ours}, nothing to do",
            taken[ours],
            Sample(f"python + {_SLACK} x {theirs}", (start + _SLACK * taken[theirs].median,)),
            1.0,
        )
        for ours, theirs in (("sync pull", "git fetch"), ("sync push", "git push"))
    ]


def _publishing(folder: Path, env: Mapping[str, str]) -> list[Ratio]:
    """Each round has two remotes of its own, which have the code already."""
    repo = generate(folder / "many", _MANY).repo
    repo.git("config", "gryt.mode", "local")
    measure([Command("list", always([GRYT, "generation", "list"], repo.path))], rounds=1, env=env)
    for number in range(_PUBLISH_ROUNDS + 1):
        for who in ("ours", "theirs"):
            _bare(repo, folder / f"{who}-{number}.git", f"{who}-{number}", "main")
    commands = [
        Command(
            "sync push, 1000 new",
            lambda n: Call([GRYT, "sync", "push", "--remote", f"ours-{n}"], repo.path),
        ),
        Command(
            "git push, the same",
            lambda n: Call(
                ["git", "push", "--quiet", "--atomic", f"theirs-{n}", *_PUSH], repo.path
            ),
        ),
    ]
    taken = measure(commands, rounds=_PUBLISH_ROUNDS, env=env)
    return [
        Ratio("sync push, 1000 new", taken["sync push, 1000 new"], taken["git push, the same"], 1.5)
    ]


def _bare(repo: Repo, path: Path, name: str, branch: str) -> None:
    git("init", "--quiet", "--bare", path, cwd=repo)
    repo.git("remote", "add", name, path)
    repo.git("push", "--quiet", name, branch)


def _union(folder: Path) -> Ratio:
    """Two tips with 5,000 records each, in this process: what a start costs is told above."""
    repo = generate(folder / "union", Size(generations=1, evolutions=3334)).repo
    ref = repo.git("for-each-ref", "--format=%(refname)", "refs/gryt/generations").strip()
    tips = _halves(repo, ref)
    times = []
    for _ in range(_UNION_ROUNDS):
        repo.git("prune", "--expire=now", *tips)
        objects = Objects(discover(Git(repo.path, {"PATH": _path()})))
        objects.kind(tips[0])
        begun = time.perf_counter()
        united = unite(objects, tips)
        times.append((time.perf_counter() - begun) * 1000)
        assert repo.git("rev-parse", f"{united}^{{tree}}") == repo.git(
            "rev-parse", f"{ref}^{{tree}}"
        )
    return Ratio(
        "union of 2 x 5000 records", Sample("union", tuple(times)), Sample("50 ms", (50.0,)), 1.0
    )


def _path() -> str:
    found = shutil.which("git")
    assert found is not None
    return str(Path(found).parent)


def _halves(repo: Repo, ref: str) -> tuple[str, str]:
    """Two commits upon the first of a ref that have half of its evolutions each."""
    first = repo.git("rev-list", "--max-parents=0", ref)
    top = repo.git("ls-tree", ref).splitlines()
    every = repo.git("ls-tree", f"{ref}:evolutions").splitlines()
    middle = len(every) // 2
    tips = []
    for half in (every[:middle], every[middle:]):
        folder = repo.git("mktree", stdin="".join(f"{line}\n" for line in half))
        rows = [line for line in top if not line.endswith("\tevolutions")]
        rows.append(f"040000 tree {folder}\tevolutions")
        tree = repo.git("mktree", stdin="".join(f"{row}\n" for row in rows))
        tips.append(repo.git("commit-tree", tree, "-p", first, "-m", "half"))
    return tips[0], tips[1]
