"""`gryt run`: running a pipeline, and proving with it."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gryt.cli import options
from gryt.errors import CannotJudge, Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gryt.cli.context import App
    from gryt.cli.showing import Showing
    from gryt.render.dialects import Place
    from gryt.service.plans import Plan
    from gryt.service.runs import Outcome
    from gryt.service.wishes import Wish


_WORDS = ("list", "show")


class RunCommand(click.Group):
    """A command that takes a pipeline, or as its very first word `list` or `show`."""

    allow_interspersed_args = True
    allow_extra_args = False

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: object,
    ) -> click.Context:
        """Return the context of the sub-command, where the first word names one."""
        if args and args[0] in _WORDS and (command := self.get_command(None, args[0])) is not None:
            return command.make_context(f"{info_name} {args[0]}", args[1:], parent, **extra)
        return super().make_context(info_name, args, parent, **extra)

    def list_commands(self, ctx: click.Context | None) -> list[str]:
        """Return the words that are no pipelines."""
        del ctx
        return list(_WORDS)

    def get_command(self, ctx: click.Context | None, cmd_name: str) -> click.Command | None:
        """Return a sub-command, whose module is loaded when it is called."""
        from gryt.cli import history

        del ctx
        return {"list": history.list_, "show": history.show}.get(cmd_name)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse as a plain command: what follows are no sub-commands."""
        return click.Command.parse_args(self, ctx, args)

    def invoke(self, ctx: click.Context) -> object:
        """Run as a plain command."""
        return click.Command.invoke(self, ctx)

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """Return the usage of a plain command."""
        return click.Command.collect_usage_pieces(self, ctx)


@click.group(
    cls=RunCommand, no_args_is_help=False, short_help="Run a pipeline; prove the current evolution"
)
@click.argument("pipeline", required=False)
@click.option("--evolution", metavar="RC", help="The evolution to prove.")
@click.option("--isolated", is_flag=True, help="Run in a fresh checkout of the commit.")
@click.option(
    "--junit",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the result of each step as a JUnit report.",
)
@click.option("-q", "--quiet", is_flag=True, help="Show only what fails.")
@click.option("-v", "--verbose", is_flag=True, help="Show every command, and all that it prints.")
@click.option("-j", "--jobs", metavar="N", type=click.IntRange(1, 1000), help="Steps at a time.")
@click.option("-k", "--keep-going", is_flag=True, help="Run what does not need what failed.")
@click.option("--failed", is_flag=True, help="Run again only what did not pass here last time.")
@click.option("--only", metavar="STEP", multiple=True, help="Run this step and nothing else.")
@click.option("--from", "start", metavar="STEP", help="Run this step and what comes after it.")
@click.option("--no-cache", is_flag=True, help="Reuse no result because its inputs are the same.")
@click.option("--explain", is_flag=True, help="Say why a step with inputs is run or reused.")
@click.option("--no-record", is_flag=True, help="Record nothing; 125 if it cannot be judged.")
@click.option("--dry-run", is_flag=True, help="Show what would be run, and why; write nothing.")
@options.as_json
@click.pass_obj
def run(
    app: "App",
    /,
    pipeline: str | None,
    junit: Path | None,
    quiet: bool,
    verbose: bool,
    dry_run: bool,
    as_json: bool,
    **wished: Any,  # noqa: ANN401 - the fields of Wish, as the options name them
) -> int:
    """Run a pipeline; prove the current evolution with it.

    The first step that fails ends the run. A run proves only on a clean work tree; without an
    evolution the pipeline just runs and nothing is recorded.

    With --isolated the commit is checked out into a work tree of its own, which is gone afterwards:
    what lies around in yours neither helps nor hinders.

    With --only or --from steps are left out, so that nothing is recorded. With --no-record it can
    be given to git bisect run: what cannot be judged is skipped.

    A pipeline that is called 'list' or 'show' runs with: gryt run -- list
    """
    from gryt.cli import ahead
    from gryt.service.wishes import Wish

    wish = Wish(**wished)
    app.writes = not dry_run
    ahead.begin(app, for_writing=app.writes and not wish.no_record)
    try:
        if dry_run:
            return _dry_run(app, pipeline, wish, as_json=as_json)
        if not wish.no_record:
            from gryt.service.publish import fetch_for_job

            fetch_for_job(app.session)
        return _run(app, pipeline, wish, junit, verbosity=verbose - quiet, as_json=as_json)
    except Refused as error:
        if not wish.no_record:
            raise
        raise CannotJudge(error.message, hints=error.hints, details=error.details) from None
    finally:
        app.git.drop()


def _run(
    app: "App",
    pipeline: str | None,
    wish: "Wish",
    junit: Path | None,
    *,
    verbosity: int,
    as_json: bool,
) -> int:
    from gryt.cli.showing import showing
    from gryt.service import isolated as places
    from gryt.service import plans
    from gryt.service.enforcing import PolicyViolated
    from gryt.service.secrets import hider

    plan = plans.plan(app.session, pipeline, wish=wish)
    if plan.evolution is None and not wish.no_record:
        app.say("no evolution is open here: nothing is recorded")
    elif wish.is_partial and not wish.no_record:
        app.say("this run leaves out steps: nothing is recorded")
    for reason in plan.unprovable:
        app.say(f"this run proves nothing: {reason}")
    if (wish.jobs or 1) > 1 and not plan.pipeline.parallel:
        app.say(f"pipeline '{plan.pipeline.name}' is not parallel: its steps run one by one")
    if junit is not None:
        _make_folder(junit)
    try:
        with showing(
            app,
            to_stderr=as_json,
            verbosity=verbosity,
            place_of=lambda step: _place(app, plan, step),
            hide=hider(app.session, plan.pipeline),
        ) as shown:
            outcome = places.run(app.session, plan, shown.observer)
    except PolicyViolated as violation:
        from gryt.cli.policy import emit_violation

        return emit_violation(app, violation, "Not run.", as_json=as_json)
    if outcome.plan.is_recorded and outcome.plan.generation is not None:
        from gryt.service import publish

        publish.after(app.session, outcome.plan.generation.state.version)
    trouble = None if junit is None else _write_junit(junit, outcome)
    _answer(app, outcome, shown, as_json=as_json)
    if trouble is not None:
        raise Refused(trouble)
    if outcome.execution.signal is not None:
        return 128 + outcome.execution.signal
    return 0 if outcome.status.value == "pass" and not outcome.reasons else 1


def _dry_run(app: "App", pipeline: str | None, wish: "Wish", *, as_json: bool) -> int:
    """Show what a run would do; nothing is written, and nothing but tools is run."""
    from gryt.render.plans import plan_document, plan_text
    from gryt.service import foresight, plans

    plan = plans.plan(app.session, pipeline, wish=wish)
    steps = foresight.foresee(app.session, plan)
    if as_json:
        app.emit_json(plan_document(plan.pipeline.name, steps))
    else:
        app.emit(plan_text(plan.pipeline.name, steps, explain=wish.explain))
    return 0


def _answer(app: "App", outcome: "Outcome", shown: "Showing", *, as_json: bool) -> None:
    from gryt.render.runs import outcome_document, outcome_text

    plan = outcome.plan
    facts: Mapping[str, Any] = {
        "pipeline": plan.pipeline.name,
        "status": outcome.status,
        "steps": outcome.execution.steps,
        "reasons": outcome.reasons,
        "tag": outcome.tag,
        "evolution": plan.evolution,
        "recorded": plan.is_recorded,
    }
    text = outcome_text(**facts, logs=shown.logs, with_ends=shown.dialect.has_groups)
    summary = app.environ.get("GITHUB_STEP_SUMMARY")
    if summary and shown.dialect.has_groups:
        _append_summary(app, summary, outcome)
    if as_json:
        app.emit_json(outcome_document(**facts, commit=plan.commit, run=outcome.run))
    else:
        app.emit(shown.dialect.quoted(text))


def _place(app: "App", plan: "Plan", step: str) -> "Place | None":
    """Return where a step is defined, for annotations."""
    from gryt.errors import GrytError
    from gryt.render.dialects import Place
    from gryt.service.pipelines import line_of_step

    if not plan.pipeline.source:
        return None
    try:
        return Place(plan.pipeline.source, line_of_step(app.session, plan.pipeline.source, step))
    except GrytError:
        return Place(plan.pipeline.source)


def _make_folder(path: Path) -> None:
    """Make room for a report before anything runs; raise Refused where it cannot be."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Refused(f"cannot write '{path}': {error.strerror}") from None
    if path.is_dir() or not os.access(path.parent, os.W_OK):
        raise Refused(f"cannot write '{path}': it is a folder, or its folder is not writable")


def _write_junit(path: Path, outcome: "Outcome") -> str | None:
    """Write the report; return what went wrong, to be said when the answer is out."""
    from datetime import UTC, datetime, timedelta

    from gryt.render.junit import junit_text

    steps = outcome.execution.steps
    seconds = outcome.execution.seconds or sum(step.seconds for step in steps)
    began = datetime.now(UTC) - timedelta(seconds=seconds)
    text = junit_text(
        outcome.plan.pipeline.name,
        steps,
        at=began.strftime("%Y-%m-%dT%H:%M:%S"),
        seconds=seconds,
        host=os.uname().nodename,
    )
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(path)
    except OSError as error:
        return f"cannot write '{path}': {error.strerror}"
    return None


def _append_summary(app: "App", path: str, outcome: "Outcome") -> None:
    """Add the run to the summary page of the build machine, which is a convenience."""
    from gryt.render.runs import outcome_markdown

    page = outcome_markdown(
        pipeline=outcome.plan.pipeline.name,
        status=outcome.status,
        steps=outcome.execution.steps,
        reasons=outcome.reasons,
        tag=outcome.tag,
        evolution=outcome.plan.evolution,
        recorded=outcome.plan.is_recorded,
    )
    try:
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(page)
    except OSError as error:
        app.say(f"warning: cannot write the summary '{path}': {error.strerror}")
