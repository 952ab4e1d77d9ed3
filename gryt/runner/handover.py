"""What a step hands over in files: outputs for later steps, a summary, and metrics.

Each attempt gets paths of its own in a directory that only this user can read and that goes away
with the run, since an output may hold a secret. A step that writes something that cannot be read
has failed, as later steps would go on with less than they were promised.
"""

import math
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from gryt.model.results import Metric, Pairs
from gryt.runner.files import read_small
from gryt.values import Value

MAX_OUTPUT_BYTES = 64 * 1024
MAX_SUMMARY_BYTES = 64 * 1024
MAX_METRICS_BYTES = 64 * 1024
MAX_NAMES = 100
"""How many outputs or metrics a step may have."""
_TMP = "/tmp"  # noqa: S108 - a name that nobody can guess, in a directory that nobody may enter
_KEY = r"[A-Za-z_][A-Za-z0-9_.-]{0,99}"
_METRIC = r"[A-Za-z][A-Za-z0-9_.:/-]{0,99}"


class Unreadable(Exception):
    """A step wrote something else than what it should."""


class Handed(Value):
    """What one attempt of a step handed over."""

    outputs: Pairs = ()
    summary: str | None = None
    metrics: tuple[Metric, ...] = ()


_NOTHING = Handed()


def _prefix() -> str:
    """Return how the folders of this user's runs begin; the process that made one comes next."""
    return f"gryt-run-{os.geteuid()}-"


def sweep(env: Mapping[str, str]) -> None:
    """Remove the folders of runs that were killed: what is in them may be a secret."""
    start = _prefix()
    try:
        with os.scandir(env.get("TMPDIR") or _TMP) as entries:
            found = [entry.path for entry in entries if entry.name.startswith(start)]
    except OSError:
        return
    for path in found:
        pid = Path(path).name.removeprefix(start).partition("-")[0]
        if pid.isdecimal() and not Path(f"/proc/{pid}").exists() and Path("/proc/self").exists():
            import shutil  # lazy: only after a run was killed

            shutil.rmtree(path, ignore_errors=True)


class Handover:
    """The files of one run, in the directory for temporary files that the steps have too."""

    def __init__(self, env: Mapping[str, str]) -> None:
        # tempfile and shutil do the same, and cost more to import than a step to run.
        name = f"{_prefix()}{os.getpid()}-{os.urandom(8).hex()}"
        self._is_used = False
        self._folder = Path(env.get("TMPDIR") or _TMP, name)
        try:
            self._folder.mkdir(mode=0o700)
        except OSError:
            self._folder = Path(_TMP, name)
            self._folder.mkdir(mode=0o700)

    def _is_empty(self) -> bool:
        """Tell whether no step has written anything; one look costs less than one for each file."""
        if not self._is_used:
            try:
                with os.scandir(self._folder) as entries:
                    self._is_used = next(entries, None) is not None
            except OSError:  # a step has removed it
                return True
        return not self._is_used

    def close(self) -> None:
        """Remove all files."""
        try:
            for path in self._folder.iterdir():
                path.unlink()
            self._folder.rmdir()
        except OSError:
            import shutil  # lazy: only where a step has made more than files

            shutil.rmtree(self._folder, ignore_errors=True)

    def variables(self, number: int, attempt: int) -> dict[str, str]:
        """Return what an attempt is told about where to write."""
        start = f"{self._folder}/{number}.{attempt}"
        return {
            "GRYT_OUTPUT": f"{start}.output",
            "GRYT_SUMMARY": f"{start}.summary",
            "GRYT_METRICS": f"{start}.metrics",
        }

    def read(self, number: int, attempt: int) -> Handed:
        """Return what an attempt wrote; raise Unreadable where that is not as it should be."""
        start = f"{self._folder}/{number}.{attempt}"
        if self._is_empty():
            return _NOTHING
        output = _text(f"{start}.output", "$GRYT_OUTPUT", MAX_OUTPUT_BYTES)
        summary = _text(f"{start}.summary", "$GRYT_SUMMARY", MAX_SUMMARY_BYTES)
        metrics = _text(f"{start}.metrics", "gryt metric", MAX_METRICS_BYTES)
        return Handed(parse_outputs(output or ""), summary, parse_metrics(metrics or ""))


def _text(path: str, what: str, limit: int) -> str | None:
    data = read_small(path, limit)
    if data is None:
        return None
    if len(data) > limit:
        raise Unreadable(f"it wrote more than {limit // 1024} KiB to {what}")
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise Unreadable(f"what it wrote to {what} is not UTF-8 text") from None
    if "\0" in text:
        raise Unreadable(f"what it wrote to {what} has a NUL in it")
    return text


def parse_outputs(text: str) -> Pairs:
    """Return the pairs in `key=value` lines and in `key<<END` blocks; the last of a key counts."""
    found: dict[str, str] = {}
    lines = iter(text.replace("\r\n", "\n").split("\n"))
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        key, sign, value = line.partition("=")
        block, heredoc, end = line.partition("<<")
        if heredoc and (not sign or len(block) < len(key)):
            key, value = block, _block(lines, end, block)
        elif not sign:
            raise Unreadable(f"line {number} in $GRYT_OUTPUT is no 'key=value': '{line[:60]}'")
        key = key.strip()
        if not re.fullmatch(_KEY, key):
            raise Unreadable(f"'{key[:60]}' in $GRYT_OUTPUT is no name of letters, digits and '_'")
        found[key] = value
        if len(found) > MAX_NAMES:
            raise Unreadable(f"it has more than {MAX_NAMES} names in $GRYT_OUTPUT")
    return tuple(found.items())


def _block(lines: Iterator[str], end: str, key: str) -> str:
    """Return the lines up to the one that ends the block."""
    found: list[str] = []
    for line in lines:
        if line == end:
            return "\n".join(found)
        found.append(line)
    raise Unreadable(f"'{key.strip()[:60]}<<{end[:60]}' in $GRYT_OUTPUT has no end")


def parse_metrics(text: str) -> tuple[Metric, ...]:
    """Return the metrics that `gryt metric` noted; the last of a name counts."""
    found: dict[str, Metric] = {}
    for line in filter(None, text.split("\n")):
        metric = _metric(line)
        found[metric.name] = metric
        if len(found) > MAX_NAMES:
            raise Unreadable(f"it has more than {MAX_NAMES} metrics")
    return tuple(found.values())


def _metric(line: str) -> Metric:
    import json  # lazy: few steps have metrics

    try:
        plain = json.loads(line)
        name, value, unit = plain["name"], float(plain["value"]), plain.get("unit")
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise Unreadable(f"'{line[:60]}' is no metric: use gryt metric NAME VALUE") from None
    if not (isinstance(name, str) and re.fullmatch(_METRIC, name) and math.isfinite(value)):
        raise Unreadable(f"'{line[:60]}' is no metric: use gryt metric NAME VALUE")
    return Metric(name, value, str(unit)[:100] or None if unit is not None else None)


def output_variables(name: str, outputs: Pairs) -> dict[str, str]:
    """Return outputs of a cell as the variables by which later steps know them."""
    start = f"GRYT_OUT_{_upper(name)}"
    return {f"{start}_{_upper(key)}": value for key, value in outputs}


def _upper(name: str) -> str:
    return re.sub(r"[^A-Z0-9]+", "_", name.upper()).strip("_")
