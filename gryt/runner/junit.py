"""What JUnit reports say: counts, and the names of what failed.

Reports are written by what is being tested, so they are read as hostile: no document type (hence no
entities), a limit on size, depth and elements, and no tree is built.
"""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO
from xml.parsers import expat

from gryt.model.results import JUnit
from gryt.runner.files import open_regular

MAX_BYTES = 64 * 1024 * 1024
MAX_FAILED = 50
"""How many names of failed tests are kept."""
_MAX_NAME = 200
_MAX_DEPTH = 100
_CHUNK_BYTES = 256 * 1024
_BAD = {"failure": "failures", "error": "errors", "skipped": "skipped"}


class NotAReport(Exception):
    """A file is not a JUnit report that gryt reads."""


class _Counter:
    """Counts test cases as they go by."""

    def __init__(self) -> None:
        self.counts = {"tests": 0, "failures": 0, "errors": 0, "skipped": 0}
        self.failed: list[str] = []
        self._depth = 0
        self._name = ""
        self._case: set[str] | None = None

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise NotAReport(f"it has more than {_MAX_DEPTH} levels")
        if self._depth == 1 and _local(tag) not in {"testsuites", "testsuite"}:
            raise NotAReport(f"it begins with <{_local(tag)[:40]}>, not with <testsuites>")
        if _local(tag) == "testcase":
            names = (attributes.get("classname"), attributes.get("name"))
            self._name = ".".join(name for name in names if name)[:_MAX_NAME] or "?"
            self._case = set()
        elif self._case is not None and (what := _BAD.get(_local(tag))):
            self._case.add(what)

    def end(self, tag: str) -> None:
        self._depth -= 1
        if _local(tag) != "testcase" or self._case is None:
            return
        self.counts["tests"] += 1
        for what in ("errors", "failures", "skipped"):  # a case counts once, as the worst of it
            if what in self._case:
                self.counts[what] += 1
                if what != "skipped" and len(self.failed) < MAX_FAILED:
                    self.failed.append(self._name)
                break
        self._case = None

    def doctype(self, *_: object) -> None:
        raise NotAReport("it has a document type, which reports need not have")


def read_reports(paths: Iterable[Path]) -> tuple[JUnit, list[tuple[Path, str]]]:
    """Return what all reports say together, and why some of them could not be read."""
    counter, problems = _Counter(), []
    for path in paths:
        part = _Counter()
        try:
            _read(path, part)
        except (NotAReport, expat.ExpatError, OSError, ValueError, LookupError) as error:
            problems.append((path, str(error)))
            continue
        for key, count in part.counts.items():
            counter.counts[key] += count
        counter.failed += part.failed[: MAX_FAILED - len(counter.failed)]
    return JUnit(**counter.counts, failed=tuple(counter.failed)), problems


def _read(path: Path, counter: _Counter) -> None:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = counter.start
    parser.EndElementHandler = counter.end
    parser.StartDoctypeDeclHandler = counter.doctype
    with os.fdopen(open_regular(path), "rb") as file:
        for data in _chunks(file):
            parser.Parse(data, False)  # noqa: FBT003 - the interface of expat
        parser.Parse(b"", True)  # noqa: FBT003


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    total = 0
    while data := file.read(_CHUNK_BYTES):
        total += len(data)
        if total > MAX_BYTES:
            raise NotAReport(f"it has more than {MAX_BYTES // 2**20} MiB")
        yield data


def _local(tag: str) -> str:
    return tag.rpartition("}")[2].rpartition(":")[2]
