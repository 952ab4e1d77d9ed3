"""The environment that the steps of a pipeline start from."""

from collections.abc import Mapping


def step_environment(base: Mapping[str, str], *, gryt: Mapping[str, str]) -> dict[str, str]:
    """Return `base` without git's and gryt's own variables, plus `gryt` (names with prefix).

    A hook or `git bisect run` may have started gryt with GIT_DIR, GIT_INDEX_FILE or
    GIT_CONFIG_KEY_0 set; a step that runs git would then work on another repository than the one
    it stands in. Settings such as GIT_SSH_COMMAND go too, so that a step sees the same however
    gryt was started; a pipeline that wants one names it in its `env`. An inherited GRYT_* variable
    would speak of another run.
    """
    kept = {name: value for name, value in base.items() if not name.startswith(("GIT_", "GRYT_"))}
    return kept | dict(gryt)
