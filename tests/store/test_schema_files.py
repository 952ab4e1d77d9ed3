"""The schemas as files: complete, closed or open as they should be, and readable in an editor."""

from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pytest

from gryt.model.contract import TYPE_ALIASES, ChangeType
from gryt.model.records import Kind
from gryt.store import schema, schema_files
from gryt.store.plain import Plain

SAMPLES = Path(__file__).parents[1] / "schemas"
NAMES = schema_files.names()
INPUTS = ("generation", "pipeline", "policy")


def test_there_is_a_schema_for_every_kind_and_samples_for_every_schema() -> None:
    assert {f"record.{kind.value}" for kind in Kind} | {"record", *INPUTS} == set(NAMES)
    for group in "valid", "invalid":
        assert {path.parts[-3] for path in SAMPLES.glob(f"*/{group}/*.yaml")} == set(NAMES) - {
            "record"
        }


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_fits_the_metaschema_and_is_called_like_its_file(name: str) -> None:
    for complete in schema_files.read(name), schema_files.bundle(name):
        jsonschema.Draft202012Validator.check_schema(complete)
        assert complete["$id"] == f"https://gryt.dev/schemas/{name}.schema.json"
        assert complete["$schema"] == "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.parametrize("name", NAMES)
def test_an_editor_finds_a_title_and_a_description_for_every_property(name: str) -> None:
    for properties in everywhere(schema_files.read(name), "properties"):
        for key, below in properties.items():
            assert isinstance(below, dict)
            reference = below.get("$ref")
            part = schema_files.target(reference, name)[1] if isinstance(reference, str) else {}
            assert {"title", "description"} <= below.keys() | part.keys(), f"{name}: {key}"


@pytest.mark.parametrize("name", INPUTS)
def test_an_input_schema_is_closed_and_complete_in_itself(name: str) -> None:
    read = schema_files.read(name)
    assert schema_files.bundle(name) == read
    for place in objects(read):
        assert "additionalProperties" in place


@pytest.mark.parametrize("name", sorted(set(NAMES) - set(INPUTS)))
def test_a_record_schema_is_open(name: str) -> None:
    for place in objects(schema_files.read(name)):
        assert place.get("additionalProperties") is not False


def test_what_input_schemas_repeat_is_the_same_everywhere() -> None:
    name = "^[A-Za-z0-9][A-Za-z0-9._-]*$"
    for file, part in ("pipeline", "name"), ("policy", "name"), ("generation", "pipelineName"):
        assert schema_files.target(f"#/$defs/{part}", file)[1]["pattern"] == name


@pytest.mark.parametrize("name", ["generation", "policy"])
def test_the_words_for_types_of_change_are_those_of_the_model(name: str) -> None:
    aliases = {word: kind.value for word, kind in TYPE_ALIASES.items()}
    [found] = [p for p in enums(schema_files.read(name)) if "x-aliases" in p]
    assert found["x-aliases"] == aliases
    words = found["enum"]
    assert isinstance(words, list)
    assert set(words) == {kind.value for kind in ChangeType} | aliases.keys()


@pytest.mark.parametrize("name", ["../pyproject", "record/x", "", "generation\n", "Policy"])
def test_a_name_that_is_no_schema_opens_no_file(name: str) -> None:
    assert not schema_files.exists(name)
    with pytest.raises(LookupError):
        schema.typed({}, name)


def everywhere(place: Plain, keyword: str) -> Iterator[dict[str, Plain]]:
    """Yields every mapping that stands under `keyword` in a schema."""
    if isinstance(place, dict):
        found = place.get(keyword)
        if isinstance(found, dict):
            yield found
        for below in place.values():
            yield from everywhere(below, keyword)
    elif isinstance(place, list):
        for item in place:
            yield from everywhere(item, keyword)


def enums(place: Plain) -> Iterator[dict[str, Plain]]:
    """Yields every part of a schema that says which words there are."""
    if isinstance(place, dict):
        if isinstance(place.get("enum"), list):
            yield place
        for below in place.values():
            yield from enums(below)


def objects(place: Plain) -> Iterator[dict[str, Plain]]:
    """Yields every part of a schema that says which properties there are."""
    if isinstance(place, dict):
        if isinstance(place.get("properties"), dict):
            yield place
        for below in place.values():
            yield from objects(below)
    elif isinstance(place, list):
        for item in place:
            yield from objects(item)
