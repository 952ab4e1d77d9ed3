"""What `gryt verify` finds, as values."""

import enum

from gryt.values import Value


class Severity(enum.Enum):
    """What a finding means for whoever relies on the ledger."""

    TAMPERED = "tampered"
    """No honest use of gryt leads here: something is forged, or broken on disk."""
    UNFINISHED = "unfinished"
    """An interrupted action left something to do, and gryt knows what."""
    WARNING = "warning"
    """Worth knowing; nothing that counts depends on it."""


class Finding(Value):
    """One thing that is not as it should be."""

    kind: str
    """A stable kebab-case name for scripts."""
    severity: Severity
    subject: str
    """The ref, record, tag, commit or file that it is about."""
    message: str
    mend: str | None = None
    """The command that mends it, where there is one."""
    repaired: bool = False
    """True where this very call has mended it."""

    def mended(self) -> "Finding":
        """Return the finding as one that has been dealt with."""
        return self._replace(repaired=True)


class Checked(Value):
    """How much was looked at."""

    refs: int
    commits: int
    records: int
    tags: int
    notes: int


class Report(Value):
    """Everything that was found, in the order of severity, then of subject."""

    findings: tuple[Finding, ...]
    checked: Checked

    def remaining(self, severity: Severity) -> tuple[Finding, ...]:
        """Return the findings of one severity that were not repaired."""
        return tuple(f for f in self.findings if f.severity is severity and not f.repaired)


def tampered(kind: str, subject: str, message: str, mend: str | None = None) -> Finding:
    """Return a finding that speaks of forgery or corruption."""
    return Finding(kind, Severity.TAMPERED, subject, message, mend)


def unfinished(kind: str, subject: str, message: str, mend: str | None = None) -> Finding:
    """Return a finding about something that an interrupted action left."""
    return Finding(kind, Severity.UNFINISHED, subject, message, mend)


def warning(kind: str, subject: str, message: str, mend: str | None = None) -> Finding:
    """Return a finding that is good to know."""
    return Finding(kind, Severity.WARNING, subject, message, mend)
