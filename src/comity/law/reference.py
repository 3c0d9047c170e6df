"""The register as a page to read: made from the law files, so that what is printed is what is asked."""

from comity.law.clocks import triggers_of
from comity.law.instrument import Coverage, Instrument
from comity.law.refusal import known_grounds
from comity.law.register import Register
from comity.values.verdict import Finding

_MARK = {Finding.CLEAR: "yes", Finding.UNSETTLED: "asks", Finding.BARRED: "no"}


def reference_page(register: Register) -> str:
    """Markdown: every act and convention, and the bilateral treaties read article by article."""
    lines = [
        "# Instruments of the register",
        "",
        "Made by `comity law reference` from the law files. *recalled* marks what was not read in the instrument's own",
        "text; it is shown everywhere as `verified: false` and never changes a finding.",
        "",
    ]
    for instrument in [*register.deep.values(), *register.multilateral.values()]:
        lines += _instrument(register, instrument)
    return "\n".join(lines)


def _instrument(register: Register, instrument: Instrument) -> list[str]:
    rows = register.participations.get(instrument.code, {})
    bound = sum(row.status in {"party", "bound"} for row in rows.values())
    force = instrument.force
    lines = [f"## {instrument.code}", "", f"{instrument.title}.", ""]
    since = f"in force since {force.since.isoformat()}" if force.since else "no day of entry into force in the register"
    reach = "closed class" if instrument.membership.closed else "open"
    listed = f"; {bound} bound of {len(rows)} listed" if rows else ""
    lines += [f"{instrument.kind}, {reach}, {since}{listed}. Read in: {'; '.join(instrument.sources)}.", ""]
    if instrument.articles and instrument.articles.headings:
        headed = "; ".join(f"{number} {text}" for number, text in instrument.articles.headings.items())
        lines += [f"{instrument.articles.words}, among them: {headed}.", ""]
    if instrument.measures:
        lines += ["| measure | | provision |", "|---|---|---|"]
        lines += [_row(measure, coverage) for measure, coverage in instrument.measures.items()]
        lines += ["", "| offence | | provision |", "|---|---|---|"]
        lines += [_row(offence, coverage) for offence, coverage in instrument.offences.items()]
        lines += [_row("any other" if instrument.offences else "any", instrument.otherwise), ""]
    for condition in instrument.conditions.values():
        lines.append(f"- Asked before it is clear ({condition.provision.article}): {condition.asked.text}")
    for relation in instrument.relations:
        lines.append(f"- {relation.kind.capitalize()} ({relation.provision.article}): {', '.join(relation.to)}")
    dual = instrument.dual_criminality
    if dual:
        lines.append(f"- Dual criminality ({dual.provision.article}): {dual.rule}")
    grounds = known_grounds(instrument.code)
    if grounds:
        lines.append("- Grounds: " + "; ".join(f"{ground.id} ({ground.provision})" for ground in grounds))
    if triggers_of(instrument):
        lines.append(f"- Clocks run from: {', '.join(triggers_of(instrument))}")
    return [*lines, ""]


def _row(name: str, coverage: Coverage) -> str:
    provision = coverage.provision
    recalled = "" if provision.verified else " *(recalled)*"
    text = f": {provision.text}" if provision.text else ""
    ask = f" Asks: {coverage.asked.text}" if coverage.asked else ""
    return f"| {name} | {_MARK[coverage.finding]} | {provision.article}{text}{recalled}{ask} |"
