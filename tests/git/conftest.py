"""Real repositories, opened as gryt opens them."""

import os
from collections.abc import Callable, Mapping

import pytest

from gryt.git.objects import Objects
from gryt.git.process import Git
from gryt.git.repository import Repository, discover
from tests.support.git import Repo

Open = Callable[..., Repository]


@pytest.fixture
def opened() -> Open:
    """`opened(repo)` discovers a repository, with more environment if that is given."""

    def open_(repo: Repo, env: Mapping[str, str] | None = None) -> Repository:
        return discover(Git(repo.path, {**os.environ, **(env or {})}))

    return open_


@pytest.fixture
def objects(repo: Repo, opened: Open) -> Objects:
    return Objects(opened(repo))
