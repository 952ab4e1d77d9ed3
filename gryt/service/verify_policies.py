"""Whether every published policy is there, is the one that its record names, and reads."""

from collections.abc import Iterator

from gryt.errors import Corrupt, InvalidInput
from gryt.model.findings import Finding, tampered, unfinished
from gryt.model.policy import PolicyPublished
from gryt.store.examine import Examined
from gryt.store.ledger import Ledger
from gryt.store.policy_files import read_policy
from gryt.store.published import policy_path
from gryt.store.workspace import MAX_FILE_BYTES


def verify_policies(ledger: Ledger, meta: Examined) -> Iterator[Finding]:
    """Yield what is wrong with the files of publications, and files that no record speaks of."""
    tree = ledger.objects.tree_of(ledger.refs[meta.ref])
    known = set()
    for record in meta.records:
        if not isinstance(record.body, PolicyPublished):
            continue
        path = policy_path(record.id)
        known.add(path.rpartition("/")[2])
        where = f"{meta.ref}:{path}"
        entry = ledger.objects.entry(tree, path)
        if entry is None or entry[0] != record.body.policy:
            found = "is missing" if entry is None else f"is {entry[0][:10]}"
            message = f"it {found}, and its record publishes {record.body.policy[:10]}"
            yield tampered("policy-exchanged", where, message)
            continue
        try:
            data = ledger.objects.blob(entry[0], limit=MAX_FILE_BYTES)
            read_policy(data, where, where="published", blob=record.body.policy)
        except (Corrupt, InvalidInput) as error:
            message = "; ".join([error.message, *error.details])
            yield unfinished("policy-unreadable", where, message, "gryt policy publish")
    for name in ledger.objects.names(tree, "policy"):
        if name not in known:
            yield tampered(
                "policy-unrecorded", f"{meta.ref}:policy/{name}", "no record publishes it"
            )
