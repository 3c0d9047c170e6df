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
    "directory": ("comity.cli.directory", "directory", "comity directory show authorities.directory"),
    "desk": ("comity.cli.desk", "desk", "comity desk sign-in http://localhost:8410 l.favre --purpose casework"),
    "ledger": ("comity.cli.ledger", "ledger", "comity ledger verify ./my-node"),
    "gazette": ("comity.cli.gazette", "gazette", "comity gazette list"),
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


EXAMPLES = {
    "law measures": "comity law measures --json",
    "law offences": "comity law offences --state CO",
    "law instruments": "comity law instruments --state CO",
    "law instrument": "comity law instrument UNTOC",
    "law state": "comity law state CO --on 2026-11-21",
    "law party": "comity law party UNTOC CO",
    "law questions": "comity law questions ETS030",
    "law reference": "comity law reference grounds",
    "law coverage": "comity law coverage UNTOC",
    "law forms": "comity law forms eio_annex_a --language fr",
    "law gate": "comity law gate --facts FACTS.json",
    "law export": "comity law export --instrument UNTOC --out untoc.csv",
    "law conflicts": "comity law conflicts --json",
    "law refusals": "comity law questions ETS030",
    "law clocks": "comity law clocks EU-EIO-2014-41 --trigger receipt --at 2026-11-21",
    "law dual": "comity law dual --example",
    "node init": "comity node init ./my-node --roster roster.yaml   (a roster to begin with: comity node roster)",
    "node serve": "comity node serve ./my-node",
    "node status": "comity node status ./my-node",
    "node doctor": "comity node doctor ./my-node --json",
    "node upgrade": "comity node upgrade ./my-node",
    "node backup": "comity node backup ./my-node ./my-node.backup",
    "node restore": "comity node restore ./my-node.backup ./again --passphrase-file ./passphrase",
    "ledger export": "comity ledger export ./my-node CH-FOJ ./ledger-of-CH-FOJ",
    "ledger witnesses": "comity ledger witnesses ./my-node --json",
    "ledger ask": "comity ledger ask ./my-node",
    "ledger begin-anew": "comity ledger begin-anew ./my-node CH-FOJ CO-FGN",
    "node reconcile": "comity node reconcile ./my-node --json",
    "node card": "comity node card ./my-node CH-FOJ --out .",
    "node continuity": "comity node continuity open FILE.pack --key FILE.key --passphrase-file P --out pack.pdf",
    "node break-glass": 'comity node break-glass ./my-node --dossier REFERENCE --reason life --text "what hangs on it"',
    "node courier": "comity node courier pack ./my-node CO-FGN --out /media/stick",
    "node peer": "comity node peer add ./my-node CO-FGN.card=FINGERPRINT",
    "node directory": "comity node directory trust ./my-node authorities.directory --fingerprint FINGERPRINT",
    "directory key": "comity directory key founder.key --passphrase-file ./passphrase",
    "directory found": "comity directory found a.directory --founder a.pub --founder b.pub --threshold 2",
    "directory list": "comity directory list a.directory --card CH-FOJ.card",
    "directory sign": "comity directory sign a.directory --key founder.key --passphrase-file ./passphrase",
}
"""An example for a subcommand, where it differs from its command's."""


def example_for(words: list[str]) -> str:
    """A command line that works, for what was asked."""
    said = [word for word in words if not word.startswith("-")]
    if not said or said[0] not in COMMANDS:
        return COMMANDS["law"][2]
    return EXAMPLES.get(" ".join(said[:2]), COMMANDS[said[0]][2])


def run() -> None:
    """The console entry point.

    What is wrong is one plain sentence on standard error, with the next step and an example that works; exit code 2.
    """
    try:
        app()
    except ComityError as error:
        said = error.diagnostics()
        lines = [said["message"], said.get("next_step", "")]
    except OSError as error:
        lines = [f"{error.filename or 'The file'}: {error.strerror or error}. Nothing was changed.", ""]
    except SystemExit as stop:
        if stop.code == 2:
            sys.stderr.write(f"For example: {example_for(sys.argv[1:])}\n")
        raise
    sys.stderr.write(
        "".join(f"{line}\n" for line in [*filter(None, lines), f"For example: {example_for(sys.argv[1:])}"])
    )
    sys.exit(2)


if __name__ == "__main__":
    run()
