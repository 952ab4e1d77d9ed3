"""Contracts as plain mappings, the same in records and in files."""

from gryt.model.contract import Change, ChangeType, Contract
from gryt.model.names import ChangeId
from gryt.store.fields import Map, as_list, as_map, maybe, without_none


def contract_to_plain(contract: Contract) -> Map:
    """Return a contract as its file and its records have it."""
    return without_none(
        {
            "version": contract.version,
            "description": contract.description or None,
            "pipeline_template": contract.pipeline_template,
            "changes": [
                without_none(
                    {
                        "type": change.type.value,
                        "id": change.id,
                        "title": change.title,
                        "description": change.description,
                        "pipeline": change.pipeline,
                    }
                )
                for change in contract.changes
            ],
        }
    )


def contract_from_plain(plain: Map) -> Contract:
    """Return the contract that a mapping holds."""
    return Contract(
        version=str(plain["version"]),
        description=str(plain.get("description") or ""),
        changes=tuple(_change(as_map(item)) for item in as_list(plain.get("changes") or [])),
        pipeline_template=maybe(plain, "pipeline_template"),
    )


def _change(plain: Map) -> Change:
    return Change(
        id=ChangeId(str(plain["id"])),
        type=ChangeType(plain["type"]),
        title=str(plain["title"]),
        description=maybe(plain, "description"),
        pipeline=maybe(plain, "pipeline"),
    )
