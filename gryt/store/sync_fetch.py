"""Fetching a remote's ledger into the tracking refs, and noticing where it has gone back.

The refspec has no `+`, so git itself refuses to follow a remote whose ref no longer descends from
what was seen; a ref that is missing there is never deleted here. Both are reported, for as long as
they last.
"""

from collections.abc import Sequence
from typing import NamedTuple

from gryt.errors import Corrupt
from gryt.git import transport
from gryt.git.transport import Network
from gryt.store import remotes
from gryt.store.layout import NOTES_REF
from gryt.store.ledger import Ledger


class Rewound(NamedTuple):
    """A ref that a remote has taken back."""

    was: str
    """Where it was last seen."""
    now: str | None
    """Where it is; None where it is gone."""


class Contact(NamedTuple):
    """What a remote has, as far as this clone knows after having asked."""

    remote: str
    tips: dict[str, str]
    """By the ref's name here. Of a ref that was rewound, where it was last seen."""
    before: dict[str, str]
    """The same before it was asked."""
    rewound: dict[str, Rewound]


def contact(ledger: Ledger, remote: str, network: Network) -> Contact:
    """Fetch everything of the ledger that a remote has; raise RemoteFailed."""
    remotes.follow_rename(ledger, remote)
    return ask(ledger, remote, network, specs=ledger.layout.refspecs(remote))


def ask(ledger: Ledger, remote: str, network: Network, *, specs: Sequence[str]) -> Contact:
    """Fetch refspecs, and tell what they brought and what has gone back; raise RemoteFailed."""
    layout = ledger.layout
    before = remotes.tracked(ledger, remote)
    flags = transport.fetch(ledger.repository, remote, specs, network=network, whole=True)
    told = {name: flag for ref, flag in flags.items() if (name := layout.tracked(remote, ref))}
    moved = any(flag != "=" for flag in told.values())
    tips = remotes.reread(ledger, remote) if moved else dict(before)
    doubtful = [name for name in before if told.get(name, "!") == "!" and name != NOTES_REF]
    rewound = _rewound(ledger, remote, network, {name: before[name] for name in doubtful})
    return Contact(remote, tips, before, rewound)


def known(ledger: Ledger, remote: str) -> Contact:
    """Return what was last known of a remote, without asking it."""
    tips = remotes.tracked(ledger, remote)
    return Contact(remote, tips, tips, {})


def _rewound(
    ledger: Ledger, remote: str, network: Network, doubtful: dict[str, str]
) -> dict[str, Rewound]:
    """Tell which of the refs that were not followed have really gone back."""
    if not doubtful:
        return {}
    there = transport.ls_remote(ledger.repository, remote, list(doubtful), network=network)
    return {
        name: Rewound(was, there.get(name))
        for name, was in doubtful.items()
        if not _goes_on(ledger, was, there.get(name))
    }


def _goes_on(ledger: Ledger, was: str, now: str | None) -> bool:
    """Tell whether a ref is where it was, or went on: it was only locked when it was fetched."""
    if now is None or ledger.objects.kind(now) != "commit":
        return False
    try:
        return now == was or ledger.objects.descends(now, was)
    except Corrupt:
        return False
