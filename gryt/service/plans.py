"""What a run is going to do: which pipeline, for which evolution, and whether it can be a proof."""

from collections.abc import Mapping
from types import MappingProxyType

from gryt.errors import NotFound, Refused
from gryt.model.contract import Change
from gryt.model.names import Oid
from gryt.model.pipeline import Pairs, Pipeline
from gryt.model.state import Evolution, EvolutionStatus, Generation
from gryt.service import contracts
from gryt.service.choose import evolution_to_prove
from gryt.service.conditions import Surroundings
from gryt.service.drafts import refuse_unless_draft
from gryt.service.enforcing import Checked, check
from gryt.service.messages import some
from gryt.service.pipelines import default_pipeline
from gryt.service.requirements import inspected
from gryt.service.selection import Taken, left_out, take_over
from gryt.service.session import Session
from gryt.service.wishes import Wish
from gryt.store.checkout import (
    Head,
    WorkTree,
    expect_tree,
    pipeline_data_at,
    tree_named,
    worktree,
)
from gryt.store.ledger import View
from gryt.store.workspace import PIPELINES, Workspace, pipeline_path, require
from gryt.values import Value


class Plan(Value):
    """What a run is going to do, decided before anything runs."""

    pipeline: Pipeline
    blob: Oid | None
    """The pipeline as the commit has it; None where the file on disk is used."""
    generation: View | None
    evolution: Evolution | None
    commit: Oid | None
    tree: Oid | None
    branch: str | None
    unprovable: tuple[str, ...]
    """Why the run cannot prove anything; it then runs and nothing is recorded."""
    checked: Checked = Checked()
    """What the policies say of the pipeline, where the run is to prove something."""

    isolated: bool = False
    """Whether it runs in a work tree of its own."""
    wish: Wish = Wish()
    """The options that it was asked for with."""
    skipped: Mapping[str, str] = MappingProxyType({})
    """Steps and cells that are not to be run, and why."""
    taken: Taken | None = None
    """What is taken over from the evolution's last run."""
    tools: Pairs = ()
    """The programs that the pipeline requires, with their versions."""

    @property
    def is_recorded(self) -> bool:
        """Tell whether the ledger will hear of it."""
        return self.evolution is not None and not self.unprovable and not self.wish.is_partial


def plan(
    session: Session, name: str | None, *, evolution: str | None = None, wish: Wish | None = None
) -> Plan:
    """Decide what to run and for which evolution; raise Refused or NotFound with what to do.

    Everything that the pipeline lacks is told at once, by CannotJudge. An isolated run is about the
    commit alone, whatever the work tree looks like.
    """
    wish = wish or Wish(evolution=evolution)
    isolated = wish.isolated
    files = session.files  # a bare repository ends here
    tree = worktree(session.ledger)
    view, chosen = _evolution(session, wish, tree.head)
    if isolated and tree.head.commit is None:
        raise Refused("there is no commit yet that could be checked out", hints=["git commit"])
    unprovable = _against(tree) if chosen is not None and not isolated else ()
    asked = name or (chosen.pipeline if chosen is not None else None)
    changes = chosen.changes if chosen is not None else ()
    wanted = default_pipeline(session, view.state if view else None, changes, asked)
    if wanted is None:
        raise NotFound("there is no pipeline to run", hints=_no_pipeline_hints(session))
    commit = None if tree.head.commit is None else Oid(tree.head.commit)
    blob: Oid | None = None
    if (isolated or chosen is not None) and not unprovable and commit is not None:
        data, blob = pipeline_data_at(session.ledger, commit, wanted)
    else:
        data = _from_disk(files, wanted)
        if commit is not None:
            expect_tree(session.ledger, commit)
    pipeline, tools = inspected(session, data, wanted)
    promised = () if view is None or chosen is None else _promised(view.state, chosen)
    checked = Checked()
    if view is not None and chosen is not None and not unprovable and not wish.is_partial:
        checked = check(
            session, view.state, promised, commit=commit, name=wanted, pipeline=pipeline
        )
    found = Plan(
        checked=checked,
        pipeline=pipeline,
        blob=blob,
        generation=view,
        evolution=chosen,
        commit=commit,
        tree=None if commit is None else tree_named(session.ledger, commit),
        branch=tree.head.branch,
        unprovable=unprovable,
        isolated=isolated,
        wish=wish,
        tools=tools,
    )
    about = None if view is None or chosen is None else (view, chosen)
    return found._replace(
        skipped=_skipped(session, found, tree, promised),
        taken=take_over(session, pipeline, about=about, tree=found.tree, blob=blob)
        if wish.failed
        else None,
    )


def _skipped(
    session: Session, found: Plan, tree: WorkTree, promised: tuple[Change, ...]
) -> dict[str, str]:
    """Return the steps whose conditions do not hold, and those that nobody wishes for."""
    surroundings = Surroundings(
        session,
        commit=found.commit,
        tree=tree,
        change_types=tuple(dict.fromkeys(change.type.value for change in promised)),
        isolated=found.isolated,
    )
    return {**surroundings.unmet(found.pipeline), **left_out(found.pipeline, found.wish)}


def _evolution(
    session: Session, wish: Wish, head: Head
) -> tuple[View, Evolution] | tuple[None, None]:
    """Return the evolution that the run is for, as it is by now; raise Refused where it is over."""
    if wish.no_record:
        return None, None
    found = evolution_to_prove(session, wish.evolution, commit=head.commit, branch=head.branch)
    if found is None:
        return None, None
    view = contracts.current(session, found[0].state.version)
    chosen = view.state.evolution(found[1].id) or found[1]
    refuse_unless_draft(view.state)
    refuse_unless_open(chosen, head.commit)
    return view, chosen


def _promised(state: Generation, evolution: Evolution) -> tuple[Change, ...]:
    return tuple(s.change for name in evolution.changes if (s := state.change(name)) is not None)


def refuse_unless_open(evolution: Evolution, commit: str | None) -> None:
    """Raise Refused where an evolution has passed, is running or was withdrawn."""
    if evolution.is_open:
        return
    version = evolution.tag.rpartition("-rc.")[0]
    if evolution.status is EvolutionStatus.PASS:
        where = (evolution.commit or "")[:10]
        here = "this commit" if evolution.commit == commit else where
        from gryt.model.gates import prove_command  # lazy: an error needs it

        raise Refused(
            f"evolution '{evolution.tag}' has passed on {here}: it is proven and stays so",
            hints=[prove_command(version, evolution.changes[0])],
        )
    raise Refused(
        f"evolution '{evolution.tag}' is {evolution.status.value}",
        hints=[f"gryt evolution list {version}"],
    )


def _against(tree: WorkTree) -> tuple[str, ...]:
    """Return what keeps the work tree from being its commit."""
    if tree.head.commit is None:
        return ("there is no commit yet",)
    reasons = []
    for what, paths in (("uncommitted changes", tree.changed), ("untracked files", tree.untracked)):
        if paths:
            reasons.append(f"the work tree has {what}: {some(paths)}")
    if tree.unseen:
        reasons.append(f"git is told not to look at {some(tree.unseen)} (git update-index)")
    return tuple(reasons)


def _no_pipeline_hints(session: Session) -> list[str]:
    there = session.workspace.names(PIPELINES) if session.workspace is not None else []
    if there:
        return [f"gryt run {there[0]}", "git config gryt.defaultPipeline NAME"]
    return ["gryt init", f"write '{pipeline_path('NAME')}'"]


def _from_disk(files: Workspace, name: str) -> bytes:
    path = pipeline_path(name)
    there = files.names(PIPELINES)
    hints = [f"gryt run {other}" for other in there[:3]] or ["gryt init"]
    return require(files.read(path), path, hints=hints)
