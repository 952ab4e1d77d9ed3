"""What `gryt run` does, once its line is understood: a run, or what one would do."""

import os
from pathlib import Path

from gryt.cli import ahead
from gryt.errors import CannotJudge, Refused
from gryt.service.wishes import Wish
from gryt.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gryt.cli.context import App
    from gryt.cli.showing import Showing
    from gryt.render.dialects import Place
    from gryt.service.plans import Plan
    from gryt.service.runs import Outcome

_ALL = Wish()


def run(
    app: "App",
    pipeline: str | None = None,
    wish: Wish = _ALL,
    *,
    junit: Path | None = None,
    verbosity: int = 0,
    dry_run: bool = False,
    as_json: bool = False,
) -> int:
    """Run a pipeline, or show what a run would do; return the exit status."""
    app.writes = not dry_run
    ahead.begin(app, for_writing=app.writes and not wish.no_record)
    try:
        if dry_run:
            return _dry_run(app, pipeline, wish, as_json=as_json)
        if not wish.no_record:
            from gryt.service.publish import fetch_for_job

            fetch_for_job(app.session)
        return _run(app, pipeline, wish, junit, verbosity=verbosity, as_json=as_json)
    except Refused as error:
        if not wish.no_record:
            raise
        raise CannotJudge(error.message, hints=error.hints, details=error.details) from None
    finally:
        app.git.drop()


def _run(
    app: "App",
    pipeline: str | None,
    wish: Wish,
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


def _dry_run(app: "App", pipeline: str | None, wish: Wish, *, as_json: bool) -> int:
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
