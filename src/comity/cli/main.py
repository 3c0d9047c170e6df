"""The `comity` command. `law` and `verify` need no node and no framework; the others load theirs when called."""

import importlib
import sys
from typing import Any

import typer
from typer.core import TyperGroup

from comity.values.errors import ComityError

COMMANDS = {
    "law": ("comity.cli.law", "law", "comity law basis CH CO --measure bank-records --offence drug-trafficking"),
    "verify": ("comity.cli.verify", "app", "comity verify out/demo/bundle"),
    "simulate": ("comity.cli.simulate", "app", "comity simulate --nodes 2 --episodes 20 --seed 1"),
    "node": ("comity.cli.node", "node", "comity node init ./my-node --roster roster.yaml"),
    "desk": ("comity.cli.desk", "desk", "comity desk sign-in http://localhost:8410 l.favre --purpose casework"),
    "demo": ("comity.cli.demo.command", "app", "comity demo --headless --out out/demo"),
}
"""Command to its module, its typer object, and an example that works."""


class Lazy(TyperGroup):
    """Loads a command's module only when it is called, so that `comity law` starts quickly."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - the signature is typer's
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002 - the same
        if cmd_name not in COMMANDS:
            return None
        module, name, _example = COMMANDS[cmd_name]
        command = typer.main.get_command(getattr(importlib.import_module(module), name))
        command.name = cmd_name
        return command


app = typer.Typer(
    cls=Lazy,
    name="comity",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)


@app.callback()
def comity() -> None:
    """Mutual legal assistance between sovereign nodes."""


def run() -> None:
    """The console entry point.

    Our errors are one plain sentence and the next step on standard error; a malformed command line says what was wrong
    and shows an example that works. Both end with exit code 2.
    """
    try:
        app()
    except ComityError as error:
        said = error.diagnostics()
        sys.stderr.write(f"{said['message']}\n" + (f"{said['next_step']}\n" if "next_step" in said else ""))
        sys.exit(2)
    except SystemExit as stop:
        if stop.code == 2:
            asked = next((word for word in sys.argv[1:] if word in COMMANDS), "law")
            sys.stderr.write(f"For example: {COMMANDS[asked][2]}\n")
        raise


if __name__ == "__main__":
    run()
