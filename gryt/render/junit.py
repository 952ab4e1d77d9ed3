"""A run as a JUnit report, for the build machines that show such: a test case for each step."""

import re
from collections.abc import Sequence

from gryt.model.printed import clean
from gryt.model.results import StepResult, StepStatus

# XML 1.0 has no way to say these, not even as references.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_FAILURE_LINES = 50
_ENTITIES = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\n": "&#10;", "\t": "&#9;"}
)


def junit_text(
    pipeline: str, steps: Sequence[StepResult], *, at: str, seconds: float, host: str
) -> str:
    """Return the report of a run that began `at` some RFC 3339 time."""
    counts = {
        "tests": len(steps),
        "failures": sum(step.status is StepStatus.FAIL for step in steps),
        "errors": sum(step.status in _ERRORS for step in steps),
        "skipped": sum(step.status in _SKIPPED for step in steps),
    }
    totals = "".join(f' {name}="{count}"' for name, count in counts.items())
    totals += f' time="{seconds:.3f}"'
    began = f' timestamp="{_value(at.removesuffix("Z"))}" hostname="{_value(host)}"'
    return "\n".join(
        [
            '<?xml version="1.0" encoding="UTF-8"?>',
            f'<testsuites name="gryt"{totals}>',
            f'  <testsuite name="{_value(pipeline)}"{totals}{began}>',
            *(line for step in steps for line in _case(pipeline, step)),
            "  </testsuite>",
            "</testsuites>",
            "",
        ]
    )


_ERRORS = frozenset({StepStatus.TIMEOUT, StepStatus.CANCELLED})
_SKIPPED = frozenset({StepStatus.SKIPPED, StepStatus.BLOCKED, StepStatus.SOFT_FAIL})


def _case(pipeline: str, step: StepResult) -> list[str]:
    printed = _text(clean(step.log.tail)) if step.log is not None else ""
    inner = []
    if step.status in _SKIPPED:
        inner.append(f'      <skipped message="{_value(_why(step))}"/>')
    elif step.status in _ERRORS or step.status is StepStatus.FAIL:
        word = "failure" if step.status is StepStatus.FAIL else "error"
        about = f'message="{_value(_why(step))}" type="{step.status.value}"'
        inner.append(f"      <{word} {about}>{_last(printed)}</{word}>")
    if printed:
        inner.append(f"      <system-out>{printed}</system-out>")
    head = (
        f'    <testcase classname="{_value(pipeline)}" name="{_value(step.name)}"'
        f' time="{step.seconds:.3f}"'
    )
    return [f"{head}>", *inner, "    </testcase>"] if inner else [f"{head}/>"]


def _last(text: str) -> str:
    return "\n".join(text.rstrip("\n").split("\n")[-_FAILURE_LINES:])


def _why(step: StepResult) -> str:
    code = None if step.exit_code in {0, None} else f"exit {step.exit_code}"
    return ", ".join(part for part in (step.status.value, code, step.reason) if part)


def _text(text: str) -> str:
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text).translate(
        {ord("&"): "&amp;", ord("<"): "&lt;", ord(">"): "&gt;", ord("\r"): "&#13;"}
    )


def _value(text: str) -> str:
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text).translate(_ENTITIES)
