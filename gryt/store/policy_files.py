"""Policy files as values: that of Workflow 5, and the predecessor's with type, enabled, config.

What a rule asks for may stand in a policy, in a gate, under `gates` or at the top of the file; it
means the same everywhere. Every problem of a file is reported at once, with line and column.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from gryt.model.contract import ChangeType, change_type
from gryt.model.names import Oid
from gryt.model.policy import Approvals, Freeze, Metric, RequiredStep, Rule, Source
from gryt.store import schema, yaml
from gryt.store.durations import seconds
from gryt.store.fields import Map, as_list, as_map, maybe
from gryt.store.inputs import invalid

if TYPE_CHECKING:
    from gryt.store.plain import Plain

_ASKS = {
    "strict": "NoFailedEvolutionsGate",
    "min_evolutions": "MinEvolutionsGate",
    "tip_proven": "TipProvenGate",
    "proof_source": "ProofSourceGate",
    "metrics": "MetricsGate",
    "approvals": "ApprovalsGate",
    "soak": "SoakGate",
    "max_age": "ProofAgeGate",
    "freeze": "FreezeGate",
    "promoters": "PromotersGate",
    "signed": "SignaturesGate",
}
"""What may be asked for without a name of its own, and how the gate is then called."""

_DAY = 86400.0

_OTHER_ASKS = ("required_steps", "command", "metric", "config", "plugin")


def read_policy(data: bytes, path: str, *, where: str, blob: Oid) -> Source:
    """Return the rules in a policy file; raise InvalidInput with every problem."""
    document = yaml.parse(data, path)
    if document.value in ("", None):
        return Source(where, path, blob, ())
    plain = as_map(schema.check(document, "policy"))
    problems = [
        f"{path}:{at.line}:{at.column}: {pointer}: {text}"
        for place, text in _problems(plain)
        for at in (document.position(place),)
        for pointer in ("".join(f"/{part}" for part in place),)
    ]
    if problems:
        raise invalid(path, problems)
    publish = as_map(plain.get("publish") or {})
    return Source(
        where=where,
        path=path,
        blob=blob,
        rules=tuple(_rules(plain)),
        no_override=tuple(str(name) for name in as_list(plain.get("no_override") or [])),
        publish=_approvals(publish.get("approvals")),
        signers=tuple(str(line) for line in as_list(plain.get("signers") or [])),
        evidence=tuple(
            (control, tuple(str(step) for step in as_list(steps)))
            for control, steps in as_map(plain.get("evidence") or {}).items()
        ),
    )


_Place = tuple[str | int, ...]


def _items(plain: Map) -> Iterator[tuple[_Place, Map]]:
    """Yield every policy and gate with its place."""
    for key in ("policies", "gates"):
        value = plain.get(key)
        if isinstance(value, list):
            for index, item in enumerate(value):
                yield (key, index), as_map(item)


def _problems(plain: Map) -> Iterator[tuple[_Place, str]]:
    """Yield what the schema cannot say."""
    seen: dict[str, _Place] = {}
    for place, item in _items(plain):
        name = str(item.get("name", ""))
        if name and seen.setdefault(name, place)[0] != place[0]:
            yield (*place, "name"), f"found '{name}', which a policy has"
        yield from (((*place, *where), text) for where, text in _item_problems(item))
    yield from _number_and_window_problems(plain)
    gates = plain.get("gates")
    if isinstance(gates, dict):
        yield from ((("gates", *where), text) for where, text in _number_and_window_problems(gates))


def _item_problems(item: Map) -> Iterator[tuple[_Place, str]]:
    config = as_map(item.get("config") or {})
    if config.get("custom_hook") is not None:
        text = "gryt loads no hook modules: write it as a gate with a command"
        yield ("config", "custom_hook"), text
    asked = [key for key in (*_ASKS, *_OTHER_ASKS) if item.get(key) is not None]
    if not asked and item.get("enabled") is not False:
        yield (), f"it asks for nothing, allowed: {', '.join((*_ASKS, *_OTHER_ASKS))}"
    if "name" not in item and not set(asked) <= set(_ASKS):
        yield (), "missing key 'name', allowed: a name"
    if "metric" not in item:
        lone = [key for key in ("min", "max", "warn", "not_worse_than") if key in item]
        yield from (((key,), "it goes with 'metric', which is not there") for key in lone)
    if "timeout" in item and "command" not in item:
        yield ("timeout",), "it goes with 'command', which is not there"
    yield from _number_and_window_problems(item)


def _number_and_window_problems(item: Map) -> Iterator[tuple[_Place, str]]:
    for where, metric in _metric_maps(item):
        if not {"min", "max", "not_worse_than"} & metric.keys():
            yield where, "it has no threshold, allowed: min, max, not_worse_than"
    for index, window in enumerate(as_list(item.get("freeze") or [])):
        yield from ((("freeze", index), text) for text in _window_problems(as_map(window)))


def _metric_maps(item: Map) -> Iterator[tuple[_Place, Map]]:
    if item.get("metric") is not None:
        yield ("metric",), {**item, "name": item["metric"]}
    for index, metric in enumerate(as_list(item.get("metrics") or [])):
        yield ("metrics", index), as_map(metric)


def _window_problems(window: Map) -> Iterator[str]:
    try:
        start, end = _moment(str(window["from"])), _moment(str(window["to"]), end=True)
    except (ValueError, OverflowError):
        yield "there is no such day or time"
        return
    if end <= start:
        yield "it ends before it begins"


def _rules(plain: Map) -> Iterator[Rule]:
    for _, item in _items(plain):
        if item.get("enabled") is not False:
            yield _rule(item)
    gates = plain.get("gates")
    for free in (plain, gates if isinstance(gates, dict) else {}):
        for key, name in _ASKS.items():
            if free.get(key) is not None:
                yield _rule({"name": name, key: free[key]})


def _rule(item: Map) -> Rule:
    config = as_map(item.get("config") or {})
    asked = [key for key in _ASKS if item.get(key) is not None]
    counts = [int(str(m["min_evolutions"])) for m in (item, config) if m.get("min_evolutions")]
    kinds = (*as_list(item.get("applies_to") or []), *as_list(config.get("change_types") or []))
    steps = (
        *as_list(item.get("required_steps") or []),
        *as_list(config.get("required_steps") or []),
    )
    command = item.get("command")
    return Rule(
        name=maybe(item, "name") or " ".join(_ASKS[key] for key in asked),
        description=str(item.get("description") or ""),
        applies_to=tuple(dict.fromkeys(_kinds(kinds))),
        paths=tuple(str(path) for path in as_list(item.get("paths") or [])),
        advisory=item.get("mode") == "warn",
        may_override=item.get("override") != "forbid",
        required_steps=tuple(dict.fromkeys(_required(step) for step in steps)),
        accepts_reused=item.get("reused") == "accept",
        min_evolutions=max(counts, default=None),
        command=None if command is None else _command(command),
        timeout=seconds(item.get("timeout")),
        metrics=tuple(_metric(metric) for _, metric in _metric_maps(item)),
        approvals=_approvals(item.get("approvals")),
        soak=seconds(item.get("soak")),
        max_age=seconds(item.get("max_age")),
        freeze=tuple(_freeze(as_map(w)) for w in as_list(item.get("freeze") or [])),
        strict=item.get("strict") is True,
        tip_proven=item.get("tip_proven") is True,
        proof_from_ci=item.get("proof_source") == "ci",
        promoters=tuple(str(name) for name in as_list(item.get("promoters") or [])),
        signed=item.get("signed") is True,
        plugin=item.get("plugin") is True,
    )


def _kinds(names: "Iterable[Plain]") -> Iterator[ChangeType]:
    for name in names:
        kind = change_type(str(name))
        assert kind is not None, "the schema allows no other type"
        yield kind


def _required(value: "Plain") -> RequiredStep:
    if isinstance(value, dict):
        command = value.get("command")
        return RequiredStep(str(value["name"]), None if command is None else _command(command))
    return RequiredStep(str(value))


def _command(value: "Plain") -> str | tuple[str, ...]:
    return tuple(str(word) for word in value) if isinstance(value, list) else str(value)


def _metric(plain: Map) -> Metric:
    return Metric(
        name=str(plain["name"]),
        min=_float(plain.get("min")),
        max=_float(plain.get("max")),
        warn=_float(plain.get("warn")),
        not_worse_than_previous=plain.get("not_worse_than") is not None,
    )


def _float(value: "Plain") -> float | None:
    return None if value is None else float(str(value))


def _approvals(value: "Plain") -> Approvals | None:
    if value is None:
        return None
    if not isinstance(value, dict):
        return Approvals(min=int(str(value)))
    return Approvals(
        min=int(str(value.get("min", 1))),
        not_author=value.get("not_author") is True,
        people=tuple(str(person) for person in as_list(value.get("from") or [])),
        signed=value.get("signed") is True,
    )


def _freeze(plain: Map) -> Freeze:
    start, end = str(plain["from"]), str(plain["to"])
    return Freeze(
        start=_moment(start),
        end=_moment(end, end=True),
        reason=str(plain.get("reason") or ""),
        text=f"{start} to {end}",
    )


def _moment(text: str, *, end: bool = False) -> float:
    """Return seconds since the epoch; a mere day is its beginning, or the end of it, in UTC."""
    found = datetime.fromisoformat(text)
    if found.tzinfo is not None:
        return found.timestamp()
    return found.replace(tzinfo=UTC).timestamp() + (_DAY if end else 0.0)
