"""The ledger in a bundle, for forks and air gaps: what is put in, and how it is looked at."""

import re
from collections.abc import Iterable
from pathlib import Path

from gryt.errors import InvalidInput, Refused
from gryt.git import bundles
from gryt.git.refs import read_refs
from gryt.git.transport import Network
from gryt.store import sync_tags
from gryt.store.layout import BUNDLE, DEFAULT_NAMESPACE, NOTES_REF, TAGS
from gryt.store.ledger import Ledger
from gryt.store.sync_fetch import Contact, ask

_ODD = re.compile(r"[^A-Za-z0-9_-]+")
_NAMESPACES = (DEFAULT_NAMESPACE, "refs/heads/gryt")


def tags_told(ledger: Ledger, refs: Iterable[str]) -> list[str]:
    """Return the tags that the records of these refs tell of, as far as they are genuine here.

    None in a shallow clone: a tag would take the history along that is not here.
    """
    if ledger.repository.is_shallow:
        return []
    here = read_refs(ledger.repository, TAGS)
    told = [
        tag
        for ref in refs
        if ledger.layout.version(ref) is not None
        for tag in sync_tags.tags_of(ref, ledger.rows(ref)).wanted.values()
    ]
    return [f"{TAGS}{tag.name}" for tag in told if here.get(f"{TAGS}{tag.name}") == tag.oid]


def write(ledger: Ledger, file: str, refs: list[str], *, with_notes: bool) -> None:
    """Put these refs, and the notes, into a bundle; raise Refused where it cannot be written."""
    notes = [NOTES_REF] if with_notes and read_refs(ledger.repository, NOTES_REF) else []
    wanted = [*dict.fromkeys([*refs, *notes])]
    if bundles.is_cut(ledger.repository, wanted):
        raise Refused(
            "this clone is shallow: the history of its ledger is not all here",
            hints=["git fetch --unshallow"],
        )
    bundles.create(ledger.repository, file, wanted)


def problems(ledger: Ledger, file: str) -> list[str]:
    """Return what git has to say against a bundle; nothing where it is good and complete."""
    return bundles.check(ledger.repository, file)


def contact(ledger: Ledger, file: str, network: Network) -> Contact:
    """Fetch the ledger in a bundle as that of a remote, which is called as the file is.

    A ref that the bundle lacks is not rewound: bundles need not be about everything.
    """
    path = str(Path(ledger.repository.git.cwd, file).absolute())
    there = bundles.heads(ledger.repository, path)
    layout = ledger.layout
    spaces = dict.fromkeys((layout.namespace, *_NAMESPACES))
    namespace = next((n for n in spaces if any(r.startswith(f"{n}/") for r in there)), None)
    if namespace is None:
        raise InvalidInput(
            f"'{file}' has no ledger in it", details=[f"it has {ref}" for ref in sorted(there)[:5]]
        )
    name = f"{BUNDLE}{_ODD.sub('-', Path(file).stem)[:60]}"
    bundles.let_be_remote(ledger.repository, name, path)
    specs = layout._replace(namespace=namespace).refspecs(name)
    found = ask(ledger, name, network, specs=specs)
    rewound = {ref: each for ref, each in found.rewound.items() if each.now is not None}
    return found._replace(rewound=rewound)
