"""What steps leave behind, cut so that the record of a run stays small whatever they did.

A record may have 1 MiB and 50 000 events (`store/plain.py`). Each kind of text has a budget of its
own, shared so that the small ones stay whole; whole logs are on the disk in any case. What did not
pass comes first, since that is what somebody will want to read.
"""

from collections.abc import Callable, Sequence

from gryt.model.results import StepResult, StepStatus

_LOGS = 256 * 1024
_LOGS_OF_PASSED = 64 * 1024
"""What is left to logs of steps that passed, however much the others printed."""
_COMMANDS = 96 * 1024
_OUTPUTS = 64 * 1024
_SUMMARIES = 64 * 1024
_REMARKS = 32 * 1024
_NAMES = 32 * 1024
_PATHS = 64 * 1024
_METRICS = 1000
_TRIES = 1000
_ARTIFACTS = 1000
_INDENT = 10
"""What a line costs beyond its text, in a block of YAML."""
_DEAREST = 12
"""What a character takes in a record, at most: a line end with what comes before the next line."""
_CUT = "…"


def fitting(steps: Sequence[StepResult]) -> tuple[StepResult, ...]:
    """Return the steps as they go into the record."""
    found = list(steps)
    _fit(found, lambda step: step.command, _with_command, _COMMANDS)
    _fit(found, lambda step: step.summary or "", _with_summary, _SUMMARIES)
    _fit(found, lambda step: step.reason or "", _with_reason, _REMARKS)
    _fit(found, lambda step: "\n".join(step.notes), _with_notes, _REMARKS)
    _fit(found, _outputs, _with_outputs, _OUTPUTS)
    _fit(found, lambda step: "\n".join(step.junit.failed if step.junit else ()), _failed, _NAMES)
    _fit(found, lambda step: "".join(a.path for a in step.artifacts), _with_artifacts, _PATHS)
    _fit_counts(found)
    _fit_logs(found)
    return tuple(found)


_Text = Callable[[StepResult], str]
_Change = Callable[[StepResult, int], StepResult]


def _fit(steps: list[StepResult], text: _Text, change: _Change, budget: int) -> None:
    """Cut one kind of text in all steps where together it is more than its budget."""
    texts = [text(step) for step in steps]
    if sum(map(len, texts)) * _DEAREST <= budget:
        return  # as nearly always
    costs = [_cost(each) for each in texts]
    if sum(costs) <= budget:
        return
    for index, allowed in enumerate(allot(costs, budget)):
        if costs[index] > allowed:
            steps[index] = change(steps[index], allowed)


def allot(costs: Sequence[int], budget: int) -> list[int]:
    """Share a budget: who needs little gets it all, the others get equal parts of the rest."""
    parts = [0] * len(costs)
    left, count = budget, len(costs)
    for cost, index in sorted((cost, index) for index, cost in enumerate(costs)):
        parts[index] = min(cost, left // count)
        left -= parts[index]
        count -= 1
    return parts


def _cost(text: str) -> int:
    """Return how many bytes a text takes in a record, at most."""
    if text.isascii() and text.isprintable() and "\\" not in text:
        return len(text)
    return len(text.encode("unicode_escape")) + _INDENT * text.count("\n")


def _head(text: str, most: int) -> str:
    """Return the beginning of a text, within a cost."""
    if _cost(text) <= most:
        return text
    while text and _cost(text) > max(0, most - len(_CUT.encode())):
        text = text[: min(len(text) - 1, len(text) * most // _cost(text))]
    return text + _CUT


def _tail(text: str, most: int) -> str:
    """Return the end of a text, within a cost."""
    while text and _cost(text) > most:
        text = text[max(1, len(text) - len(text) * most // _cost(text)) :]
    return text


def _with_command(step: StepResult, most: int) -> StepResult:
    return step._replace(command=_head(step.command, most))


def _with_summary(step: StepResult, most: int) -> StepResult:
    return step._replace(summary=_head(step.summary or "", most))


def _with_reason(step: StepResult, most: int) -> StepResult:
    return step._replace(reason=_head(step.reason or "", most))


def _with_notes(step: StepResult, most: int) -> StepResult:
    return step._replace(notes=(_head("; ".join(step.notes), most),))


def _outputs(step: StepResult) -> str:
    return "\n".join(f"{key}{value}" for key, value in step.outputs)


def _with_outputs(step: StepResult, most: int) -> StepResult:
    each = most // len(step.outputs)
    pairs = tuple(
        (key, _head(value, max(0, each - len(key) - _INDENT))) for key, value in step.outputs
    )
    return step._replace(outputs=pairs)


def _failed(step: StepResult, most: int) -> StepResult:
    assert step.junit is not None
    names = step.junit.failed
    kept = names[: len(names) * most // max(1, _cost("\n".join(names)))]
    return step._replace(junit=step.junit._replace(failed=kept))


def _with_artifacts(step: StepResult, most: int) -> StepResult:
    cost = _cost("".join(artifact.path for artifact in step.artifacts))
    kept = step.artifacts[: len(step.artifacts) * most // max(1, cost)]
    return step._replace(artifacts=kept)


def _fit_counts(steps: list[StepResult]) -> None:
    """Cut what is many small things, whose number is what costs."""
    metrics = allot([len(step.metrics) for step in steps], _METRICS)
    tries = allot([len(step.tries) for step in steps], _TRIES)
    artifacts = allot([len(step.artifacts) for step in steps], _ARTIFACTS)
    kept = zip(steps, metrics, tries, artifacts, strict=True)
    if all(counts == _counts(step) for step, *counts in kept):
        return
    for index, step in enumerate(steps):
        steps[index] = step._replace(
            metrics=step.metrics[: metrics[index]],
            tries=step.tries[len(step.tries) - tries[index] :],
            artifacts=step.artifacts[: artifacts[index]],
        )


def _counts(step: StepResult) -> list[int]:
    return [len(step.metrics), len(step.tries), len(step.artifacts)]


def _fit_logs(steps: list[StepResult]) -> None:
    costs = [0 if step.log is None else _cost(step.log.tail) for step in steps]
    if sum(costs) <= _LOGS:
        return
    passed = [step.status is StepStatus.PASS for step in steps]
    loud = [0 if fine else cost for fine, cost in zip(passed, costs, strict=True)]
    first = allot(loud, _LOGS - min(_LOGS_OF_PASSED, sum(costs) - sum(loud)))
    quiet = [cost if fine else 0 for fine, cost in zip(passed, costs, strict=True)]
    second = allot(quiet, _LOGS - sum(first))
    for index, step in enumerate(steps):
        if step.log is not None:
            tail = _tail(step.log.tail, first[index] + second[index])
            steps[index] = step._replace(log=step.log._replace(tail=tail))
