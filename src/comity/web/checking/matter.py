"""What every check of the law begins with: the instrument, who asks whom, for what, for which offence, on which day.

It stands in the address under the same names on every page of the law, so that it goes along from one to the next.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.utils.http import urlencode
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from comity.law.instrument import Instrument
from comity.law.register import Register
from comity.law.register_dates import parse_day
from comity.law.vocabulary import MEASURES, OFFENCES, parse_measure, parse_offence
from comity.values.country import country_name, country_names, parse_country
from comity.web import vocabulary

CARRIED = ("instrument", "requesting", "requested", "measure", "offence", "on")
"""The names in the address that go along from one page of the law to the next."""
NONE = ("", "–")


@dataclass(frozen=True, slots=True)
class Matter:
    """One matter as far as it is named; what is not named is empty, and the day is then today's."""

    instrument: Instrument | None
    requesting: str
    requested: str
    measure: str
    offence: str
    on: date

    @property
    def pair(self) -> tuple[str, str] | None:
        return (self.requesting, self.requested) if self.requesting and self.requested else None


def read_matter(query: Mapping[str, str], register: Register, today: date) -> Matter:
    """The matter in an address; InvalidInputError names the nearest valid ones."""

    def said(name: str) -> str:
        return query.get(name, "").strip()[:80]

    return Matter(
        instrument=register.instrument(said("instrument")) if said("instrument") else None,
        requesting=parse_country(said("requesting")) if said("requesting") else "",
        requested=parse_country(said("requested")) if said("requested") else "",
        measure=parse_measure(said("measure")) if said("measure") else "",
        offence=parse_offence(said("offence")) if said("offence") else "",
        on=parse_day(said("on")) if said("on") else today,
    )


def carried(query: Mapping[str, str]) -> str:
    """The matter as it goes along to another page, as the text of an address."""
    return urlencode([(name, query[name]) for name in CARRIED if query.get(name)])


def states() -> list[tuple[str, str]]:
    names = country_names((get_language() or "en")[:2])
    return sorted(names.items(), key=lambda pair: pair[1].casefold())


def words(kind: str, codes: Mapping[str, str]) -> list[tuple[str, str]]:
    return sorted(((code, vocabulary.word(kind, code)) for code in codes), key=lambda pair: pair[1].casefold())


def instruments(register: Register, matter: Matter) -> list[tuple[str, Any]]:
    """The instruments to choose from: the treaties of the pair first, then acts and conventions."""
    between = list(register.bilateral(*matter.pair)) if matter.pair else []
    if matter.instrument and matter.instrument.states and matter.instrument not in between:
        between.append(matter.instrument)
    wide = sorted(register.multilateral.values(), key=lambda one: titled(one).casefold())
    found: list[tuple[str, Any]] = []
    if between:
        found.append((gettext("Between the two States"), [(one.code, titled(one)) for one in between]))
    return [*found, (gettext("Acts and conventions"), [(one.code, titled(one)) for one in wide])]


def titled(instrument: Instrument) -> str:
    """The short form first, by which it is cited, then the title."""
    return f"{instrument.code} · {gettext(instrument.title)}"


class MatterForm(forms.Form):
    """The matter to be checked. Only the instrument must be chosen; each page drops what it does not ask for."""

    instrument = forms.ChoiceField(label=_("Instrument"))
    requesting = forms.ChoiceField(label=_("Requesting State"), required=False)
    requested = forms.ChoiceField(label=_("Requested State"), required=False)
    measure = forms.ChoiceField(label=_("Measure"), required=False)
    offence = forms.ChoiceField(label=_("Offence"), required=False)

    def __init__(self, register: Register, matter: Matter, *, without: tuple[str, ...] = (), state: str = "") -> None:
        super().__init__(
            initial={
                "instrument": matter.instrument.code if matter.instrument else "",
                "requesting": matter.requesting or (state if not matter.instrument else ""),
                "requested": matter.requested,
                "measure": matter.measure,
                "offence": matter.offence,
            }
        )
        for name, choices in (
            ("instrument", instruments(register, matter)),
            ("requesting", states()),
            ("requested", states()),
            ("measure", words("measure", MEASURES)),
            ("offence", words("offence", OFFENCES)),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells the type checker what stands above
            field.choices = [NONE, *choices]
        for name in without:
            del self.fields[name]


def subtitle(matter: Matter) -> str:
    """Who asks whom for what, in one line, as far as it is named."""
    language = get_language() or "en"
    parts = []
    if matter.pair:
        names = {"from": country_name(matter.requesting, language), "to": country_name(matter.requested, language)}
        parts.append(gettext("%(from)s asks %(to)s") % names)
    if matter.measure:
        parts.append(vocabulary.word("measure", matter.measure))
    if matter.offence:
        parts.append(vocabulary.word("offence", matter.offence))
    return " · ".join(parts)
