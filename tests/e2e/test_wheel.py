"""The wheel, built and installed: what a user gets, without anything of the checkout."""

import os
import subprocess
import sys
import sysconfig
from pathlib import Path
from shutil import which
from zipfile import ZipFile

import pytest

from tests.support.git import Repo

pytestmark = [pytest.mark.xdist_group("wheel"), pytest.mark.slow]  # one worker, one build

TOP = Path(__file__).parents[2]


def run(*command: str | Path, cwd: Path, env: dict[str, str] | None = None) -> str:
    """Runs what has to succeed, and returns its stdout."""
    ended = subprocess.run(
        [os.fspath(word) for word in command],
        cwd=cwd,
        env=env,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert ended.returncode == 0, f"{command}\n{ended.stdout}{ended.stderr}"
    return ended.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built by hatchling itself: nothing is downloaded."""
    out = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", out, cwd=TOP)
    [wheel] = out.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment with the wheel; the dependencies are borrowed from this one."""
    venv = tmp_path_factory.mktemp("installed") / "venv"
    run(sys.executable, "-m", "venv", "--without-pip", venv, cwd=TOP)
    python = venv / "bin" / "python"
    pip = (sys.executable, "-m", "pip", "--python", python, "--disable-pip-version-check")
    run(*pip, "install", "--quiet", "--no-index", "--no-deps", wheel, cwd=venv)
    site = run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=venv)
    # A directory that a .pth file adds is searched last, and its own .pth files are not read, so
    # the editable gryt of this environment stays out.
    borrowed = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (Path(site.strip()) / "borrowed.pth").write_text("\n".join(sorted(borrowed)) + "\n")
    return venv


@pytest.fixture
def env(installed: Path) -> dict[str, str]:
    """The environment of a user who has the virtual environment first on PATH."""
    return {**os.environ, "PATH": f"{installed / 'bin'}{os.pathsep}{os.environ['PATH']}"}


def test_the_wheel_has_schemas_man_pages_and_types(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        names = set(archive.namelist())
    schemas = {path.relative_to(TOP / "schemas") for path in (TOP / "schemas").rglob("*.json")}
    assert schemas
    assert {f"gryt/_schemas/{schema.as_posix()}" for schema in schemas} <= names
    assert "gryt/py.typed" in names
    data = f"{'-'.join(wheel.name.split('-')[:2])}.data/data/share/man/man1"
    assert {f"{data}/git-gryt.1", f"{data}/gryt.1"} <= names
    assert not [name for name in names if name.startswith(("tests/", "schemas/", "docs/"))]


def test_the_installed_package_is_that_of_the_wheel(
    installed: Path, env: dict[str, str], tmp_path: Path
) -> None:
    where = run(
        installed / "bin" / "python",
        "-c",
        "import gryt; print(gryt.__file__)",
        cwd=tmp_path,
        env=env,
    )
    assert Path(where.strip()).is_relative_to(installed)


def test_gryt_and_git_gryt_are_the_same_program(env: dict[str, str], tmp_path: Path) -> None:
    version = run("gryt", "--version", cwd=tmp_path, env=env)
    assert run("git", "gryt", "--version", cwd=tmp_path, env=env) == version
    assert "." in version


@pytest.mark.skipif(which("man") is None, reason="man is not installed")
@pytest.mark.parametrize("page", ["git-gryt", "gryt"])
def test_man_finds_the_page(
    page: str, installed: Path, env: dict[str, str], tmp_path: Path
) -> None:
    found = run("man", "-w", page, cwd=tmp_path, env=env).strip()
    assert Path(found).is_relative_to(installed / "share" / "man")


CONTRACT = """\
version: v1.5.0
description: "Login"
changes:
  - type: add
    id: FEAT-201
    title: "OAuth2 login"
"""


def test_the_installed_schemas_judge_a_contract(env: dict[str, str], repo: Repo) -> None:
    good = repo / "good.yaml"
    good.write_text(CONTRACT)
    run("gryt", "generation", "new", "v1.5.0", "--from", good, cwd=repo.path, env=env)

    bad = repo / "bad.yaml"
    bad.write_text(CONTRACT.replace("1.5.0", "1.6.0").replace("type: add", "type: invent"))
    refused = subprocess.run(
        ["gryt", "generation", "new", "v1.6.0", "--from", bad],
        cwd=repo.path,
        env=env,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert refused.returncode == 3
    assert "invent" in refused.stderr
    assert "bad.yaml" in refused.stderr
