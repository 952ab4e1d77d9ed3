"""Which CI system a process runs in, from its environment.

The order matters: Forgejo and Gitea set GitHub's variables too, and several share `CI_*` names.
"""

from collections.abc import Mapping
from typing import NamedTuple


class CI(NamedTuple):
    """A CI job."""

    system: str
    url: str | None
    """Where the job's run can be looked at."""
    actor: str | None
    """Who or what set it off."""


class _System(NamedTuple):
    name: str
    sign: str
    """The variable that tells it."""
    url: tuple[str, ...] = ()
    actor: tuple[str, ...] = ()


_SYSTEMS = (
    _System("forgejo", "FORGEJO_ACTIONS", actor=("GITHUB_ACTOR",)),
    _System("gitea", "GITEA_ACTIONS", actor=("GITHUB_ACTOR",)),
    _System("github", "GITHUB_ACTIONS", actor=("GITHUB_ACTOR",)),
    _System("gitlab", "GITLAB_CI", ("CI_JOB_URL",), ("GITLAB_USER_NAME", "GITLAB_USER_LOGIN")),
    _System("woodpecker", "CI_PIPELINE_URL", ("CI_PIPELINE_URL",), ("CI_COMMIT_AUTHOR",)),
    _System("jenkins", "JENKINS_URL", ("BUILD_URL",), ("CHANGE_AUTHOR",)),
    _System("buildkite", "BUILDKITE", ("BUILDKITE_BUILD_URL",), ("BUILDKITE_BUILD_CREATOR",)),
    _System("circleci", "CIRCLECI", ("CIRCLE_BUILD_URL",), ("CIRCLE_USERNAME",)),
    _System("drone", "DRONE", ("DRONE_BUILD_LINK",), ("DRONE_COMMIT_AUTHOR",)),
    _System("azure", "TF_BUILD", ("BUILD_BUILDURI",), ("BUILD_REQUESTEDFOR",)),
    _System("bitbucket", "BITBUCKET_BUILD_NUMBER", (), ("BITBUCKET_STEP_TRIGGERER_UUID",)),
)


def detect(environ: Mapping[str, str]) -> CI | None:
    """Return the CI job that this environment belongs to; None outside of CI."""
    for system in _SYSTEMS:
        if environ.get(system.sign):
            return CI(
                system.name,
                _first(environ, system.url) or _actions_url(environ),
                _first(environ, system.actor),
            )
    if environ.get("CI", "").lower() not in {"", "0", "false"}:
        return CI("unknown", None, None)
    return None


def _first(environ: Mapping[str, str], names: tuple[str, ...]) -> str | None:
    return next((environ[name] for name in names if environ.get(name)), None)


def _actions_url(environ: Mapping[str, str]) -> str | None:
    server, repository = environ.get("GITHUB_SERVER_URL"), environ.get("GITHUB_REPOSITORY")
    run = environ.get("GITHUB_RUN_ID")
    if not (server and repository and run):
        return None
    return f"{server}/{repository}/actions/runs/{run}"
