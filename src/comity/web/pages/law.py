"""The legal-basis finder: may one State ask another for a measure, and on what basis?"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from comity.gazette.queries import register_here
from comity.law.answer import Basis, BasisAnswer
from comity.law.basis import find_bases
from comity.law.vocabulary import MEASURES, OFFENCES
from comity.safeguards.permissions import Permission
from comity.values.country import country_names
from comity.values.verdict import Finding
from comity.web import vocabulary
from comity.web.entrance import now, page
from comity.web.marks import Ribbon

PRINTED_BASES, PRINTED_SOURCES = 4, 3
"""The printed answer is one sheet: it names the bases that stand first and their sources; the rest by code."""
ANSWER = "a."
"""Answers to questions stand in the address as `a.<question>=yes|no`, so that a finding can be sent as a link."""


def states() -> list[tuple[str, str]]:
    names = country_names((get_language() or "en")[:2])
    return sorted(names.items(), key=lambda pair: pair[1].casefold())


def words(kind: str, codes: Mapping[str, str]) -> list[tuple[str, str]]:
    return sorted(((code, vocabulary.word(kind, code)) for code in codes), key=lambda pair: pair[1].casefold())


class AskForm(forms.Form):
    requesting = forms.ChoiceField(label=_("Requesting State"))
    requested = forms.ChoiceField(label=_("Requested State"))
    measure = forms.ChoiceField(label=_("Measure"))
    offence = forms.ChoiceField(label=_("Offence"))
    on = forms.DateField(label=_("On"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in (
            ("requesting", states()),
            ("requested", states()),
            ("measure", words("measure", MEASURES)),
            ("offence", words("offence", OFFENCES)),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells the type checker what stands above
            field.choices = choices

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("requesting") and given.get("requesting") == given.get("requested"):
            self.add_error("requested", _("Choose another State: a State does not ask itself."))
        return given


@dataclass(frozen=True, slots=True)
class AskedInPlace:
    """A question beneath a basis, the answer already given in the address, and whether it changes the finding."""

    id: str
    text: str
    provision: str
    given: str


@dataclass(frozen=True, slots=True)
class BasisLine:
    basis: Basis
    questions: tuple[AskedInPlace, ...]


def answers_given(query: Mapping[str, str]) -> dict[str, bool]:
    return {
        name[len(ANSWER) :]: value == "yes"
        for name, value in query.items()
        if name.startswith(ANSWER) and value in {"yes", "no"}
    }


def lines_of(answer: BasisAnswer, given: Mapping[str, bool]) -> Iterator[BasisLine]:
    for basis in answer.bases:
        asked = tuple(
            AskedInPlace(q.id, q.text, q.provision, {True: "yes", False: "no"}.get(given.get(q.id), ""))  # type: ignore[arg-type]
            for q in basis.questions
        )
        yield BasisLine(basis, asked)


@page(Permission.LAW_ASK)
def ask(request: HttpRequest) -> HttpResponse:
    """The question as a form, and, once asked, every instrument with its verdict; the most specific first."""
    today = now().date()
    asked = "requested" in request.GET
    house_state = request.house.state  # type: ignore[attr-defined]
    initial: dict[str, Any] = {
        "requesting": house_state,
        "on": today,
        "measure": "bank-records",
        "offence": "drug-trafficking",
    }
    form = AskForm(request.GET if asked else None, initial=initial)
    context: dict[str, Any] = {"form": form, "ribbon": Ribbon(note=_("law only: nothing of a case on this page"))}
    if asked and form.is_valid():
        given = answers_given(request.GET.dict())
        context |= found(form.cleaned_data, given)
    return render(request, "law.html", context, status=400 if asked and not form.is_valid() else 200)


def found(facts: Mapping[str, Any], given: Mapping[str, bool]) -> dict[str, Any]:
    on: date = facts["on"]
    answer = find_bases(
        register_here(),
        facts["requesting"],
        facts["requested"],
        measure=facts["measure"],
        offence=facts["offence"],
        on=on,
        answers=given,
    )
    lines = list(lines_of(answer, given))
    return {
        "answer": answer,
        "given": [(f"{ANSWER}{name}", "yes" if value else "no") for name, value in given.items()],
        "reaching": [line for line in lines if line.basis.finding is not Finding.BARRED],
        "barred": [line for line in lines if line.basis.finding is Finding.BARRED],
        "further": list(_by_finding([one for one in lines if one.basis.finding is not Finding.BARRED][PRINTED_BASES:])),
        "answered_at": now(),
        "sources": [line.basis for line in lines if line.basis.finding is not Finding.BARRED][:PRINTED_SOURCES],
        "clear": [line for line in lines if line.basis.finding is Finding.CLEAR],
    }


def _by_finding(lines: list[BasisLine]) -> Iterator[tuple[Any, list[str]]]:
    """The codes of instruments under the word of their finding."""
    for finding, word in vocabulary.FINDINGS.items():
        codes = [line.basis.instrument for line in lines if line.basis.finding is finding]
        if codes:
            yield word, codes
