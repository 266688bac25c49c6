"""The command line: finds a command by name, imports only that one, and lets no exception out."""

from __future__ import annotations

import os
import sys
from importlib import import_module

import click

from ops import __version__
from ops.console.screen import bear_any_text, error_line, json_line
from ops.failures import INTERRUPTED, explain

COMMANDS = {
    "train": "Practise, write the lessons into a skillbook, and compare.",
    "try": "Play one scenario, shown step by step.",
    "evaluate": "Measure a frozen skillbook, alone or against another.",
    "fork": "Go on from a position of a training in another way.",
    "compare": "Compare two recorded runs, pair by pair.",
    "stress": "Play very many episodes, and fold their statistics.",
    "replay": "Rebuild a skillbook from the log and prove it.",
    "rescore": "Judge recorded episodes by another rubric.",
    "report": "Report on a run: on the terminal, or as one HTML file.",
    "skills": "List, explain, undo, measure and export skills.",
    "scenarios": "List, show, check, write and generate scenarios.",
    "printer": "Serve a simulated printer to programs that talk to printers.",
    "log": "List runs, show events, follow, verify, back up, archive.",
    "list": "List the worlds with tools, rubric and test agents, and the curricula.",
    "bench": "Measure our work beside a peer's.",
    "info": "Say what this installation is, and what the settings are.",
    "doctor": "Check everything that a run needs, and say how to mend it.",
}
"""What is built: each is a module in `ops.commands` with a `command`; the line is its help in the list."""

MODULES = {"try": "play"}
"""Commands whose module cannot have their name."""

EPILOG = """\b
Examples:
  journeyman train                          practise on 60 simulated printers, then compare
  journeyman try --difficulty easy          watch one repair step by step
  journeyman report --html report.html      the latest run on one page
  journeyman doctor                         is everything there?
"""


class LazyGroup(click.Group):
    """A group that imports a command's module only when that command is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - the signature is click's
        """The names in the order in which they are explained."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import the module of a command."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"ops.commands.{MODULES.get(cmd_name, cmd_name)}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, but an unknown name is answered with the nearest known one."""
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            ctx.fail(f"There is no command '{name}'{_meant(name, list(COMMANDS))}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List the commands without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def _meant(name: str, known: list[str]) -> str:
    from configs.layers import nearest  # noqa: PLC0415 - only a slip pays for the search

    near = nearest(name, known)
    return f"; did you mean '{near}'?" if near else f"; there are {', '.join(known)}"


HELP = {"help_option_names": ["-h", "--help"]}


@click.group(cls=LazyGroup, epilog=EPILOG, invoke_without_command=True, context_settings=HELP)
@click.version_option(__version__, prog_name="journeyman", message="%(prog)s %(version)s")
@click.pass_context
def journeyman(context: click.Context) -> None:
    """Agents that learn a trade by practising, on one append-only log that proves it."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


def run(arguments: list[str]) -> int:
    """Run one command line and return its exit status; whatever goes wrong is told once, without a traceback."""
    bear_any_text()
    try:
        status = _invoke(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader has gone; let the last flush pass
        return 0
    except (Exception, KeyboardInterrupt, BaseExceptionGroup) as error:  # noqa: BLE001 - this is the one place that may
        failure = explain(error)
        error_line(failure.message if failure.status == INTERRUPTED else f"journeyman: {failure.message}")
        if "--json" in arguments:
            json_line({"error": {"status": failure.status, "message": failure.message}})
        return failure.status
    return status


def _invoke(arguments: list[str]) -> int:
    """What click's own `main` does, without its way of turning a closed pipe into status 1."""
    try:
        with journeyman.make_context("journeyman", list(arguments)) as context:
            status = journeyman.invoke(context)
    except click.exceptions.Exit as done:
        return done.exit_code
    return status if isinstance(status, int) else 0
