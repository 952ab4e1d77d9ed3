"""Hot-fixes as text and as JSON documents."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from gryt.model.hotfix import Hotfix
from gryt.model.state import Generation
from gryt.model.verdict import Verdict
from gryt.render.gates import gate_lines
from gryt.render.safe import cell
from gryt.render.table import table

if TYPE_CHECKING:
    from typing import Protocol

    class Picked(Protocol):
        """What became of cherry-picks."""

        @property
        def commits(self) -> tuple[str, ...]: ...
        @property
        def conflicts(self) -> tuple[str, ...]: ...

    class Fix(Protocol):
        """One commit of a fix."""

        @property
        def commit(self) -> str: ...
        @property
        def subject(self) -> str: ...

    class Place(Protocol):
        """A branch or a generation."""

        @property
        def name(self) -> str: ...
        @property
        def at(self) -> str | None: ...
        @property
        def candidate(self) -> str | None: ...
        @property
        def lacks(self) -> "Sequence[Fix]": ...
        @property
        def is_local(self) -> bool: ...

    class Forward(Protocol):
        """A hot-fix, and where it is missing."""

        @property
        def version(self) -> str: ...
        @property
        def base(self) -> str: ...
        @property
        def issue(self) -> str: ...
        @property
        def commits(self) -> "Sequence[Fix]": ...
        @property
        def branches(self) -> "Sequence[Place]": ...
        @property
        def generations(self) -> "Sequence[Place]": ...
        @property
        def is_everywhere(self) -> bool: ...


Document = dict[str, Any]


def begun_text(generation: Generation, hotfix: Hotfix, branch: str, picked: "Picked | None") -> str:
    """Return what is shown when a hot-fix begins, as Workflow 2 has it."""
    version = generation.version
    lines = [
        f"Creating hot-fix for {hotfix.base}...",
        f"Hot-fix generation created: {version}",
        f"  Generation ID: {generation.gid}",
        f"  Issue: {hotfix.issue}",
        "",
        "Next steps:",
        f"  1. gryt evolution start {version} --change {hotfix.issue}",
        "  2. Run your pipeline to test the fix",
        f"  3. gryt audit hotfix-promote {version}",
        "",
    ]
    if picked is None:
        lines += ["The fix belongs on a branch of its own:"]
        lines += [f"  git switch -c {branch} {hotfix.base}"]
    elif not picked.conflicts:
        count = len(picked.commits)
        lines += [f"Switched to a new branch {branch}, from {hotfix.base}"]
        lines += [f"Picked {count} commit{'' if count == 1 else 's'}"]
    else:
        lines += [f"Switched to a new branch {branch}, from {hotfix.base}"]
        lines += ["Picking stopped at a conflict in:"]
        lines += [f"  {cell(path)}" for path in picked.conflicts]
        lines += ["Resolve it, and then:", "  git add PATH...", "  git cherry-pick --continue"]
        lines += [f"  gryt evolution start {version} --change {hotfix.issue}"]
    return "\n".join(lines) + "\n"


def begun_document(
    generation: Generation, hotfix: Hotfix, branch: str, picked: "Picked | None"
) -> Document:
    """Return a hot-fix that begins for programs."""
    return {
        "schema": "gryt/hotfix/1",
        "version": generation.version,
        "gid": generation.gid,
        "base": hotfix.base,
        "base_commit": hotfix.commit,
        "issue": hotfix.issue,
        "branch": branch,
        "picked": list(picked.commits) if picked is not None else [],
        "conflicts": list(picked.conflicts) if picked is not None else [],
        "next": [
            f"gryt evolution start {generation.version} --change {hotfix.issue}",
            "gryt run",
            f"gryt audit hotfix-promote {generation.version}",
        ],
    }


def promotion_text(version: str, gates: Sequence[Verdict], *, promoted: bool, dry_run: bool) -> str:
    """Return what the promotion of a hot-fix shows, as Workflow 2 has it."""
    if promoted and not gates:
        return f"Hot-fix {version} is promoted already: nothing to do\n"
    lines = [f"Promoting hot-fix: {version}", "", "Running HotfixGate (minimal validation)..."]
    lines += [*gate_lines(gates), ""]
    if promoted:
        lines += ["Hot-fix promoted successfully!", f"Tag created: {version}"]
    elif dry_run and not any(verdict.blocks for verdict in gates):
        lines.append(f"Hot-fix {version} would be promoted (dry run: nothing was changed)")
    else:
        lines.append(f"Hot-fix {version} not promoted")
    return "\n".join(lines) + "\n"


def forward_text(found: "Forward") -> str:
    """Return where a hot-fix is missing, and how it gets there."""
    count = len(found.commits)
    some = f"{count} commit{'' if count == 1 else 's'}"
    lines = [f"Hot-fix {found.version} of {found.base} ({found.issue}), {some}"]
    for title, places in (
        ("Branches:", found.branches),
        ("Open generations:", found.generations),
    ):
        rows = [(place.name, _word(place, count)) for place in places]
        header = (title.removesuffix(":"), "")
        lines += ["", title, *(table(header, rows, gaps=(2,))[1:] if rows else ["  (none)"])]
    first = next((place for place in found.branches if place.lacks and place.is_local), None)
    if first is not None:
        picks = " ".join(fix.commit[:10] for fix in first.lacks)
        lines += ["", f"To bring it to {cell(first.name)}:", f"  git switch {cell(first.name)}"]
        lines += [f"  git cherry-pick -x {picks}"]
    elif found.is_everywhere:
        lines += ["", "Nothing lacks it."]
    return "\n".join(lines) + "\n"


def _word(place: "Place", count: int) -> str:
    where = f" ({place.candidate})" if place.candidate is not None else ""
    if place.at is None:
        return "nothing is begun"
    if not place.lacks:
        return f"has it{where}"
    what = "it" if len(place.lacks) == count else f"{len(place.lacks)} of {count} commits"
    return f"lacks {what}{where}"


def forward_document(found: "Forward") -> Document:
    """Return where a hot-fix is missing for programs."""

    def rows(places: "Sequence[Place]") -> list[Document]:
        return [
            {
                "name": place.name,
                "commit": place.at,
                "candidate": place.candidate,
                "has_fix": not place.lacks,
                "lacks": [fix.commit for fix in place.lacks],
            }
            for place in places
        ]

    return {
        "schema": "gryt/hotfix-forward/1",
        "version": found.version,
        "base": found.base,
        "issue": found.issue,
        "commits": [{"commit": fix.commit, "subject": fix.subject} for fix in found.commits],
        "branches": rows(found.branches),
        "generations": rows(found.generations),
        "everywhere": found.is_everywhere,
    }
