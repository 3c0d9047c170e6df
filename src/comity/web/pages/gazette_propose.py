"""Proposing a correction of the law: one fact beside what the shipped register says of it, or a file of many."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from comity.gazette.actions import import_corrections, propose_correction
from comity.law.correction import DECLARED_STATUSES, LONGEST, TREATY_STATUSES, Fact, fact_of, used_columns
from comity.law.fact_files import MOST_BYTES, read_facts
from comity.law.participation import STATUSES as PARTICIPATION_STATUSES
from comity.law.register import load_register
from comity.law.shipped_facts import shipped_facts
from comity.law.vocabulary import MEASURES
from comity.safeguards.permissions import Permission
from comity.values.country import parse_country
from comity.values.errors import ComityError, InvalidInputError
from comity.web.checking.matter import states, words
from comity.web.entrance import act_of, page
from comity.web.gazette_words import COLUMNS, FINDINGS, KINDS, STATUSES, TREATY_KINDS, said
from comity.web.pages.gazette import correction_href
from comity.web.pages.law_frame import asked_for, frame

SUBJECT = ("kind", "instrument", "state", "other_state", "treaty_kind")
_HELP = {
    "article": _("An article, e.g. 18(13); the role of an authority; the fact of a channel."),
    "since": _("The first day for which the correction answers; empty: always."),
    "until": _("The last day for which it answers; empty: without end."),
    "date_signature": _("As much as the source prints: 2003, 2003-08 or 2003-08-01."),
    "languages": _("Codes, e.g. es en."),
    "withdrawal": _("The first day on which it no longer binds."),
    "measures": _("Only where the declaration excludes them."),
    "source": _("The document cited, e.g. Official Journal 2026, No 12."),
    "address": _("Its address on the web, or the number of the document in your files."),
    "as_of": _("The day of which the source speaks, e.g. 2026-11-21."),
}
_LAST = frozenset({"since", "until", "source", "address", "as_of", "verified", "reason"})
"""Columns of every kind of fact: they stand after what the fact says."""
_KEPT = ("status", "date_signature", "action", "date_consent", "entry_into_force", "withdrawal", "scope", "title")
_KEPT_TOO = ("languages", "urgency_languages", "text")


class SubjectForm(forms.Form):
    """What is corrected: a bilateral treaty by its two States and its kind, all else by instrument and State."""

    kind = forms.ChoiceField(label=_("What is corrected"), choices=lambda: list(KINDS.items()))
    instrument = forms.CharField(
        label=_("Instrument"),
        required=False,
        max_length=80,
        help_text=_("Its code, e.g. UNTOC; empty for a bilateral treaty that is not in the register."),
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off"}),
    )
    state = forms.ChoiceField(label=_("State"))
    other_state = forms.ChoiceField(label=_("Other State"), required=False, help_text=_("For a bilateral treaty."))
    treaty_kind = forms.ChoiceField(label=_("Kind of treaty"), required=False, help_text=_("For a bilateral treaty."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        empty: list[tuple[str, Any]] = [("", "–")]
        self._choices("state", states())
        self._choices("other_state", empty + states())
        self._choices("treaty_kind", empty + list(TREATY_KINDS.items()))

    def _choices(self, name: str, choices: list[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells the type checker what stands above
        field.choices = choices


class FactForm(forms.Form):
    """The columns of one kind of fact, beside those that say what it is about."""

    def __init__(self, kind: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = [name for name in used_columns(kind) if name not in SUBJECT]
        for name in sorted(names, key=lambda name: name in _LAST):
            self.fields[name] = _field(kind, name)


def _field(kind: str, name: str) -> forms.Field:
    label, help_text = str(COLUMNS[name]), _HELP.get(name, "")
    if name == "status":
        known = {"participation": PARTICIPATION_STATUSES, "treaty": TREATY_STATUSES}.get(kind, DECLARED_STATUSES)
        choices = [(code, STATUSES.get(code, _("as declared below"))) for code in sorted(known)]
        return forms.ChoiceField(label=label, choices=choices, required="" not in known)
    if name == "finding":
        return forms.ChoiceField(label=label, choices=[("", "–"), *FINDINGS.items()], required=False)
    if name == "measures":
        return forms.MultipleChoiceField(
            label=label,
            choices=words("measure", MEASURES),
            required=False,
            help_text=help_text,
            widget=forms.CheckboxSelectMultiple,
        )
    if name == "verified":
        return forms.BooleanField(label=_("I read it in the source"), required=False)
    if name in {"since", "until"}:
        day = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        return forms.DateField(label=label, required=False, help_text=help_text, widget=day)
    long = forms.Textarea(attrs={"rows": 3}) if name in {"text", "reason"} else forms.TextInput
    needed = name in {"source", "address", "as_of", "reason"}
    return forms.CharField(label=label, required=needed, max_length=LONGEST, help_text=help_text, widget=long)


def shipped_for(about: dict[str, str]) -> list[Fact]:
    """What the shipped register says of the subject; `InvalidInputError` with the nearest instrument or State."""
    register = load_register()
    state = parse_country(about["state"])
    if about["kind"] == "treaty":
        if not about["other_state"] or not about["treaty_kind"]:
            text = "A bilateral treaty is named by its two States and its kind."
            raise InvalidInputError(text, code="law:treaty", place="other_state")
        low, high = sorted((state, parse_country(about["other_state"])))
        held = [one for one in register.treaties_by_pair.get((low, high), ()) if one.kind == about["treaty_kind"]]
        return [fact for one in held for fact in shipped_facts(register, one.code)]
    code = register.instrument(about["instrument"]).code
    return [one for one in shipped_facts(register, code) if (one.kind, one.state) == (about["kind"], state)]


@page(Permission.GAZETTE_PROPOSE, methods="GET HEAD POST")
def propose(request: HttpRequest) -> HttpResponse:
    """First what is corrected, then the fact itself beside the shipped one; another person approves it."""
    about = asked_for(request, *SUBJECT)
    subject = SubjectForm(request.GET if about["kind"] else None, initial={"state": request.house.state})  # type: ignore[attr-defined]
    context: dict[str, Any] = {"subject": subject}
    status = 200
    if about["kind"]:
        try:
            if not subject.is_valid():
                raise InvalidInputError(gettext("Say first what is corrected."), code="gazette:subject")
            made = _proposal(request, about, context)
        except ComityError as problem:
            context["problem"], status = problem, 400
        else:
            if made:
                messages.success(request, gettext("Proposed. It has no effect until another person approves it."))
                return HttpResponseRedirect(made)
            status = 400 if request.method == "POST" else 200
    return render(request, "gazette_propose.html", frame("gazette") | context, status=status)


def _proposal(request: HttpRequest, about: dict[str, str], context: dict[str, Any]) -> str:
    """Fill the context with the form and the shipped facts; the address of the proposal once it is made."""
    shipped = shipped_for(about)
    start = _initial(shipped[0]) if len(shipped) == 1 or (shipped and about["kind"] == "participation") else {}
    form = FactForm(about["kind"], request.POST if request.method == "POST" else None, initial=start)
    context |= {"form": form, "kind": KINDS[about["kind"]], "shipped": [(one, said(one)) for one in shipped]}
    if request.method != "POST" or not form.is_valid():
        return ""
    return correction_href(propose_correction(act_of(request), fact_of(_columns(about, form.cleaned_data))).reference)


def _initial(shipped: Fact) -> dict[str, Any]:
    return {name: getattr(shipped, name) for name in (*_KEPT, *_KEPT_TOO)} | {"article": shipped.article}


def _columns(about: dict[str, str], given: dict[str, Any]) -> dict[str, str]:
    """The columns of the row as text; what is left empty in the form is empty in the row."""
    row = {name: value for name, value in about.items() if value and (name in SUBJECT[:3] or about["kind"] == "treaty")}
    for name, value in given.items():
        if name == "verified":
            row[name] = "yes" if value else "no"
        elif name in {"since", "until"}:
            row[name] = value.isoformat() if value else ""
        else:
            row[name] = " ".join(value) if isinstance(value, list) else " ".join(str(value).split())
    return row


class FileForm(forms.Form):
    file = forms.FileField(
        label=_("File of facts"),
        help_text=_("CSV or JSON, as `comity law export` and this gazette write it. All rows are taken, or none."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.json"}),
    )


@page(Permission.GAZETTE_PROPOSE, methods="GET HEAD POST")
def import_file(request: HttpRequest) -> HttpResponse:
    """Every row of a file becomes a proposal; what the shipped register says already is passed over."""
    form = FileForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {
        "form": form,
        "title": _("Propose from a file"),
        "about": _("Each row waits for a second person, as if it had been proposed by itself."),
        "button": _("Propose the rows"),
        "back": reverse("gazette"),
        "back_words": _("Gazette"),
    }
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            if file.size > MOST_BYTES:
                raise InvalidInputError(f"The file is larger than {MOST_BYTES >> 20} MiB.", code="law:file")
            done = import_corrections(act_of(request), read_facts(file.read(), file.name))
        except ComityError as problem:
            context["problem"] = problem
        else:
            made = len(done.proposed)
            messages.success(
                request,
                ngettext("%(n)s row proposed.", "%(n)s rows proposed.", made) % {"n": made}
                + " "
                + gettext("%(n)s say what the shipped register says.") % {"n": done.unchanged},
            )
            return HttpResponseRedirect(reverse("gazette"))
    return render(request, "form_page.html", context, status=400 if request.method == "POST" else 200)
