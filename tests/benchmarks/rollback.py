"""Snapshots and rollbacks of a thousand generations: all of them change, and go back."""

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from gryt.model.records import Kind, Withdrawn
from gryt.store.together import Action, Moment, Part, act_together
from tests.benchmarks.commands import BIG, GRYT, WRITING, python
from tests.benchmarks.timing import Call, Command, Sample, always, measure
from tests.fixtures.ledgers import generate
from tests.support.git import Repo
from tests.support.ledgers import Desk

BEYOND_BAR = 1000
"""Milliseconds beyond the start of a program that writes."""
SNAPSHOT_BAR = 4096
"""Bytes that a snapshot may cost where nothing has changed since the last one."""
_MOST_ROUNDS = 6


@dataclass(frozen=True)
class Looked:
    """What was measured."""

    taken: Mapping[str, Sample]
    start_up: Sample
    unchanged: int
    """Bytes that the second of two equal snapshots adds."""


def look_back(folder: Path, env: Mapping[str, str], rounds: int) -> Looked:
    """Takes snapshots of a big ledger, and goes back and forth between two of them."""
    repo = generate(folder / "looking-back", BIG).repo
    _run(repo, env, "generation", "list")
    first = _snapshot(repo, env)
    before = _bytes(repo)
    _snapshot(repo, env)
    unchanged = _bytes(repo) - before
    _change_everything(repo)
    _run(repo, env, "generation", "list")
    second = _snapshot(repo, env)
    targets = (first, second)

    def roll_back(number: int) -> Call:
        return Call([GRYT, "audit", "rollback", targets[number % 2], "--yes"], repo.path)

    commands = [
        Command("audit snapshot", always([GRYT, "audit", "snapshot"], repo.path)),
        Command("audit rollback", roll_back),
        python(WRITING, repo.path),
    ]
    taken = measure(commands, rounds=min(rounds, _MOST_ROUNDS), env=env)
    return Looked(taken, taken.pop(WRITING), unchanged)


def _run(repo: Repo, env: Mapping[str, str], *args: str) -> str:
    command = [GRYT, *args]
    return subprocess.run(
        command, cwd=repo, env=env, capture_output=True, check=True
    ).stdout.decode()


def _snapshot(repo: Repo, env: Mapping[str, str]) -> str:
    said = json.loads(_run(repo, env, "audit", "snapshot", "--json"))
    return str(said["snapshots"][0]["id"])


def _bytes(repo: Repo) -> int:
    files = (repo / ".git/objects").rglob("*")
    return sum(file.stat().st_size for file in files if file.is_file())


def _change_everything(repo: Repo) -> None:
    """Give every generation up, in one action."""
    session = Desk(repo).session
    ledger = session.ledger

    def decide(moment: Moment) -> tuple[Action, None]:
        parts = []
        for ref, tip in ledger.refs.items():
            if ledger.layout.version(ref) is None:
                continue
            part = Part(ref, tip, ledger.objects.tree_of(tip), message="given up\n")
            gid = ledger.state(ref).gid
            moment.record(part, Kind.GENERATION_ABANDONED, Withdrawn("no use"), gid=gid)
            parts.append(part)
        return Action(parts), None

    act_together(ledger, session.author, decide, "everything changed")
