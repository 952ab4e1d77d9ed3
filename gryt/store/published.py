"""Publications of policy in the meta-branch: their records and the files that they put there."""

import json

from gryt.errors import Corrupt
from gryt.model.names import Oid, RecordId
from gryt.model.publication import Publication
from gryt.store.fields import as_list
from gryt.store.ledger import Ledger
from gryt.store.workspace import MAX_FILE_BYTES

_ENDING = "-published.yaml"


def policy_path(record: RecordId) -> str:
    """Return where the file of a publication lies in the meta-branch."""
    return f"policy/{record}.yaml"


def publications(ledger: Ledger) -> list[Publication]:
    """Return every publication, oldest first; raise Corrupt where one does not read."""
    found = []
    for row in ledger.rows(ledger.layout.meta):
        if not row.path.endswith(_ENDING):
            continue
        if row.doc is None:
            raise Corrupt(f"a published policy does not read: {row.problem}", hints=["gryt verify"])
        plain = json.loads(row.doc)
        found.append(
            Publication(
                record=RecordId(str(plain["id"])),
                at=str(plain["at"]),
                by=str(plain["by"]),
                policy=Oid(str(plain["policy"])),
                replaces=tuple(RecordId(str(n)) for n in as_list(plain.get("replaces") or [])),
            )
        )
    return found


def policy_blob(ledger: Ledger, publication: Publication) -> bytes:
    """Return a published file; raise Corrupt where it is not what its record names."""
    tip = ledger.refs[ledger.layout.meta]
    path = policy_path(publication.record)
    entry = ledger.objects.entry(ledger.objects.tree_of(tip), path)
    if entry is None or entry[0] != publication.policy:
        what = "is missing" if entry is None else "is not the one that its record names"
        raise Corrupt(
            f"published policy '{path}' {what}",
            hints=["gryt verify", f"git log --stat {ledger.layout.meta}"],
        )
    return ledger.objects.blob(publication.policy, limit=MAX_FILE_BYTES)
