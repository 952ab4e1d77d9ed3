"""Fetching a remote's ledger into the tracking refs, and noticing where it has gone back.

The refspec has no `+`, so git itself refuses to follow a remote whose ref no longer descends from
what was seen; a ref that is missing there is never deleted here. Both are reported, for as long as
they last.
"""

import os
import time
from collections.abc import Sequence

from gryt.errors import Corrupt, Locked
from gryt.git import transport
from gryt.git.transport import Network
from gryt.store import remotes
from gryt.store.layout import NOTES_REF, TAGS
from gryt.store.ledger import Ledger
from gryt.values import Value

_ATTEMPTS = 8
"""How often another process of this clone may hold a lock."""


class Rewound(Value):
    """A ref that a remote has taken back."""

    was: str
    """Where it was last seen."""
    now: str | None
    """Where it is; None where it is gone."""


class Contact(Value):
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
    locked = ""
    for attempt in range(_ATTEMPTS):
        flags = transport.fetch(ledger.repository, remote, specs, network=network, whole=True)
        told = {name: flag for ref, flag in flags.items() if (name := layout.tracked(remote, ref))}
        moved = any(flag != "=" for flag in told.values())
        tips = remotes.reread(ledger, remote) if moved else dict(before)
        doubtful = [name for name in before if told.get(name, "!") == "!" and name != NOTES_REF]
        there = _there(ledger, remote, network, doubtful)
        away = {name: there.get(name) for name in doubtful if there.get(name) != tips[name]}
        locked = next(
            (name for name, now in away.items() if _is_ahead(ledger, tips[name], now)), ""
        )
        if not locked:
            rewound = {name: Rewound(tips[name], now) for name, now in away.items()}
            return Contact(remote, tips, before, rewound)
        # another process of this clone fetched at the same moment, or was killed at it
        time.sleep(os.urandom(1)[0] / 2550 * (attempt + 1))
    raise Locked(
        f"'{layout.tracking(remote, locked)}' is locked",
        hints=["if no git command is running, remove the lock: gryt verify --repair"],
    )


def known(ledger: Ledger, remote: str) -> Contact:
    """Return what was last known of a remote, without asking it."""
    tips = remotes.tracked(ledger, remote)
    return Contact(remote, tips, tips, {})


def _there(ledger: Ledger, remote: str, network: Network, names: Sequence[str]) -> dict[str, str]:
    """Return where a remote has the refs that did not follow it."""
    if not names:
        return {}
    return transport.ls_remote(ledger.repository, remote, list(names), network=network)


def _is_ahead(ledger: Ledger, was: str, now: str | None) -> bool:
    """Tell whether a ref there only went on: git did not follow because it was locked here."""
    if now is None or ledger.objects.kind(now) != "commit":
        return False
    try:
        return ledger.objects.descends(now, was)
    except Corrupt:
        return False


def look(ledger: Ledger, remote: str, network: Network) -> tuple[dict[str, str], dict[str, str]]:
    """Return the ledger and the tags of a remote as they are now, without fetching anything.

    The ledger by the names here, as `known` has it, so that both can be compared.
    """
    layout = ledger.layout
    patterns = [f"{layout.namespace}/*", layout.notes_there, f"{TAGS}*"]
    there = transport.ls_remote(ledger.repository, remote, patterns, network=network)
    tags = {ref: oid for ref, oid in there.items() if ref.startswith(TAGS)}
    tips = {ref: oid for ref, oid in there.items() if layout.is_ledger(ref)}
    if layout.notes_there in there:
        tips[NOTES_REF] = there[layout.notes_there]
    return tips, tags
