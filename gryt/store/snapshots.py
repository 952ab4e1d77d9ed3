"""Snapshots: the whole ledger in one commit of the meta-branch.

`snapshots/<id>/manifest.yaml` names every ledger ref and release tag with its object id (many of
them are in `refs-<n>.yaml` beside it, which two snapshots share where nothing moved), and
`snapshots/<id>/generations/<version>/` is each generation's tree as it was: the same git objects,
so that a copy is nearly free and the meta-branch alone can restore everything.

The record of a snapshot names the tree of its folder. That is what the snapshot is: should two
clones have given the same name in the same second, their folders are united, their trees are not.
"""

from collections.abc import Mapping

from gryt.errors import Ambiguous, Corrupt, NotFound
from gryt.git.refs import read_refs
from gryt.git.sizes import size_of
from gryt.model.names import Oid, RecordId, nearest
from gryt.store import yaml
from gryt.store.fields import Map, as_map
from gryt.store.layout import NOTES_REF, TAGS
from gryt.store.ledger import Ledger
from gryt.values import Value

_INLINE = 32
"""So many refs are in the manifest itself; its size is what an unchanged snapshot costs."""
_IN_A_FILE = 4000
_MAX_BYTES = 1024 * 1024


class Contents(Value):
    """A snapshot to be put into the meta-branch."""

    tree: Oid
    """Of its folder."""
    generations: int
    bytes: int | None


def contents(ledger: Ledger, name: str, *, label: str, at: str, by: str) -> Contents:
    """Write the folder of a snapshot of the whole ledger as it is."""
    refs = {ref: tip for ref, tip in ledger.refs.items() if ledger.layout.version(ref)}
    trees = trees_now(ledger)
    refs |= read_refs(ledger.repository, NOTES_REF)
    refs |= _releases(ledger)
    manifest: Map = {"format": 1, "id": name, "label": label, "at": at, "by": by}
    # a generation that was renamed may have the refs of its former names too
    generations = len(ledger.versions())
    manifest["generations"] = generations
    files: dict[str, bytes] = {}
    if len(refs) <= _INLINE:
        manifest["refs"] = {**refs}
    else:
        ordered = sorted(refs.items())
        for n in range(0, len(ordered), _IN_A_FILE):
            part = dict(ordered[n : n + _IN_A_FILE])
            files[f"refs-{n // _IN_A_FILE + 1}.yaml"] = yaml.dump({**part})
    files["manifest.yaml"] = yaml.dump(manifest)
    objects = ledger.objects
    below = objects.add_files(None, {}, trees=trees)
    tree = objects.add_files(None, files, trees={"generations": below} if trees else {})
    size = size_of(ledger.repository, below)
    if size is not None:
        size += sum(map(len, files.values()))
    return Contents(Oid(tree), generations, size)


def trees_now(ledger: Ledger) -> dict[str, str]:
    """Return the tree of every generation, by version."""
    return {ledger.layout.version(r) or r: tree for r, tree in trees_by_ref(ledger).items()}


def trees_by_ref(ledger: Ledger) -> dict[str, str]:
    """Return the tree that every generation's ref is at; the cache spares reading the commits."""
    known = ledger.index.trees()
    found = {}
    for ref, tip in ledger.refs.items():
        if ledger.layout.version(ref) is not None:
            at = known.get(ref, ("", ""))
            found[ref] = at[1] if at[0] == tip else ledger.objects.tree_of(tip)
    return found


def tree_at(ledger: Ledger, ref: str) -> str:
    """Return the tree that a ref is at; the cache spares reading the commit."""
    known, tip = ledger.index.tip(ref), ledger.refs[ref]
    return known[1] if known is not None and known[0] == tip else ledger.objects.tree_of(tip)


def _releases(ledger: Ledger) -> dict[str, str]:
    """Return every tag that is a release of a generation here."""
    names = [f"{TAGS}{version}" for version in ledger.versions()]
    found = read_refs(ledger.repository, TAGS)
    return {name: found[name] for name in names if name in found}


def free_id(ledger: Ledger, wanted: str) -> str:
    """Return `wanted`, with a number behind it where a snapshot of that name is there already."""
    tip = ledger.refs.get(ledger.layout.meta)
    taken = ledger.objects.names(ledger.objects.tree_of(tip), "snapshots") if tip else []
    name, count = wanted, 1
    while name in taken:
        count += 1
        name = f"{wanted}_{count}"
    return name


# --- reading


class Snapshot(Value):
    """A snapshot as its record tells of it."""

    id: str
    """The name of its folder; of several so named, all but the oldest have more to it."""
    label: str
    at: str
    by: str
    generations: int
    folder: str
    record: RecordId
    tree: Oid | None
    """Of its folder; None where an early gryt did not record it."""
    bytes: int | None


def every(ledger: Ledger) -> list[Snapshot]:
    """Return every snapshot, oldest first."""
    found: list[Snapshot] = []
    names: set[str] = set()
    for document in ledger.documents(ledger.layout.meta):
        if document["kind"] != "snapshot.taken":
            continue
        folder, record = str(document["snapshot"]), RecordId(str(document["id"]))
        tree, size = document.get("tree"), document.get("bytes")
        name = folder if folder not in names else f"{folder}_{record[10:16]}"
        names.add(name)
        found.append(
            Snapshot(
                id=name,
                label=str(document["label"]),
                at=str(document["at"]),
                by=str(document["by"]),
                generations=int(str(document["generations"])),
                folder=folder,
                record=record,
                tree=None if tree is None else Oid(str(tree)),
                bytes=None if size is None else int(str(size)),
            )
        )
    return found


def find(ledger: Ledger, wanted: str) -> Snapshot:
    """Return the snapshot of this name, or of the only name that begins so; raise NotFound."""
    there = every(ledger)
    exact = [snapshot for snapshot in there if snapshot.id == wanted]
    begun = [snapshot for snapshot in there if wanted and snapshot.id.startswith(wanted)]
    if exact or len(begun) == 1:
        return (exact or begun)[0]
    if begun:
        raise Ambiguous(
            f"{len(begun)} snapshots have names that begin with '{wanted}'",
            details=[f"{snapshot.id}  {snapshot.label}" for snapshot in begun],
        )
    labelled = [snapshot.id for snapshot in there if snapshot.label == wanted]
    near = labelled[-1:] or nearest(wanted, [snapshot.id for snapshot in there])[:1]
    raise NotFound(
        f"snapshot '{wanted}' does not exist",
        hints=[*(f"did you mean '{name}'?" for name in near), "gryt audit list-snapshots"],
    )


def tree_of(ledger: Ledger, snapshot: Snapshot) -> str:
    """Return the tree of a snapshot's folder; raise Corrupt where it is not here."""
    objects = ledger.objects
    if snapshot.tree is not None and objects.kind(snapshot.tree) == "tree":
        return snapshot.tree
    tip = ledger.refs.get(ledger.layout.meta)
    found = objects.subtree(objects.tree_of(tip), f"snapshots/{snapshot.folder}") if tip else None
    if found is None or snapshot.tree not in {None, found}:
        raise Corrupt(
            f"snapshot '{snapshot.id}' is not what its record names: its tree is missing",
            hints=["gryt verify", "git fetch --refetch"],
        )
    return found


def generations_in(ledger: Ledger, snapshot: Snapshot) -> dict[str, str]:
    """Return the tree of every generation in a snapshot, by version."""
    objects = ledger.objects
    below = objects.subtree(tree_of(ledger, snapshot), "generations")
    found: dict[str, str] = {}
    for name, oid in objects.folders(below) if below is not None else ():
        if ledger.layout.version(ledger.layout.generation(name)) is None:
            raise Corrupt(f"snapshot '{snapshot.id}' has a generation called {name[:80]!r}")
        found[name] = oid
    return found


def refs_in(ledger: Ledger, snapshot: Snapshot) -> Mapping[str, str]:
    """Return the refs and tags that a snapshot's manifest names; raise Corrupt."""
    objects, tree = ledger.objects, tree_of(ledger, snapshot)
    named: dict[str, str] = {}
    for path, oid in objects.files(tree, without=("generations",)):
        if path != "manifest.yaml" and not path.startswith("refs-"):
            continue
        source = f"{snapshot.id}/{path}"
        loaded = yaml.load(objects.blob(oid, limit=_MAX_BYTES), source)
        try:
            refs = as_map(as_map(loaded).get("refs") or {} if path == "manifest.yaml" else loaded)
        except (TypeError, ValueError):
            raise Corrupt(f"'{source}' is not a list of refs") from None
        named |= {name: str(value) for name, value in refs.items()}
    return named


def bytes_of(ledger: Ledger, snapshot: Snapshot) -> int:
    """Return the bytes of all files in a snapshot."""
    if snapshot.bytes is not None:
        return snapshot.bytes
    return size_of(ledger.repository, tree_of(ledger, snapshot)) or 0


def why_not_whole(ledger: Ledger, record: RecordId) -> str | None:
    """Return what keeps a snapshot from being used; None where all of it is here."""
    try:
        snapshot = next(s for s in every(ledger) if s.record == record)
        whole = size_of(ledger.repository, tree_of(ledger, snapshot)) is not None
    except Corrupt as error:
        return error.message
    return None if whole else f"files of snapshot '{snapshot.id}' are missing"
