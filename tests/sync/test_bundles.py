"""The ledger goes through a file, and what comes out of one is read with care."""

from pathlib import Path

import pytest

from tests.cli.scenes import draft, prove
from tests.support.cli import Gryt
from tests.support.git import Repo, make_repo
from tests.support.ledgers import tamper

pytestmark = pytest.mark.slow  # many processes

REF = "refs/gryt/generations/v1.5.0"


@pytest.fixture
def exported(gryt: Gryt, repo: Repo, tmp_path: Path) -> Path:
    """v1.5.0 with one change proven, in a bundle."""
    draft(gryt, repo)
    prove(gryt, repo, "FEAT-201")
    gryt.ok("sync", "export", tmp_path / "x.bundle", cwd=repo)
    return tmp_path / "x.bundle"


@pytest.fixture
def apart(tmp_path: Path) -> Repo:
    """A repository that has nothing in common with the other."""
    return make_repo(tmp_path / "apart")


def shared(repo: Repo) -> dict[str, str]:
    found: dict[str, str] = {}
    for prefix in ("refs/gryt/", "refs/notes/", "refs/tags/"):
        found |= repo.refs(prefix)
    return found


def test_everything_comes_out_that_went_in(
    gryt: Gryt, repo: Repo, apart: Repo, exported: Path
) -> None:
    assert gryt.ok("sync", "import", exported, cwd=apart).stdout == (
        "Import complete\n  New generations: 1\n  Updated generations: 0\n  Conflicts: 0\n"
    )
    assert shared(apart) == shared(repo)
    assert (apart / ".gryt/generations/v1.5.0.yaml").exists()
    assert gryt("verify", cwd=apart).status == 0
    assert apart.git("remote") == ""
    assert gryt.ok("sync", "import", exported, cwd=apart).stdout.count(": 0\n") == 3


def test_both_sides_are_united(gryt: Gryt, repo: Repo, apart: Repo, exported: Path) -> None:
    gryt.ok("sync", "import", exported, cwd=apart)
    gryt.ok("evolution", "start", "v1.5.0", "--change", "BUG-88", cwd=apart)
    gryt.ok("evolution", "start", "v1.5.0", "--change", "FEAT-202", cwd=repo)
    gryt.ok("sync", "export", exported.with_name("back.bundle"), cwd=apart)
    gryt.ok("sync", "import", exported.with_name("back.bundle"), cwd=repo)
    shown = gryt.ok("evolution", "list", "v1.5.0", "--json", cwd=repo).json
    assert sorted(e["number"] for e in shown["evolutions"]) == [1, 2, 3]
    assert gryt("verify", cwd=repo).status == 0


def test_one_that_went_back_is_reported_and_not_followed(
    gryt: Gryt, repo: Repo, apart: Repo, exported: Path
) -> None:
    older = exported.read_bytes()
    gryt.ok("evolution", "start", "v1.5.0", "--change", "BUG-88", cwd=repo)
    gryt.ok("sync", "export", exported, cwd=repo)
    gryt.ok("sync", "import", exported, cwd=apart)
    before = shared(apart)
    exported.write_bytes(older)
    told = gryt("sync", "import", exported, cwd=apart)
    assert (told.status, "v1.5.0: bundle-x has gone back" in told.stdout) == (6, True)
    assert shared(apart) == before


def test_hostile_records_stay_outside(gryt: Gryt, repo: Repo, apart: Repo, exported: Path) -> None:
    path = repo.git("ls-tree", "-r", "--name-only", REF).splitlines()[0]
    tamper(repo, REF, {path: "format: 1\nkind: !!python/object:os.system x\n"})
    repo.git("bundle", "create", exported, REF)
    told = gryt("sync", "import", exported, cwd=apart)
    assert (told.status, "cannot be united" in told.stdout) == (6, True)
    assert shared(apart) == {}


def test_what_is_no_ledger_is_refused(gryt: Gryt, repo: Repo, tmp_path: Path) -> None:
    (tmp_path / "text").write_text("hello")
    repo.git("bundle", "create", tmp_path / "code", "main")
    for name, said in (
        ("text", "is not a bundle"),
        ("code", "no ledger"),
        ("none", "not a bundle"),
    ):
        refused = gryt("sync", "import", tmp_path / name, cwd=repo)
        assert (refused.status, said in refused.stderr) == (3, True), refused.stderr
    assert gryt("sync", "export", tmp_path / "x", cwd=repo).status == 3


def test_the_namespaces_of_both_sides_may_differ(
    gryt: Gryt, repo: Repo, apart: Repo, tmp_path: Path
) -> None:
    repo.git("config", "gryt.namespace", "refs/heads/gryt")
    draft(gryt, repo)
    gryt.ok("sync", "export", tmp_path / "x.bundle", "--version", "v1.5.0", cwd=repo)
    gryt.ok("sync", "import", tmp_path / "x.bundle", cwd=apart)
    assert [*apart.refs("refs/gryt/")] == [REF]
