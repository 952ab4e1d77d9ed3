"""The JUnit report of a run: well-formed whatever was printed, and true to what happened."""

from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from gryt.model.results import StepLog, StepResult, StepStatus
from gryt.render.junit import junit_text


def step(name: str, status: StepStatus, tail: str = "", *, reason: str | None = None) -> StepResult:
    log = StepLog(tail, "0" * 64, len(tail))
    code = 0 if status is StepStatus.PASS else 1 if status is StepStatus.FAIL else None
    return StepResult(name, "true", status, code, 1, 0.25, log, reason=reason)


def report(*steps: StepResult) -> ET.Element:
    text = junit_text("ci", steps, at="2026-01-01T00:00:00Z", seconds=1.5, host="build-7")
    return ET.fromstring(text.encode())  # noqa: S314 - it is our own


def test_every_step_is_a_case_that_says_what_became_of_it() -> None:
    suite = report(
        step("lint", StepStatus.PASS, "ok\n"),
        step("test", StepStatus.FAIL, "1 failed\n"),
        step("slow", StepStatus.TIMEOUT),
        step("docs", StepStatus.SKIPPED, reason="the branch is not main"),
        step("ship", StepStatus.BLOCKED, reason="test failed"),
    )[0]
    assert suite.attrib == {
        "name": "ci",
        "tests": "5",
        "failures": "1",
        "errors": "1",
        "skipped": "2",
        "time": "1.500",
        "timestamp": "2026-01-01T00:00:00",
        "hostname": "build-7",
    }
    lint, test, slow, docs, ship = suite
    assert [child.tag for child in lint] == ["system-out"]
    failure = test.find("failure")
    assert failure is not None
    assert (failure.text, failure.get("message")) == ("1 failed", "fail, exit 1")
    assert slow.find("error") is not None
    skipped = docs.find("skipped")
    assert skipped is not None
    assert skipped.get("message") == "skipped, the branch is not main"
    assert ship.find("skipped") is not None


@given(st.text(st.characters(), max_size=40), st.text(st.characters(), max_size=40))
def test_whatever_was_printed_the_report_is_xml(name: str, tail: str) -> None:
    case = report(step(name, StepStatus.FAIL, tail + "]]>&<\x00\x1b[31m\ufffe\ud800"))[0][0]
    assert case.tag == "testcase"


def test_markup_in_output_stands_for_itself() -> None:
    case = report(step("a<b", StepStatus.PASS, "<script>&amp;]]>"))[0][0]
    assert case.get("name") == "a<b"
    assert case.findtext("system-out") == "<script>&amp;]]>"
