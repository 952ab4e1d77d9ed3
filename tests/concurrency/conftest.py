"""The repository that many work on at once."""

import pytest

from tests.concurrency.processes import IDS
from tests.support.cli import Gryt
from tests.support.git import Repo


@pytest.fixture
def begun(repo: Repo, gryt: Gryt) -> Repo:
    changes = [word for name in IDS for word in ("--change", f"add:{name}:Title of {name}")]
    gryt.ok("generation", "new", "v1.0.0", *changes, cwd=repo)
    return repo


@pytest.fixture
def proven(begun: Repo, gryt: Gryt) -> Repo:
    """The same with every change proven."""
    changes = [word for name in IDS for word in ("--change", name)]
    gryt.ok("evolution", "start", "v1.0.0", *changes, cwd=begun)
    gryt.ok("run", cwd=begun)
    return begun
