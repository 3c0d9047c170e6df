"""What the drafting page asks for, as one table: section by section, field by field, each with its place."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = str | Promise


class Kind(StrEnum):
    TEXTS = "texts"
    """Prose in the original language and its translations."""
    LINE = "line"
    TEXTS_LINE = "texts-line"
    DAY = "day"
    CHOICE = "choice"
    CHOICES = "choices"
    LIST = "list"
    """Short words separated by commas."""
    LINES = "lines"
    """One text by language per line, e.g. questions to a witness."""
    YES = "yes"


@dataclass(frozen=True, slots=True)
class Asked:
    """One field: its place (within its entry for repeated ones), kind, label and help; `vocabulary` for choices."""

    place: str
    kind: Kind
    label: Words
    help: Words = ""
    vocabulary: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A group of fields; `repeats` names the list in the content whose entries the group is repeated for."""

    id: str
    title: Words
    fields: tuple[Asked, ...]
    repeats: str = ""
    help: Words = ""
    add: Words = ""


SECTIONS: tuple[Section, ...] = (
    Section(
        "matter",
        _("Authority and matter"),
        (
            Asked("authority.name", Kind.TEXTS_LINE, _("Authority that conducts the proceedings")),
            Asked("authority.functions", Kind.TEXTS_LINE, _("Its functions")),
            Asked(
                "authority.contact", Kind.LINE, _("Contact"), _("A person who can be asked: name, telephone, e-mail.")
            ),
            Asked("matter", Kind.TEXTS, _("Subject-matter of the proceedings")),
            Asked("stage", Kind.CHOICE, _("Stage"), vocabulary="stage"),
            Asked("purpose", Kind.TEXTS, _("Purpose of the request"), _("What the evidence is needed for.")),
        ),
    ),
    Section(
        "facts",
        _("Facts and offences"),
        (
            Asked(
                "facts", Kind.TEXTS, _("Facts"), _("Who, what, when, where, how; and the link to what is asked for.")
            ),
            Asked("offences", Kind.CHOICES, _("Offences"), vocabulary="offence"),
            Asked("legal_classification", Kind.TEXTS, _("Legal classification")),
            Asked("dual_criminality.statement", Kind.TEXTS, _("Why the facts are an offence in both States")),
            Asked("use.proceedings", Kind.LINE, _("Proceedings in which the results will be used")),
        ),
    ),
    Section(
        "statutes",
        _("Provisions of our law"),
        (
            Asked("citation", Kind.LINE, _("Citation")),
            Asked("text", Kind.TEXTS, _("Text of the provision")),
            Asked("maximum_penalty", Kind.LINE, _("Maximum penalty")),
        ),
        repeats="statutes",
        add=_("Add a provision"),
    ),
    Section(
        "persons",
        _("Persons"),
        (
            Asked("role", Kind.CHOICE, _("Role"), vocabulary="person"),
            Asked("name", Kind.LINE, _("Name")),
            Asked("date_of_birth", Kind.DAY, _("Date of birth")),
            Asked("nationality", Kind.LIST, _("Nationality"), _("Two-letter codes of States, separated by commas.")),
            Asked("address", Kind.LINE, _("Address")),
            Asked("languages", Kind.LIST, _("Languages"), _("Codes such as es, fr, separated by commas.")),
            Asked(
                "confidential", Kind.YES, _("Confidential: not to be disclosed to anyone but the executing authority")
            ),
        ),
        repeats="persons",
        add=_("Add a person"),
    ),
    Section(
        "parts",
        _("Measures asked for"),
        (
            Asked("measure", Kind.CHOICE, _("Measure"), vocabulary="measure"),
            Asked("description", Kind.TEXTS, _("What exactly is asked for")),
            Asked("relevance", Kind.TEXTS, _("Why it matters for the proceedings")),
            Asked("bank", Kind.LINE, _("Bank")),
            Asked("account", Kind.LINE, _("Account")),
            Asked("holder", Kind.LINE, _("Holder"), _("The mark of a person above, e.g. p1.")),
            Asked("period.from", Kind.DAY, _("Period from")),
            Asked("period.to", Kind.DAY, _("Period to")),
            Asked("person", Kind.LINE, _("Person to be heard"), _("The mark of a person above, e.g. p2.")),
            Asked(
                "questions",
                Kind.LINES,
                _("Questions"),
                _("One question on each line, in the same order in each language."),
            ),
            Asked("formalities", Kind.TEXTS, _("Formalities to observe")),
            Asked("rights", Kind.TEXTS, _("Rights to be told")),
        ),
        repeats="parts",
        add=_("Add a measure"),
    ),
    Section(
        "manner",
        _("Procedure, urgency, confidentiality"),
        (
            Asked("procedure", Kind.TEXTS, _("Procedure to follow")),
            Asked("formalities", Kind.TEXTS, _("Formalities for the whole request")),
            Asked("urgency.reason", Kind.TEXTS, _("Why it is urgent"), _("Leave empty when it is not.")),
            Asked("urgency.deadline", Kind.DAY, _("Wanted by")),
            Asked("confidentiality.requested", Kind.YES, _("Keep the request and its contents confidential")),
            Asked("confidentiality.reason", Kind.TEXTS, _("Why it must stay confidential")),
        ),
    ),
)

ONLY_FOR: Mapping[str, frozenset[str]] = {
    "bank": frozenset({"bank-records", "freezing"}),
    "account": frozenset({"bank-records", "freezing"}),
    "holder": frozenset({"bank-records", "freezing"}),
    "period.from": frozenset({"bank-records", "traffic-data", "content-data", "subscriber-data", "interception"}),
    "period.to": frozenset({"bank-records", "traffic-data", "content-data", "subscriber-data", "interception"}),
    "person": frozenset({"hearing-witness", "hearing-video", "service", "transfer-prisoner"}),
    "questions": frozenset({"hearing-witness", "hearing-video"}),
    "rights": frozenset({"hearing-witness", "hearing-video"}),
}
"""Fields of a measure that only some measures ask for; all others are asked for every measure."""

STAGES: Mapping[str, Words] = {
    "preliminary": _("Preliminary inquiry"),
    "investigation": _("Investigation"),
    "trial": _("Trial"),
    "judgment": _("After judgment"),
}
