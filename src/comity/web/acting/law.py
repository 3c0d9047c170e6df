"""The forms of the verbs of law: facts to answer, the conduct beside both laws, assurances; and what they bind.

Controls are made from the law's own tables: one for each fact that is asked, one list of elements for each law.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from comity.law.conduct import load_conduct
from comity.law.expression import facts_of
from comity.law.facts import FactMeaning, load_facts
from comity.requests.queries import LawCaseView
from comity.requests.rights import screens
from comity.web.templatetags.marks import law_text
from comity.web.vocabulary import word

OF_LAW = frozenset(
    {"record_facts", "record_conduct", "sign_dual", "sign_rights_gate", "record_assurance", "check_assurance"}
)
YES_NO_UNKNOWN = (
    ("", _("Not known")),
    ("yes", _("Yes")),
    ("no", _("No")),
)
STATUTE, ELEMENTS, MAXIMUM = _("Statute"), _("What it asks for"), _("Maximum penalty, in months")
MOST_ASKED = 40


def named_choices(law: LawCaseView) -> dict[str, list[tuple[str, Any]]]:
    """Choices of the fields that name a thing of the gate or the matrix."""
    offences = dict.fromkeys(str(line["offence"]) for line in law.dual.lines) if law.dual else {}
    return {
        "subject": [(one["subject"], law_text(one["title"])) for one in law.gate.subjects],
        "assurance": [
            (one["id"], f"{one['given_by']} · {one['on']} · {one['text'][:80]}")
            for one in law.assurances
            if one["kept"] is None
        ],
        "offence": [(code, word("offence", code)) for code in offences],
    }


def bound_digest(law: LawCaseView, verb: str) -> str:
    """What a signature of that verb binds, as it now stands."""
    if verb == "sign_rights_gate":
        return law.gate.digest
    return law.dual.digest if law.dual else ""


def asked_facts(law: LawCaseView) -> list[FactMeaning]:
    """The facts a person may answer: what settles several at once, what the gate asks, what the grounds ask."""
    meanings = load_facts().meanings
    names = [name for name, _text in screens()]
    names += [fact["fact"] for subject in law.gate.subjects for fact in subject["facts"]]
    names += [one.id for one in law.questions]
    names += [str(one["fact"]) for one in law.facts]
    return [meanings[name] for name in dict.fromkeys(names) if name in meanings][:MOST_ASKED]


def fact_controls(law: LawCaseView) -> Iterator[tuple[str, forms.Field]]:
    """One control for each fact that is asked, filled in with what was recorded."""
    known = {str(one["fact"]): one["value"] for one in law.facts}
    for one in asked_facts(law):
        control = _control(one)
        control.label, control.required = str(law_text(one.text)), False
        value = known.get(one.id)
        control.initial = {True: "yes", False: "no", None: ""}.get(value, value) if one.type == "yes-no" else value
        yield f"facts.{one.id}", control


def _control(one: FactMeaning) -> forms.Field:
    if one.type == "yes-no":
        return forms.ChoiceField(choices=YES_NO_UNKNOWN, widget=forms.RadioSelect)
    if one.type == "number":
        return forms.IntegerField(min_value=0, max_value=100_000)
    if one.type == "choice":
        return forms.ChoiceField(choices=[("", "–"), *((option, option) for option in one.options)])
    if one.type == "day":
        return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    return forms.CharField(max_length=2)


def conduct_controls(law: LawCaseView, states: tuple[str, str]) -> Iterator[tuple[str, forms.Field]]:
    """What was done, and for each State one offence of its law: its statute, its elements, its maximum."""
    elements = _elements(law)
    yield "case.conduct", _ticks(_("What was done"), elements)
    for state in states:
        yield f"case.statute.{state}", _line(f"{STATUTE} · {state}")
        yield f"case.elements.{state}", _ticks(f"{ELEMENTS} · {state}", elements)
        number = forms.IntegerField(min_value=0, max_value=100_000, required=False)
        number.label = f"{MAXIMUM} · {state}"
        yield f"case.maximum.{state}", number


def _elements(law: LawCaseView) -> list[tuple[str, Any]]:
    """The elements of the offences asked for first; then all others, since a national law may ask for any."""
    table = load_conduct()
    offences = [str(line["offence"]) for line in law.dual.lines] if law.dual else []
    own = [
        name
        for offence in offences
        if offence in table.definitions
        for line in table.definitions[offence].lines
        for name in facts_of(line)
    ]
    return [(name, law_text(table.elements[name])) for name in dict.fromkeys(own or table.elements)]


def _ticks(label: str | Promise, elements: list[tuple[str, Any]]) -> forms.Field:
    control = forms.MultipleChoiceField(choices=elements, widget=forms.CheckboxSelectMultiple, required=False)
    control.label = str(label)
    return control


def _line(label: str) -> forms.Field:
    control = forms.CharField(max_length=300, required=False, widget=forms.TextInput(attrs={"dir": "auto"}))
    control.label = label
    return control


def facts_given(cleaned: Mapping[str, Any]) -> dict[str, Any]:
    """The answers as casework takes them; `not known` takes an answer back."""
    found: dict[str, Any] = {}
    for name, value in cleaned.items():
        if name.startswith("facts."):
            given = {"yes": True, "no": False, "": None}.get(value, value) if isinstance(value, str) else value
            found[name.removeprefix("facts.")] = given.isoformat() if isinstance(given, date) else given
    return found


def case_given(cleaned: Mapping[str, Any]) -> dict[str, Any]:
    """Conduct and laws as `comity law dual` takes them."""
    laws = {}
    for name, statute in cleaned.items():
        if name.startswith("case.statute.") and statute:
            state = name.removeprefix("case.statute.")
            offence = {"statute": statute, "elements": cleaned.get(f"case.elements.{state}") or []}
            maximum = cleaned.get(f"case.maximum.{state}")
            laws[state] = {"offences": [{**offence, **({"maximum_months": maximum} if maximum is not None else {})}]}
    conduct = dict.fromkeys(cleaned.get("case.conduct") or [], True)
    return {**({"conduct": conduct} if conduct else {}), **({"laws": laws} if laws else {})}
