"""The tags that a generation's records tell of: which to fetch, to push, to make and to move.

A tag travels with the records that vouch for it. One that is here under a name which by now is
another's was never published, and gives way; a tag that no record knows is nobody's business.
"""

from collections.abc import Iterable, Mapping

from gryt.git import transport
from gryt.git.refs import ABSENT, RefUpdate, move, read_refs
from gryt.git.transport import Network
from gryt.model.names import RecordId, Version, parse_candidate
from gryt.model.rollback import taken_back
from gryt.store.fields import Map, as_list, maybe
from gryt.store.index import Row
from gryt.store.layout import TAGS
from gryt.store.ledger import Ledger
from gryt.store.sync_unite import documents
from gryt.values import Value

_TELLING = (
    "-run-finished.yaml",
    "-renumbered.yaml",
    "-promoted.yaml",
    "-renamed.yaml",
    "-rolled-back.yaml",
)
_OUTRUN = "-outrun.yaml"


class Told(Value):
    """One tag as a record has it."""

    name: str
    oid: str
    commit: str
    path: str
    """Of the record that tells of it."""
    replaces: str | None = None
    """The tag object that stood under this name before, replaced because somebody said so."""


class Tags(Value):
    """What the records of one generation say about tags."""

    wanted: dict[str, Told]
    """The tags that count, by name."""
    given_up: dict[str, set[str]]
    """By name, the objects of tags that were renumbered or outrun: they were never published."""


def tags_of(ref: str, rows: Iterable[Row]) -> Tags:
    """Return what the records in these rows say about tags."""
    telling = [row for row in rows if row.path.endswith((*_TELLING, _OUTRUN))]
    paths = {row.path.rpartition("/")[2][:26]: row.path for row in telling}
    current: dict[str, Told] = {}
    promotions: dict[str, Told] = {}
    given_up: dict[str, set[str]] = {}
    docs = list(documents(telling, ref))
    for doc in docs:
        kind, path = doc["kind"], paths[str(doc["id"])]
        if kind == "run.finished" and doc.get("tag") and doc.get("tag_object"):
            told = Told(str(doc["tag"]), str(doc["tag_object"]), str(doc["commit"]), path)
            current[str(doc["evolution"])] = told
        elif kind == "evolution.renumbered":
            _renumber(doc, path, current, given_up)
        elif kind == "generation.promoted" and doc.get("tag_object"):
            old = maybe(doc, "replaces_tag")
            told = Told(str(doc["tag"]), str(doc["tag_object"]), str(doc["commit"]), path, old)
            promotions[str(doc["id"])] = told
            if old is not None:
                given_up.setdefault(told.name, set()).add(old)
        elif kind == "generation.renamed":
            _rename(doc, path, current)
        elif kind == "generation.outrun":
            lost = promotions.pop(str(doc["promotion"]), None)
            if lost is not None:
                given_up.setdefault(lost.name, set()).add(lost.oid)
    for record in _taken_back(docs):
        promotions.pop(record, None)
    wanted = {told.name: told for told in current.values()}
    wanted |= {told.name: told for told in reversed(list(promotions.values()))}
    return Tags(wanted, given_up)


def _taken_back(docs: Iterable[Map]) -> set[RecordId]:
    """Return the records that do not count, because of rollbacks that do."""
    rollbacks: dict[RecordId, frozenset[RecordId]] = {}
    for doc in docs:
        if doc["kind"] == "generation.rolled-back":
            gone = (RecordId(str(record)) for record in as_list(doc["supersedes"]))
            rollbacks[RecordId(str(doc["id"]))] = frozenset(gone)
    return taken_back(rollbacks)


def _renumber(doc: Map, path: str, current: dict[str, Told], given_up: dict[str, set[str]]) -> None:
    evolution = str(doc["evolution"])
    old = current.pop(evolution, None)
    if old is None:
        return
    given_up.setdefault(old.name, set()).add(old.oid)
    if doc.get("tag_object"):
        name = Version(old.name.rpartition("-rc.")[0]).candidate(int(str(doc["number"])))
        current[evolution] = Told(name, str(doc["tag_object"]), old.commit, path)


def _rename(doc: Map, path: str, current: dict[str, Told]) -> None:
    made = doc.get("tags")
    if not isinstance(made, dict):
        return
    for evolution, old in list(current.items()):
        name = f"{doc['to']}-rc.{old.name.rpartition('-rc.')[2]}"
        if name in made:
            current[evolution] = Told(name, str(made[name]), old.commit, path)


def local_tags(ledger: Ledger) -> dict[str, str]:
    """Return the tags here, by name; the ledger has to watch them."""
    return {r.removeprefix(TAGS): oid for r, oid in ledger.refs.items() if r.startswith(TAGS)}


def fetch_objects(ledger: Ledger, remote: str, wanted: Iterable[Told], *, network: Network) -> None:
    """Bring the tag objects that are not here, where the remote has just these.

    In a shallow or partial clone only those of commits that are here: a tag is no reason to fetch
    the history that somebody chose to do without.
    """
    kind = ledger.objects.kind
    missing = [told for told in wanted if kind(told.oid) is None]
    config = ledger.repository.config
    is_partial = f"remote.{remote}.promisor" in config or "extensions.partialclone" in config
    if ledger.repository.is_shallow or is_partial:
        missing = [told for told in missing if kind(told.commit) is not None]
    if not missing:
        return
    names = [f"{TAGS}{told.name}" for told in missing]
    there = transport.ls_remote(ledger.repository, remote, names, network=network)
    named = {f"{TAGS}{told.name}": told.oid for told in missing}
    specs = [ref for ref, oid in named.items() if there.get(ref) == oid]
    if specs:
        transport.fetch(ledger.repository, remote, specs, network=network, whole=False)


def on_remote(ledger: Ledger, remote: str, refs: Iterable[str], network: Network) -> dict[str, str]:
    """Return which of these tags a remote has, with their objects."""
    return transport.ls_remote(ledger.repository, remote, list(refs), network=network)


def moves(ledger: Ledger, tags: Tags, local: Mapping[str, str]) -> list[RefUpdate]:
    """Return the moves that let the tags here be what the records say, as far as objects go."""
    updates = []
    kind = ledger.objects.kind
    for name, told in tags.wanted.items():
        here = local.get(name)
        is_ours_to_move = here is None or here in tags.given_up.get(name, ())
        if here != told.oid and is_ours_to_move and kind(told.oid) == "tag":
            updates.append(RefUpdate(f"{TAGS}{name}", told.oid, here or ABSENT))
    moved = {update.name for update in updates}
    for name, oids in tags.given_up.items():
        here = local.get(name)
        if here in oids and f"{TAGS}{name}" not in moved and here is not None:
            told_now = tags.wanted.get(name)
            if told_now is None or told_now.oid != here:
                updates.append(RefUpdate(f"{TAGS}{name}", ABSENT, here))
    return updates


def bring(ledger: Ledger, remote: str, version: str, *, network: Network) -> None:
    """Bring the tags that a generation here tells of; raise RemoteFailed."""
    ref = ledger.layout.generation(version)
    if ref not in ledger.refs:
        return
    told = tags_of(ref, ledger.rows(ref))
    fetch_objects(ledger, remote, told.wanted.values(), network=network)
    here = {n.removeprefix(TAGS): oid for n, oid in read_refs(ledger.repository, TAGS).items()}
    updates = moves(ledger, told, here)
    if updates:
        move(ledger.repository, updates, reason=f"tags of {version}")


def to_push(ledger: Ledger, tags: Tags, paths: set[str]) -> list[tuple[str, str]]:
    """Return object and ref of the tags that the records at `paths` tell of."""
    return [
        (told.oid, f"{TAGS}{name}")
        for name, told in tags.wanted.items()
        if told.path in paths and ledger.objects.kind(told.oid) == "tag"
    ]


def owed(
    ledger: Ledger, refs: Iterable[str], there: Mapping[str, str]
) -> dict[str, list[tuple[str, str]]]:
    """Return, by ledger ref, object and ref of the tags that are here and not there.

    Of generations whose records are at the remote: their tags may have been refused, or a push
    killed before it came to them.
    """
    here = local_tags(ledger)
    missing = [name for name in here if f"{TAGS}{name}" not in there]
    split = ((name, parse_candidate(name)) for name in missing)
    versions = {name if found is None else found[0] for name, found in split}
    found: dict[str, list[tuple[str, str]]] = {}
    for ref in refs:
        if ledger.layout.version(ref) not in versions:
            continue
        wanted = tags_of(ref, ledger.rows(ref)).wanted
        for name in missing:
            if name in wanted and wanted[name].oid == here[name]:
                found.setdefault(ref, []).append((here[name], f"{TAGS}{name}"))
    return found
