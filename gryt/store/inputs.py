"""Files that people write, as values: contracts (see pipeline_files and policy_files).

Every problem of a file is reported at once, each with line and column.
"""

from collections import Counter

from gryt.errors import InvalidInput
from gryt.model.contract import Change, Contract, change_type
from gryt.model.names import ChangeId, parse_version
from gryt.store import schema, yaml
from gryt.store.contracts import contract_to_plain
from gryt.store.fields import Map, as_list, as_map, maybe


def read_contract(data: bytes, source: str, *, version: str | None = None) -> Contract:
    """Return the contract in a file; `version` is what it must be a contract of.

    Raises InvalidInput with every problem.
    """
    document = yaml.parse(data, source)
    plain = as_map(schema.check(document, "generation"))
    found = str(plain["version"])
    parse_version(found)
    problems = []
    if version is not None and found != version:
        at = document.position(("version",))
        problems.append(
            f"{source}:{at.line}:{at.column}: /version: found '{found}', expected '{version}'"
        )
    changes = [as_map(item) for item in as_list(plain.get("changes") or [])]
    ids = [str(change.get("id") or change.get("change_id")) for change in changes]
    for name, count in Counter(ids).items():
        if count > 1:
            last = len(ids) - 1 - ids[::-1].index(name)
            at = document.position(("changes", last))
            problems.append(
                f"{source}:{at.line}:{at.column}: /changes/{last}: the id '{name}' is there already"
            )
    if problems:
        raise invalid(source, problems)
    return Contract(
        version=found,
        description=str(plain.get("description") or ""),
        changes=tuple(_change(change, name) for change, name in zip(changes, ids, strict=True)),
        pipeline_template=maybe(plain, "pipeline_template"),
    )


def invalid(source: str, problems: list[str]) -> InvalidInput:
    """Return the error for a file with these problems."""
    return InvalidInput(
        f"'{source}' is not valid", details=problems, hints=[f"mend '{source}' and try again"]
    )


def _change(plain: Map, change_id: str) -> Change:
    kind = change_type(str(plain["type"]))
    assert kind is not None, "the schema allows no other type"
    return Change(
        id=ChangeId(change_id),
        type=kind,
        title=str(plain["title"]),
        description=maybe(plain, "description"),
        pipeline=maybe(plain, "pipeline"),
    )


_HEADER = """\
# yaml-language-server: $schema=../schemas/generation.schema.json
# The contract of {version}: what this release promises. gryt records every edit of this file.
"""
_SAMPLE = """\
#  - type: add          # add, fix, refine or remove
#    id: FEAT-1
#    title: "What a user gets"
"""


def write_contract(contract: Contract) -> bytes:
    """Return the working file of a contract."""
    plain = contract_to_plain(contract)
    if not contract.changes:
        plain["description"] = contract.description
        order = {key: plain[key] for key in plain if key != "changes"}
        text = yaml.dump({**order, "changes": []}).decode() + _SAMPLE
    else:
        text = yaml.dump(plain).decode()
    return (_HEADER.format(version=contract.version) + text).encode()
