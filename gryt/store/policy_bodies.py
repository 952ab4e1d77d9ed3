"""What records say of policies and gates, as plain mappings and back."""

from gryt.model.contract import change_type
from gryt.model.names import Oid, RecordId
from gryt.model.policy import PolicyPublished, PolicyVerdict, RequiredStep
from gryt.model.verdict import Outcome, Verdict
from gryt.store.fields import Map, as_list, as_map, maybe, without_none
from gryt.store.plain import Plain


def verdict_to_plain(verdict: Verdict) -> Map:
    """Return a gate's answer to be stored."""
    return without_none(
        {
            "name": verdict.name,
            "outcome": verdict.outcome.value,
            "message": "; ".join(verdict.reasons),
            "mode": "warn" if verdict.advisory else None,
            "overridden": verdict.overridden or None,
        }
    )


def verdict_from_plain(value: Plain) -> Verdict:
    """Return a gate's answer as it was stored."""
    plain = as_map(value)
    message = str(plain.get("message") or "")
    reasons = (message,) if message else ()
    advisory = plain.get("mode") == "warn"
    return Verdict(
        name=str(plain["name"]),
        outcome=Outcome(plain["outcome"]),
        reasons=reasons,
        advisory=advisory,
        overridden=maybe(plain, "overridden"),
    )


def policy_to_plain(policy: PolicyVerdict) -> Map:
    """Return what a policy said of a pipeline, to be stored."""
    return without_none(
        {
            **verdict_to_plain(policy.verdict),
            "applies_to": [kind.value for kind in policy.types],
            "steps": [_step_to_plain(step) for step in policy.steps],
            "reused": "accept" if policy.accepts_reused else None,
        }
    )


def policy_from_plain(plain: Map) -> PolicyVerdict:
    """Return what a policy said of a pipeline."""
    kinds = (change_type(str(word)) for word in as_list(plain.get("applies_to") or []))
    return PolicyVerdict(
        verdict=verdict_from_plain(plain),
        types=tuple(kind for kind in kinds if kind is not None),
        steps=tuple(_step_from_plain(item) for item in as_list(plain.get("steps") or [])),
        accepts_reused=plain.get("reused") == "accept",
    )


def _step_to_plain(step: RequiredStep) -> Plain:
    if step.command is None:
        return step.name
    command = step.command if isinstance(step.command, str) else list[Plain](step.command)
    return {"name": step.name, "command": command}


def _step_from_plain(value: Plain) -> RequiredStep:
    if not isinstance(value, dict):
        return RequiredStep(str(value))
    command = value.get("command")
    if command is None:
        return RequiredStep(str(value["name"]))
    words = tuple(str(word) for word in command) if isinstance(command, list) else str(command)
    return RequiredStep(str(value["name"]), words)


def published_from_plain(plain: Map) -> PolicyPublished:
    """Return a publication of a policy."""
    replaces = tuple(RecordId(str(item)) for item in as_list(plain.get("replaces") or []))
    return PolicyPublished(Oid(str(plain["policy"])), replaces)
