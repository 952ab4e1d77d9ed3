"""Which CI system a process runs in, from its environment.

The order matters: Forgejo and Gitea set GitHub's variables too, and several share `CI_*` names.
"""

from collections.abc import Callable, Mapping

from gryt.values import Value

_Environ = Mapping[str, str]


class CI(Value):
    """A CI job."""

    system: str
    url: str | None
    """Where the job's run can be looked at."""
    actor: str | None
    """Who or what set it off."""
    email: str | None = None
    """The actor's address, where the system tells it."""
    branch: str | None = None
    """The branch that it is about, of a pull request the one to be merged; HEAD is detached."""


class _System(Value):
    name: str
    signs: tuple[str, ...]
    """The variables that tell it, as NAME or NAME=value."""
    url: tuple[str, ...] = ()
    actor: tuple[str, ...] = ()
    email: tuple[str, ...] = ()
    branch: tuple[str, ...] = ()
    """The first that names a branch: those of pull requests come before the others."""
    tag: str | None = None
    """Set where the job is about a tag, and so about no branch."""
    make_url: Callable[[_Environ], str | None] = lambda _: None


def _actions_url(environ: _Environ) -> str | None:
    server, repository, run = _all(
        environ, "GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID"
    )
    return f"{server}/{repository}/actions/runs/{run}" if run else None


def _azure_url(environ: _Environ) -> str | None:
    names = ("SYSTEM_TEAMFOUNDATIONCOLLECTIONURI", "SYSTEM_TEAMPROJECT", "BUILD_BUILDID")
    server, project, build = _all(environ, *names)
    return f"{server.rstrip('/')}/{project}/_build/results?buildId={build}" if build else None


def _bitbucket_url(environ: _Environ) -> str | None:
    repository, number = _all(environ, "BITBUCKET_REPO_FULL_NAME", "BITBUCKET_BUILD_NUMBER")
    return f"https://bitbucket.org/{repository}/pipelines/results/{number}" if number else None


def _all(environ: _Environ, *names: str) -> tuple[str, ...]:
    """Return the values of these variables; empty texts where one of them is missing."""
    values = tuple(environ.get(name, "") for name in names)
    return values if all(values) else ("",) * len(names)


_ACTIONS = _System(
    "github",
    ("GITHUB_ACTIONS",),
    actor=("GITHUB_ACTOR",),
    branch=("GITHUB_HEAD_REF", "GITHUB_REF"),
    make_url=_actions_url,
)
_SYSTEMS = (
    _ACTIONS._replace(name="forgejo", signs=("FORGEJO_ACTIONS",)),
    _ACTIONS._replace(name="gitea", signs=("GITEA_ACTIONS",)),
    _ACTIONS,
    _System(
        "gitlab",
        ("GITLAB_CI",),
        ("CI_JOB_URL", "CI_PIPELINE_URL"),
        ("GITLAB_USER_NAME", "GITLAB_USER_LOGIN"),
        ("GITLAB_USER_EMAIL",),
        ("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", "CI_COMMIT_BRANCH", "CI_COMMIT_REF_NAME"),
        tag="CI_COMMIT_TAG",
    ),
    _System(
        "woodpecker",
        ("CI=woodpecker",),
        ("CI_PIPELINE_URL", "CI_STEP_URL"),
        ("CI_COMMIT_AUTHOR",),
        ("CI_COMMIT_AUTHOR_EMAIL",),
        ("CI_COMMIT_SOURCE_BRANCH", "CI_COMMIT_BRANCH"),
        tag="CI_COMMIT_TAG",
    ),
    _System(
        "jenkins",
        ("JENKINS_URL",),
        ("BUILD_URL",),
        ("CHANGE_AUTHOR", "BUILD_USER"),
        ("CHANGE_AUTHOR_EMAIL", "BUILD_USER_EMAIL"),
        ("CHANGE_BRANCH", "GIT_LOCAL_BRANCH", "BRANCH_NAME", "GIT_BRANCH"),
        tag="TAG_NAME",
    ),
    _System(
        "buildkite",
        ("BUILDKITE",),
        ("BUILDKITE_BUILD_URL",),
        ("BUILDKITE_BUILD_CREATOR",),
        ("BUILDKITE_BUILD_CREATOR_EMAIL",),
        ("BUILDKITE_BRANCH",),
        tag="BUILDKITE_TAG",
    ),
    _System(
        "circleci",
        ("CIRCLECI",),
        ("CIRCLE_BUILD_URL",),
        ("CIRCLE_USERNAME",),
        branch=("CIRCLE_BRANCH",),
        tag="CIRCLE_TAG",
    ),
    _System(
        "drone",
        ("DRONE",),
        ("DRONE_BUILD_LINK",),
        ("DRONE_COMMIT_AUTHOR",),
        ("DRONE_COMMIT_AUTHOR_EMAIL",),
        ("DRONE_SOURCE_BRANCH", "DRONE_BRANCH"),
        tag="DRONE_TAG",
    ),
    _System(
        "azure",
        ("TF_BUILD", "BUILD_BUILDURI"),
        actor=("BUILD_REQUESTEDFOR",),
        email=("BUILD_REQUESTEDFOREMAIL",),
        branch=("SYSTEM_PULLREQUEST_SOURCEBRANCH", "BUILD_SOURCEBRANCH"),
        make_url=_azure_url,
    ),
    _System(
        "bitbucket",
        ("BITBUCKET_BUILD_NUMBER",),
        actor=("BITBUCKET_STEP_TRIGGERER_UUID",),
        branch=("BITBUCKET_BRANCH",),
        tag="BITBUCKET_TAG",
        make_url=_bitbucket_url,
    ),
)


def detect(environ: _Environ) -> CI | None:
    """Return the CI job that this environment belongs to; None outside of CI."""
    for system in _SYSTEMS:
        if any(_is_set(environ, sign) for sign in system.signs):
            return CI(
                system.name,
                _first(environ, system.url) or system.make_url(environ),
                _first(environ, system.actor),
                _first(environ, system.email),
                _branch(environ, system),
            )
    if environ.get("CI", "").lower() not in {"", "0", "false"}:
        return CI("unknown", None, None)
    return None


def _is_set(environ: _Environ, sign: str) -> bool:
    name, separator, value = sign.partition("=")
    return environ.get(name) == value if separator else bool(environ.get(name))


def _first(environ: _Environ, names: tuple[str, ...]) -> str | None:
    return next((environ[name] for name in names if environ.get(name)), None)


def _branch(environ: _Environ, system: _System) -> str | None:
    if system.tag is not None and environ.get(system.tag):
        return None
    named = (environ.get(name, "") for name in system.branch)
    found = (text.removeprefix("refs/heads/").removeprefix("origin/") for text in named)
    return next((text for text in found if text and not text.startswith("refs/")), None)
