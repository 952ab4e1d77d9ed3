"""CI systems tell who runs what, where and for which branch."""

import pytest

from gryt.service.ci import CI, detect

GITHUB = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_REPOSITORY": "o/r",
    "GITHUB_RUN_ID": "77",
    "GITHUB_ACTOR": "ada",
    "GITHUB_REF": "refs/heads/feature/x",
    "GITHUB_HEAD_REF": "",
}
PULL_REQUEST = {"GITHUB_REF": "refs/pull/7/merge", "GITHUB_HEAD_REF": "feature/y"}
RUN = "https://github.com/o/r/actions/runs/77"
CASES = {
    "github": (GITHUB, CI("github", RUN, "ada", None, "feature/x")),
    "github, pull request": (
        GITHUB | PULL_REQUEST,
        CI("github", RUN, "ada", None, "feature/y"),
    ),
    "github, tag": (GITHUB | {"GITHUB_REF": "refs/tags/v1"}, CI("github", RUN, "ada")),
    "forgejo": (
        GITHUB | {"FORGEJO_ACTIONS": "true", "GITEA_ACTIONS": "true"},
        CI("forgejo", RUN, "ada", None, "feature/x"),
    ),
    "gitea": (GITHUB | {"GITEA_ACTIONS": "true"}, CI("gitea", RUN, "ada", None, "feature/x")),
    "gitlab": (
        {
            "GITLAB_CI": "true",
            "CI": "true",
            "CI_JOB_URL": "https://gitlab/j/1",
            "CI_PIPELINE_URL": "https://gitlab/p/1",
            "GITLAB_USER_NAME": "Ada L",
            "GITLAB_USER_EMAIL": "ada@example.com",
            "CI_COMMIT_BRANCH": "main",
        },
        CI("gitlab", "https://gitlab/j/1", "Ada L", "ada@example.com", "main"),
    ),
    "gitlab, merge request": (
        {
            "GITLAB_CI": "true",
            "CI_COMMIT_REF_NAME": "refs/merge-requests/7/head",
            "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": "topic",
        },
        CI("gitlab", None, None, None, "topic"),
    ),
    "gitlab, tag": (
        {"GITLAB_CI": "true", "CI_COMMIT_REF_NAME": "v1", "CI_COMMIT_TAG": "v1"},
        CI("gitlab", None, None),
    ),
    "woodpecker": (
        {"CI": "woodpecker", "CI_PIPELINE_URL": "https://w/1", "CI_COMMIT_BRANCH": "main"},
        CI("woodpecker", "https://w/1", None, None, "main"),
    ),
    "jenkins": (
        {"JENKINS_URL": "https://j/", "BUILD_URL": "https://j/1", "GIT_BRANCH": "origin/main"},
        CI("jenkins", "https://j/1", None, None, "main"),
    ),
    "buildkite": (
        {"BUILDKITE": "true", "BUILDKITE_BUILD_URL": "https://b/1", "BUILDKITE_BRANCH": "main"},
        CI("buildkite", "https://b/1", None, None, "main"),
    ),
    "circleci": (
        {"CIRCLECI": "true", "CIRCLE_BUILD_URL": "https://c/1", "CIRCLE_USERNAME": "ada"},
        CI("circleci", "https://c/1", "ada"),
    ),
    "drone": (
        {"DRONE": "true", "DRONE_BUILD_LINK": "https://d/1", "DRONE_SOURCE_BRANCH": "topic"},
        CI("drone", "https://d/1", None, None, "topic"),
    ),
    "azure": (
        {
            "BUILD_BUILDURI": "vstfs:///Build/Build/1",
            "BUILD_BUILDID": "1",
            "SYSTEM_TEAMFOUNDATIONCOLLECTIONURI": "https://dev.azure.com/o/",
            "SYSTEM_TEAMPROJECT": "p",
            "BUILD_SOURCEBRANCH": "refs/heads/main",
        },
        CI("azure", "https://dev.azure.com/o/p/_build/results?buildId=1", None, None, "main"),
    ),
    "bitbucket": (
        {
            "BITBUCKET_BUILD_NUMBER": "9",
            "BITBUCKET_REPO_FULL_NAME": "o/r",
            "BITBUCKET_BRANCH": "main",
        },
        CI("bitbucket", "https://bitbucket.org/o/r/pipelines/results/9", None, None, "main"),
    ),
    "any other": ({"CI": "true"}, CI("unknown", None, None)),
    "none": ({"CI": "false"}, None),
    "no variable": ({}, None),
}


@pytest.mark.parametrize("name", CASES)
def test_a_job_is_known_by_its_environment(name: str) -> None:
    environ, expected = CASES[name]
    assert detect(environ) == expected
