"""What a ledger takes on disk once git has packed it, and what takes how much of it.

Sizes are of whole files below .git/objects: the pack, its index, and the commit graph.
"""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.commands import BIG
from tests.fixtures.ledgers import Made, Size, generate
from tests.support.git import git

BAR = 1024
"""Bytes."""

_SUFFIXES = {".pack": "pack", ".idx": "index of the pack", ".rev": "index of the pack"}


@dataclass(frozen=True)
class Disk:
    """Bytes that an evolution adds."""

    life: float
    """Started, run, passed, tagged and noted."""
    started: float
    """Started, and nothing more."""
    record: float
    """Each of the three records of a whole life, with its share of all the rest."""
    parts: dict[str, float]
    """What a whole life is made of."""


def measure_disk(folder: Path, big: Made) -> Disk:
    """Measures ledgers of as many evolutions as `big` has; packs `big` itself."""
    evolutions = BIG.generations * BIG.evolutions
    begun = generate(folder / "begun", Size(BIG.generations, BIG.evolutions, runs=False))
    code = _sizes(_only_code(begun.repo.path, folder / "code"))
    started = _sizes(begun.repo.path) - code
    life = _sizes(big.repo.path) - code
    parts = {name: size / evolutions for name, size in _parts(big.repo.path).items()}
    parts |= {name: life[name] / evolutions for name in life if name != "pack"}
    total = life.total() / evolutions
    return Disk(total, started.total() / evolutions, total / 3, parts)


def _only_code(path: Path, to: Path) -> Path:
    """Clones the code without its ledger."""
    options = ("--quiet", "--no-local", "--single-branch", "--no-tags")
    git("clone", *options, path, to, cwd=path)
    return to


def _sizes(path: Path) -> "Counter[str]":
    """Packs a repository as if everything had been loose, and returns bytes by kind of file."""
    git("repack", "-adfq", cwd=path)
    git("gc", "--quiet", cwd=path)
    sizes: Counter[str] = Counter()
    for file in (path / ".git" / "objects").rglob("*"):
        if file.is_file():
            kind = _SUFFIXES.get(file.suffix, "commit graph and lists")
            sizes[kind] += file.stat().st_size
    return sizes


def _parts(path: Path) -> "Counter[str]":
    """Returns the bytes in the pack by what they are for, without the code."""
    batch = ("cat-file", "--batch-all-objects", "--unordered")
    form = "--batch-check=%(objectname) %(objecttype) %(objectsize:disk)"
    objects = {
        oid: (kind, int(size))
        for oid, kind, size in (line.split() for line in git(*batch, form, cwd=path).splitlines())
    }
    parts: Counter[str] = Counter()
    for group, revisions in (
        ("ledger", ["--glob=refs/gryt", "--not", "main"]),
        ("note", ["refs/notes/gryt", "--not", "main"]),
    ):
        listed = git("rev-list", "--objects", *revisions, cwd=path)
        for line in listed.splitlines():
            oid, _, name = line.partition(" ")
            kind, size = objects[oid]
            parts[f"{group}: {_record_kind(name) if kind == 'blob' else kind}s"] += size
    parts["tags"] = sum(size for kind, size in objects.values() if kind == "tag")
    return parts


def _record_kind(name: str) -> str:
    """Returns what a ledger's file is called but for its id; `text` for a note."""
    _, _, what = name.rpartition("/")[2].partition("-")
    return f"{what.removesuffix('.yaml')} record" if what else "text"
