"""Numbers about releases as text, as JSON, and as Prometheus takes them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from gryt.render.safe import cell
from gryt.render.table import table

if TYPE_CHECKING:
    from typing import Protocol

    class Measure(Protocol):
        """What is measured."""

        @property
        def name(self) -> str: ...
        @property
        def doc(self) -> str: ...
        @property
        def unit(self) -> str: ...

    class Measured(Protocol):
        """What it came to."""

        @property
        def measure(self) -> Measure: ...
        @property
        def value(self) -> float | None: ...
        @property
        def population(self) -> int: ...


def metric_text(found: "Measured") -> str:
    """Return one number, alone in its line; 'no data' where there is nothing to take it from."""
    return f"{_number(found.value)}\n"


def metrics_list(found: "Sequence[Measured]") -> str:
    """Return every number with what it is."""
    rows = [
        (each.measure.name, _number(each.value), each.measure.unit, str(each.population),
         cell(each.measure.doc))
        for each in found
    ]  # fmt: skip
    header = ("Metric", "Value", "Unit", "Of", "What")
    return "\n".join(table(header, rows, gaps=(2, 2, 2, 2), indent=0)) + "\n"


def metrics_document(found: "Sequence[Measured]", *, version: str | None) -> dict[str, Any]:
    """Return numbers for programs."""
    metrics = [
        {
            "name": each.measure.name,
            "value": each.value,
            "unit": each.measure.unit,
            "of": each.population,
            "doc": each.measure.doc,
        }
        for each in found
    ]
    return {"schema": "gryt/metrics/1", "generation": version, "metrics": metrics}


def metrics_prometheus(found: "Sequence[Measured]", *, version: str | None) -> str:
    """Return numbers in Prometheus' text format; one without data is left out, not zero."""
    label = "" if version is None else f'{{generation="{_label(version)}"}}'
    lines = []
    for each in found:
        if each.value is None:
            continue
        name = f"gryt_{each.measure.name}{'_seconds' if each.measure.unit == 'seconds' else ''}"
        lines += [
            f"# HELP {name} {each.measure.doc}",
            f"# TYPE {name} gauge",
            f"{name}{label} {each.value!r}",
        ]
    return "".join(f"{line}\n" for line in lines)


def _label(text: str) -> str:
    return cell(text).replace("\\", "\\\\").replace('"', '\\"')


def _number(value: float | None) -> str:
    return "no data" if value is None else f"{value:.4f}".rstrip("0").rstrip(".")
