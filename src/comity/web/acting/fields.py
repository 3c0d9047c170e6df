"""The form of a verb, made from its fields: each field of casework's table becomes one control or a small group.

Controls of a group are named `field.part`; a text that is said in several languages has one control for each,
`field.part@language`. `acting.values` reads them back.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from comity.requests.actions import Field, Verb
from comity.values.language import direction, language_name
from comity.web.acting.choices import Choices
from comity.web.acting.law import conduct_controls, fact_controls

Words = str | Promise

LABELS: Mapping[str, Words] = {
    "answer_by": _("To be answered by"),
    "answers": _("Answers"),
    "assurance": _("Assurance"),
    "asked": _("What it answers"),
    "body": _("What the letter says"),
    "bound_by": _("Bound by"),
    "by": _("By"),
    "carrier": _("On what it goes by post"),
    "conditions": _("Further condition of use"),
    "conforms": _("The request conforms to the instrument"),
    "check_by": _("To be checked on"),
    "consultation_id": _("Consultation"),
    "contact": _("Contact"),
    "court": _("Court or authority"),
    "cover_letter": _("Cover letter that vouches for authenticity"),
    "cover_note": _("Cover note"),
    "demand": _("What is to become of it"),
    "executing": _("Executing authority"),
    "file_no": _("File number"),
    "given_by": _("Given by"),
    "ground": _("Ground"),
    "handling": _("Handling code"),
    "items": _("Items"),
    "kept": _("It was kept"),
    "kind": _("Kind"),
    "letter_on": _("Date of the letter"),
    "met": _("The conduct is an offence in both States"),
    "name": _("Name"),
    "note": _("Note"),
    "number": _("Number"),
    "offence": _("Offence"),
    "on": _("Date"),
    "onward": _("What was told to whoever was given it"),
    "outcome": _("What came of it"),
    "parts": _("Measures"),
    "permission": _("Permission of the provider"),
    "persons_present": _("Persons present"),
    "place": _("Place"),
    "provision": _("Provision"),
    "question_id": _("Question"),
    "reason": _("Reasons"),
    "reasons": _("Reasons"),
    "recall": _("Recall"),
    "received_at": _("Received by a person on"),
    "remedy": _("Legal remedy"),
    "remind_on": _("Remind on"),
    "scan": _("Scan"),
    "scope": _("Only to this extent"),
    "signatory": _("Signatory"),
    "signed_by": _("Signed by"),
    "subject": _("Subject"),
    "text": _("Text"),
    "until": _("Until"),
    "what": _("What it is"),
}
HELP: Mapping[str, Words] = {
    "onward": _("Where it was released or sent on, that is named beside the form and must be accounted for."),
    "persons_present": _("One on each line."),
    "signed_by": _("Those present who signed the record, one on each line."),
    "received_at": _("Leave empty for now. From this moment the legal clocks run."),
    "scope": _("Leave empty when the measures named are declined wholly."),
    "letter_on": _("As it stands on the letter."),
    "remind_on": _("The reminder goes out on its day."),
    "carrier": _("Such as a sealed USB stick, its number, and the number of the registered letter."),
    "scan": _("PDF, TIFF, PNG or JPEG; stored as it is and never opened here."),
}


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a composite field."""

    name: str
    type: str
    required: bool = True


_LOCALIZED_REASON = Part("reason", "localized")
COMPOSITES: Mapping[str, tuple[Part, ...]] = {
    "grounds": (Part("ground", "ground"), _LOCALIZED_REASON),
    "ground": (Part("ground", "ground"), _LOCALIZED_REASON),
    "remedy": (
        Part("text", "localized", required=False),
        Part("provision", "text", required=False),
        Part("until", "date", required=False),
    ),
    "conditions": (
        Part("text", "longtext", required=False),
        Part("provision", "text", required=False),
        Part("until", "date", required=False),
    ),
    "order": (Part("court", "text"), Part("number", "text"), Part("on", "date"), Part("text", "localized")),
    "record": (
        Part("on", "date"),
        Part("place", "text"),
        Part("by", "text"),
        Part("persons_present", "lines", required=False),
        Part("signed_by", "lines", required=False),
        Part("text", "localized", required=False),
    ),
    "annex_b": (
        Part("name", "text", required=False),
        Part("file_no", "text", required=False),
        Part("contact", "text", required=False),
    ),
    "body": (
        Part("number", "text", required=False),
        Part("contact", "text", required=False),
        Part("text", "localized", required=False),
        Part("provision", "text", required=False),
        Part("parts", "parts", required=False),
        Part("by", "text", required=False),
        Part("place", "text", required=False),
        Part("asked", "text", required=False),
    ),
}
"""The shape of the fields that casework takes as an object, as a person fills them in."""

LEFT_OUT = frozenset({"answers", "name", "media_type", "content"})
"""Not asked for: answers stand in the draft, a scan brings its own name and type, a content has its own page."""
HIDDEN = frozenset({"digest"})


class ActForm(forms.Form):
    """The controls of one verb; its fields are added when it is made."""

    def __init__(self, data: Any, files: Any, controls: Mapping[str, forms.Field]) -> None:
        super().__init__(data, files)
        self.fields.update(controls)


def form_of(
    verb: Verb,
    choices: Choices,
    languages: Sequence[str],
    initial: Mapping[str, Any],
    data: Any = None,
    files: Any = None,
) -> ActForm:
    return ActForm(data, files, dict(controls_of(verb, choices, languages, initial)))


def controls_of(
    verb: Verb, choices: Choices, languages: Sequence[str], initial: Mapping[str, Any]
) -> Iterator[tuple[str, forms.Field]]:
    """Every control of the verb's form by its name, in the order of the table."""
    for field in verb.fields:
        if field.name in LEFT_OUT | choices.left_out:
            continue
        if choices.law is not None and field.name in {"facts", "case"}:
            facts = field.name == "facts"
            yield from fact_controls(choices.law) if facts else conduct_controls(choices.law, choices.states)
            continue
        if field.type != "json":
            part = Part(field.name, field.type, field.required)
            yield from _controls(field.name, part, field, choices, languages, initial)
            continue
        for part in COMPOSITES.get(field.name, ()):
            needed = Part(part.name, part.type, part.required and field.required)
            yield from _controls(f"{field.name}.{part.name}", needed, field, choices, languages, initial)


def _controls(
    name: str, part: Part, field: Field, choices: Choices, languages: Sequence[str], initial: Mapping[str, Any]
) -> Iterator[tuple[str, forms.Field]]:
    if part.type == "localized":
        for language in languages:
            yield f"{name}@{language}", _said(part, field.name, language)
        return
    control = _control(part, choices)
    if initial.get(name) is not None:
        control.initial = initial[name]
    control.required = part.required and part.type != "flag"
    control.label = str(_label(part.name, field.name))
    control.help_text = str(HELP.get(part.name, ""))
    if part.name in HIDDEN:
        control.widget = forms.HiddenInput()
    yield name, control


def _said(part: Part, field: str, language: str) -> forms.Field:
    """A text in one language; casework asks that it stand in at least one."""
    control = forms.CharField(
        label=_localized_label(part.name, field, language),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "lang": language, "dir": direction(language)}),
        max_length=20_000,
    )
    control.asked_in_any = part.required  # type: ignore[attr-defined]
    return control


def _label(part: str, field: str) -> Words:
    if part == "on" and field == "order":
        return _("Date of the order")
    if part == "text" and field == "remedy":
        return _("Legal remedy")
    if part == "text" and field == "conditions":
        return LABELS["conditions"]
    return LABELS.get(part, part)


def _localized_label(part: str, field: str, language: str) -> str:
    tongue = language_name(language, (get_language() or "en")[:2])
    return f"{_label(part, field)} · {tongue}"


def _control(part: Part, choices: Choices) -> forms.Field:
    """The control of one field: a fixed choice where the dossier offers one, else by its type."""
    offered = {"parts": choices.parts, "items": choices.items}
    if part.type in offered:
        only = [code for code, _words in offered[part.type]] if len(offered[part.type]) == 1 else []
        return forms.MultipleChoiceField(choices=offered[part.type], initial=only, widget=forms.CheckboxSelectMultiple)
    if part.type == "ground":
        return forms.ChoiceField(choices=choices.grounds, widget=forms.RadioSelect)
    if part.name in choices.named:
        return forms.ChoiceField(choices=choices.named[part.name])
    return CONTROLS.get(part.type, _line)()


def _line() -> forms.Field:
    return forms.CharField(max_length=2_000, widget=forms.TextInput(attrs={"dir": "auto"}))


def _prose() -> forms.Field:
    return forms.CharField(widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}), max_length=20_000)


def _day() -> forms.Field:
    return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))


def _moment() -> forms.Field:
    return forms.DateTimeField(widget=forms.DateTimeInput(attrs={"type": "datetime-local"}))


def _yes_or_no() -> forms.Field:
    answers = (("yes", _("yes")), ("no", _("no")))
    return forms.ChoiceField(choices=answers, widget=forms.RadioSelect, initial="yes")


CONTROLS: Mapping[str, Callable[[], forms.Field]] = {
    "longtext": _prose,
    "lines": _prose,
    "date": _day,
    "instant": _moment,
    "file": forms.FileField,
    "flag": _yes_or_no,
}


def today_where_wanted(verb: Verb, today: date) -> dict[str, Any]:
    """Days that are most often today, filled in beforehand."""
    names = {"note_posting": "on", "record_execution": "record.on"}
    return {names[verb.name]: today} if verb.name in names else {}
