"""The audit trail as JSON, as a JSON document a line, and as CSV; in parts, for it may be long."""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from types import SimpleNamespace
from typing import TYPE_CHECKING

from gryt.render.rows import safe_for_sheets

if TYPE_CHECKING:
    from typing import Protocol

    class Line(Protocol):
        """One record."""

        @property
        def id(self) -> str | None: ...
        @property
        def ref(self) -> str: ...
        @property
        def version(self) -> str | None: ...
        @property
        def path(self) -> str: ...
        @property
        def blob(self) -> str: ...
        @property
        def kind(self) -> str: ...
        @property
        def whole(self) -> str | None: ...
        @property
        def problem(self) -> str | None: ...
        @property
        def commit(self) -> str | None: ...
        @property
        def candidate(self) -> str | None: ...
        @property
        def at(self) -> str | None: ...
        @property
        def by(self) -> str | None: ...
        @property
        def status(self) -> str: ...
        @property
        def reason(self) -> str | None: ...
        @property
        def code(self) -> str | None: ...

    class Seal(Protocol):
        """The signature."""

        @property
        def status(self) -> str: ...
        @property
        def signer(self) -> str | None: ...
        @property
        def key(self) -> str | None: ...
        @property
        def why_not(self) -> str | None: ...

    class Item(Protocol):
        """One record and its signature."""

        @property
        def line(self) -> Line: ...
        @property
        def seal(self) -> Seal: ...

    class Wanted(Protocol):
        """What was asked for."""

        @property
        def since(self) -> str | None: ...
        @property
        def until(self) -> str | None: ...
        @property
        def version(self) -> str | None: ...
        @property
        def actor(self) -> str | None: ...

    class Trail(Protocol):
        """What is exported."""

        @property
        def tips(self) -> Mapping[str, str]: ...
        @property
        def wanted(self) -> Wanted: ...
        @property
        def kinds(self) -> Sequence[tuple[str, int]]: ...
        @property
        def months(self) -> Sequence[tuple[str, int, int]]: ...
        @property
        def items(self) -> Iterator[Item]: ...
        @property
        def repository(self) -> str: ...
        @property
        def at(self) -> str: ...


SCHEMA = "gryt/audit-export/1"
COLUMNS = (
    *("id", "at", "kind", "version", "evolution", "actor", "status", "reason", "code_commit"),
    *("ref", "path", "blob", "ledger_commit", "signature", "signer", "key", "record"),
)
_PART = 500
"""Records in one part."""

_text = json.encoder.encode_basestring_ascii


def asked(trail: "Trail") -> dict[str, str]:
    """Return what was asked for, by the names of the options."""
    wanted = trail.wanted
    pairs = (
        *(("since", wanted.since), ("until", wanted.until)),
        *(("generation", wanted.version), ("actor", wanted.actor)),
    )
    return {name: value for name, value in pairs if value is not None}


def trail_json(trail: "Trail") -> Iterator[str]:
    """Yield one JSON document; everything in it is ASCII, so that nothing moves or hides."""
    refs = [{"ref": ref, "commit": tip} for ref, tip in trail.tips.items()]
    yield (
        f'{{\n"schema": "{SCHEMA}",\n"filter": {json.dumps(asked(trail))},\n'
        f'"refs": {json.dumps(refs)},\n"records": [\n'
    )
    total = 0
    for lines in _in_parts(trail):
        yield (",\n" if total else "") + ",\n".join(lines)
        total += len(lines)
    yield f'\n],\n"total": {total}\n}}\n'


def trail_ndjson(trail: "Trail") -> Iterator[str]:
    """Yield one JSON document for each record, a line each."""
    for lines in _in_parts(trail):
        yield "".join(f"{line}\n" for line in lines)


def _in_parts(trail: "Trail") -> Iterator[list[str]]:
    lines: list[str] = []
    for item in trail.items:
        lines.append(_record(item))
        if len(lines) == _PART:
            yield lines
            lines = []
    if lines:
        yield lines


def _record(item: "Item") -> str:
    line, seal = item.line, item.seal
    problem = "" if line.problem is None else f', "problem": {_text(line.problem)}'
    return (
        f'{{"id": {_or_null(line.id)}, "at": {_or_null(line.at)}, "kind": {_text(line.kind)},'
        f' "by": {_or_null(line.by)}, "version": {_or_null(line.version)},'
        f' "evolution": {_or_null(line.candidate)}, "ref": {_text(line.ref)},'
        f' "path": {_text(line.path)}, "blob": {_text(line.blob)},'
        f' "commit": {_or_null(line.commit)}, "signature": {{"status": {_text(seal.status)},'
        f' "signer": {_or_null(seal.signer)}, "key": {_or_null(seal.key)},'
        f' "why_not": {_or_null(seal.why_not)}}}{problem}, "record": {line.whole or "null"}}}'
    )


def _or_null(text: str | None) -> str:
    return "null" if text is None else str(_text(text))


def trail_csv(trail: "Trail") -> Iterator[str]:
    """Yield CSV with a header, a record a row, safe to be opened by a spreadsheet."""
    parts: list[str] = []
    writer = csv.writer(SimpleNamespace(write=parts.append), lineterminator="\n")
    writer.writerow(COLUMNS)
    for item in trail.items:
        line, seal = item.line, item.seal
        row = (
            *(line.id, line.at, line.kind, line.version, line.candidate, line.by, line.status),
            *(line.reason or line.problem, line.code, line.ref, line.path, line.blob, line.commit),
            *(seal.status, seal.signer, seal.key, line.whole),
        )
        writer.writerow([safe_for_sheets(value or "") for value in row])
        if len(parts) >= _PART:
            yield "".join(parts)
            parts.clear()
    yield "".join(parts)
