"""What stands above every page of one dossier: head, tabs and ribbon, made from the dossier's view."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from comity.requests import workflow
from comity.requests.actions import VERBS
from comity.requests.queries import DossierView, dossier_page
from comity.requests.queries.pages import PartyView
from comity.values.handling import Handling
from comity.values.reference import Reference
from comity.web.entrance import actor_asking, enter_opening
from comity.web.errors import words_of
from comity.web.lines import DossierHead, NextStep, Party
from comity.web.marks import Ribbon, terms_of
from comity.web.pages.dossier_address import dossier_href
from comity.web.templatetags.marks import initial_language

TABS = (
    ("timeline", "", _("Timeline")),
    ("request", "/request", _("Request")),
    ("evidence", "/evidence", _("Evidence")),
    ("law", "/law", _("Law and conditions")),
    ("seen", "/seen", _("Who saw it")),
)
GRAVE = frozenset({"withdraw_request", "withdraw_signature", "decline_parts", "return_to_drafter"})
OWN_PAGE = {"save_draft": "draft", "prepare_release": "sign", "sign_request": "sign"}
ON_THE_LAW_TAB = frozenset(
    {
        "record_facts",
        "record_conduct",
        "sign_dual",
        "sign_rights_gate",
        "record_assurance",
        "check_assurance",
        "print_check",
    }
)
"""What is recorded of the law is done beside the law; it never pushes aside whose turn it is."""
ONLY_DIRECT = frozenset({"confirm_receipt", "validate_order"})
ONLY_BY_POST = frozenset({"note_posting", "print_answer", "record_letter", "record_return", "record_receipt"})
REQUESTING_TURN = frozenset({"drafting", "signed", "checked", "amendment-requested", "returned", "countersigned"})
ENDED = frozenset({"closed", "refused", "withdrawn", ""})


@dataclass
class Case:
    """A dossier's view with what the faces derive from it."""

    view: DossierView

    @property
    def reference(self) -> Reference:
        return Reference.parse(self.view.reference)

    @property
    def href(self) -> str:
        return dossier_href(self.view.reference)

    @property
    def number(self) -> str:
        """Our own number: the office's file where it is the one that asks, else the party's."""
        numbers = self.view.numbers
        first = numbers["file"] if "originating" in self.view.relations else numbers["ours"]
        return first or numbers["ours"] or numbers["file"]

    @property
    def content(self) -> dict[str, Any]:
        """The request: as it is being written where it is, else as transmitted."""
        view = self.view
        writing = view.phase in {"drafting", "signed", "checked", "amendment-requested"}
        if view.draft is not None and (writing or view.content is None):
            return dict(view.draft.content)
        return dict(view.content or {})

    @cached_property
    def languages(self) -> list[str]:
        """The original's language first, then the translations begun, then those the requested State takes."""
        content = self.content
        found = [str(content.get("language") or get_language() or "en")[:8]]
        for place in ("matter", "facts", "purpose"):
            found += list(content.get(place) or {})
        return list(dict.fromkeys([*found, *self.view.law.languages]))[:4]

    @property
    def writing_languages(self) -> list[str]:
        """The languages an act of this side is written in: its own first."""
        ours = self.view.law.languages if self.view.side == "requested" else ()
        return list(dict.fromkeys([*ours, *self.languages]))[:4]

    def head(self) -> DossierHead:
        view = self.view
        return DossierHead(
            view.reference,
            view.title or self.number or view.reference,
            self.href,
            self.number,
            view.numbers["theirs"],
            view.phase,
            self._party("requesting" if view.side == "requesting" else "requested"),
            self._party("requested" if view.side == "requesting" else "requesting"),
            tuple(self.content.get("offences") or ()),
            view.law.title or view.instrument,
            tuple(self._steps()),
            has_node=view.partner_has_node,
        )

    def _steps(self) -> list[NextStep]:
        view = self.view
        shown = [
            step
            for step in view.steps
            if step.verb in VERBS
            and (view.direct or step.verb not in ONLY_DIRECT)
            and (not view.partner_has_node or step.verb not in ONLY_BY_POST or self._owes_paper(step.verb))
        ]
        return [
            NextStep(
                step.verb,
                f"{self.href}/{OWN_PAGE.get(step.verb, f'do/{step.verb}')}",
                step.allowed,
                words_of(step.code, step.reason),
                workflow.STEPS[step.verb].meaning,
                step.verb in GRAVE,
            )
            for step in sorted(shown, key=lambda step: (not step.allowed, _weight(step.verb)))
        ]

    def _owes_paper(self, verb: str) -> bool:
        """An urgent request went ahead from node to node: its original on paper is due (treaty CH-CO, Art. 26(2))."""
        mine = [clock for clock in self.view.clocks if clock.side.value == self.view.side == "requesting"]
        return verb == "note_posting" and any(not clock.met_at for clock in mine)

    def _party(self, side: str) -> Party:
        view = self.view
        party: PartyView = view.requesting if side == "requesting" else view.requested
        other = view.originating if side == "requesting" else view.executing
        names = (_name(other),) if other is not None and other.code != party.code else ()
        ours, theirs, file = (view.numbers[key] for key in ("ours", "theirs", "file"))
        number = theirs if side != view.side else ours or file
        if names and side == "requesting" and side == view.side and ours and file:
            names = (f"{names[0]} · {file}",)
        role = _("requesting") if side == "requesting" else _("requested")
        return Party(party.state, _name(party), role, number, names, self.turn == side)

    @property
    def turn(self) -> str:
        """The side whose turn it is: who was asked last answers first; then the phase says."""
        view = self.view
        if view.phase in ENDED:
            return ""
        if view.open_questions:
            return "requesting"
        if view.open_consultations:
            return "requested" if view.open_consultations[0]["asked_by"] == "requesting" else "requesting"
        arrived = any(item.state == "received" and not item.own for item in view.items)
        return "requesting" if arrived or view.phase in REQUESTING_TURN else "requested"

    def ribbon(self) -> Ribbon:
        """The conditions bound to what was handed over; before that, those the instrument will bind."""
        conditions = self.view.conditions or self.view.law.use_conditions
        return Ribbon(Handling(self.view.handling), terms_of(conditions))


def _name(party: PartyView) -> str:
    return initial_language(dict(party.names)) or party.code


def _weight(verb: str) -> int:
    """Grave and rare steps last, answers to the other side first."""
    order = ("answer_question", "answer_consultation", "sign_request", "save_draft")
    if verb in order:
        return order.index(verb)
    late = {"consult", "remind", "give_feedback", "postpone", "suspend_transfer"}
    return 30 if verb in GRAVE else 25 if verb in ON_THE_LAW_TAB else 20 if verb in late else 10


def case_of(request: HttpRequest, reference: Reference) -> Case:
    """The dossier, its opening entered in the ledger before anything of it is sent, by whatever method it is asked."""
    case = case_to_change(request, reference)
    enter_opening(request, case.reference, "requests:dossier:read")
    return case


def case_to_change(request: HttpRequest, reference: Reference) -> Case:
    """The dossier for an act on it; a page that shows anything of it enters the opening itself."""
    return Case(dossier_page(actor_asking(request), reference))


def frame_of(case: Case, here: str) -> dict[str, Any]:
    """The context every page of the dossier shares."""
    counts = {"evidence": len(case.view.items)}
    tabs = [
        {"href": f"{case.href}{end}", "label": label, "count": counts.get(name, 0), "here": name == here}
        for name, end, label in TABS
    ]
    return {"case": case, "head": case.head(), "tabs": tabs, "ribbon": case.ribbon(), "version": case.view.version}


def frame(request: HttpRequest, reference: Reference, here: str) -> dict[str, Any]:
    return frame_of(case_of(request, reference), here)
