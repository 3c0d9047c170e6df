"""`comity demo`: five stories between real nodes, told step by step, with what was proved at each."""

import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from comity.cli.demo import by_courier, by_post, european_order, forged_history, swiss_colombian
from comity.cli.demo.client import one_time_code_now
from comity.cli.demo.report import Report
from comity.cli.demo.stage import ROSTERS, Stage
from comity.cli.roster import read_roster
from comity.values.errors import MissingError

app = typer.Typer(add_completion=False)


@app.command()
def demo(
    out: Annotated[Path, typer.Option(help="Where nodes, bundle and report are left.")] = Path("out/demo"),
    database: Annotated[
        str, typer.Option(help="A PostgreSQL server's address: each node gets a database of its own there.")
    ] = "",
    megabytes: Annotated[int, typer.Option(help="Size of the bank's records.")] = 200,
    code: Annotated[str, typer.Option(help="Only say this training officer's one-time code now.")] = "",
    *,
    headless: Annotated[
        bool, typer.Option("--headless", help="End after the stories instead of leaving pages up.")
    ] = False,
) -> None:
    """Set up four nodes, play the stories through their public API, say what was proved, and leave the pages up."""
    if code:
        typer.echo(_code_of(code))
        return
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    says = Console(emoji=False, soft_wrap=True)
    report = Report(says)
    with Stage(out.resolve(), database=database) as stage:
        report.chapter("Setting up four nodes (an exercise: every person is invented)")
        stage.set_up()
        stage.start()
        report.begin_story()
        report.step("Other authorities work meanwhile: their four stories are told after this one.")
        meanwhile = report.aside()
        with ThreadPoolExecutor(1) as others:
            played = others.submit(_others, stage, meanwhile, out.resolve())
            _tell(report, "the first story", lambda: swiss_colombian.play(stage, report, out.resolve(), megabytes))
            played.result()
        report.end_story()
        report.tell(meanwhile)
        report.write(out / "report.json", (out / "bundle").resolve())
        _say_the_end(says, report, out)
        if not headless:
            _say_where(says, stage)
            stage.wait()
    raise typer.Exit(1 if report.failed else 0)


def _others(stage: Stage, report: Report, out: Path) -> None:
    _tell(report, "the second story", lambda: european_order.play(stage, report))
    _tell(report, "the third story", lambda: by_post.play(stage, report))
    _tell(report, "the fourth story", lambda: forged_history.play(stage, report, out))
    _tell(report, "the fifth story", lambda: by_courier.play(stage, report, out))


def _tell(report: Report, name: str, story: Callable[[], None]) -> None:
    """Play one story; what stops it is a check that does not hold, and the others are still played."""
    try:
        story()
    except Exception as fault:  # noqa: BLE001 - whatever stopped it is said and makes the demo fail
        report.check(f"{name} ran to its end", passed=False, detail=f"{type(fault).__name__}: {fault}")
    else:
        report.check(f"{name} ran to its end", passed=True)


def _say_the_end(says: Console, report: Report, out: Path) -> None:
    proved = len(report.checks) - len(report.failed)
    says.print(
        f"\n[bold]{proved} of {len(report.checks)} checks hold[/], the stories took {report.story_seconds:.0f} s. "
        f"The court's bundle: {out}/bundle; verify it with: comity verify {out}/bundle",
        highlight=False,
    )
    for check in report.failed:
        says.print(f"  [red]■ NOT[/] {check.name}: {check.detail}", highlight=False)


def _say_where(says: Console, stage: Stage) -> None:
    table = Table("node", "pages", "officer", "password", "one-time code now", title="Training sign-ins")
    for name, site in stage.sites.items():
        for body in site.roster.authorities:
            for office in body.offices:
                for person in office.officers:
                    code = one_time_code_now(person.totp_secret)
                    table.add_row(name, site.address, f"{person.username} ({body.code})", person.password, code)
    says.print(table)
    says.print("A code is good for half a minute; another: comity demo --code USERNAME")
    says.print("The pages stay up until you press Ctrl+C.")


def _code_of(username: str) -> str:
    """The training code of one of the exercise's officers, as her authenticator would show it."""
    people = {
        person.username: person.totp_secret
        for path in ROSTERS.glob("*.yaml")
        for body in read_roster(path).authorities
        for office in body.offices
        for person in office.officers
    }
    if username not in people:
        raise MissingError(f"The exercise has no officer '{username}'. It has: {', '.join(sorted(people))}.")
    return one_time_code_now(people[username])
