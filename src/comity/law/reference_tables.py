"""Grounds, clocks and facts as pages to read, made from the tables, so that what is printed is what is weighed."""

from collections.abc import Mapping, Sequence

from comity.law.clock_files import ClockRow
from comity.law.clocks import clock_table, counting_rules
from comity.law.expression import NEVER, Comparison, Expression, Fact, Joined, Not
from comity.law.facts import load_facts
from comity.law.instrument import Instrument
from comity.law.refusal import WEIGHED, Ground, known_grounds
from comity.law.register import Register
from comity.law.rights_gate import gate_subjects

_RECALLED = " *(recalled)*"
_UNITS: Mapping[str, str] = {"days": "days", "hours": "hours", "months": "months", "working_days": "working days"}


def grounds_page(register: Register) -> str:
    """Every ground of every instrument that has a table, and the subjects of the rights gate."""
    lines = [
        "# Grounds of refusal",
        "",
        "Made by `comity law reference grounds`. A ground stands when its condition holds and what cures it does not;",
        "a fact not given leaves it unsettled. *recalled* marks what was not read in the instrument's own text.",
        "",
    ]
    for instrument in _all(register):
        rows = known_grounds(instrument.code)
        if rows:
            lines += [f"## {instrument.code}", "", *_grounds(rows), ""]
    lines += [
        "## The human-rights gate",
        "",
        "It lists what is recorded and asks; it never says that nothing stands against it.",
    ]
    lines += ["", "| subject | rests on | asked | assurance |", "|---|---|---|---|"]
    for subject in gate_subjects():
        asked = ", ".join(f"`{name}`" for name in subject.alarms)
        lines.append(f"| {subject.title} | {subject.provision} | {asked} | {subject.assurance or '-'} |")
    return "\n".join([*lines, ""])


def _grounds(rows: Sequence[Ground]) -> list[str]:
    lines = ["| ground | kind | provision | when | condition | cure | consultation |"]
    lines.append("|---|---|---|---|---|---|---|")
    for row in rows:
        limits = _limits(row)
        condition = f"`{written(row.test)}`" if row.kind in WEIGHED else "always"
        cured = f" (`{written(row.cured_by)}`)" if row.cured_by != NEVER else ""
        provision = row.provision + ("" if row.verified else _RECALLED)
        cells = [row.id, row.kind, provision, f"{row.condition}{limits}", condition, f"{row.cure or '-'}{cured}"]
        lines.append(f"| {' | '.join([*cells, row.consult or '-'])} |")
    return lines


def _limits(row: Ground) -> str:
    if row.measures:
        return f" ({', '.join(sorted(row.measures))}{' only, and no other ground' if row.exhaustive else ''})"
    out = row.not_for | row.closed_to
    return f" (not for {', '.join(sorted(out))})" if out else ""


def clocks_page(register: Register) -> str:
    """Every clock by instrument, and the rules of counting."""
    lines = [
        "# Clocks",
        "",
        "Made by `comity law reference clocks`. Clocks on a person's liberty are a kind of their own.",
        "",
    ]
    for instrument in _all(register):
        rows = [row for row in clock_table() if row.instrument == instrument.code]
        if rows:
            lines += [f"## {instrument.code}", ""]
            lines += ["| clock | runs from | time | kind | provision | what follows | extension | counting |"]
            lines += ["|---|---|---|---|---|---|---|---|", *(_clock(row) for row in rows), ""]
    lines += ["## Rules of counting", "", "| rule | provision | text |", "|---|---|---|"]
    for name, rule in counting_rules().items():
        lines.append(f"| {name} | {rule.provision}{'' if rule.verified else _RECALLED} | {rule.text} |")
    return "\n".join([*lines, ""])


def _clock(row: ClockRow) -> str:
    when = f"{abs(row.amount)} {_UNITS[row.unit]}{' before' if row.amount < 0 else ''}" if row.unit else "no figure"
    kind = f"liberty ({row.kind})" if row.liberty else row.kind
    word = "unless" if row.between.startswith("not ") else "if"
    only = f" ({word} both are Parties to {row.between.removeprefix('not ')})"
    provision = row.provision + ("" if row.verified else _RECALLED)
    trigger = row.trigger + (only if row.between else "")
    cells = [row.id, trigger, when, kind, provision, row.effect, row.extension or "-", row.counting]
    return f"| {' | '.join(cells)} |"


def facts_page() -> str:
    """Every fact that may be asked, and the rules of what follows from what."""
    table = load_facts()
    lines = ["# Facts of a case", "", "Made by `comity law reference facts`. A fact not given is unknown.", ""]
    lines += ["| fact | type | question |", "|---|---|---|"]
    for meaning in table.meanings.values():
        kind = meaning.type + (", settles several" if meaning.screen else "")
        lines.append(f"| `{meaning.id}` | {kind} | {meaning.text} |")
    lines += ["", "## What follows from what", "", "| if | then | because |", "|---|---|---|"]
    for rule in table.rules:
        then = ", ".join(f"{name} = {str(value).lower()}" for name, value in rule.then.items())
        lines.append(f"| `{written(rule.condition)}` | {then} | {rule.because} |")
    return "\n".join([*lines, ""])


def written(expression: Expression) -> str:
    """A condition as it is written in a law file."""
    if isinstance(expression, Fact):
        return expression.name
    if isinstance(expression, Comparison):
        if expression.operation == "in":
            return f"{expression.name} in {{{', '.join(str(value) for value in expression.values)}}}"
        return f"{expression.name} {expression.operation} {expression.values[0]}"
    if isinstance(expression, Not):
        inner = written(expression.inner)
        return f"not ({inner})" if isinstance(expression.inner, Joined) else f"not {inner}"
    parts = [f"({written(part)})" if isinstance(part, Joined) else written(part) for part in expression.parts]
    return f" {expression.word} ".join(parts)


def _all(register: Register) -> list[Instrument]:
    return [*register.deep.values(), *register.multilateral.values()]
