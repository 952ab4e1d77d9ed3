"""Every way in which gryt says no, with its exit status.

A message is one lower-case sentence without a full stop, the subject in 'single quotes'; `hints`
name the next command, as git does. `details` are further lines (one per reason), shown between the
two. `code` is stable and meant for scripts (`--json` prints it).
"""

from collections.abc import Sequence


class GrytError(Exception):
    """Something that gryt refuses or cannot do; the base of all errors shown to a user."""

    exit_status = 70
    """The status that the process ends with."""
    code = "error"
    """A stable kebab-case name for scripts."""

    def __init__(
        self, message: str, *, hints: Sequence[str] = (), details: Sequence[str] = ()
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hints = tuple(hints)
        self.details = tuple(details)


class AnswerIsNo(GrytError):
    """A well-formed question whose answer is no: a gate, a failed run, findings."""

    exit_status = 1
    code = "no"


class UsageError(GrytError):
    """The command line itself is wrong."""

    exit_status = 2
    code = "usage"


class Refused(GrytError):
    """The state of things does not allow it: not found, exists already, wrong state."""

    exit_status = 3
    code = "refused"


class NotFound(Refused):
    """What was named does not exist."""

    code = "not-found"


class InvalidInput(Refused):
    """A file or value from outside is wrong; `details` hold one line per problem."""

    code = "invalid-input"


class NotARepository(Refused):
    """There is no usable git repository where the command was started."""

    code = "not-a-repository"


class Ambiguous(Refused):
    """More than one thing fits what was asked for."""

    code = "ambiguous"


class Moved(GrytError):
    """Somebody else was faster, or both sides changed the same thing."""

    exit_status = 4
    code = "moved"


class Locked(Moved):
    """A lock file stands in the way and does not go away."""

    code = "locked"


class RemoteFailed(GrytError):
    """Fetching from or pushing to a remote failed."""

    exit_status = 5
    code = "remote-failed"


class Corrupt(GrytError):
    """A stored record does not read, or does not fit what vouches for it."""

    exit_status = 6
    code = "corrupt"


class GitFailed(GrytError):
    """A git command failed in a way that gryt has no better word for."""

    exit_status = 70
    code = "git-failed"


class CannotJudge(GrytError):
    """The question cannot be answered here (git bisect skips on this status)."""

    exit_status = 125
    code = "cannot-judge"


class ClosedPipe(Exception):
    """Whoever read the output has gone; the process ends quietly."""
