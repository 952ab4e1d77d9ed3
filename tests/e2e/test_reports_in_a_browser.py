"""Reports as people see them: in a real browser, phone to desk, by keyboard, in the dark."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.test_compliance import hostile
from tests.support.browser import Browser, browser, find_browser
from tests.support.cli import Gryt
from tests.support.git import Repo
from tests.support.ledgers import Desk

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(find_browser() is None, reason="no Chromium: apt install chromium"),
]

COMMANDS = (
    ("compliance", "--include-800-53", "--ssdf"),
    ("audit", "export", "--format", "html"),
)


@pytest.fixture
def page() -> Iterator[Browser]:
    with browser() as page:
        yield page


@pytest.fixture(scope="module")
def reports(started: Repo, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("reports")
    repo, gryt = started.copy(folder / "repo"), Gryt()
    desk = Desk(repo)
    desk.proven("v1.5.0", "FEAT-201", "BUG-88")
    desk.promote("v1.5.0")
    desk.generation("v1.6.0", "FEAT-301")
    gryt("generation", "promote", "v1.6.0", cwd=repo)
    hostile(repo, gryt)
    made = []
    for number, command in enumerate(COMMANDS):
        made.append(folder / f"report-{number}.html")
        gryt.ok(*command, "--output", made[-1], cwd=repo)
    return made


@pytest.mark.parametrize("width", [360, 768, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_report_fits_loads_nothing_and_runs_nothing_foreign(
    page: Browser, reports: list[Path], width: int, scheme: str
) -> None:
    for report in reports:
        page.open(report, width, scheme=scheme)
        assert page.ask("document.documentElement.scrollWidth") <= width
        assert page.complaints == []
        assert page.requests == [report.as_uri()]
        page.requests.clear()
        assert page.ask("document.querySelectorAll('img, iframe, [onerror]').length") == 0
        assert page.ask("document.scripts.length") == 1
        assert page.ask("document.querySelectorAll('h1').length") == 1
        dark = page.ask("getComputedStyle(document.body).backgroundColor")
        assert (dark == "rgb(13, 17, 23)") is (scheme == "dark")


def test_charts_and_tables_have_names(page: Browser, reports: list[Path]) -> None:
    for report in reports:
        page.open(report, 1280)
        assert page.ask("document.querySelectorAll('svg[role=img]').length") >= 1
        unnamed = "[...document.querySelectorAll('svg')].filter(s => !s.querySelector('title'))"
        assert page.ask(f"{unnamed}.length") == 0
        bare = "[...document.querySelectorAll('table')].filter(t => !t.caption || !t.tHead)"
        assert page.ask(f"{bare}.length") == 0


def test_a_table_is_sorted_by_keyboard(page: Browser, reports: list[Path]) -> None:
    page.open(reports[0], 1280)
    first = "document.querySelector('table tbody tr td').textContent"
    before = page.ask(first)
    page.ask("document.querySelector('th button').focus()")
    page.press("Enter")
    assert page.ask("document.querySelector('th').getAttribute('aria-sort')") == "ascending"
    page.press(" ")
    assert page.ask("document.querySelector('th').getAttribute('aria-sort')") == "descending"
    assert page.ask(first) != before


def test_print_shows_what_is_folded(page: Browser, reports: list[Path]) -> None:
    page.open(reports[0], 1280)
    assert page.ask("document.querySelectorAll('details[open]').length") == 0
    page.ask("dispatchEvent(new Event('beforeprint'))")
    closed = page.ask("document.querySelectorAll('details:not([open])').length")
    assert closed == 0
