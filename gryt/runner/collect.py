"""What a step leaves in the work tree: the reports and the artifacts that it was to write."""

from collections.abc import Mapping
from pathlib import Path

from gryt.model.pipeline import Step
from gryt.model.results import Artifact, JUnit
from gryt.runner.files import TooMany, digest, find
from gryt.runner.masking import Masker
from gryt.values import Value

MAX_ARTIFACTS = 200
"""How many artifacts of one step are recorded."""

Stamps = Mapping[str, tuple[int, int, int]]
"""When reports were written, by which a report of an earlier run is known."""


class Collected(Value):
    """What a step left behind, and what is to be said of it."""

    junit: JUnit | None = None
    artifacts: tuple[Artifact, ...] = ()
    notes: tuple[str, ...] = ()


def stamps(folder: Path, step: Step) -> Stamps:
    """Return which reports are there already, before the step runs."""
    if not step.junit:
        return {}
    try:
        return {
            path: (status.st_mtime_ns, status.st_ino, status.st_size)
            for path, status in find(folder, step.junit)
        }
    except TooMany:
        return {}


def collect(step: Step, *, top: Path, folder: Path, before: Stamps, masker: Masker) -> Collected:
    """Return what the step left in `folder`, its directory, with paths relative to `top`."""
    if not step.junit and not step.artifacts:
        return _NOTHING
    notes: list[str] = []
    try:
        junit = _reports(step, folder, before, notes)
        artifacts = _artifacts(step, top, folder, masker, notes)
    except TooMany as error:
        return Collected(notes=(str(error),))
    return Collected(junit, artifacts, tuple(notes))


_NOTHING = Collected()


def _reports(step: Step, folder: Path, before: Stamps, notes: list[str]) -> JUnit | None:
    if not step.junit:
        return None
    from gryt.runner.junit import read_reports  # lazy: few steps have reports

    fresh = []
    for path, status in find(folder, step.junit):
        if before.get(path) == (status.st_mtime_ns, status.st_ino, status.st_size):
            notes.append(f"report '{path}' was there before and is not counted")
        else:
            fresh.append(folder / path)
    if not fresh:
        notes.append(f"no report was written: {', '.join(step.junit)}")
        return None
    found, problems = read_reports(fresh)
    notes += (f"report '{path.relative_to(folder)}' is not read: {why}" for path, why in problems)
    return found if len(problems) < len(fresh) else None


def _artifacts(
    step: Step, top: Path, folder: Path, masker: Masker, notes: list[str]
) -> tuple[Artifact, ...]:
    if not step.artifacts:
        return ()
    found = find(folder, step.artifacts)
    if not found:
        notes.append(f"no artifact was made: {', '.join(step.artifacts)}")
    if len(found) > MAX_ARTIFACTS:
        notes.append(f"{len(found)} artifacts, of which {MAX_ARTIFACTS} are recorded")
    artifacts = []
    for path, status in found[:MAX_ARTIFACTS]:
        shown = str((folder / path).relative_to(top))
        try:
            sha256 = digest(folder / path, masker)
        except OSError as error:
            notes.append(f"artifact '{shown}' is left out: {error.strerror}")
            continue
        if sha256 is None:
            notes.append(f"artifact '{shown}' holds a secret: its digest is not recorded")
        artifacts.append(Artifact(shown, status.st_size, sha256))
    return tuple(artifacts)
