"""The lines of each CI system's file that a checkout needs for gryt to work in it."""

_WHOLE_HISTORY = {
    "github": "with: {fetch-depth: 0}  # of actions/checkout",
    "gitlab": 'variables: {GIT_DEPTH: "0"}',
    "woodpecker": (
        "clone: {git: {image: woodpeckerci/plugin-git,"
        " settings: {partial: false, depth: 0, tags: true}}}"
    ),
    "jenkins": "extensions: [cloneOption(shallow: false, noTags: false)]",
    "drone": "clone: {depth: 0}",
    "azure": "- checkout: self\n  fetchDepth: 0",
    "bitbucket": "clone: {depth: full}",
}
_WHOLE_OBJECTS = {
    "github": "with: {fetch-depth: 0}  # of actions/checkout, and no filter",
    "woodpecker": _WHOLE_HISTORY["woodpecker"],
}
_PUSH = {
    "github": "permissions: {contents: write}",
    "gitlab": "Settings > CI/CD > Job token permissions > Allow Git push requests",
    "woodpecker": "environment: {GRYT_TOKEN: {from_secret: gryt_token}}  # of a user who may push",
    "jenkins": "withCredentials([gitUsernamePassword(credentialsId: 'git-push')]) { ... }",
}
_SAME = {"forgejo": "github", "gitea": "github"}


def _lines(table: dict[str, str], system: str | None) -> tuple[str, ...]:
    line = table.get(_SAME.get(system or "", system or ""))
    return () if line is None else (f"CI ({system}): {line}",)


def whole_history(system: str | None) -> tuple[str, ...]:
    """Return the line for a checkout with all commits and tags."""
    return _lines(_WHOLE_HISTORY, system)


def whole_objects(system: str | None) -> tuple[str, ...]:
    """Return the line for a checkout that leaves no objects behind."""
    return _lines(_WHOLE_OBJECTS, system)


def pull(system: str | None) -> tuple[str, ...]:
    """Return the line for a step that fetches the ledger, where there is a CI system at all."""
    return () if system is None else (f"CI ({system}): gryt sync pull  # before gryt run",)


def may_push(system: str | None) -> tuple[str, ...]:
    """Return the line for a job that may publish."""
    return _lines(_PUSH, system)
