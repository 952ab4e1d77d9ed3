"""Hot-fixes: a generation for one fix of a release, begun fast, promoted by a gate of its own."""

import re
from collections.abc import Sequence

from gryt.errors import NotFound, Refused
from gryt.model.contract import Change, ChangeType, Contract
from gryt.model.hotfix import Hotfix
from gryt.model.names import ChangeId, Oid, Version, nearest, parse_name, parse_version
from gryt.model.state import Generation, GenerationStatus
from gryt.service import contracts, revisions
from gryt.service.generations import parse_title
from gryt.service.promote import How, Promotion, promote
from gryt.service.session import Session
from gryt.store.checkout import commit_named, tag_target, worktree
from gryt.store.ledger import View
from gryt.store.naming import tag_names, tracked
from gryt.store.picks import Picked, branch_tip, pick
from gryt.values import Value

_RELEASE = re.compile(r"(v?)(\d+)\.(\d+)\.(\d+)(?:-rc\.\d+)?")
_ATTEMPTS = 20


class Begun(Value):
    """A hot-fix that has begun."""

    view: View
    hotfix: Hotfix
    branch: str
    """The branch that it belongs on; it is checked out where commits were picked."""
    picks: tuple[Oid, ...]
    """The commits that were to be picked."""
    picked: Picked | None


def begin(
    session: Session, base: str, *, issue: str, title: str, picks: Sequence[str] = ()
) -> Begun:
    """Begin a hot-fix of a release, as its next patch version; pick commits for it.

    Everything that could be refused is looked at before anything is done. Raises NotFound where
    there is no such release, and Refused where it is none.
    """
    version = parse_version(base)
    change = ChangeId(parse_name(issue, what="change id"))
    title = parse_title(title)
    state, commit = _released(session, version)
    wanted = tuple(commit_named(session.ledger, revision) for revision in picks)
    if wanted:
        _refuse_unclean(session)
    hotfix = Hotfix(version.text, commit, change)
    pipeline = state.contract.pipeline_template if state is not None else None
    for _ in range(_ATTEMPTS):
        new = next_patch(session, version)
        branch = f"hotfix/{new}"
        if wanted:
            _refuse_branch(session, branch)
        contract = Contract(
            new, f"Hot-fix of {version}", (Change(change, ChangeType.FIX, title),), pipeline
        )
        try:
            view = revisions.begin(session, contract, hotfix=hotfix)
            break
        except Refused:  # another process was faster: it has this number
            session.ledger.reread()
            if session.ledger.find(new) is None:
                raise
    else:
        raise Refused(f"no number after '{version}' could be had", hints=["try again"])
    if session.workspace is not None:
        contracts.write_file(session, view)
    picked = pick(session.ledger, branch, commit, wanted) if wanted else None
    return Begun(view, hotfix, branch, wanted, picked)


def _released(session: Session, version: Version) -> tuple[Generation | None, Oid]:
    """Return the generation of a release, where there is one, and the commit that was released."""
    ledger = session.ledger
    view = ledger.find(version.text)
    state = view.state if view is not None else None
    if "-" in version.text:
        raise Refused(
            f"'{version}' is a pre-release: what it lacks goes into the next one",
            hints=["gryt generation new VERSION"],
        )
    if state is not None and state.promotion is not None:
        if state.status is GenerationStatus.YANKED:
            session.say(f"'{version}' is yanked: {state.reason}")
        return state, state.promotion.commit
    commit = tag_target(ledger, version.text)
    if commit is not None:
        return state, commit
    if state is not None:
        raise Refused(
            f"'{version}' is {state.status.value}: there is no release to fix",
            hints=[f"gryt evolution start {version} --change ID", "gryt generation list"],
        )
    released = [line.version for line in ledger.summaries() if line.promoted_at is not None]
    near = [f"did you mean '{name}'?" for name in nearest(version.text, released)[:1]]
    raise NotFound(
        f"there is no release '{version}': neither a promoted generation nor a tag",
        hints=[*near, "git fetch --tags", "gryt generation list"],
    )


def next_patch(session: Session, base: Version) -> str:
    """Return the next patch version of a release: above every one known, here or on a remote."""
    ledger = session.ledger
    match = _RELEASE.fullmatch(base.text)
    assert match is not None  # a version without pre-release and build
    prefix, major, minor, patch = match.groups()
    names = [*ledger.versions(), *tracked(ledger), *tag_names(ledger)]
    found = (_RELEASE.fullmatch(name) for name in names)
    line = [int(m[4]) for m in found if m is not None and (m[2], m[3]) == (major, minor)]
    return f"{prefix}{major}.{minor}.{max([int(patch), *line]) + 1}"


def _refuse_unclean(session: Session) -> None:
    tree = worktree(session.ledger) if session.workspace is not None else None
    if tree is None:
        raise Refused("commits are picked in a work tree, and the repository is bare")
    if tree.changed:
        raise Refused(
            "commits are picked onto another branch, and the work tree has changes",
            details=list(tree.changed[:5]),
            hints=["git stash", "git commit"],
        )


def _refuse_branch(session: Session, branch: str) -> None:
    if branch_tip(session.ledger, branch) is not None:
        raise Refused(
            f"branch '{branch}' exists already",
            hints=[f"git log {branch}", f"git branch -m {branch} OTHER"],
        )


def promote_hotfix(
    session: Session, version: str, *, revision: str | None, how: How, dry_run: bool = False
) -> Promotion:
    """Promote a hot-fix by the HotfixGate; raise Refused for a generation that is none."""
    view = contracts.current(session, version)
    if view.state.hotfix is None:
        raise Refused(
            f"'{version}' is no hot-fix, so all its gates are asked",
            hints=[f"gryt generation promote {version}"],
        )
    fast = how._replace(fast_track=True)
    return promote(session, version, revision=revision, dry_run=dry_run, how=fast)
