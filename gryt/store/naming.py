"""The names of generations: which they had, which they have, and what other clones know of them."""

from typing import TYPE_CHECKING

from gryt.errors import Refused
from gryt.git.refs import ABSENT, RefUpdate, move, read_refs
from gryt.model.names import Oid, RecordId, is_record_id
from gryt.store.checkout import remote_name
from gryt.store.layout import TAGS, TRACKING
from gryt.store.ledger import Ledger
from gryt.store.locks import writing

if TYPE_CHECKING:
    from gryt.store.append import Draft

_CREATED = "-created.yaml"


def identities(ledger: Ledger, tip: str) -> frozenset[RecordId]:
    """Return the identity of the generation at a tip: more than one only if it was tampered with.

    Read from the names in its tree alone, which any tip has, fetched or not.
    """
    return identities_in(ledger, ledger.objects.tree_of(tip))


def identities_in(ledger: Ledger, tree: str) -> frozenset[RecordId]:
    """Return the identity of the generation that a tree is of, as `identities` does."""
    names = ledger.objects.names(tree, "generation")
    ids = (name.removesuffix(_CREATED) for name in names if name.endswith(_CREATED))
    return frozenset(RecordId(found) for found in ids if is_record_id(found))


def was_renamed(ledger: Ledger, version: str) -> bool:
    """Tell from names alone whether a generation's records tell of a rename."""
    tip = ledger.refs.get(ledger.layout.generation(version))
    if tip is None:
        return False
    names = ledger.objects.names(ledger.objects.tree_of(tip), "generation")
    return any(name.endswith("-renamed.yaml") for name in names)


def tracked(ledger: Ledger) -> dict[str, dict[str, str]]:
    """Return, by version and remote, where each remote's ref was when it was last seen."""
    seen: dict[str, dict[str, str]] = {}
    for ref, tip in read_refs(ledger.repository, TRACKING).items():
        remote, middle, version = ref.removeprefix(TRACKING).rpartition("/generations/")
        if middle:
            seen.setdefault(version, {})[remote] = tip
    return seen


def settle(ledger: Ledger) -> dict[str, str]:
    """Let every generation that has several refs have one that is its own, with all records.

    Others may have added to a former name before they heard of the new one, and a process may have
    been killed in the middle of a rename. Returns the new name of each ref that was behind.
    """
    settled: dict[str, str] = {}
    with writing(ledger.folder):
        ledger.reread()
        for gid, refs in _by_identity(ledger).items():
            if len(refs) > 1:
                settled |= _settle(ledger, gid, refs)
    return settled


def _by_identity(ledger: Ledger) -> dict[str, list[str]]:
    """Return the refs of each generation: more than one where it was renamed."""
    groups: dict[str, list[str]] = {}
    ledger.summaries()  # which brings the cache up to date, former names included
    for line in ledger.index.summaries():
        if line.gid and line.ref in ledger.refs:
            groups.setdefault(line.gid, []).append(line.ref)
    return groups


def _settle(ledger: Ledger, gid: str, refs: list[str]) -> dict[str, str]:
    """Settle one generation."""
    from gryt.model.fold import fold  # lazy: only a rename needs it
    from gryt.store.union import unite  # lazy: only a rename needs it

    name = fold([record for ref in refs for record in ledger.records(ref)]).version
    own = ledger.layout.generation(name)
    if own in ledger.refs and own not in refs:
        return {}  # another generation has the name: the refs stay as they are, and are listed
    tip = unite(ledger.objects, [ledger.refs[ref] for ref in refs])
    seen = tracked(ledger)
    old = ledger.refs.get(own, ABSENT)
    updates = [] if old == tip else [RefUpdate(own, tip, old)]
    for ref in refs:
        version = ledger.layout.version(ref) or ""
        if ref == own or fold(ledger.records(ref)).version == name:
            continue
        has_it = any(gid in identities(ledger, t) for t in seen.get(version, {}).values())
        updates.append(RefUpdate(ref, tip if has_it else ABSENT, ledger.refs[ref]))
    if updates:
        move(ledger.repository, updates, reason="names settled")
        ledger.reread()
    return {ledger.layout.version(u.name) or "": name for u in updates}


def let_go_by(draft: "Draft", version: str, gid: RecordId) -> bool:
    """Put into an action that its generation gets the ref of another version.

    The former ref goes along where a remote has it, is that of a remote where another generation
    there has the name, and goes where nobody has it. Tells whether a remote has it. Raises Refused
    where the ref of that version has records that the generation lacks.
    """
    ledger, objects = draft.ledger, draft.ledger.objects
    assert draft.tip is not None
    draft.target = ledger.layout.generation(version)
    there = objects.ref(draft.target)
    if there not in {None, draft.tip} and not objects.descends(draft.tip, there or ""):
        raise Refused(
            f"'{draft.target}' has records that '{draft.ref}' lacks", hints=["gryt sync pull"]
        )
    seen = tracked(ledger).get(ledger.layout.version(draft.ref) or "", {})
    is_published = any(gid in identities(ledger, tip) for tip in seen.values())
    theirs = seen.get(remote_name(ledger) or "", next(iter(seen.values()), ABSENT))
    draft.moves.append(RefUpdate(draft.ref, "" if is_published else theirs, draft.tip))
    return is_published


def retag(draft: "Draft", name: str, new: str, old: str) -> None:
    """Put into an action that a tag leads to another object from here on."""
    draft.moves.append(RefUpdate(f"{TAGS}{name}", new, old))


def move_tag(ledger: Ledger, name: str, new: str, old: str) -> None:
    """Let a tag lead where a record says that it does; raise Moved where it is elsewhere by now."""
    move(ledger.repository, [RefUpdate(f"{TAGS}{name}", new, old)], reason="promotion finished")


def tag_object(ledger: Ledger, name: str) -> Oid | None:
    """Return what a tag's ref leads to: the tag object, of an annotated one."""
    oid = ledger.objects.ref(f"{TAGS}{name}")
    return None if oid is None else Oid(oid)


def tag_names(ledger: Ledger) -> list[str]:
    """Return the name of every tag."""
    return [ref.removeprefix(TAGS) for ref in read_refs(ledger.repository, TAGS)]


def untag(draft: "Draft", name: str, oid: str) -> None:
    """Put into an action that a tag goes."""
    draft.moves.append(RefUpdate(f"{TAGS}{name}", ABSENT, oid))


def has_promotion(ledger: Ledger, tip: str, promotion: RecordId) -> bool:
    """Tell from names alone whether a tip has a promotion."""
    names = ledger.objects.names(ledger.objects.tree_of(tip), "generation")
    return f"{promotion}-promoted.yaml" in names
