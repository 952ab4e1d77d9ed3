"""The command tree. A command's module is loaded when it is called."""

import importlib
import re
from collections.abc import Sequence
from pathlib import Path

import click

from gryt import __version__
from gryt.errors import ClosedPipe, UsageError

_AFTERTHOUGHT = r"(?s)\.?( \(?Did you mean .*)?$"
_NO_SUCH = r"No such (?P<what>command|option):? '?(?P<name>[^']*)"
_HELP = {"help_option_names": ["-h", "--help"]}


class LazyGroup(click.Group):
    """A group whose commands are named by module and attribute."""

    def __init__(self, *args: object, lazy: dict[str, str] | None = None, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self._lazy = lazy or {}

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return every command, in the order of a release."""
        return [*self._lazy, *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return one command, loading its module."""
        if cmd_name not in self._lazy:
            return super().get_command(ctx, cmd_name)
        module, _, attribute = self._lazy[cmd_name].partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command


@click.group(
    cls=LazyGroup,
    context_settings=_HELP,
    lazy={
        "init": "gryt.cli.setup:init",
        "generation": "gryt.cli.generation:generation",
        "evolution": "gryt.cli.evolution:evolution",
        "run": "gryt.cli.run:run",
        "metric": "gryt.cli.metric:metric",
        "log": "gryt.cli.history:log",
        "pipeline": "gryt.cli.pipeline:pipeline",
        "policy": "gryt.cli.policy:policy",
        "gate": "gryt.cli.gate:gate",
        "approve": "gryt.cli.approve:approve",
        "sync": "gryt.cli.sync:sync",
        "hotfix": "gryt.cli.hotfix:hotfix",
        "audit": "gryt.cli.audit:audit",
        "db": "gryt.cli.db:db",
        "stats": "gryt.cli.stats:stats",
        "hooks": "gryt.cli.hooks:hooks",
        "verify": "gryt.cli.verify:verify",
        "check": "gryt.cli.verify:check",
        "compliance": "gryt.cli.compliance:compliance",
        "attest": "gryt.cli.attest:attest",
        "doctor": "gryt.cli.doctor:doctor",
        "ci": "gryt.cli.ci:ci",
    },
)
@click.option(
    "-C",
    "directory",
    multiple=True,
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Run as if started in DIR; several add up, as with git.",
)
@click.version_option(__version__, prog_name="gryt", message="%(prog)s %(version)s")
@click.pass_context
def cli(ctx: click.Context, directory: tuple[Path, ...]) -> None:
    """Answer from git itself whether a release has what it promised.

    A generation is a release contract, an evolution proves one change of it by running a pipeline
    on one commit, and promotion tags the release once everything is proven.
    """
    from gryt.cli.context import App  # lazy: --help needs none of it

    ctx.obj = App(directory)


def invoke(argv: Sequence[str]) -> int:
    """Run the command line; what is wrong with it itself is told as any other error is."""
    try:
        result = cli.main(list(argv), prog_name="gryt", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return error.exit_code
    except click.ClickException as error:
        raise _usage_error(error) from error
    except click.exceptions.Exit as exit_:
        return exit_.exit_code
    except SystemExit:  # click's only way out here: nobody reads the help that it prints
        raise ClosedPipe from None
    except click.Abort:
        return 130
    return result if isinstance(result, int) else 0


def _usage_error(error: click.ClickException) -> UsageError:
    """Return click's complaint as gryt words its own: the nearest name and the help are hints."""
    from gryt.model.names import nearest  # lazy: only a mistake needs it

    message = re.sub(_AFTERTHOUGHT, "", error.format_message())
    context = error.ctx if isinstance(error, click.UsageError) else None
    hints = []
    if context is not None:
        named = re.match(_NO_SUCH, message)
        near = nearest(named["name"], _names(context, named["what"])) if named else []
        hints = [
            *(f"did you mean '{name}'?" for name in near[:1]),
            f"{context.command_path} --help",
        ]
    return UsageError(message[:1].lower() + message[1:], hints=hints)


def _names(context: click.Context, what: str) -> list[str]:
    """Return the commands or options that there are."""
    command = context.command
    if what == "command":
        return command.list_commands(context) if isinstance(command, click.Group) else []
    return [name for option in command.params for name in option.opts if name.startswith("-")]
