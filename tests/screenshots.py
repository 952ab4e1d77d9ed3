"""Pictures of the reports for the documentation: `make screenshots`.

A year of a small team, by real commands on a clock of its own, in a throw-away repository.
"""

import os
import sys
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.support.browser import browser, find_browser
from tests.support.cli import Gryt
from tests.support.git import Repo, make_repo
from tests.support.ledgers import Desk
from tests.support.sealed import make_home, sealed

IMAGES = Path(__file__).parents[1] / "docs/images"
REPORTS = {
    "compliance": ("compliance", "--include-800-53", "--ssdf"),
    "audit-trail": ("audit", "export", "--format", "html"),
}
_JANUARY = 1_767_600_000_000
_A_STEP = 44 * 3600 * 1000
_RELEASES = 8
_PIPELINE = """\
name: full-ci
steps:
  - {name: lint, command: "true"}
  - {name: unit, command: "test ! -e broken"}
"""


def _a_year(repo: Repo) -> None:
    moments = count(_JANUARY, _A_STEP)
    desk = Desk(repo, lambda: next(moments))
    (repo / ".gryt/pipelines/full-ci.yaml").write_text(_PIPELINE, encoding="utf-8")
    repo.git("add", "--all")
    repo.git("commit", "--quiet", "--message", "pipeline")
    for number in range(_RELEASES):
        version = f"v1.{number}.0"
        desk.generation(version, "FEAT-1", "FEAT-2")
        desk.start(version, "FEAT-1")
        if number % 3 == 1:  # it fails first, and is mended
            _commit(repo, version, broken=True)
            desk.run()
            _commit(repo, version, broken=False)
        desk.run()
        desk.start(version, "FEAT-2")
        desk.run()
        desk.promote(version)


def _commit(repo: Repo, version: str, *, broken: bool) -> None:
    file = repo / "broken"
    file.write_text(version, encoding="utf-8") if broken else file.unlink()
    repo.git("add", "--all")
    repo.git("commit", "--quiet", "--message", "breaks it" if broken else "mends it")


def main() -> int:
    """Write the pictures."""
    if find_browser() is None:
        sys.stderr.write("no Chromium: apt install chromium\n")
        return 1
    IMAGES.mkdir(exist_ok=True)
    with TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        folder = Path(name)
        for key, value in sealed(os.environ, make_home(folder / "home"), ceiling=folder).items():
            patch.setenv(key, value)
        repo, gryt = make_repo(folder / "shop"), Gryt()
        _a_year(repo)
        gryt.ok("audit", "review", "--comment", "before the audit", cwd=repo)
        with browser() as page:
            for report, command in REPORTS.items():
                file = folder / f"{report}.html"
                gryt.ok(*command, "--output", file, cwd=repo)
                page.open(file, 1100, 1000)
                page.picture(IMAGES / f"{report}.png")
                sys.stdout.write(f"docs/images/{report}.png\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
