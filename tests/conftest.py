"""Fixtures of every test: a sealed environment, repositories, the command line."""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

import hypothesis
import pytest

pytest.register_assert_rewrite("tests.support")

from tests.support.cli import Gryt, Result, gryt_process  # noqa: E402
from tests.support.git import Repo, git, make_clone, make_remote, make_repo  # noqa: E402
from tests.support.sealed import git_config, make_home, sealed  # noqa: E402

# No deadline: an example may start git. `dev` finds the same on every machine.
hypothesis.settings.register_profile(
    "dev", max_examples=25, stateful_step_count=20, derandomize=True, deadline=None
)
hypothesis.settings.register_profile("ci", max_examples=200, deadline=None, print_blob=True)
hypothesis.settings.register_profile("deep", max_examples=2000, deadline=None, print_blob=True)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))

SHARED_MEMORY = Path("/dev/shm")
ROOM_NEEDED = 2 << 30
RUN = pytest.StashKey[Path]()


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Puts the temporary directory of this run into memory, where there is enough of it."""
    is_worker = hasattr(config, "workerinput")
    if is_worker or config.option.basetemp or not _is_usable(SHARED_MEMORY):
        return
    config.stash[RUN] = Path(mkdtemp(prefix="gryt-tests-", dir=SHARED_MEMORY))
    config.option.basetemp = config.stash[RUN] / "run"


def pytest_unconfigure(config: pytest.Config) -> None:
    if run := config.stash.get(RUN, None):
        shutil.rmtree(run, ignore_errors=True)


def _is_usable(memory: Path) -> bool:
    if not os.access(memory, os.W_OK | os.X_OK):
        return False
    is_noexec = os.statvfs(memory).f_flag & os.ST_NOEXEC  # containers like it so; hooks must run
    return not is_noexec and shutil.disk_usage(memory).free >= ROOM_NEEDED


@pytest.fixture(scope="session")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("homes")


@pytest.fixture(scope="session", autouse=True)
def hermetic_session(homes: Path) -> Iterator[None]:
    """Seals the environment for what fixtures do once for many tests."""
    with _sealed_process(homes):
        yield


@pytest.fixture(autouse=True)
def hermetic(homes: Path) -> Iterator[Path]:
    """Seals the environment for one test, and returns its home directory.

    The working directory is that home: a test that forgets to say where finds no repository.
    """
    with _sealed_process(homes) as home:
        yield home
    shutil.rmtree(home, ignore_errors=True)


@contextmanager
def _sealed_process(homes: Path) -> Iterator[Path]:
    home = make_home(Path(mkdtemp(dir=homes)))
    environment = sealed(os.environ, home, ceiling=homes.parent)
    with pytest.MonkeyPatch.context() as patch:
        for name in os.environ.keys() - environment.keys():
            patch.delenv(name)
        for name, value in environment.items():
            patch.setenv(name, value)
        patch.chdir(home)
        _seal_pygit2(home)
        yield home


def _seal_pygit2(home: Path) -> None:
    """Repeats it for libgit2, which reads the environment once, when it is loaded."""
    if not {"pygit2", "pygit2._pygit2"} & sys.modules.keys():
        return
    from pygit2 import settings
    from pygit2.enums import ConfigLevel

    settings.search_path[ConfigLevel.GLOBAL] = str(git_config(home).parent)
    settings.search_path[ConfigLevel.XDG] = str(home / ".config" / "git")
    settings.search_path[ConfigLevel.SYSTEM] = ""


@pytest.fixture(name="git")
def git_fixture() -> Callable[..., str]:
    """`git("log", "-1", cwd=repo)` returns what git printed."""
    return git


@pytest.fixture(scope="session")
def started(hermetic_session: None, tmp_path_factory: pytest.TempPathFactory) -> Repo:
    """What every `repo` is a copy of: nobody may change it."""
    return make_repo(tmp_path_factory.mktemp("started") / "repo")


@pytest.fixture
def repo(started: Repo, tmp_path: Path) -> Repo:
    """A repository with one commit and the pipeline full-ci, without a remote."""
    return started.copy(tmp_path / "repo")


@pytest.fixture
def remote(repo: Repo, tmp_path: Path) -> Repo:
    """A bare repository, which is `origin` of `repo` and has its main."""
    return make_remote(tmp_path / "remote.git", of=repo)


@pytest.fixture
def clone(remote: Repo, tmp_path: Path) -> Repo:
    """The clone of the same remote that Grace Hopper works in."""
    path = tmp_path / "clone"
    return make_clone(remote, path, name="Grace Hopper", email="grace@example.com")


@pytest.fixture
def gryt() -> Gryt:
    """`gryt("generation", "list", cwd=repo)` runs a command in this process."""
    return Gryt()


@pytest.fixture(name="gryt_process")
def gryt_process_fixture() -> Callable[..., Result]:
    """`gryt_process("run", cwd=repo)` runs a command in a process of its own."""
    return gryt_process
