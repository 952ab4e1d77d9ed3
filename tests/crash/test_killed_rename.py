"""SIGKILL while a rename moves its refs: run again, it comes to what it would have come to."""

from pathlib import Path

import pytest

from tests.cli.scenes import draft, prove
from tests.support import killing
from tests.support.cli import Gryt
from tests.support.git import Repo
from tests.support.killing import GRYT, kill, points
from tests.support.ledgers import stock_law_1

REASON = killing.why_not()
pytestmark = [
    pytest.mark.skipif(REASON is not None, reason=str(REASON)),
    pytest.mark.slow,
]
RENAME = ("generation", "rename", "v1.5.0", "v1.6.0")
REF = "refs/gryt/generations/v1.6.0"
MOVING = ("rename", "renameat", "renameat2", "unlink", "unlinkat", "link")


def test_a_rename_that_was_killed_is_finished_by_the_next(
    gryt: Gryt, repo: Repo, tmp_path: Path
) -> None:
    draft(gryt, repo)
    prove(gryt, repo, "FEAT-201")
    scratches = [tmp_path / f"scratch-{number}" for number in range(200)]
    for scratch in scratches:
        scratch.mkdir()
    where = [
        point
        for point in points(repo.copy(tmp_path / "watched"), [*RENAME], scratches[-1])
        if point.process != GRYT and point.call in MOVING
    ]
    assert len(where) > 3
    for number, point in enumerate(where):
        victim = repo.copy(tmp_path / f"victim-{number}")
        kill(victim, [*RENAME], point, scratches[number])
        assert victim.git("fsck", "--strict", "--no-dangling") == ""
        gryt("verify", "--repair", cwd=victim)
        gryt.ok(*RENAME, cwd=victim)
        gryt("verify", "--repair", cwd=victim)
        verified = gryt("verify", cwd=victim)
        assert verified.status == 0, (point, verified.stdout)
        assert [*victim.refs("refs/gryt/")] == [REF], point
        assert "refs/tags/v1.6.0-rc.1" in victim.refs("refs/tags/"), point
        assert stock_law_1(victim, REF) == []
        kinds = victim.git("ls-tree", "-r", "--name-only", REF)
        assert kinds.count("-renamed.yaml") == 1, point
