"""Publications of policy in the meta-branch: their records and the files that they put there."""

import json
from collections.abc import Iterator

from gryt.errors import Corrupt
from gryt.model.names import Oid, RecordId
from gryt.model.publication import Publication
from gryt.store import codec, remotes
from gryt.store.fields import Map, as_list
from gryt.store.ledger import Ledger
from gryt.store.tracks import is_tracking
from gryt.store.workspace import MAX_FILE_BYTES

_ENDING = "-published.yaml"


def policy_path(record: RecordId) -> str:
    """Return where the file of a publication lies in the meta-branch."""
    return f"policy/{record}.yaml"


def publications(ledger: Ledger) -> list[Publication]:
    """Return every publication, oldest first; raise Corrupt where one does not read.

    What was last seen of a remote counts too: to lose the meta-branch here takes no floor away.
    """
    own = ledger.refs.get(ledger.layout.meta)
    found = {} if own is None else {p.record: p for p in _here(ledger, own)}
    for tip in _seen(ledger):
        if tip != own:
            for publication in _there(ledger, tip):
                found.setdefault(publication.record, publication)
    return [found[name] for name in sorted(found)]


def _seen(ledger: Ledger) -> list[str]:
    """Return where the meta-branches of remotes were last seen."""
    if not is_tracking(ledger.repository):
        return []
    names = (ledger.layout.tracking(name, ledger.layout.meta) for name in remotes.names(ledger))
    return [tip for name in names if (tip := ledger.objects.ref(name)) is not None]


def _here(ledger: Ledger, tip: str) -> Iterator[Publication]:
    for row in ledger.rows(ledger.layout.meta):
        if row.path.endswith(_ENDING):
            if row.doc is None:
                what = f"a published policy does not read: {row.problem}"
                raise Corrupt(what, hints=["gryt verify"])
            yield _publication(json.loads(row.doc), tip)


def _there(ledger: Ledger, tip: str) -> Iterator[Publication]:
    tree = ledger.objects.tree_of(tip)
    for name in ledger.objects.names(tree, "audit"):
        entry = ledger.objects.entry(tree, f"audit/{name}") if name.endswith(_ENDING) else None
        if entry is not None:
            data = ledger.objects.blob(entry[0], limit=codec.MAX_RECORD_BYTES)
            yield _publication(codec.decode(data, f"{tip[:10]}:audit/{name}"), tip)


def _publication(plain: Map, tip: str) -> Publication:
    return Publication(
        record=RecordId(str(plain["id"])),
        at=str(plain["at"]),
        by=str(plain["by"]),
        policy=Oid(str(plain["policy"])),
        replaces=tuple(RecordId(str(n)) for n in as_list(plain.get("replaces") or [])),
        tip=Oid(tip),
    )


def policy_blob(ledger: Ledger, publication: Publication) -> bytes:
    """Return a published file; raise Corrupt where it is not what its record names."""
    path = policy_path(publication.record)
    entry = ledger.objects.entry(ledger.objects.tree_of(publication.tip), path)
    if entry is None or entry[0] != publication.policy:
        what = "is missing" if entry is None else "is not the one that its record names"
        raise Corrupt(
            f"published policy '{path}' {what}",
            hints=["gryt verify", f"git log --stat {ledger.layout.meta}"],
        )
    return ledger.objects.blob(publication.policy, limit=MAX_FILE_BYTES)
