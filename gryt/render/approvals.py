"""Approvals as text and as JSON documents."""

from typing import TYPE_CHECKING, Any

from gryt.model.state import ChangeStatus
from gryt.render.safe import cell

if TYPE_CHECKING:
    from typing import Protocol

    from gryt.model.state import Generation

    class Given(Protocol):
        """An approval that was given, or approvals that were taken back."""

        @property
        def generation(self) -> Generation: ...
        @property
        def by(self) -> str: ...
        @property
        def at(self) -> str: ...
        @property
        def change(self) -> str | None: ...
        @property
        def records(self) -> tuple[str, ...]: ...
        @property
        def signed(self) -> bool: ...
        @property
        def commit(self) -> str | None: ...
        @property
        def comment(self) -> str | None: ...
        @property
        def unproven(self) -> tuple[str, ...]: ...
        @property
        def doubts(self) -> tuple[str, ...]: ...


Document = dict[str, Any]


def given_text(given: "Given", *, withdrawn: bool) -> str:
    """Return what is shown when somebody approves, or takes it back."""
    what = given.generation.version + (f" {given.change}" if given.change else "")
    if withdrawn:
        count = len(given.records)
        return f"Withdrawn: {count} approval{'' if count == 1 else 's'} of {what}\n"
    lines = [f"Approved: {what}", f"By: {cell(given.by)}{' (signed)' if given.signed else ''}"]
    if given.commit is not None:
        lines.append(f"Commit: {given.commit}")
    if given.comment is not None:
        lines.append(f"Comment: {cell(given.comment)}")
    for state in given.generation.changes:
        if given.change in {None, state.change.id}:
            is_proven = state.proof is not None and state.status is ChangeStatus.PROVEN
            proof = f"proven by {state.proof.tag}" if is_proven and state.proof else "unproven"
            lines.append(f"  {state.change.id} ({proof})")
    if given.unproven:
        lines.append(f"Stale once proven: {', '.join(given.unproven)}")
    lines += [f"It {cell(doubt)}" for doubt in given.doubts]
    return "\n".join(lines) + "\n"


def given_document(given: "Given", *, withdrawn: bool) -> Document:
    """Return an approval for programs."""
    return {
        "schema": "gryt/approval/1",
        "version": given.generation.version,
        "change": given.change,
        "withdrawn": withdrawn,
        "records": list(given.records),
        "by": given.by,
        "at": given.at,
        "signed": given.signed,
        "commit": given.commit,
        "comment": given.comment,
        "unproven": list(given.unproven),
        "doubts": list(given.doubts),
    }
