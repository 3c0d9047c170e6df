"""`comity simulate`: a whole federation in one thread, from any folder, without a node."""

import json
import os
from typing import Annotated

import django
import typer
from rich.console import Console
from rich.table import Table

from comity.values.errors import InvalidInputError

app = typer.Typer(add_completion=False)
says = Console(stderr=True)
DEFAULT_SECONDS = 20.0


@app.command()
def simulate(
    nodes: Annotated[int, typer.Option(help="How many nodes the federation has, 2 to 8.")] = 3,
    seconds: Annotated[
        float | None, typer.Option(min=0.1, help="Begin episodes for so long, by the wall clock.")
    ] = None,
    episodes: Annotated[int | None, typer.Option(min=1, help="Do so many: same seed and episodes, same trace.")] = None,
    seed: Annotated[int | None, typer.Option(help="Where all chance comes from; drawn and shown if not given.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Only JSON on standard output.")] = False,
) -> None:
    """A whole federation in one thread: real rules, real schema, seeded faults; exit 1 when anything does not hold."""
    if seconds is not None and episodes is not None:
        raise InvalidInputError(
            "Give --seconds or --episodes, not both.",
            place="--episodes",
            next_step="For example: comity simulate --seconds 20",
        )
    # A simulation has its own databases in memory and no node; the settings only say which tables there are.
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "comity.site.settings")
    django.setup()
    from comity.simulation import report as simulation  # noqa: PLC0415 - the framework loads first

    chosen = seed if seed is not None else int.from_bytes(os.urandom(4))
    limit = DEFAULT_SECONDS if seconds is None and episodes is None else seconds
    with says.status("Simulating…") as status:

        def progress(report: simulation.Report) -> None:
            status.update(
                f"episode {report.episodes}: {report.messages} messages, {report.node_days:.0f} node-days, "
                f"{report.faults.total()} faults, {len(report.violations)} violations"
            )

        report = simulation.simulate(seed=chosen, nodes=nodes, episodes=episodes, seconds=limit, progress=progress)
    if as_json:
        typer.echo(json.dumps(report.to_json(), ensure_ascii=False, sort_keys=True))
    else:
        _show(report.to_json())
    if report.violations:
        raise typer.Exit(1)


def _show(report: dict[str, object]) -> None:
    out = Console()
    table = Table("fault", "fired", title=f"seed {report['seed']}, {report['nodes']} nodes", title_justify="left")
    faults = report["faults"]
    for kind, count in faults.items() if isinstance(faults, dict) else ():
        table.add_row(kind, str(count))
    out.print(table)
    out.print(
        f"{report['episodes']} episodes ({report['real_cryptography']} with real signatures, else keyed-hash "
        f"doubles), {report['messages']} messages, {report['node_days']} node-days "
        f"in {report['seconds']} s; trace {report['trace']}"
    )
    violations = report["violations"]
    for sentence in violations if isinstance(violations, list) else ():
        out.print(f"[bold red]violated[/] {sentence}")
    if not violations:
        out.print("[bold green]Nothing lost, doubled or ghostly; all ledgers whole.[/]")
