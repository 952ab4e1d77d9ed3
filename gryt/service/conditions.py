"""Whether the conditions of a step hold (`when`), and if not, in words why."""

from collections.abc import Sequence
from functools import cached_property

from gryt.model.globs import matches, matches_text
from gryt.model.names import Oid
from gryt.model.pipeline import Pipeline, When
from gryt.runner.files import TooMany, find
from gryt.service import ci
from gryt.service.messages import some
from gryt.service.session import Session
from gryt.store.checkout import WorkTree

_EVENTS = (
    "GITHUB_EVENT_NAME",
    "CI_PIPELINE_SOURCE",
    "CI_PIPELINE_EVENT",
    "BUILD_REASON",
    "BUILDKITE_SOURCE",
    "DRONE_BUILD_EVENT",
)


class Surroundings:
    """What conditions ask for, found out when the first one does."""

    def __init__(
        self,
        session: Session,
        *,
        commit: Oid | None,
        tree: WorkTree,
        change_types: Sequence[str],
        isolated: bool,
    ) -> None:
        self._session = session
        self._commit = commit
        self._tree = tree
        self._change_types = change_types
        self._isolated = isolated

    def unmet(self, pipeline: Pipeline) -> dict[str, str]:
        """Return the steps whose conditions do not hold, each with the reason."""
        found = {}
        for step in pipeline.steps:
            reasons = [] if step.when is None else self._against(step.when)
            if reasons:
                found[step.name] = "; ".join(reasons)
        return found

    def _against(self, when: When) -> list[str]:
        reasons = []
        # Without an evolution nobody knows what it is about: better run too much than too little.
        types = self._change_types
        if when.change_type and types and not set(types) & set(when.change_type):
            reasons.append(f"it is for {_or(when.change_type)}, and this is {_or(types)}")
        if when.branch and not (self._branch and matches_text(self._branch, when.branch)):
            where = f"'{self._branch}'" if self._branch else "no branch"
            reasons.append(f"it is for branch {_or(when.branch)}, and this is {where}")
        if when.event and not matches_text(self._event, when.event):
            reasons.append(f"it is for event {_or(when.event)}, and this is '{self._event}'")
        for name, wanted in when.env:
            value = self._session.environ.get(name, "")
            if not matches_text(value, [wanted]):
                reasons.append(f"it is for {name}={wanted}, and that is not so")
        if when.paths and not self._touches(when.paths):
            reasons.append(f"no file was changed that matches {_or(when.paths)}")
        return reasons

    @cached_property
    def _branch(self) -> str | None:
        job = ci.detect(self._session.environ)
        return self._tree.head.branch or (job.branch if job is not None else None)

    @cached_property
    def _event(self) -> str:
        environ = self._session.environ
        if ci.detect(environ) is None:
            return "local"
        return next((environ[name] for name in _EVENTS if environ.get(name)), "unknown")

    def _touches(self, patterns: Sequence[str]) -> bool:
        """Tell whether a changed file matches; so it is where nobody can tell what changed."""
        if self._changed is None or any(matches(path, patterns) for path in self._changed):
            return True
        if self._isolated:
            return False
        here = (*self._tree.changed, *self._tree.untracked)
        if any(matches(path, patterns) for path in here if not path.endswith("/")):
            return True
        folders = tuple(path for path in self._tree.untracked if path.endswith("/"))
        if not folders:
            return False
        try:
            there = find(self._session.files.top, patterns)
        except TooMany:
            return True
        return any(file.path.startswith(folders) for file in there)

    @cached_property
    def _changed(self) -> tuple[str, ...] | None:
        if self._commit is None:
            return None
        from gryt.store.since import changed_since  # lazy: few steps ask what has changed

        return changed_since(self._session.ledger, self._commit)


def _or(words: Sequence[str]) -> str:
    return some([f"'{word}'" for word in words]) if len(words) > 1 else f"'{words[0]}'"
