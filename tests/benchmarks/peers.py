"""Running steps that do nothing, beside the tools that people use for it: what remains is theirs.

The peers are installed into an environment that is thrown away with the rest; one that cannot be
installed is reported as absent. Each gets the form that its own documentation begins with, with
its output thrown away. gryt records: every run has an evolution of its own and leaves a proof.
"""

import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.benchmarks.commands import GRYT
from tests.benchmarks.timing import Call, Command, Sample, always, measure
from tests.support.git import make_repo

STEP = "/bin/true"


@dataclass(frozen=True)
class Case:
    """How many steps, and how many of them at a time."""

    name: str
    steps: int
    jobs: int = 1

    @property
    def numbers(self) -> range:
        return range(1, self.steps + 1)


FIVE = Case("5", 5)
FIFTY = Case("50", 50)
TWICE = Case("2x50", 100, jobs=2)
CASES = (FIVE, FIFTY, TWICE)


def _make(case: Case) -> str:
    names = " ".join(f"s{n}" for n in case.numbers)
    return f".PHONY: all {names}\nall: {names}\n" + "".join(
        f"s{n}:\n\t@{STEP}\n" for n in case.numbers
    )


def _shell(case: Case) -> str:
    lane = f"{STEP}\n" * (case.steps // case.jobs)
    return lane if case.jobs == 1 else f"(\n{lane})&\n" * case.jobs + "wait\n"


def _doit(case: Case) -> str:
    return (
        "def task_s():\n"
        f"    for n in range({case.steps}):\n"
        f"        yield {{'name': str(n), 'actions': [['{STEP}']]}}\n"
    )


def _nox(case: Case) -> str:
    return "import nox\n" + "".join(
        f"@nox.session(venv_backend='none')\ndef s{n}(session):\n"
        f"    session.run('{STEP}', external=True)\n"
        for n in case.numbers
    )


def _invoke(case: Case) -> str:
    return "from invoke import task\n@task\ndef all(c):\n" + f"    c.run('{STEP}')\n" * case.steps


def _pre_commit(case: Case) -> str:
    return "repos:\n  - repo: local\n    hooks:\n" + "".join(
        f"      - {{id: s{n}, name: s{n}, language: system, entry: {STEP},"
        " always_run: true, pass_filenames: false}\n"
        for n in case.numbers
    )


def _lefthook(case: Case) -> str:
    parallel = "  parallel: true\n" if case.jobs > 1 else ""
    return f"all:\n{parallel}  commands:\n" + "".join(
        f"    s{n:03}: {{run: {STEP}}}\n" for n in case.numbers
    )


def _gryt(case: Case) -> str:
    parallel = f"parallel: true\njobs: {case.jobs}\n" if case.jobs > 1 else ""
    return f"name: steps\n{parallel}steps:\n" + "".join(
        f"  - {{name: s{n}, command: {STEP}}}\n" for n in case.numbers
    )


@dataclass(frozen=True)
class Peer:
    """Another way to run steps."""

    name: str
    file: str
    text: Callable[[Case], str]
    args: tuple[str, ...]
    jobs: tuple[str, ...] | None = None
    """What makes it run two at a time; None where it cannot."""
    package: str | None = None
    """What pip installs for it; None where the system brings it."""
    is_python: bool = field(default=True)


SHELL = Peer("sh", "steps.sh", _shell, ("sh", "steps.sh"), jobs=(), is_python=False)
PEERS = (
    SHELL,
    Peer("make", "Makefile", _make, ("make", "-s"), jobs=("-j2",), is_python=False),
    Peer("doit", "dodo.py", _doit, ("doit",), jobs=("-n", "2"), package="doit"),
    Peer("nox", "noxfile.py", _nox, ("nox",), package="nox"),
    Peer(
        "pre-commit",
        ".pre-commit-config.yaml",
        _pre_commit,
        ("pre-commit", "run", "--all-files"),
        package="pre-commit",
    ),
    Peer("invoke", "tasks.py", _invoke, ("invoke", "all"), package="invoke"),
    Peer(
        "lefthook",
        "lefthook.yml",
        _lefthook,
        ("lefthook", "run", "all"),
        jobs=(),
        package="lefthook",
        is_python=False,
    ),
)


@dataclass(frozen=True)
class Installed:
    """A peer that was looked for."""

    peer: Peer
    program: str | None
    """None where it is not to be had."""
    version: str = ""


def install(folder: Path, env: Mapping[str, str]) -> list[Installed]:
    """Installs the peers, as `env` lets pip; one after the other, since each may be missing."""
    subprocess.run([sys.executable, "-m", "venv", folder], env=env, check=True)
    return [_installed(peer, folder, env) for peer in PEERS]


def _installed(peer: Peer, folder: Path, env: Mapping[str, str]) -> Installed:
    if peer.package is None:
        return Installed(peer, shutil.which(peer.args[0], path=env.get("PATH")))
    pip = (str(folder / "bin" / "python"), "-m", "pip", "--disable-pip-version-check")
    _output([*pip, "install", "--quiet", peer.package], env)
    lines = _output([*pip, "show", peer.package], env).splitlines()
    program = folder / "bin" / peer.args[0]
    version = next((line.split()[1] for line in lines if line.startswith("Version:")), "")
    return Installed(peer, str(program) if program.exists() else None, version)


def _output(args: Sequence[str], env: Mapping[str, str]) -> str:
    return subprocess.run(args, env=env, capture_output=True, text=True, check=False).stdout


@dataclass(frozen=True)
class Line:
    """What one tool took, case by case."""

    name: str
    is_python: bool
    taken: Mapping[str, Sample]
    """By the name of the case; none at all where the tool is absent."""

    @property
    def per_step(self) -> float | None:
        """Milliseconds that a further step costs."""
        if not self.taken:
            return None
        difference = self.taken[FIFTY.name].median - self.taken[FIVE.name].median
        return difference / (FIFTY.steps - FIVE.steps)


def beside_peers(
    folder: Path, env: Mapping[str, str], rounds: int, installed: Sequence[Installed]
) -> list[Line]:
    """Measures gryt, which records, and each peer, side by side."""
    folder.mkdir()
    there = [one for one in installed if one.program is not None]
    taken: dict[str, dict[str, Sample]] = {}
    for case in CASES:
        commands = _gryt_commands(folder / f"gryt-{case.name}", case, env)
        for one in there:
            command = _peer_command(folder / f"{one.peer.name}-{case.name}", case, one)
            commands += [command] if command is not None else []
        for name, sample in measure(commands, rounds=rounds, env=env).items():
            taken.setdefault(name, {})[case.name] = sample
    names = {"gryt": True} | {one.peer.name: one.peer.is_python for one in installed}
    versions = {one.peer.name: one.version for one in installed}
    return [
        Line(f"{name} {versions.get(name, '')}".rstrip(), is_python, taken.get(name, {}))
        for name, is_python in names.items()
    ]


def _gryt_commands(path: Path, case: Case, env: Mapping[str, str]) -> list[Command]:
    repo = make_repo(path, pipeline=False)
    repo.commit("steps", {".gryt/pipelines/steps.yaml": _gryt(case)})
    new = [GRYT, "generation", "new", "v1.0.0", "--change", "add:A:a"]
    subprocess.run(new, cwd=repo, env=env, stdout=subprocess.DEVNULL, check=True)
    start = [GRYT, "evolution", "start", "v1.0.0", "--change", "A", "--pipeline", "steps"]
    return [Command("start", always(start, repo.path)), Command("gryt", _run(repo.path))]


def _run(path: Path) -> Callable[[int], Call]:
    return always([GRYT, "run"], path)


def _peer_command(path: Path, case: Case, one: Installed) -> Command | None:
    """Returns how a peer runs a case; None where it cannot run two steps at a time."""
    peer = one.peer
    if case.jobs > 1 and peer.jobs is None:
        return None
    repo = make_repo(path, pipeline=False)
    repo.commit("steps", {peer.file: peer.text(case)})
    jobs = peer.jobs if case.jobs > 1 and peer.jobs else ()
    args = [str(one.program), *peer.args[1:], *jobs]
    return Command(peer.name, always(args, repo.path))
