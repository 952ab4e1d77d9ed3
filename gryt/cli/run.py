"""`gryt run`: running a pipeline, and proving with it."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gryt.cli import options
from gryt.cli.plain import NO_PIPELINES

if TYPE_CHECKING:
    from gryt.cli.context import App


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
        if (
            args
            and args[0] in NO_PIPELINES
            and (command := self.get_command(None, args[0])) is not None
        ):
            return command.make_context(f"{info_name} {args[0]}", args[1:], parent, **extra)
        return super().make_context(info_name, args, parent, **extra)

    def list_commands(self, ctx: click.Context | None) -> list[str]:
        """Return the words that are no pipelines."""
        del ctx
        return list(NO_PIPELINES)

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
    from gryt.cli import running
    from gryt.service.wishes import Wish

    return running.run(
        app,
        pipeline,
        Wish(**wished),
        junit=junit,
        verbosity=verbose - quiet,
        dry_run=dry_run,
        as_json=as_json,
    )
