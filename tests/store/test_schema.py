"""What fits a schema and what does not, in which words, and which types it gives."""

import json
import subprocess
import sys
from pathlib import Path

import jsonschema_rs
import pytest

from gryt.errors import Corrupt, InvalidInput
from gryt.store import explain, schema, schema_files, shape, yaml
from gryt.store.plain import Plain, PlainScalar

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "tests" / "schemas"
VALID = sorted(SAMPLES.glob("*/valid/*.yaml"))
INVALID = sorted(SAMPLES.glob("*/invalid/*.yaml"))
INPUTS = ("generation", "pipeline", "policy")


def label(path: object) -> str:
    return str(path.relative_to(SAMPLES)) if isinstance(path, Path) else str(path)


def judge(path: Path) -> Plain:
    """Returns the typed value of a sample, or raises what gryt would raise."""
    name, data = path.parts[-3], path.read_bytes()
    if name in INPUTS:
        return schema.check(yaml.parse(data, path.name), name)
    value = schema.typed(yaml.load(data, path.name), name)
    schema.check_record(value, name.removeprefix("record."), path.name)
    return value


@pytest.mark.parametrize("path", VALID, ids=label)
def test_a_valid_sample_is_accepted(path: Path) -> None:
    assert is_exact(judge(path))


@pytest.mark.parametrize("path", INVALID, ids=label)
def test_an_invalid_sample_is_refused_with_every_reason_and_its_place(path: Path) -> None:
    mark = "# expect: "
    lines = path.read_text(encoding="utf-8").splitlines()
    expected = [line.removeprefix(mark) for line in lines if line.startswith(mark)]
    with pytest.raises((InvalidInput, Corrupt)) as refusal:
        judge(path)
    details = refusal.value.details
    assert refusal.value.message.startswith(f"'{path.name}' is not ")
    assert refusal.value.hints
    assert all(detail.startswith(f"{path.name}:") for detail in details)
    assert [e for e in expected if not any(e in detail for detail in details)] == []
    assert len(details) == len(expected), details


@pytest.mark.parametrize("path", [*VALID, *INVALID], ids=label)
def test_both_validators_agree(path: Path) -> None:
    name = path.parts[-3]
    value = schema.typed(yaml.load(path.read_bytes(), path.name), name)
    fast = jsonschema_rs.Draft202012Validator(schema_files.bundle(name)).is_valid(value)
    assert explain.accepts(schema_files.bundle(name), value) is fast
    assert (not explain.explain(schema_files.bundle(name), value, shape.shape(name))) is fast


@pytest.mark.parametrize("path", [p for p in VALID if "record." in str(p)], ids=label)
def test_a_stored_record_is_written_back_byte_for_byte(path: Path) -> None:
    assert yaml.dump(judge(path)) == path.read_bytes()


@pytest.mark.parametrize("kind", ["run.exploded", "../../x", "", "a\x1bb"])
def test_a_record_of_an_unknown_kind_is_not_valid(kind: str) -> None:
    with pytest.raises(Corrupt) as refusal:
        schema.check_record({"kind": kind}, kind, "x.yaml")
    [detail] = refusal.value.details
    assert "allowed: audit.approved, " in detail
    assert detail.isprintable()


def test_what_was_put_into_memory_is_refused_by_its_own_type() -> None:
    with pytest.raises(Corrupt) as refusal:
        schema.check_record({"gate": 5, "reason": None}, "audit.overridden", "x.yaml")
    assert "x.yaml: /gate: found 5, allowed: text of 1 to 1000 characters" in refusal.value.details
    assert (
        "x.yaml: /reason: found nothing, allowed: text that is not empty" in refusal.value.details
    )


def test_a_record_of_an_unknown_kind_is_typed_by_its_envelope() -> None:
    stored = yaml.load(b"format: 1\nid: 01\nfuel: 7\nname: '7'\n", "x.yaml")
    assert schema.typed(stored, "record.ship.launched") == {
        "format": 1,
        "id": "01",
        "fuel": 7,
        "name": "7",
    }


@pytest.mark.parametrize(
    ("written", "types", "meant"),
    [
        ("5", {"integer"}, 5),
        ("-5", {"number"}, -5),
        ("1.50", {"number"}, 1.5),
        ("1.0e+3", {"number"}, 1000.0),
        ("017", {"integer"}, "017"),
        ("0x1F", {"integer"}, "0x1F"),
        ("1_000", {"integer"}, "1_000"),
        ("1:20", {"integer"}, "1:20"),
        ("9" * 10_000, {"integer", "number"}, "9" * 10_000),
        ("1e999", {"number"}, "1e999"),
        (".nan", {"number"}, ".nan"),
        (".inf", {"number"}, ".inf"),
        ("1.5", {"integer"}, "1.5"),
        ("٣", {"integer"}, "٣"),
        ("yes", {"boolean"}, True),
        ("Off", {"boolean"}, False),
        ("no", {"string"}, "no"),
        ("no", {"boolean", "string"}, "no"),
        ("1.10", {"string"}, "1.10"),
        ("30", {"number", "string"}, 30),
        ("", {"string"}, ""),
        ("", {"string", "null"}, None),
        ("~", {"null"}, None),
        ("null", {"string"}, "null"),
        ("2026-11-22", {"string"}, "2026-11-22"),
    ],
)
def test_only_the_schema_gives_an_unquoted_scalar_a_type(
    written: str, types: set[str], meant: Plain
) -> None:
    plain = shape.coerce(PlainScalar(written), shape.Shape(types=frozenset(types)))
    quoted = shape.coerce(written, shape.Shape(types=frozenset(types)))
    assert (plain, type(plain)) == (meant, type(meant))
    assert quoted == written


def test_hostile_text_is_made_visible_and_short() -> None:
    data = 'version: "\u202ev1"\n"\u2066k": 1\ndescription: [1]\n'.encode()
    with pytest.raises(InvalidInput) as refusal:
        schema.check(yaml.parse(data, "x.yaml"), "generation")
    assert all(detail.isprintable() for detail in refusal.value.details)
    assert r"x.yaml:2:1: unknown key '\u2066k'" in refusal.value.details[1]
    assert explain.found("x" * 10_000) == f"'{'x' * 60}…' (10000 characters)"


def test_a_thousand_changes_are_allowed_and_one_more_is_not() -> None:
    changes: list[Plain] = [{"id": f"F-{n}", "type": "add", "title": "X"} for n in range(1001)]
    contract: dict[str, Plain] = {"version": "v1.0.0", "changes": changes[:1000]}
    assert schema.check(yaml.parse(yaml.dump(contract), "x.yaml"), "generation") == contract
    with pytest.raises(InvalidInput) as refusal:
        schema.check(
            yaml.parse(yaml.dump({**contract, "changes": changes}), "x.yaml"), "generation"
        )
    assert refusal.value.details == (
        "x.yaml:3:3: /changes: found a list of 1001, allowed: a list of at most 1000 changes",
    )


@pytest.mark.parametrize("value", [{"by": "\ud800 <x>"}, {"by": PlainScalar("x <y>")}, [], None])
def test_what_the_fast_validator_cannot_take_is_refused_like_anything_else(value: Plain) -> None:
    with pytest.raises(Corrupt):
        schema.check_record(value, "run.started", "x.yaml")


def test_a_final_line_feed_does_not_slip_through_either_validator() -> None:
    part: schema_files.Schema = {"type": "string", "pattern": "^[a-z]+$"}
    assert explain.accepts(part, "abc")
    assert not explain.accepts(part, "abc\n")
    assert not jsonschema_rs.Draft202012Validator(part).is_valid("abc\n")


def test_the_slow_validator_stands_in_where_the_fast_one_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "jsonschema_rs", None)
    judge = schema._judge.__wrapped__("generation")
    assert judge({"version": "v1.0.0"})
    assert not judge({"version": "v1"})


def test_an_accepted_value_does_not_load_the_slow_validator() -> None:
    program = (
        "import sys\n"
        "from gryt.store import schema, yaml\n"
        "assert not {'yaml', 'json', 'jsonschema', 'jsonschema_rs', 'pathlib'} & set(sys.modules)\n"
        "schema.check(yaml.parse(b'version: v1.0.0', 'x'), 'generation')\n"
        "assert 'jsonschema' not in sys.modules and 'difflib' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, cwd=ROOT)


def is_exact(value: Plain) -> bool:
    """Tells whether a value is made of JSON's own types, and of no subclass of them."""
    if isinstance(value, dict):
        return all(is_exact(below) for below in value.values())
    if isinstance(value, list):
        return all(is_exact(below) for below in value)
    return json.loads(json.dumps(value)) == value and type(value) is not PlainScalar
