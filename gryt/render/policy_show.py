"""Policies as text and as JSON documents: what is in force, and what it says of what is here."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from gryt.model.policy import Approvals, Policy, PolicyVerdict, Rule
from gryt.model.policy_gates import spell
from gryt.render.gates import policy_document, word
from gryt.render.policies import policy_documents
from gryt.render.safe import cell

if TYPE_CHECKING:
    from typing import Protocol

    from gryt.model.names import ChangeId, Oid, RecordId
    from gryt.model.publication import Pending, Standing

    class Subject(Protocol):
        """A change with its pipeline, or a pipeline alone."""

        @property
        def change(self) -> ChangeId | None: ...
        @property
        def pipeline(self) -> str | None: ...
        @property
        def policies(self) -> tuple[PolicyVerdict, ...]: ...

    class Published(Protocol):
        """What became of a policy that somebody published."""

        @property
        def policy(self) -> Oid: ...
        @property
        def record(self) -> RecordId | None: ...
        @property
        def pending(self) -> Pending | None: ...
        @property
        def replaced(self) -> tuple[Oid, ...]: ...


Document = dict[str, Any]


def check_text(policy: Policy, subjects: "Sequence[Subject]", *, passed: bool) -> str:
    """Return what the policy says of every change or pipeline."""
    if not policy.sources:
        return "No policy: nothing is asked for beyond the contract.\n"
    lines = [*_source_lines(policy), *([""] if subjects else [])]
    for subject in subjects:
        lines.append(_subject(subject.change, subject.pipeline))
        for each in subject.policies:
            lines.append(f"  {cell(each.verdict.name)}: {word(each.verdict)}")
            lines += [f"    {cell(reason)}" for reason in each.verdict.reasons]
        if not subject.policies:
            lines.append("  no policy requires a step of it")
    lines += ["", "Policy: fulfilled" if passed else "Policy: violated"]
    return "\n".join(lines) + "\n"


def _subject(change: str | None, pipeline: str | None) -> str:
    if change is None:
        return f"{cell(pipeline or '')}:"
    return f"{cell(change)} ({cell(pipeline) if pipeline else 'no pipeline'}):"


def check_document(policy: Policy, subjects: "Sequence[Subject]", *, passed: bool) -> Document:
    """Return a check for programs."""
    return {
        "schema": "gryt/policy-check/1",
        "passed": passed,
        "policy": policy_document(policy),
        "subjects": [
            {
                "change": subject.change,
                "pipeline": subject.pipeline,
                "policies": policy_documents(subject.policies),
            }
            for subject in subjects
        ],
    }


def _source_lines(policy: Policy) -> list[str]:
    lines = [f"{cell(s.path)} ({s.where}) {s.blob[:10]}" for s in policy.sources]
    return lines + [f"{cell(text)}: the published one holds" for text in policy.differences]


def show_text(policy: Policy, standing: "Standing") -> str:
    """Return every rule in force and what it asks for, and publications that wait."""
    lines: list[str] = []
    told: set[str] = set()
    for source in policy.sources:
        same = " says the same" if source.blob in told else ""
        lines.append(f"{cell(source.path)} ({source.where}) {source.blob[:10]}{same}")
        if same:
            continue
        told.add(source.blob)
        for rule in source.rules:
            why = f": {cell(rule.description)}" if rule.description else ""
            lines.append(f"  {cell(rule.name)}{why}")
            lines += [f"    {cell(text)}" for text in _rule_lines(rule)]
        lines += [f"  {cell(name)} may not be overridden" for name in source.no_override]
    if not lines:
        lines = ["No policy: nothing is asked for beyond the contract."]
    lines += [f"{cell(text)}: the published one holds" for text in policy.differences]
    lines += [cell(_waits(each)) for each in standing.pending]
    return "\n".join(lines) + "\n"


def _waits(pending: "Pending") -> str:
    by = f" ({', '.join(pending.people)})" if pending.people else ""
    return (
        f"policy {pending.publication.policy[:10]} waits to be published:"
        f" {len(pending.people)} of {pending.needed} people{by}"
    )


def _rule_lines(rule: Rule) -> list[str]:  # noqa: C901 - a line per thing to ask for
    lines = []
    if rule.applies_to:
        lines.append(f"applies to {', '.join(kind.value for kind in rule.applies_to)}")
    if rule.paths:
        lines.append(f"paths {', '.join(rule.paths)}")
    for step in rule.required_steps:
        pinned = step.command if isinstance(step.command, str) else " ".join(step.command or ())
        lines.append(f"requires step {step.name}" + (f": {pinned}" if pinned else ""))
    if rule.min_evolutions is not None:
        lines.append(f"at least {rule.min_evolutions} evolutions")
    if rule.command is not None:
        text = rule.command if isinstance(rule.command, str) else " ".join(rule.command)
        lines.append(f"asks: {text}")
    for metric in rule.metrics:
        limits = ((k, getattr(metric, k)) for k in ("min", "max", "warn"))
        shown = [f"{key} {value:g}" for key, value in limits if value is not None]
        shown += ["not worse than before"] if metric.not_worse_than_previous else []
        lines.append(f"metric {metric.name}: {', '.join(shown)}")
    if rule.approvals is not None:
        lines.append(f"approvals: {_approvals(rule.approvals)}")
    if rule.soak is not None:
        lines.append(f"soaks for {spell(rule.soak)}")
    if rule.max_age is not None:
        lines.append(f"proofs of at most {spell(rule.max_age)}")
    lines += [f"frozen from {w.text}" for w in rule.freeze]
    for wanted, text in (
        (rule.strict, "no evolution may have failed"),
        (rule.tip_proven, "the promoted commit itself is proven"),
        (rule.proof_from_ci, "proofs by CI only"),
        (rule.accepts_reused, "accepts reused results"),
        (rule.advisory, "warns only"),
        (not rule.may_override, "may not be overridden"),
    ):
        lines += [text] if wanted else []
    return lines


def _approvals(asked: Approvals) -> str:
    words = [f"{asked.min} {'person' if asked.min == 1 else 'people'}"]
    words += ["not the author"] if asked.not_author else []
    words += ["signed"] if asked.signed else []
    words += [f"from {', '.join(asked.people)}"] if asked.people else []
    return ", ".join(words)


def show_document(policy: Policy, standing: "Standing") -> Document:
    """Return the rules in force for programs."""
    return {
        "schema": "gryt/policy/1",
        **policy_document(policy),
        "rules": [
            {
                "where": source.where,
                "name": rule.name,
                "description": rule.description,
                "mode": "warn" if rule.advisory else "enforce",
                "may_override": rule.may_override,
                "applies_to": [kind.value for kind in rule.applies_to],
                "paths": list(rule.paths),
                "asks": _rule_lines(rule),
            }
            for source in policy.sources
            for rule in source.rules
        ],
        "no_override": sorted(policy.no_override),
        "published": [
            {"record": p.record, "policy": p.policy, "at": p.at, "by": p.by}
            for p in standing.in_force
        ],
        "pending": [
            {
                "policy": p.publication.policy,
                "by": p.publication.by,
                "people": list(p.people),
                "needed": p.needed,
            }
            for p in standing.pending
        ],
    }


def published_text(done: "Published") -> str:
    """Return what became of a publication."""
    short = done.policy[:10]
    if done.pending is not None:
        waits = f"{len(done.pending.people)} of {done.pending.needed} people have published it"
        return (
            f"Policy {short} is not in force yet: {waits}\n"
            "The others approve by publishing the same file: gryt policy publish\n"
        )
    if done.record is None:
        return f"Policy {short} is published already: nothing to do\n"
    instead = f", in place of {', '.join(b[:10] for b in done.replaced)}" if done.replaced else ""
    return f"Policy published: {short}{instead}\n"


def published_document(done: "Published") -> Document:
    """Return what became of a publication, for programs."""
    return {
        "schema": "gryt/policy-publish/1",
        "policy": done.policy,
        "record": done.record,
        "in_force": done.pending is None,
        "replaced": list(done.replaced),
        "people": list(done.pending.people) if done.pending is not None else [],
        "needed": done.pending.needed if done.pending is not None else None,
    }
