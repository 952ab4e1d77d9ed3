"""What is measured, against what, and how much it may take."""

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.timing import Call, Command, Sample, always, measure
from tests.fixtures.ledgers import Made, Size, generate

SCRIPTS = Path(sys.executable).parent
GRYT = str(SCRIPTS / "gryt")
SMALL = Size(generations=10, evolutions=10)
BIG = Size(generations=1000, evolutions=10)
HUGE = Size(generations=1000, evolutions=100, notes_at_once=True)

_ONE = "name: one\nsteps:\n  - name: only\n    command: 'true'\n"
_FIVE = "name: five\nsteps:\n" + "".join(
    f"  - name: step-{n}\n    command: 'true'\n" for n in range(1, 6)
)
_PIPELINES = {".gryt/pipelines/one.yaml": _ONE, ".gryt/pipelines/five.yaml": _FIVE}

CLICK = "python: click"
READING = "python: click, sqlite3"
WRITING = "python: click, yaml, pygit2"
_YARDSTICKS = {CLICK: "click", READING: "click, sqlite3", WRITING: "click, yaml, pygit2"}


@dataclass(frozen=True)
class Ratio:
    """One line of the report."""

    what: str
    took: Sample
    against: Sample
    bar: float | None
    """How many times the yardstick it may take; None where it is only told."""

    @property
    def value(self) -> float:
        return self.took.median / self.against.median

    @property
    def is_met(self) -> bool | None:
        return None if self.bar is None else self.value <= self.bar


def python(name: str, cwd: Path) -> Command:
    """A Python that only imports what a command cannot do without."""
    return Command(name, always([sys.executable, "-c", f"import {_YARDSTICKS[name]}"], cwd))


def start_up(folder: Path, env: Mapping[str, str], rounds: int) -> list[Ratio]:
    """The program alone."""
    commands = [
        Command("gryt --version", always([GRYT, "--version"], folder)),
        python(CLICK, folder),
        Command("gryt --help", always([GRYT, "--help"], folder)),
    ]
    taken = measure(commands, rounds=rounds, env=env)
    return [
        Ratio("gryt --version", taken["gryt --version"], taken[CLICK], 1.2),
        Ratio("gryt --help", taken["gryt --help"], taken[CLICK], None),
    ]


def reading(
    small: Made, big: Made, folder: Path, env: Mapping[str, str], rounds: int
) -> list[Ratio]:
    """Listing generations and evolutions that were listed before."""
    questions = {
        "generation list": ["generation", "list"],
        "evolution list": ["evolution", "list", small.versions[5]],
    }
    commands = [
        Command(f"{name}, {len(made.versions)}", always([GRYT, *args], made.repo.path))
        for name, args in questions.items()
        for made in (small, big)
    ]
    taken = measure([*commands, python(READING, folder)], rounds=rounds, env=env)
    yardstick = taken[READING]
    ratios = [Ratio(c.name, taken[c.name], yardstick, 2.0) for c in commands]
    for name in questions:
        less, more = (taken[f"{name}, {len(made.versions)}"] for made in (small, big))
        ratios.append(Ratio(f"{name}, {len(big.versions)}", more, less, 1.5))
    return ratios


def writing(folder: Path, env: Mapping[str, str], rounds: int) -> list[Ratio]:
    """Starting evolutions and recording runs; each round has a generation of its own."""
    made = generate(folder / "writing", Size(rounds + 1, 10), files=_PIPELINES)
    bare = generate(folder / "unrecorded", Size(1, 0), files=_PIPELINES)
    for repo in (made.repo, bare.repo):
        listing = [GRYT, "generation", "list"]  # fills the cache
        subprocess.run(listing, cwd=repo, env=env, stdout=subprocess.DEVNULL, check=True)
    commands = [
        Command(
            "evolution start",
            lambda n: Call(
                [GRYT, "evolution", "start", made.versions[n], "--change", "FEAT-1"], made.repo.path
            ),
        ),
        Command("run, recorded", always([GRYT, "run", "one"], made.repo.path)),
        Command("run, no evolution", always([GRYT, "run", "one"], bare.repo.path)),
        Command("run of 5 steps", always([GRYT, "run", "five"], bare.repo.path)),
        Command("sh, 5 steps", always(["sh", "-c", "sh -euc true;" * 5], bare.repo.path)),
        python(WRITING, bare.repo.path),
        Command("git for-each-ref", always(["git", "for-each-ref"], made.repo.path)),
        Command(
            "git tag -a",
            lambda n: Call(["git", "tag", "-a", "-m", "a tag", f"by-hand-{n}"], made.repo.path),
        ),
        Command(
            "git notes add",
            lambda n: Call(
                ["git", "notes", "add", "-m", "a note", made.commits[n]], made.repo.path
            ),
        ),
    ]
    taken = measure(commands, rounds=rounds, env=env)
    floor = taken[WRITING]
    git = ("git for-each-ref", "git tag -a", "git notes add")
    return [
        Ratio("evolution start", taken["evolution start"], floor, 1.5),
        Ratio("run, recording part", _recording(taken), floor, 1.5),
        Ratio("run, recorded", taken["run, recorded"], floor, None),
        Ratio("run, no evolution", taken["run, no evolution"], floor, None),
        Ratio("run of 5 steps", taken["run of 5 steps"], taken["sh, 5 steps"], None),
        *(Ratio(name, taken[name], floor, None) for name in git),
    ]


def _recording(taken: Mapping[str, Sample]) -> Sample:
    """What recording adds to a run, with the libraries that it needs: difference plus floor.

    Of medians: in a single round, the difference of two processes is mostly noise.
    """
    difference = taken["run, recorded"].median - taken["run, no evolution"].median
    return Sample("run, recording part", (difference + taken[WRITING].median,))
