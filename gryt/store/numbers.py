"""Numbers that remotes were seen to have given out, by records that are not here yet."""

from gryt.errors import Corrupt
from gryt.store.layout import TRACKING
from gryt.store.ledger import Ledger
from gryt.store.naming import tracked


def seen_elsewhere(ledger: Ledger, version: str) -> int:
    """Return the highest number that a remote was seen to have given out for a generation.

    Asks nobody: a tip that was fetched, but not taken in, has its records here all the same. One
    that is another generation's, or does not read, gives out no numbers of this one.
    """
    here = ledger.refs.get(ledger.layout.generation(version))
    if here is None or not (ledger.repository.common_dir / TRACKING).is_dir():
        return _packed(ledger, version, here)
    return _highest(ledger, version, here)


def _packed(ledger: Ledger, version: str, here: str | None) -> int:
    packed = ledger.repository.common_dir / "packed-refs"
    try:
        is_there = TRACKING in packed.read_text(errors="replace")
    except OSError:
        return 0
    return _highest(ledger, version, here) if is_there and here is not None else 0


def _highest(ledger: Ledger, version: str, here: str) -> int:
    tips = tracked(ledger).get(version, {})
    away = {r: tip for r, tip in tips.items() if tip != here and not _has(ledger, here, tip)}
    if not away:
        return 0
    from gryt.store.sync_unite import gid_of, state_at  # lazy: only where a remote is ahead

    highest = 0
    for tip in away.values():
        try:
            trees = [ledger.objects.tree_of(each) for each in (here, tip)]
            if gid_of(ledger, trees[0]) == gid_of(ledger, trees[1]):
                highest = max(highest, state_at(ledger, version, tip).next_number - 1)
        except Corrupt:
            continue
    return highest


def _has(ledger: Ledger, here: str, tip: str) -> bool:
    return ledger.objects.kind(tip) == "commit" and ledger.objects.descends(here, tip)
