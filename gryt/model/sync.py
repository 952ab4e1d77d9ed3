"""How this clone and a remote stand to each other, and what a sync came to."""

import enum

from gryt.values import Value


class Mode(enum.Enum):
    """When gryt talks to the remote by itself."""

    LOCAL = "local"
    """Never: only `gryt sync` does."""
    HYBRID = "hybrid"
    """For generations that are shared already, and to promote."""
    CLOUD = "cloud"
    """After every action."""


class Standing(enum.Enum):
    """One ledger ref here against the same one at a remote."""

    SYNCED = "synced"
    PENDING = "pending"
    """There are records here that the remote does not have."""
    BEHIND = "behind"
    """The remote has records that are not here."""
    DIVERGED = "diverged"
    """Both: the next sync unites them."""
    CONFLICT = "conflict"
    """Two generations of one version: never united."""
    REWOUND = "rewound"
    """The remote has gone back behind what it had: never followed."""
    UNREADABLE = "unreadable"
    """What the remote has is no ledger that could be united with ours."""


class Reason(enum.Enum):
    """Why a ref was not synced, with the exit status that says so."""

    CONFLICT = "conflict"
    MOVED = "moved"
    REFUSED = "refused"
    REWOUND = "rewound"
    UNREADABLE = "unreadable"

    @property
    def exit_status(self) -> int:
        """The status that a command with this problem ends with."""
        return {"conflict": 4, "moved": 4, "refused": 5}.get(self.value, 6)


class Problem(Value):
    """Why one version was not synced, and the way out."""

    version: str
    """The generation's; 'meta' for the meta-branch."""
    reason: Reason
    message: str
    resolution: str
    details: tuple[str, ...] = ()
    """The server's own words."""


class Side(Value):
    """One of two generations that share a version."""

    gid: str
    status: str
    by: str
    """Who promoted it, else who began it."""
    at: str


class Clash(Value):
    """One version that two generations go by."""

    version: str
    remote: str
    here: Side
    there: Side


class Renumbering(Value):
    """An evolution that became another candidate, because its number was given out before."""

    version: str
    old: str
    new: str


class Pulled(Value):
    """What a pull came to."""

    remote: str
    new: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    clashes: tuple[Clash, ...] = ()
    problems: tuple[Problem, ...] = ()
    renumbered: tuple[Renumbering, ...] = ()


class Pushed(Value):
    """What a push came to."""

    remote: str
    created: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    renumbered: tuple[Renumbering, ...] = ()
    notices: tuple[str, ...] = ()
    """What did not work out and is no error, such as notes that were not taken."""


class Line(Value):
    """One generation in `sync status`."""

    version: str
    standing: Standing
    remote_id: str | None
    synced_at: int | None
    """When the remote's ref was last seen to move, seconds since the epoch."""
    local_status: str | None
    message: str | None = None


class Overview(Value):
    """How this clone and one remote stand to each other."""

    remote: str
    lines: tuple[Line, ...]
    reached: bool
    """False where this is what was last known."""
    clashes: tuple[Clash, ...] = ()
    problems: tuple[Problem, ...] = ()

    def count(self, *standings: Standing) -> int:
        """How many generations stand like this."""
        return sum(line.standing in standings for line in self.lines)
