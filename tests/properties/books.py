"""What a ledger comes to, kept by hand: as simple as can be, and without looking at gryt."""

from dataclasses import dataclass, field

STEPS = {
    "passes": "'true'",
    "fails": "exit 3",
    "moves": "git commit --quiet --allow-empty --message moved",
    "dirties": "echo more >> README.md",
}
ENDS = {"passes": "pass", "fails": "fail", "moves": "void", "dirties": "void"}

Promise = dict[str, tuple[str, str]]
"""Type and title by change id."""


@dataclass
class Attempt:
    """An evolution, by hand."""

    number: int
    changes: list[str]
    status: str = "pending"
    promised: Promise = field(default_factory=dict)
    """The contract when it ran."""
    order: int = 0
    """When it ran last."""

    @property
    def is_open(self) -> bool:
        return self.status in {"pending", "fail", "void"}


@dataclass
class Release:
    """A generation, by hand."""

    version: str
    promised: Promise
    attempts: list[Attempt] = field(default_factory=list)
    promoted: tuple[str, str] | None = None
    """The commit, and all that `generation show` said then."""

    def tag(self, attempt: Attempt) -> str:
        return f"{self.version}-rc.{attempt.number}"

    def expected(self) -> dict[str, tuple[str, str | None]]:
        """Status of each change, and the candidate that its proof is."""
        return {change: self._status(change) for change in self.promised}

    def _status(self, change: str) -> tuple[str, str | None]:
        passed = [a for a in self.attempts if a.status == "pass" and change in a.changes]
        passed.sort(key=lambda attempt: -attempt.order)
        valid = [a for a in passed if a.promised.get(change) == self.promised[change]]
        if not passed:
            return "unproven", None
        return ("proven" if valid else "stale"), self.tag((valid or passed)[0])

    def is_ready(self) -> bool:
        """Every change proven, and none whose last attempt failed."""
        if not self.promised or any(s != "proven" for s, _ in self.expected().values()):
            return False
        last: dict[str, str] = {}
        for attempt in sorted(self.attempts, key=lambda attempt: attempt.order):
            if attempt.status in {"pass", "fail"}:
                last |= dict.fromkeys(attempt.changes, attempt.status)
        return all(last[change] != "fail" for change in self.promised)


def contract_text(version: str, promised: Promise) -> str:
    lines = [
        f"- {{id: {i}, type: {kind}, title: {title}}}\n" for i, (kind, title) in promised.items()
    ]
    return f"version: {version}\nchanges:\n{''.join(lines)}" if lines else f"version: {version}\n"
