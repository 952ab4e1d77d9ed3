"""What `gryt doctor` looks at, as values."""

from gryt.values import Value


class Check(Value):
    """One thing that was looked at."""

    name: str
    """A stable kebab-case name for scripts."""
    fine: bool
    message: str
    mends: tuple[str, ...] = ()
    """What mends it: commands, and lines of a CI file, which begin with 'CI (<system>): '."""


def fine(name: str, message: str) -> Check:
    """Return a check that found nothing wrong."""
    return Check(name, fine=True, message=message)


def wrong(name: str, message: str, *mends: str) -> Check:
    """Return a finding with what mends it."""
    return Check(name, fine=False, message=message, mends=mends)
