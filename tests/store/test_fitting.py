"""The quick yes: never to what a validator refuses, and always to what a run writes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gryt.store import fitting, schema, yaml
from gryt.store.plain import Plain

SCHEMAS = Path(__file__).parents[1] / "schemas"
SAMPLES = sorted(SCHEMAS.glob("record.[er]*/*valid/*.yaml")) + sorted(SCHEMAS.glob("p*/valid/*"))
ODD: list[Plain] = [None, True, 0, -1, 1.0, 2.5, float("nan"), "", "a\n", "x" * 2000, "\ud800"]
ODD += [[], [1], {}, {"a": "\ud800"}, "0" * 40, "0" * 40 + "\n", ["a"] * 300, "<a>", "A <a@b>"]


def _value(path: Path) -> Plain:
    return schema.typed(yaml.load(path.read_bytes(), path.name), path.parent.parent.name)


def _variants(value: Plain) -> Iterator[Plain]:
    """Yields the value with each of its parts replaced by odd ones, and taken out."""
    parts = value.items() if isinstance(value, dict) else ()
    for key, below in list(parts):
        for other in (*ODD, *_variants(below), *_longer(below)):
            yield {**dict(parts), key: other}
        yield {k: v for k, v in parts if k != key}
    if parts:
        yield {**dict(parts), "more": "\ud800"}


def _longer(value: Plain) -> Iterator[Plain]:
    if isinstance(value, list) and value:
        yield from ([value[0], other] for other in ODD)
        yield from ([below] for below in _variants(value[0]))


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: f"{path.parts[-3]}/{path.name}")
def test_it_says_yes_to_nothing_that_the_validator_refuses(path: Path) -> None:
    try:
        value = _value(path)
    except Exception:  # noqa: BLE001 - a sample of what is no YAML
        return
    name = path.parent.parent.name
    judge = schema._judge(name)
    for variant in (value, *_variants(value)):
        assert not fitting.fits(variant, name) or judge(variant), variant


@pytest.mark.parametrize("kind", ["run.started", "run.finished", "evolution.started"])
def test_it_knows_what_a_run_writes(kind: str) -> None:
    paths = sorted((SCHEMAS / f"record.{kind}" / "valid").glob("*.yaml"))
    assert paths
    for path in paths:
        assert fitting.fits(_value(path), f"record.{kind}"), path.name
