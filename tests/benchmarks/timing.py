"""Whole processes, timed side by side: A B C, A B C, … so that a busy machine slows all alike."""

import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median


@dataclass(frozen=True)
class Call:
    """One process to start."""

    args: Sequence[str]
    cwd: Path


@dataclass(frozen=True)
class Command:
    """Something to measure, known by its name."""

    name: str
    call: Callable[[int], Call]
    """Given the number of the round: what writes gets a fresh place each time."""


@dataclass(frozen=True)
class Sample:
    """How long one command took, in milliseconds, round by round."""

    name: str
    times: tuple[float, ...]

    @property
    def median(self) -> float:
        return median(self.times)

    @property
    def fastest(self) -> float:
        return min(self.times)


def always(args: Sequence[str], cwd: Path) -> Callable[[int], Call]:
    """The same call in every round, for what writes nothing."""
    return lambda _: Call(args, cwd)


def measure(
    commands: Sequence[Command], *, rounds: int, env: Mapping[str, str]
) -> dict[str, Sample]:
    """Returns a sample for each command; round 0 is not counted, it warms the caches.

    In a round the commands go in the order given, so one may use what another has made.
    """
    times: dict[str, list[float]] = {command.name: [] for command in commands}
    for number in range(rounds + 1):
        for command in commands:
            took = _timed(command.call(number), env)
            if number:
                times[command.name].append(took)
    return {name: Sample(name, tuple(taken)) for name, taken in times.items()}


def _timed(call: Call, env: Mapping[str, str]) -> float:
    begun = time.perf_counter()
    ended = subprocess.run(
        call.args,
        cwd=call.cwd,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        check=False,
    )
    took = time.perf_counter() - begun
    if ended.returncode != 0:
        said = ended.stderr.decode(errors="replace")
        raise RuntimeError(f"{' '.join(call.args)}: {ended.returncode} in {call.cwd}\n{said}")
    return took * 1000
