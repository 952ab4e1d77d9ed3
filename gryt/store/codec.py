"""Records as YAML blobs: the only place where a record is an untyped mapping.

Format 1: one block-style mapping, the envelope (`format id kind at by generation`) first, then the
fields of the kind, as `schemas/record.<kind>.schema.json` describes them. Fields that this gryt
does not know are left alone; another format is refused.
"""

from functools import cache
from typing import TYPE_CHECKING

from gryt.errors import Corrupt
from gryt.model.names import RecordId
from gryt.model.records import Kind, Record
from gryt.store import bodies, schema, yaml
from gryt.store.fields import Map

if TYPE_CHECKING:
    from gryt.store.canonical import Place

FORMAT = 1
MAX_RECORD_BYTES = 1024 * 1024

_KINDS = {kind.value: kind for kind in Kind}


def encode(record: Record) -> bytes:
    """Return the blob of a record; raise Corrupt where it does not fit its schema."""
    plain = to_plain(record)
    schema.check_record(plain, record.kind.value, f"new record {record.id}")
    return yaml.dump(plain)


def decode(data: bytes, source: str) -> Map:
    """Return a stored record as plain values with its schema's types.

    Raises Corrupt, naming `source`, where it does not read, or its format or kind is unknown.
    """
    from gryt.store import canonical  # lazy: reading

    own = canonical.read(data, place)
    return decode_any(data, source) if own is None else own


@cache
def place(kind: str) -> "Place | None":
    """Return what the schema of a kind says of types; None for a kind that is not known."""
    from gryt.store import canonical  # lazy: reading
    from gryt.store.shape import shape  # lazy: reading

    return canonical.Place(shape(f"record.{kind}")) if kind in _KINDS else None


def decode_any(data: bytes, source: str) -> Map:
    """Return what `decode` does, by way of libyaml: for a record in whatever form of YAML."""
    loaded = yaml.load(data, source)
    if not isinstance(loaded, dict):
        raise Corrupt(f"record '{source}' is not a mapping")
    if str(loaded.get("format")) != str(FORMAT):
        raise Corrupt(
            f"record '{source}' has format '{loaded.get('format')}', this gryt reads {FORMAT}",
            hints=["install a newer gryt"],
        )
    kind = str(loaded.get("kind"))
    if kind not in _KINDS:
        raise Corrupt(
            f"record '{source}' is of kind '{kind}', which this gryt does not know",
            hints=["install a newer gryt"],
        )
    typed = schema.typed(loaded, f"record.{kind}")
    assert isinstance(typed, dict)
    return typed


def to_plain(record: Record) -> Map:
    """Return a record as the mapping that is stored."""
    plain: Map = {
        "format": FORMAT,
        "id": record.id,
        "kind": record.kind.value,
        "at": record.at,
        "by": record.by,
    }
    if record.generation is not None:
        plain["generation"] = record.generation
    return {**plain, **bodies.to_plain(record.body)}


def from_plain(plain: Map, source: str) -> Record:
    """Return the record that a mapping holds; raise Corrupt, naming `source`, where it does not."""
    from gryt.store import read_bodies  # lazy: reading

    try:
        kind = _KINDS[str(plain["kind"])]
        generation = plain.get("generation")
        return Record(
            id=RecordId(str(plain["id"])),
            kind=kind,
            at=str(plain["at"]),
            by=str(plain["by"]),
            generation=None if generation is None else RecordId(str(generation)),
            body=read_bodies.from_plain(kind, plain),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Corrupt(f"record '{source}' does not fit its kind", details=[repr(error)]) from None
