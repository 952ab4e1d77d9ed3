"""Gates and promotions as text and as JSON documents."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from gryt.model.verdict import Outcome, Verdict
from gryt.render.safe import cell

if TYPE_CHECKING:
    from typing import Protocol

    from gryt.model.names import Oid
    from gryt.model.policy import Policy
    from gryt.model.state import Generation

    class GateCheck(Protocol):
        """The answer of every gate, and what went before."""

        @property
        def generation(self) -> Generation: ...
        @property
        def commit(self) -> Oid: ...
        @property
        def gates(self) -> tuple[Verdict, ...]: ...
        @property
        def policy(self) -> Policy: ...
        @property
        def incidents(self) -> tuple[dict[str, Any], ...]: ...
        @property
        def exit_status(self) -> int: ...


Document = dict[str, Any]


def gate_lines(gates: Sequence[Verdict]) -> list[str]:
    """Return a line per gate, and under each that did not pass every reason and what mends it."""
    lines = []
    for verdict in gates:
        lines.append(f"  {cell(verdict.name)}: {word(verdict)}")
        lines += [f"    {cell(reason)}" for reason in verdict.reasons]
        if verdict.overridden is not None:
            lines.append(f"    overridden: {cell(verdict.overridden)}")
        elif verdict.outcome is not Outcome.PASS and verdict.mend is not None:
            lines.append(f"    mend: {cell(verdict.mend)}")
    return lines


def gate_documents(gates: Sequence[Verdict]) -> list[Document]:
    """Return the gates for programs."""
    return [
        {
            "name": verdict.name,
            "outcome": verdict.outcome.value,
            "reasons": list(verdict.reasons),
            "mend": verdict.mend,
            "advisory": verdict.advisory,
            "overridden": verdict.overridden,
        }
        for verdict in gates
    ]


def word(verdict: Verdict) -> str:
    """Return the answer as people read it; what only warns says so."""
    said = verdict.outcome.value.upper()
    if verdict.overridden is not None:
        return f"{said} (overridden)"
    warns = verdict.advisory and verdict.outcome is not Outcome.PASS
    return said + (" (warning only)" if warns else "")


def synced_lines(
    version: str, *, proven: int, changes: int, remote: str, synced: bool
) -> list[str]:
    """Return what a promotion comes to for others, as Workflow 8 has it."""
    every = "All changes" if proven == changes else "Changes"
    return [
        "",
        "Promotion successful",
        f"  Version: {version}",
        f"  {every} proven: {proven}/{changes}",
        f"  Synced to {cell(remote)}: {'yes' if synced else 'no'}",
    ]


def promotion_text(version: str, gates: Sequence[Verdict], *, promoted: bool, dry_run: bool) -> str:
    """Return what a promotion shows, as Workflow 1 has it."""
    if promoted and not gates:
        return f"Generation {version} is promoted already: nothing to do\n"
    lines = ["Running promotion gates...", *gate_lines(gates), ""]
    if promoted:
        lines += [
            f"Creating final tag {version}...",
            "Updating generation status to promoted...",
            "",
            f"Generation {version} promoted successfully!",
        ]
    elif dry_run and not any(verdict.blocks for verdict in gates):
        lines.append(f"Generation {version} would be promoted (dry run: nothing was changed)")
    else:
        lines.append(f"Generation {version} not promoted")
    return "\n".join(lines) + "\n"


_SHOWN = 5
"""How many earlier refusals and overrides are listed."""


def gate_check_text(check: "GateCheck") -> str:
    """Return every gate, the policy, and what was refused and overridden before."""
    state = check.generation
    lines = [f"Gates of {state.version} at {check.commit[:10]}:", *gate_lines(check.gates)]
    lines += policy_lines(check.policy)
    if check.incidents:
        lines += ["", "Refused and overridden before:"]
        lines += [f"  {incident_line(each)}" for each in check.incidents[:_SHOWN]]
        if len(check.incidents) > _SHOWN:
            more = len(check.incidents) - _SHOWN
            lines.append(f"  and {more} more: gryt audit log {state.version}")
    if state.promotion is not None:
        return (
            "\n".join([*lines, "", f"{state.version} is promoted: so its gates said then"]) + "\n"
        )
    answer = {0: "YES", 1: "NO"}.get(check.exit_status, "cannot tell")
    return "\n".join([*lines, "", f"Ready for promotion: {answer}"]) + "\n"


def policy_lines(policy: "Policy") -> list[str]:
    """Return which files are in force, and what a branch lacks of the published one."""
    if not policy.sources:
        return []
    lines = ["", "Policy:"]
    lines += [f"  {cell(s.path)} ({s.where}) {s.blob[:10]}" for s in policy.sources]
    return lines + [f"  {cell(text)}: the published one holds" for text in policy.differences]


def incident_line(document: Document) -> str:
    """Return a refusal or an override in one line: when, what, why, who, by which policy."""
    if document["kind"] == "audit.refused":
        what = f"{document['action']} refused: {'; '.join(document['reasons'])}"
    else:
        what = f"{document['gate']} overridden: {document['reason']}"
    policy = f", policy {document['policy'][:10]}" if document.get("policy") else ""
    return cell(f"{document['at']}  {what}  ({document['by']}{policy})")


def gate_check_document(check: "GateCheck") -> Document:
    """Return a gate check for programs."""
    may_override = check.policy.may_override
    gates = gate_documents(check.gates)
    return {
        "schema": "gryt/gate-check/1",
        "version": check.generation.version,
        "status": check.generation.status.value,
        "commit": check.commit,
        "passed": check.exit_status == 0,
        "gates": [{**gate, "may_override": may_override(gate["name"])} for gate in gates],
        "policy": policy_document(check.policy),
        "refused": [d for d in check.incidents if d["kind"] == "audit.refused"],
        "overridden": [d for d in check.incidents if d["kind"] == "audit.overridden"],
    }


def policy_document(policy: "Policy") -> Document:
    """Return which files are in force, for programs."""
    return {
        "blob": policy.blob,
        "sources": [{"where": s.where, "path": s.path, "blob": s.blob} for s in policy.sources],
        "differences": list(policy.differences),
    }
