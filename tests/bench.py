"""`python -m tests.bench`: what gryt costs, in ratios that hold on any machine.

Every command is a whole process and is measured in turn with its yardstick, a Python that only
imports what the command cannot do without. A missed bar is shown, never raised. `--write` puts the
figures into docs/performance.md.
"""

import argparse
import os
import platform
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks.asking import Figure, at_scale, warm
from tests.benchmarks.commands import (
    BIG,
    HUGE,
    SMALL,
    Ratio,
    reading,
    start_up,
    writing,
)
from tests.benchmarks.disk import BAR, Disk, measure_disk
from tests.benchmarks.peers import CASES, FIFTY, SHELL, Line, beside_peers, install
from tests.benchmarks.rollback import BEYOND_BAR, SNAPSHOT_BAR, Looked, look_back
from tests.benchmarks.syncing import syncing
from tests.fixtures.ledgers import Made, generate
from tests.support.git import git
from tests.support.sealed import make_home, sealed

PAGE = Path(__file__).parents[1] / "docs" / "performance.md"
_BEGIN, _END = "<!-- begin of make bench -->\n", "<!-- end of make bench -->\n"
_PEER_ROUNDS = 10
_STEP_BAR = 3.0
"""Milliseconds that gryt may take for a step beyond what sh takes."""
_VERDICTS = {True: "yes", False: "NO", None: ""}

Table = list[tuple[str, ...]]


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=15, help="how often each is measured")
    parser.add_argument("--write", action="store_true", help=f"update {PAGE.name}")
    parser.add_argument("--only", choices=["time", "disk", "peers"], help="leave out the rest")
    parser.add_argument(
        "--full", action="store_true", help="only the largest ledger, and asking it"
    )
    given = parser.parse_args(argv)
    with TemporaryDirectory(prefix="gryt-bench-") as name:
        folder = Path(name).resolve()
        peers = (
            None
            if given.full or given.only in {"time", "disk"}
            else install(folder / "peers", os.environ)
        )
        env = sealed(os.environ, make_home(folder / "home"), ceiling=folder)
        env.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed program is compiled once
        env["PYTHONPYCACHEPREFIX"] = str(
            folder / "compiled"
        )  # the yardsticks too: the same for all
        os.environ.clear()
        os.environ.update(env)
        if given.full:
            _asked(generate(folder / "huge", HUGE), folder, env, given.rounds)
            return 0
        parts = _measured(folder, env, given.rounds, given.only) if given.only != "peers" else []
        if peers is not None:
            lines = beside_peers(folder / "beside", env, min(given.rounds, _PEER_ROUNDS), peers)
            parts.append(_text(_peer_table(lines)))
            _show(parts[-1])
    if given.write and given.only is None:
        _write(parts)
    return 0


def _measured(folder: Path, env: dict[str, str], rounds: int, only: str | None) -> list[str]:
    """Measures, shows each table as soon as it is there, and returns them all."""
    texts = [_machine(rounds)]
    _show(texts[0])
    big = generate(folder / "big", BIG)
    if only != "disk":
        small = generate(folder / "small", SMALL)
        for measured in (start_up, partial(reading, small, big), writing, syncing):
            texts.append(_text(_ratio_table(measured(folder, env, rounds))))
            _show(texts[-1])
        texts += _asked(big, folder, env, rounds)
        for table in _rollback_tables(look_back(folder, env, rounds)):
            texts.append(_text(table))
            _show(texts[-1])
    if only != "time":
        for table in _disk_tables(measure_disk(folder, big)):
            texts.append(_text(table))
            _show(texts[-1])
    return texts


def _asked(made: Made, folder: Path, env: dict[str, str], rounds: int) -> list[str]:
    """Measures questions to a whole ledger, shows each table, and returns them."""
    texts = [_text(_ratio_table(warm(made, env, rounds)))]
    _show(texts[0])
    texts.append(_text(_figure_table(at_scale(made, folder, env, rounds))))
    _show(texts[1])
    return texts


def _figure_table(figures: Sequence[Figure]) -> Table:
    rows = [(f.what, f"{f.value:.1f}", f.unit, f"{f.bar:g}", _VERDICTS[f.is_met]) for f in figures]
    return [("asking", "value", "unit", "bar", "met"), *rows]


def _machine(rounds: int) -> str:
    python = platform.python_version()
    version = git("version", cwd=Path.cwd()).removeprefix("git version ")
    return f"Python {python}, git {version}, {os.cpu_count()} processors, {rounds} rounds.\n"


def _ratio_table(ratios: Sequence[Ratio]) -> Table:
    rows = [
        (
            ratio.what,
            f"{ratio.took.fastest:.0f}",
            f"{ratio.took.median:.0f}",
            ratio.against.name,
            f"{ratio.against.median:.0f}",
            f"{ratio.value:.2f}",
            "" if ratio.bar is None else f"{ratio.bar:.1f}",
            _VERDICTS[ratio.is_met],
        )
        for ratio in ratios
    ]
    head = ("command", "min ms", "median ms", "against", "median ms", "ratio", "bar", "met")
    return [head, *rows]


def _rollback_tables(looked: Looked) -> list[Table]:
    start = looked.start_up.median
    rows = [
        (
            f"{name}, {BIG.generations} generations",
            f"{sample.median:.0f}",
            f"{start:.0f}",
            f"{sample.median - start:.0f}",
            str(BEYOND_BAR),
            _VERDICTS[sample.median - start <= BEYOND_BAR],
        )
        for name, sample in looked.taken.items()
    ]
    met = _VERDICTS[looked.unchanged <= SNAPSHOT_BAR]
    disk = ("a snapshot where nothing has changed", str(looked.unchanged), str(SNAPSHOT_BAR), met)
    return [
        [("command", "median ms", "start-up ms", "beyond it", "bar", "met"), *rows],
        [("on disk", "bytes", "bar", "met"), disk],
    ]


def _peer_table(lines: Sequence[Line]) -> Table:
    """Each tool in each case, and whether gryt is where it wants to be beside it."""
    gryt = lines[0]
    shell = next(line for line in lines if line.name.startswith(SHELL.name))
    assert gryt.per_step is not None
    assert shell.per_step is not None
    ours = gryt.taken[FIFTY.name].median
    rows = []
    for line in lines:
        met = None
        if line is gryt:
            met = gryt.per_step - shell.per_step <= _STEP_BAR
        elif line.is_python and line.taken:
            met = ours < line.taken[FIFTY.name].median
        cells = [line.taken.get(case.name) for case in CASES]
        shown = [f"{cell.median:.0f}" if cell else "-" for cell in cells]
        if not line.taken:
            shown = ["absent", *shown[1:]]
        per_step = "-" if line.per_step is None else f"{line.per_step:.2f}"
        rows.append((line.name, *shown, per_step, _VERDICTS[met]))
    heads = [f"{case.name} steps" for case in CASES]
    return [("median ms", *heads, "per step", "as wanted"), *rows]


def _disk_tables(disk: Disk) -> list[Table]:
    bars = [
        ("an evolution that is started", disk.started),
        ("an evolution's whole life: started, run, passed, tagged, noted", disk.life),
        ("the same for each of its three records", disk.record),
    ]
    rows = [(what, f"{size:.0f}", str(BAR), _VERDICTS[size <= BAR]) for what, size in bars]
    parts = sorted(disk.parts.items(), key=lambda part: -part[1])
    count = f"{BIG.generations * BIG.evolutions:,}"
    return [
        [(f"on disk, with {count} of them, after git gc", "bytes", "bar", "met"), *rows],
        [("of a whole life", "bytes"), *((what, f"{size:.0f}") for what, size in parts)],
    ]


def _text(table: Table) -> str:
    """Returns a table that is aligned to be read, and Markdown as well."""
    widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))]

    def line(row: Sequence[str]) -> str:
        cells = (
            cell.ljust(width) if _is_word(column, table) else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        return f"| {' | '.join(cells)} |\n"

    rule = tuple(
        "-" * width if _is_word(column, table) else "-" * (width - 1) + ":"
        for column, width in enumerate(widths)
    )
    return "".join(line(row) for row in (table[0], rule, *table[1:]))


def _is_word(column: int, table: Table) -> bool:
    return not any(row[column].replace(".", "").isdigit() for row in table[1:])


def _show(text: str) -> None:
    print(text, flush=True)


def _write(parts: list[str]) -> None:
    """Replaces what is between the marks in the page."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(_BEGIN)
    _, _, after = rest.partition(_END)
    figures = "\n".join(parts)
    PAGE.write_text(f"{before}{_BEGIN}\n{figures}\n{_END}{after}", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
