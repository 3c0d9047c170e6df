"""The `comity` command. `law` and `verify` need no node and no framework; the others load theirs when called."""

import importlib
import sys
from typing import Any

import click
import typer
from typer.core import TyperGroup

from comity.values.errors import ComityError

COMMANDS = {
    "law": ("comity.cli.law", "law", "On what basis one State may ask another, and who is party to what."),
    "verify": ("comity.cli.verify", "app", "Verify a bundle offline: one line for each thing proved or broken."),
    "simulate": ("comity.cli.simulate", "app", "A whole federation in one thread, with faults, from a seed."),
    "node": ("comity.cli.node", "node", "Set up, serve, back up and restore a node; its partners and officers."),
}
EXAMPLES = "For example: comity law basis CH CO --measure bank-records --offence drug-trafficking"


class Lazy(TyperGroup):
    """Loads a command's module only when it is called, so that `comity law` starts quickly."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - the same
        if cmd_name not in COMMANDS:
            return None
        module, name, help_text = COMMANDS[cmd_name]
        command: Any = typer.main.get_command(getattr(importlib.import_module(module), name))
        command.name, command.help = cmd_name, command.help or help_text
        return command  # type: ignore[no-any-return]


app = typer.Typer(
    cls=Lazy,
    name="comity",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    help="Mutual legal assistance between sovereign nodes.",
    epilog=EXAMPLES,
)


@app.callback()
def comity() -> None:
    """Mutual legal assistance between sovereign nodes."""


def run() -> None:
    """The console entry point: our errors end in one plain sentence on standard error and exit code 2."""
    try:
        app(standalone_mode=False)
    except click.exceptions.Abort:
        sys.stderr.write("Stopped; nothing more was done.\n")
        sys.exit(130)
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except click.ClickException as error:
        sys.stderr.write(f"{error.format_message()}\n{EXAMPLES}\n")
        sys.exit(2)
    except ComityError as error:
        said = error.diagnostics()
        sys.stderr.write(f"{said['message']}\n" + (f"{said['next_step']}\n" if "next_step" in said else ""))
        sys.exit(2)
