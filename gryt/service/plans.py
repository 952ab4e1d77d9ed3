"""What a run is going to do: which pipeline, for which evolution, and whether it can be a proof."""

from typing import NamedTuple

from gryt.errors import NotFound, Refused
from gryt.model.gates import prove_command
from gryt.model.names import Oid
from gryt.model.pipeline import Pipeline
from gryt.model.state import Evolution, EvolutionStatus
from gryt.service import contracts
from gryt.service.choose import evolution_to_prove
from gryt.service.drafts import refuse_unless_draft
from gryt.service.enforcing import Checked, check
from gryt.service.messages import some
from gryt.service.pipelines import default_pipeline
from gryt.service.session import Session
from gryt.store.checkout import WorkTree, pipeline_at, worktree
from gryt.store.ledger import View
from gryt.store.pipeline_files import read_pipeline
from gryt.store.workspace import PIPELINES, Workspace, pipeline_path, require


class Plan(NamedTuple):
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

    @property
    def is_recorded(self) -> bool:
        """Tell whether the ledger will hear of it."""
        return self.evolution is not None and not self.unprovable


def plan(
    session: Session, name: str | None, *, evolution: str | None, isolated: bool = False
) -> Plan:
    """Decide what to run and for which evolution; raise Refused or NotFound with what to do.

    An isolated run is about the commit alone, whatever the work tree looks like.
    """
    files = session.files  # a bare repository ends here
    tree = worktree(session.ledger)
    found = evolution_to_prove(session, evolution, commit=tree.head.commit, branch=tree.head.branch)
    view, chosen = found if found is not None else (None, None)
    if view is not None and chosen is not None:
        view = contracts.current(session, view.state.version)
        chosen = view.state.evolution(chosen.id) or chosen
        refuse_unless_draft(view.state)
        refuse_unless_open(chosen, tree.head.commit)
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
        pipeline, blob = pipeline_at(session.ledger, commit, wanted)
    else:
        pipeline = _from_disk(files, wanted)
    checked = Checked()
    if view is not None and chosen is not None and not unprovable:
        promised = [s.change for c in chosen.changes if (s := view.state.change(c)) is not None]
        checked = check(
            session, view.state, promised, commit=commit, name=wanted, pipeline=pipeline
        )
    return Plan(
        checked=checked,
        pipeline=pipeline,
        blob=blob,
        generation=view,
        evolution=chosen,
        commit=commit,
        tree=None if commit is None else Oid(session.ledger.objects.tree_of(commit)),
        branch=tree.head.branch,
        unprovable=unprovable,
        isolated=isolated,
    )


def refuse_unless_open(evolution: Evolution, commit: str | None) -> None:
    """Raise Refused where an evolution has passed, is running or was withdrawn."""
    if evolution.is_open:
        return
    version = evolution.tag.rpartition("-rc.")[0]
    if evolution.status is EvolutionStatus.PASS:
        where = (evolution.commit or "")[:10]
        here = "this commit" if evolution.commit == commit else where
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
    return tuple(reasons)


def _no_pipeline_hints(session: Session) -> list[str]:
    there = session.workspace.names(PIPELINES) if session.workspace is not None else []
    if there:
        return [f"gryt run {there[0]}", "git config gryt.defaultPipeline NAME"]
    return ["gryt init", f"write '{pipeline_path('NAME')}'"]


def _from_disk(files: Workspace, name: str) -> Pipeline:
    path = pipeline_path(name)
    there = files.names(PIPELINES)
    hints = [f"gryt run {other}" for other in there[:3]] or ["gryt init"]
    data = require(files.read(path), path, hints=hints)
    return read_pipeline(data, path, name=name)
