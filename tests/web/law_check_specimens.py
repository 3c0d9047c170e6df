"""Specimens of the checks of the law: real answers of the shipped tables to made-up cases."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from comity.law.register import load_register
from comity.web.checking.matter import MatterForm, carried, read_matter, subtitle
from comity.web.checking.refusal_sheet import refusal_sheet
from comity.web.marks import Ribbon
from comity.web.pages import law_clocks, law_dual, law_gate, law_refusal

TODAY = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 18, 41, tzinfo=UTC)
NOTE = _("law only: nothing of a case on this page")

ORDER = (
    "instrument=EU-EIO-2014-41&requesting=ES&requested=PT&measure=search-seizure&offence=fraud"
    "&f.measure-open-domestically=yes&f.no-immunity=yes&f.nothing-decided-elsewhere=yes&f.place-undisputed=no"
    "&f.committed-outside-requesting=unknown"
)
DONE = (
    "instrument=EU-EIO-2014-41&requesting=ES&requested=PT&measure=bank-records&offence=fraud"
    "&f.measure-open-domestically=yes&f.no-immunity=yes&f.place-undisputed=yes&f.conduct-offence-in-requested=yes"
    "&f.already-ordered-here=no&f.rights-breach=no&f.ongoing-proceeding-prejudiced=no&f.evidence-in-use=no"
)
TREATY = (
    "instrument=ETS030&requesting=CH&requested=AL&measure=search-seizure&offence=fraud"
    "&f.ordinary-offence=no&f.political-offence=no&f.fiscal-offence=yes&f.dual-criminality-declared=yes"
    "&f.conduct-offence-in-requested=no"
)
CONVENTION = "instrument=UNTOC&requesting=CH&requested=CO&measure=bank-records&offence=money-laundering"
BILATERAL = (
    "instrument=BILATERAL-CH-CO-MLA&requesting=CH&requested=CO&measure=bank-records&offence=corruption"
    "&f.ordinary-offence=yes&f.no-rights-ground-recorded=yes&f.interests-untouched=yes"
    "&f.nothing-decided-elsewhere=yes&f.ongoing-proceeding-prejudiced=no"
)
SURRENDER = (
    "instrument=ETS024&requesting=BE&requested=BG&measure=extradition&offence=murder"
    "&f.nothing-decided-elsewhere=yes&f.maximum-requesting=life"
)
RECEIPT = "instrument=EU-EIO-2014-41&requesting=ES&requested=PT&measure=preservation&on=2026-11-20"
ARREST = "instrument=ETS024&requesting=CH&requested=LI&on=2026-11-20"
HALF = (
    "f.death-penalty-possible=yes&f.death-penalty-assurance=yes&f.torture-risk=no&f.unfair-trial=no"
    "&f.extraordinary-court=yes&f.in-absentia=yes&f.persecution-purpose=no"
)
LAUNDERING = (
    "instrument=BILATERAL-CH-CO-MLA&requesting=CH&requested=CO&measure=bank-records&offence=money-laundering"
    "&c.property-from-crime=yes&c.conversion-or-transfer=yes&c.concealment=no"
    "&r.statute=Art.%20305bis%20StGB%20(invented%20extract)&r.maximum=36&r.e.property-from-crime=must"
    "&r.e.conversion-or-transfer=one&r.e.concealment=one"
    "&q.statute=Art.%20323%20CP%20(invented%20extract)&q.e.property-from-crime=must&q.e.knowledge-of-crime-proceeds=must"
    "&q.e.acquisition-possession-use=one&q.e.conversion-or-transfer=one"
)
ORDER_DUAL = "instrument=EU-EIO-2014-41&requesting=ES&requested=PT&measure=search-seizure&offence=fraud"
CONTRADICTION = "instrument=ETS030&measure=bank-records&f.ordinary-offence=yes&f.political-offence=yes&f.wether=fine"


def frame(address: str) -> dict[str, Any]:
    query, register = QueryDict(address), load_register()
    matter = read_matter(query.dict(), register, TODAY)
    return {
        "form": MatterForm(register, matter, state="CH"),
        "matter": matter,
        "carried": carried(query.dict()),
        "subtitle": subtitle(matter),
        "answered_at": NOW,
        "ribbon": Ribbon(note=NOTE),
    }


def refusal(address: str) -> Callable[[], Mapping[str, Any]]:
    def context() -> dict[str, Any]:
        found = frame(address)
        if found["matter"].instrument is None:
            return found
        sheet = refusal_sheet(QueryDict(address), load_register(), found["matter"], TODAY)
        return {**found, **law_refusal.shown(sheet), "answered_at": NOW}

    return context


def clocks(address: str) -> Callable[[], Mapping[str, Any]]:
    def context() -> dict[str, Any]:
        query, register = QueryDict(address).dict(), load_register()
        matter = read_matter(query, register, TODAY)
        return {**law_clocks.clocks_context(register, matter, query, state="CH"), "answered_at": NOW}

    return context


def gate(address: str) -> Callable[[], Mapping[str, Any]]:
    return lambda: {**law_gate.gate_context(QueryDict(address)), "answered_at": NOW}


def dual(address: str) -> Callable[[], Mapping[str, Any]]:
    def context() -> dict[str, Any]:
        query, register = QueryDict(address), load_register()
        matter = read_matter(query.dict(), register, TODAY)
        return {**law_dual.dual_context(query, register, matter, state="CH"), "answered_at": NOW}

    return context


LAW_CHECKS: Mapping[str, tuple[str, Callable[[], Mapping[str, Any]]]] = {
    "law-refusal": ("law_refusal.html", refusal(ORDER)),
    "law-refusal-barred": ("law_refusal.html", refusal(TREATY)),
    "law-refusal-done": ("law_refusal.html", refusal(DONE)),
    "law-refusal-begun": ("law_refusal.html", refusal(CONVENTION)),
    "law-refusal-bilateral": ("law_refusal.html", refusal(BILATERAL)),
    "law-refusal-wrong": ("law_refusal.html", refusal(SURRENDER)),
    "law-refusal-contradiction": ("law_refusal.html", refusal(CONTRADICTION)),
    "law-refusal-empty": ("law_refusal.html", refusal("")),
    "law-clocks": ("law_clocks.html", clocks(f"{RECEIPT}&trigger=receipt&time=16:30&holidays=2026-12-25")),
    "law-clocks-liberty": ("law_clocks.html", clocks(f"{ARREST}&trigger=provisional-arrest&time=06:00")),
    "law-clocks-events": ("law_clocks.html", clocks(f"{ARREST}&trigger=receipt")),
    "law-clocks-silent": ("law_clocks.html", clocks("instrument=LAS-RIYADH-1983")),
    "law-clocks-wrong": ("law_clocks.html", clocks(f"{RECEIPT}&trigger=receipt&place=Mount%20Doom")),
    "law-dual": ("law_dual.html", dual(LAUNDERING)),
    "law-dual-begun": ("law_dual.html", dual(f"{CONVENTION}&row=tax-evaded")),
    "law-dual-order": ("law_dual.html", dual(f"{ORDER_DUAL}&category=EAW-08&certified=yes&r.maximum=72")),
    "law-dual-wrong": ("law_dual.html", dual(f"{LAUNDERING}&r.maximum=many")),
    "law-dual-empty": ("law_dual.html", dual("instrument=UNTOC")),
    "law-gate": ("law_gate.html", gate("")),
    "law-gate-half": ("law_gate.html", gate(HALF)),
    "law-gate-wrong": ("law_gate.html", gate("f.ordinary-offence=yes&f.political-offence=yes")),
    "law-clocks-empty": ("law_clocks.html", clocks("")),
}
"""Name to template and context; each stands in the room of the law."""
