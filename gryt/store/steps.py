"""The steps of a run as plain mappings, to be stored in its record and to be read from it."""

from collections.abc import Sequence

from gryt.model.results import (
    Artifact,
    Attempt,
    JUnit,
    Metric,
    Pairs,
    StepLog,
    StepResult,
    StepStatus,
)
from gryt.store.fields import Map, as_list, as_map, maybe, without_none
from gryt.store.plain import Plain
from gryt.typed import cast


def step_to_plain(step: StepResult) -> Map:
    """Return the fields of one step; what is empty is left out."""
    return without_none(
        {
            "name": step.name,
            "command": step.command,
            "status": step.status.value,
            "exit_code": step.exit_code,
            "attempts": step.attempts,
            "seconds": round(step.seconds, 3),
            "step": step.step,
            "matrix": dict(step.matrix) or None,
            "reason": step.reason,
            "flaky": True if step.flaky else None,
            "tries": [_attempt(each) for each in step.tries] or None,
            "reused_from": step.reused_from,
            "taken_from": step.taken_from,
            "log": None if step.log is None else dict(step.log._asdict()),
            "outputs": dict(step.outputs) or None,
            "summary": step.summary,
            "metrics": [without_none(each._asdict()) for each in step.metrics] or None,
            "junit": None if step.junit is None else _junit(step.junit),
            "artifacts": [without_none(each._asdict()) for each in step.artifacts] or None,
            "notes": list(step.notes) or None,
        }
    )


def _attempt(attempt: Attempt) -> Map:
    return without_none(
        {
            "status": attempt.status.value,
            "exit_code": attempt.exit_code,
            "seconds": round(attempt.seconds, 3),
        }
    )


def _junit(found: JUnit) -> Map:
    return without_none({**found._asdict(), "failed": list(found.failed) or None})


_PLAIN = frozenset({"name", "command", "status", "exit_code", "attempts", "seconds", "log"})


def step_from_plain(value: Plain) -> StepResult:
    """Return one step's result."""
    plain = as_map(value)
    log, junit = plain.get("log"), plain.get("junit")
    plainly = StepResult(
        name=str(plain["name"]),
        command=str(plain["command"]),
        status=StepStatus(plain["status"]),
        exit_code=_code(plain),
        attempts=_count(plain, "attempts"),
        seconds=_number(plain["seconds"]),
        log=None if log is None else _log(as_map(log)),
    )
    if plain.keys() <= _PLAIN:
        return plainly  # as most are, and a ledger has many
    return plainly._replace(
        step=maybe(plain, "step"),
        matrix=_pairs(plain, "matrix"),
        reason=maybe(plain, "reason"),
        tries=tuple(_tried(as_map(item)) for item in _items(plain, "tries")),
        reused_from=maybe(plain, "reused_from"),
        outputs=_pairs(plain, "outputs"),
        summary=maybe(plain, "summary"),
        metrics=tuple(_metric(as_map(item)) for item in _items(plain, "metrics")),
        junit=None if junit is None else _tests(as_map(junit)),
        artifacts=tuple(_artifact(as_map(item)) for item in _items(plain, "artifacts")),
        notes=tuple(str(item) for item in _items(plain, "notes")),
        taken_from=maybe(plain, "taken_from"),
    )


def _items(plain: Map, key: str) -> Sequence[Plain]:
    return as_list(plain.get(key) or [])


def _pairs(plain: Map, key: str) -> Pairs:
    return tuple((name, str(value)) for name, value in as_map(plain.get(key) or {}).items())


def _count(plain: Map, key: str) -> int:
    return int(cast(int, plain[key]))


def _number(value: Plain) -> float:
    return float(cast(float, value))


def _code(plain: Map) -> int | None:
    return None if plain.get("exit_code") is None else _count(plain, "exit_code")


def _log(plain: Map) -> StepLog:
    return StepLog(str(plain["tail"]), str(plain["sha256"]), _count(plain, "bytes"))


def _tried(plain: Map) -> Attempt:
    return Attempt(StepStatus(plain["status"]), _code(plain), _number(plain["seconds"]))


def _metric(plain: Map) -> Metric:
    return Metric(str(plain["name"]), _number(plain["value"]), maybe(plain, "unit"))


def _tests(plain: Map) -> JUnit:
    return JUnit(
        tests=_count(plain, "tests"),
        failures=_count(plain, "failures"),
        errors=_count(plain, "errors"),
        skipped=_count(plain, "skipped"),
        failed=tuple(str(item) for item in _items(plain, "failed")),
    )


def _artifact(plain: Map) -> Artifact:
    return Artifact(str(plain["path"]), _count(plain, "bytes"), maybe(plain, "sha256"))
