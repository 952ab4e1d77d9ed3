"""Snapshots: the whole ledger in one commit of the meta-branch.

`snapshots/<id>/manifest.yaml` names every ledger ref and release tag with its object id, and
`snapshots/<id>/generations/<version>/` is each generation's tree as it was: the same git objects,
so that a copy is nearly free and the meta-branch alone can restore everything.
"""

from gryt.git.refs import read_refs
from gryt.store import yaml
from gryt.store.append import Draft
from gryt.store.fields import Map
from gryt.store.layout import NOTES_REF, TAGS
from gryt.store.ledger import Ledger


def free_id(ledger: Ledger, wanted: str) -> str:
    """Return `wanted`, with a number behind it where a snapshot of that name is there already."""
    tip = ledger.refs.get(ledger.layout.meta)
    taken = ledger.objects.names(ledger.objects.tree_of(tip), "snapshots") if tip else []
    name, count = wanted, 1
    while name in taken:
        count += 1
        name = f"{wanted}_{count}"
    return name


def put(draft: Draft, name: str, *, label: str) -> int:
    """Put a snapshot of the whole ledger into an action; return the number of generations."""
    ledger = draft.ledger
    folder = f"snapshots/{name}"
    refs = {ref: tip for ref, tip in ledger.refs.items() if ref != ledger.layout.meta}
    generations = {
        version: ledger.objects.tree_of(tip)
        for ref, tip in refs.items()
        if (version := ledger.layout.version(ref)) is not None
    }
    refs |= read_refs(ledger.repository, NOTES_REF)
    refs |= _tags(ledger)
    manifest: Map = {"format": 1, "id": name, "label": label, "at": draft.at, "by": draft.by}
    draft.files[f"{folder}/manifest.yaml"] = yaml.dump({**manifest, "refs": {**refs}})
    for version, tree in generations.items():
        draft.trees[f"{folder}/generations/{version}"] = tree
    return len(generations)


def _tags(ledger: Ledger) -> dict[str, str]:
    """Return every tag that is a release or a candidate of a generation here."""
    versions = set(ledger.versions())
    found = read_refs(ledger.repository, TAGS)
    return {
        name: oid
        for name, oid in found.items()
        if name.removeprefix(TAGS).rpartition("-rc.")[0] in versions
        or name.removeprefix(TAGS) in versions
    }


def size(ledger: Ledger, name: str) -> int:
    """Return the bytes of all files in a snapshot."""
    tip = ledger.refs.get(ledger.layout.meta)
    if tip is None:
        return 0
    return ledger.objects.size_of(ledger.objects.tree_of(tip), f"snapshots/{name}")
