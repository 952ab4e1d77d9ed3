"""What it costs to ask a whole ledger: the first time, the next time, and after something new."""

import os
import shutil
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import NamedTuple

from tests.benchmarks.commands import GRYT, READING, Ratio, python
from tests.benchmarks.timing import Command, always, measure
from tests.fixtures.ledgers import Made
from tests.support.git import git

_CACHE = Path(".git/gryt/index.db")
_PASS_RATE = (
    "SELECT count(*) AS total, sum(status = 'pass') AS passed"
    " FROM evolutions WHERE created_at >= '2024-01-01'"
)
_NEW = 10
_QUERY = ["db", "query", _PASS_RATE]
_EXPORT = ["audit", "export", "--output", os.devnull, "--format", "json"]
_LIST = ["generation", "list"]


@dataclass(frozen=True)
class Figure:
    """One line of the report that is no ratio."""

    what: str
    value: float
    unit: str
    bar: float
    is_most: bool = True
    """Whether the bar is the most it may be; else the least."""

    @property
    def is_met(self) -> bool:
        return self.value <= self.bar if self.is_most else self.value >= self.bar


class Spent(NamedTuple):
    """What one process took."""

    seconds: float
    megabytes: float


def warm(made: Made, env: Mapping[str, str], rounds: int) -> list[Ratio]:
    """Asking again what was asked before."""
    where = made.repo.path
    for args in (_QUERY, _LIST):
        _spent(args, where, env)
    commands = [
        Command("db query", always([GRYT, *_QUERY], where)),
        Command("generation list", always([GRYT, *_LIST], where)),
        python(READING, where),
    ]
    taken = measure(commands, rounds=rounds, env=env)
    return [
        Ratio(name, taken[name], taken[READING], 2.0) for name in ("db query", "generation list")
    ]


def at_scale(made: Made, folder: Path, env: Mapping[str, str], rounds: int) -> list[Figure]:
    """The first build, ten new records, an export of everything, and the memory that they take."""
    where = made.repo.path
    (where / _CACHE).unlink(missing_ok=True)
    first = _spent(_QUERY, where, env)
    (where / _CACHE).unlink()
    listed = _spent(_LIST, where, env)
    count = subprocess.run(
        [GRYT, "db", "query", "SELECT count(*) FROM audit_events", "--format", "tsv"],
        cwd=where, env=env, capture_output=True, text=True, check=True,
    )  # fmt: skip
    records = int(count.stdout.split()[-1])
    _spent(_EXPORT, where, env)
    exports = [_spent(_EXPORT, where, env) for _ in range(3)]
    start = median(_spent(_QUERY, where, env).seconds for _ in range(rounds))
    picked = _picked_up(made, folder, env, rounds)
    export = median(each.seconds for each in exports) - start
    most = max(each.megabytes for each in (first, listed, *exports))
    return [
        Figure("first question, 100,000 records", first.seconds / records * 1e5, "s", 10),
        Figure("first listing, 100,000 records", listed.seconds / records * 1e5, "s", 10),
        Figure(f"{_NEW} new records, beyond a warm question", picked * 1000, "ms", 30),
        Figure("JSON export, records a second", records / export, "", 50_000, is_most=False),
        Figure(f"memory, {records:,} records", most, "MB", 300),
    ]


def _picked_up(made: Made, folder: Path, env: Mapping[str, str], rounds: int) -> float:
    """Return how much longer a question takes when ten records were fetched before it."""
    where = made.repo.path
    before = folder / "before.db"
    _spent(_QUERY, where, env)
    shutil.copy2(where / _CACHE, before)
    ref = f"refs/gryt/generations/{made.versions[0]}"
    old = git("rev-parse", ref, cwd=where).strip()
    for _ in range(_NEW):
        _spent(["evolution", "start", made.versions[0], "--change", "FEAT-1"], where, env)
    new = git("rev-parse", ref, cwd=where).strip()
    times = []
    for _ in range(rounds):
        shutil.copy2(before, where / _CACHE)
        fresh = _spent(_QUERY, where, env).seconds
        times.append(fresh - _spent(_QUERY, where, env).seconds)
    git("update-ref", ref, old, new, cwd=where)
    return median(times)


def _spent(args: Sequence[str], cwd: Path, env: Mapping[str, str]) -> Spent:
    begun = time.perf_counter()
    process = subprocess.Popen(
        [GRYT, *args], cwd=cwd, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"gryt {' '.join(args)}: {process.returncode} in {cwd}")
    return Spent(time.perf_counter() - begun, used.ru_maxrss / 1024)
