"""Trying out a remote without leaving anything there."""

import os
from pathlib import Path

from gryt.git import health, transport
from gryt.git.transport import Network
from gryt.store.layout import TAGS
from gryt.store.ledger import Ledger
from gryt.values import Value

__all__ = ["Probe", "behind", "is_read_only", "listed", "probe"]


class Probe(Value):
    """What a push that was only tried came to."""

    accepted: bool
    atomic: bool
    """False where the server takes several refs only one after the other."""
    words: tuple[str, ...]


def listed(ledger: Ledger, remote: str, network: Network) -> dict[str, str]:
    """Return the ledger refs that a remote has; raise RemoteFailed."""
    found = transport.ls_remote(
        ledger.repository, remote, [f"{ledger.layout.namespace}/*"], network=network
    )
    return {ref: oid for ref, oid in found.items() if ledger.layout.is_ledger(ref)}


def behind(ledger: Ledger, there: dict[str, str]) -> list[str]:
    """Return the refs of a remote that have what is not here."""
    kind, objects = ledger.objects.kind, ledger.objects
    return [
        ref
        for ref, oid in there.items()
        if ref not in ledger.refs
        or kind(oid) is None
        or (ledger.refs[ref] != oid and not objects.descends(ledger.refs[ref], oid))
    ]


def probe(ledger: Ledger, remote: str, commit: str, network: Network) -> Probe:
    """Try to push a ref of each sort that gryt needs, as a dry run; raise RemoteFailed."""
    layout = ledger.layout
    names = (
        f"{layout.generations}0.0.0-gryt-doctor",
        layout.notes_there.replace("/gryt", "/gryt-doctor", 1),
        f"{TAGS}gryt-doctor",
    )
    updates = [(commit, name) for name in names]
    tried = transport.push(
        ledger.repository, remote, updates, atomic=True, network=network, dry_run=True
    )
    if tried.done:
        return Probe(accepted=True, atomic=True, words=tried.words)
    again = transport.push(
        ledger.repository, remote, updates, atomic=False, network=network, dry_run=True
    )
    return Probe(accepted=again.done, atomic=False, words=again.words)


def is_read_only(ledger: Ledger, remote: str) -> bool:
    """Tell whether a remote is a folder of this machine that may not be written to."""
    found = health.remotes(health.values(ledger.repository)).get(remote)
    for url in found.urls if found is not None else ():
        top = Path(ledger.repository.git.cwd, url.removeprefix("file://"))
        for objects in (top / "objects", top / ".git" / "objects"):
            if objects.is_dir() and not os.access(objects, os.W_OK):
                return True
    return False
