"""Moving many ledger refs as one, even where the process is killed in the middle.

git's files backend renames one ref after the other, so a killed process can leave a rollback of a
thousand generations half done. Before the first ref moves, all moves are written down in
`<common dir>/gryt/moving.json`. Whoever finds that file looks at the refs: where none has moved,
nothing has happened; where one has, the others follow. A ref that somebody else has moved meanwhile
gets the union of both, as the laws of the ledger have it. So there is the old state or the new one.
"""

import json
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from gryt.errors import GrytError
from gryt.git.refs import ABSENT, RefUpdate, move, read_refs

if TYPE_CHECKING:
    from gryt.store.ledger import Ledger

_NAME = "moving.json"


def settled_refs(ledger: "Ledger") -> dict[str, str]:
    """Return every ref that the ledger looks at, with each move made that was begun."""
    refs = read_refs(ledger.repository, *ledger.patterns)
    if not (ledger.folder / _NAME).exists():
        return refs
    if ledger.persist:
        try:
            finish(ledger)
        except (GrytError, OSError):
            return _overlaid(ledger, refs)
        return read_refs(ledger.repository, *ledger.patterns)
    return _overlaid(ledger, refs)


def move_together(
    ledger: "Ledger", updates: Sequence[RefUpdate], *, pack: tuple[str, bytes] | None, reason: str
) -> None:
    """Put a pack of objects in place and move all refs, or do nothing; raise as `move` does."""
    from gryt.git.bulk import put_pack, release_pack  # lazy: writing

    name, data = pack or ("", b"")
    path = ledger.folder / _NAME
    _write(path, {"reason": reason, "pack": name, "updates": [list(u) for u in updates]})
    try:
        if pack is not None:
            put_pack(ledger.repository, data)
        move(ledger.repository, updates, reason=reason, many=True)
    except GrytError:
        # of a move that git began and did not end, whoever comes next makes a whole
        if not _begun(ledger, updates):
            _close(ledger, path, name)
        raise
    if name:
        release_pack(ledger.repository, name)
    path.unlink(missing_ok=True)


def finish(ledger: "Ledger") -> None:
    """Make whole what a killed process began, or forget it where it had not begun."""
    from gryt.store.locks import writing  # lazy: only after an interruption

    path = ledger.folder / _NAME
    with writing(ledger.folder):  # whoever is at it just now is given the time to end
        found = _read(path)
        if found is None:
            path.unlink(missing_ok=True)
            return
        updates, name, reason = found
        if _begun(ledger, updates):
            _remove_stale_locks(ledger, updates)
            left = _left(ledger, updates)
            if left:
                move(ledger.repository, left, reason=f"{reason}, finished", many=True)
        _close(ledger, path, name)


def _overlaid(ledger: "Ledger", refs: dict[str, str]) -> dict[str, str]:
    """Return refs as they will be: for questions that must not write a byte."""
    found = _read(ledger.folder / _NAME)
    if found is None or not _begun(ledger, found[0]):
        return refs
    seen = {**refs}
    for update in found[0]:
        if refs.get(update.name, ABSENT) == update.old:
            seen[update.name] = update.new
    return {name: oid for name, oid in seen.items() if oid != ABSENT}


def _begun(ledger: "Ledger", updates: Sequence[RefUpdate]) -> bool:
    """Tell whether any of the refs is where it was to go, or beyond."""
    now = read_refs(ledger.repository, *_namespaces(ledger, updates))
    return any(
        _has_arrived(ledger, update, now.get(update.name, ABSENT))
        for update in updates
        if update.name.startswith(ledger.layout.namespace)
    )


def _namespaces(ledger: "Ledger", updates: Sequence[RefUpdate]) -> list[str]:
    others = [u.name for u in updates if not u.name.startswith(ledger.layout.namespace)]
    return [ledger.layout.namespace, *others]


def _has_arrived(ledger: "Ledger", update: RefUpdate, now: str) -> bool:
    if now in {update.new, update.old} or ABSENT in {now, update.new}:
        return now == update.new
    objects = ledger.objects
    return objects.kind(update.new) is not None and objects.descends(now, update.new)


def _left(ledger: "Ledger", updates: Sequence[RefUpdate]) -> list[RefUpdate]:
    """Return the moves still to be made."""
    from gryt.store.union import unite  # lazy: only after an interruption

    now = read_refs(ledger.repository, *_namespaces(ledger, updates))
    left = []
    for update in updates:
        at = now.get(update.name, ABSENT)
        if _has_arrived(ledger, update, at):
            continue
        if at == update.old:
            left.append(update)
        elif update.name.startswith(ledger.layout.namespace):
            tips = [tip for tip in (at, update.new) if tip != ABSENT]
            left.append(RefUpdate(update.name, unite(ledger.objects, tips), at))
    return left


def _remove_stale_locks(ledger: "Ledger", updates: Sequence[RefUpdate]) -> None:
    """Remove the lock files that the killed git left on these refs."""
    from gryt.store import leftovers  # lazy: only after an interruption

    names = {f"{ledger.repository.common_dir / u.name}.lock" for u in updates}
    names |= {str(ledger.repository.common_dir / f"packed-refs.{end}") for end in ("lock", "new")}
    if not any(Path(name).exists() for name in names):
        return
    for lock in leftovers.locks(ledger):
        if lock.path in names and leftovers.is_stale(lock):
            with suppress(OSError):
                lock.remove()


def _read(path: Path) -> tuple[list[RefUpdate], str, str] | None:
    try:
        document = json.loads(path.read_text())
        updates = [RefUpdate(*map(str, each)) for each in document["updates"]]
        return updates, str(document["pack"]), str(document["reason"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _write(path: Path, document: dict[str, object]) -> None:
    path.parent.mkdir(exist_ok=True)
    temporary = path.with_suffix(f".{os.getpid()}.tmp")
    with temporary.open("w") as file:
        json.dump(document, file)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def _close(ledger: "Ledger", path: Path, pack: str) -> None:
    from gryt.git.bulk import release_pack  # lazy: writing

    if pack:
        release_pack(ledger.repository, pack)
    path.unlink(missing_ok=True)
