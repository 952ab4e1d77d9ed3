"""The tags of a clone, read for comparison with the records that vouch for them."""

import re
from collections.abc import Callable
from datetime import datetime

from gryt.errors import Corrupt
from gryt.git.refs import read_refs
from gryt.git.repository import Identity
from gryt.git.tags import read_tag, tag_bytes, tag_id
from gryt.model.names import Oid
from gryt.model.records import Record
from gryt.store.layout import TAGS
from gryt.store.ledger import Ledger
from gryt.values import Value

__all__ = ["FoundTag", "has_object", "object_of", "read_tags", "tag_id", "unsigned"]

_MAX_BYTES = 1024 * 1024
_BY = re.compile(r"(?P<name>[^<>]*?) ?<(?P<email>[^<>]*)>")


class FoundTag(Value):
    """A tag ref and what it leads to."""

    name: str
    oid: str
    says: str | None
    """The name in the tag object; None where the tag is lightweight."""
    commit: str | None
    message: str = ""


def read_tags(ledger: Ledger, is_wanted: Callable[[str], bool]) -> dict[str, FoundTag]:
    """Return the tags whose names are wanted."""
    refs = read_refs(ledger.repository, TAGS)
    named = ((ref.removeprefix(TAGS), oid) for ref, oid in refs.items())
    return {name: _read(ledger, name, oid) for name, oid in named if is_wanted(name)}


def _read(ledger: Ledger, name: str, oid: str) -> FoundTag:
    if ledger.objects.kind(oid) != "tag":
        return FoundTag(name, oid, None, oid)
    try:
        found = read_tag(ledger.objects.raw(oid, limit=_MAX_BYTES)[1])
    except Corrupt:
        found = None
    if found is None:
        return FoundTag(name, oid, "", None)
    target = found.target if found.kind == "commit" else None
    return FoundTag(name, oid, found.name, target, found.message)


def object_of(ledger: Ledger, oid: str) -> FoundTag:
    """Return a tag object that no ref need lead to."""
    return _read(ledger, "", oid)


def has_object(ledger: Ledger, oid: str) -> bool:
    """Tell whether an object is in this clone."""
    return ledger.objects.kind(oid) is not None


def unsigned(record: Record, name: str, commit: Oid, message: str) -> bytes | None:
    """Return the unsigned tag that whoever wrote a record made with it; None if that is unclear."""
    match = _BY.fullmatch(record.by)
    if match is None:
        return None
    seconds = int(datetime.fromisoformat(record.at).timestamp())
    tagger = Identity(match["name"], match["email"], seconds)
    return tag_bytes(name=name, commit=commit, tagger=tagger, message=message)
