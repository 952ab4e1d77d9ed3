"""JUnit reports are counted, however their writers mean them, and never trusted."""

from pathlib import Path

import pytest

from gryt.model.results import JUnit
from gryt.runner.junit import MAX_FAILED, read_reports

PYTEST = """<?xml version="1.0" encoding="utf-8"?>
<testsuites name="pytest tests"><testsuite name="pytest" errors="1" failures="1" tests="4">
<testcase classname="tests.test_a" name="test_ok" time="0.1"/>
<testcase classname="tests.test_a" name="test_bad"><failure message="no">trace</failure></testcase>
<testcase classname="tests.test_a" name="test_err"><failure/><error message="x"/></testcase>
<testcase name="test_skip"><skipped/></testcase>
</testsuite></testsuites>"""
BOMB = """<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>
<testsuite><testcase name="&b;"/></testsuite>"""


def read(tmp_path: Path, *texts: str | bytes) -> tuple[JUnit, list[str]]:
    paths = []
    for number, text in enumerate(texts):
        paths.append(tmp_path / f"{number}.xml")
        paths[-1].write_bytes(text.encode() if isinstance(text, str) else text)
    found, problems = read_reports(paths)
    return found, [why for _, why in problems]


def test_a_case_counts_once_as_the_worst_of_it(tmp_path: Path) -> None:
    failed = ("tests.test_a.test_bad", "tests.test_a.test_err")
    assert read(tmp_path, PYTEST) == (JUnit(4, 1, 1, 1, failed), [])


def test_several_reports_add_up_and_names_are_bounded(tmp_path: Path) -> None:
    cases = "".join(
        f"<testcase name='{n}{'x' * 300}'><failure/></testcase>" for n in range(MAX_FAILED)
    )
    found, _ = read(tmp_path, PYTEST, f"<testsuite>{cases}</testsuite>")
    assert (found.tests, found.failures, len(found.failed)) == (4 + 50, 1 + 50, MAX_FAILED)
    assert max(map(len, found.failed)) == 200


def test_namespaces_do_not_matter(tmp_path: Path) -> None:
    text = "<j:testsuite xmlns:j='urn:j'><j:testcase name='a'/></j:testsuite>"
    assert read(tmp_path, text)[0].tests == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (BOMB, "it has a document type"),
        ("<html/>", "it begins with <html>"),
        ("<testsuite><testcase", "unclosed token"),
        ("", "no element found"),
        (b"\xff\xfe\x00", "line 1, column"),
        ("<testsuite>" + "<a>" * 200, "more than 100 levels"),
        ('<?xml version="1.0" encoding="klingon"?><testsuite/>', "unknown encoding"),
    ],
)
def test_what_is_no_report_is_told_and_counts_nothing(
    tmp_path: Path, text: str | bytes, words: str
) -> None:
    found, [why] = read(tmp_path, text, PYTEST)
    assert words in why
    assert found.tests == 4
