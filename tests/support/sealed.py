"""An environment that nothing of the developer or the build machine reaches.

Values only: `sealed(…)` says what the environment is to be; the fixture in
tests/conftest.py puts it in place, tests.demo and tests.bench pass it to child processes.
"""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

NAME = "Ada Lovelace"
EMAIL = "ada@example.com"

_PREFIXES = (
    # git and gryt themselves, and what they start for secrets and editors
    *("GIT_", "GRYT_", "SSH_", "GPG_", "XDG_"),
    # build machines: gryt records the one that it finds
    *("CI_", "GITHUB_", "GITLAB_", "RUNNER_", "JENKINS_", "BUILDKITE", "CIRCLE", "TRAVIS"),
    *("APPVEYOR", "AZURE_", "BITBUCKET_", "DRONE", "TEAMCITY_", "TF_", "SEMAPHORE", "WOODPECKER"),
    # outputs that follow the terminal
    "LC_",
)
_NAMES = (
    *("CI", "BUILD_NUMBER", "BUILD_URL", "BUILD_ID", "JOB_NAME", "HUDSON_URL", "EMAIL", "LANG"),
    *("LANGUAGE", "EDITOR", "VISUAL", "PAGER", "LESS", "NO_COLOR", "FORCE_COLOR", "CLICOLOR"),
    *("CLICOLOR_FORCE", "COLUMNS", "LINES", "MANPATH", "TERM_PROGRAM"),
    *("PYTHONUNBUFFERED", "PYTHONWARNINGS", "PYTHONIOENCODING", "PYTHONUTF8", "PYTHONOPTIMIZE"),
)

_GIT_CONFIG = f"""\
[user]
\tname = {NAME}
\temail = {EMAIL}
[init]
\tdefaultBranch = main
[gc]
\tautoDetach = false
[maintenance]
\tautoDetach = false
"""


def make_home(home: Path) -> Path:
    """Writes the home directory of Ada Lovelace, who has a git configuration and nothing else."""
    home.mkdir(parents=True, exist_ok=True)
    git_config(home).write_text(_GIT_CONFIG, encoding="utf-8")
    return home


def git_config(home: Path) -> Path:
    return home / ".gitconfig"


def sealed(environ: Mapping[str, str], home: Path, *, ceiling: Path) -> dict[str, str]:
    """Returns `environ` without what could change a result, and with what makes it certain.

    Above the directory `ceiling`, git does not look for a repository.
    """
    kept = {
        name: value
        for name, value in environ.items()
        if name not in _NAMES and not name.startswith(_PREFIXES)
    }
    scripts = str(Path(sys.executable).parent)
    path = environ.get("PATH", os.defpath)
    return kept | {
        "PATH": path if path.split(os.pathsep)[0] == scripts else f"{scripts}{os.pathsep}{path}",
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / ".config"),
        "XDG_CACHE_HOME": str(home / ".cache"),
        "XDG_STATE_HOME": str(home / ".local" / "state"),
        "GIT_CONFIG_GLOBAL": str(git_config(home)),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CEILING_DIRECTORIES": str(ceiling),
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_EDITOR": "false",
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
    }
