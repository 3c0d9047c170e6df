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
    PERSON = "person"
    """One of the persons of this request, by the mark."""


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
    only_under: str = ""
    """The instrument under which the section is asked for; empty: always."""


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
            Asked("place_of_birth", Kind.LINE, _("Place of birth")),
            Asked("sex", Kind.CHOICE, _("Sex"), vocabulary="sex"),
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
            Asked("holder", Kind.PERSON, _("Holder")),
            Asked("target", Kind.LINE, _("Number, address or device concerned")),
            Asked("period.from", Kind.DAY, _("Period from")),
            Asked("period.to", Kind.DAY, _("Period to")),
            Asked("person", Kind.PERSON, _("Person concerned")),
            Asked("place", Kind.LINE, _("Place")),
            Asked(
                "questions",
                Kind.LINES,
                _("Questions"),
                _("One question on each line, in the same order in each language."),
            ),
            Asked("hearing_authority", Kind.LINE, _("Authority that is to hear the person")),
            Asked("oath", Kind.YES, _("Under oath or affirmation")),
            Asked("presence", Kind.TEXTS, _("Who asks to be present")),
            Asked("rights", Kind.TEXTS, _("Rights to be told")),
            Asked("why_not_in_person", Kind.TEXTS, _("Why the person cannot come")),
            Asked("why_here", Kind.TEXTS, _("Why it is thought to be in the requested State")),
            Asked("belief", Kind.TEXTS, _("Grounds for that belief")),
            Asked("available_at_home", Kind.TEXTS, _("That the measure could be ordered in a similar case at home")),
            Asked("technical", Kind.TEXTS, _("Technical particulars")),
            Asked("necessity", Kind.TEXTS, _("Why it is necessary")),
            Asked("intent", Kind.TEXTS, _("Request that is to follow")),
            Asked("variant", Kind.CHOICE, _("Sort of property"), vocabulary="variant"),
            Asked("direction", Kind.CHOICE, _("Direction of the transfer"), vocabulary="direction"),
            Asked("consent", Kind.TEXTS, _("Consent of the person")),
            Asked("composition", Kind.TEXTS, _("Composition of the team")),
            Asked("formalities", Kind.TEXTS, _("Formalities to observe")),
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
            Asked("transnational_grounds", Kind.TEXTS, _("What makes the matter transnational")),
            Asked("urgency.reason", Kind.TEXTS, _("Why it is urgent"), _("Leave empty when it is not.")),
            Asked("urgency.deadline", Kind.DAY, _("Wanted by")),
            Asked("confidentiality.requested", Kind.YES, _("Keep the request and its contents confidential")),
            Asked("confidentiality.reason", Kind.TEXTS, _("Why it must stay confidential")),
        ),
    ),
    Section(
        "order",
        _("European Investigation Order"),
        (
            Asked("eio.issuer_kind", Kind.CHOICE, _("Issued by"), vocabulary="issuer"),
            Asked("eio.proceedings_type", Kind.CHOICE, _("Type of proceedings"), vocabulary="proceedings"),
            Asked("eio.validated_by.kind", Kind.CHOICE, _("Validated by"), vocabulary="issuer"),
            Asked("eio.validated_by.name", Kind.LINE, _("Name of who validates")),
            Asked("eio.validated_by.function", Kind.LINE, _("Function of who validates")),
            Asked("eio.validated_by.date", Kind.DAY, _("Validated on")),
            Asked("eio.necessity", Kind.TEXTS, _("Necessity")),
            Asked("eio.proportionality", Kind.TEXTS, _("Proportionality")),
            Asked(
                "eio.available_at_home", Kind.TEXTS, _("That the measure could be ordered in a similar case at home")
            ),
            Asked("eio.remedies", Kind.TEXTS, _("Legal remedies")),
            Asked("eio.remedies_authority", Kind.TEXTS_LINE, _("Authority that informs of remedies")),
            Asked(
                "eio.categories", Kind.LIST, _("Categories of Annex D"), _("Codes such as EAW-05, separated by commas.")
            ),
        ),
        only_under="EU-EIO-2014-41",
    ),
    Section(
        "translations",
        _("Translations"),
        (
            Asked("language", Kind.LINE, _("Language")),
            Asked("kind", Kind.CHOICE, _("Kind of translation"), vocabulary="translation"),
            Asked("by", Kind.LINE, _("Translated by")),
            Asked("on", Kind.DAY, _("Translated on")),
        ),
        repeats="translations",
        add=_("Add a translation"),
    ),
)

_BANK = frozenset({"bank-records", "freezing"})
_PERIOD = frozenset({"bank-records", "traffic-data", "content-data", "subscriber-data", "interception"})
_HEARING = frozenset({"hearing-witness", "hearing-video"})
_VIDEO = frozenset({"hearing-video"})
_TARGET = frozenset({"subscriber-data", "traffic-data", "content-data", "preservation", "interception"})
_HERE = frozenset({"bank-records", "search-seizure", "freezing", "confiscation"})
_TRANSFER = frozenset({"transfer-prisoner"})
_PROPERTY = frozenset({"freezing", "confiscation"})
ONLY_FOR: Mapping[str, frozenset[str]] = {
    "bank": _BANK,
    "account": _BANK,
    "holder": _BANK,
    "target": _TARGET,
    "period.from": _PERIOD,
    "period.to": _PERIOD,
    "person": _HEARING | _TRANSFER | {"service"},
    "place": _TRANSFER | {"search-seizure", "controlled-delivery"},
    "questions": _HEARING,
    "hearing_authority": _HEARING,
    "oath": _HEARING,
    "presence": _HEARING | {"search-seizure"},
    "rights": _HEARING,
    "why_not_in_person": _VIDEO,
    "why_here": _HERE,
    "belief": _HERE,
    "available_at_home": frozenset({"search-seizure", "interception"}),
    "technical": frozenset({"interception"}),
    "necessity": frozenset({"preservation"}),
    "intent": frozenset({"preservation"}),
    "variant": _PROPERTY,
    "direction": _TRANSFER,
    "consent": _TRANSFER,
    "composition": frozenset({"joint-investigation"}),
}
"""Fields of a measure that only some measures ask for; all others are asked for every measure."""

CHOICES: Mapping[str, Mapping[str, Words]] = {
    "stage": {
        "preliminary": _("Preliminary inquiry"),
        "investigation": _("Investigation"),
        "trial": _("Trial"),
        "judgment": _("After judgment"),
    },
    "sex": {"female": _("female"), "male": _("male"), "other": _("other")},
    "issuer": {
        "judge": _("judge"),
        "court": _("court"),
        "investigating-judge": _("investigating judge"),
        "public-prosecutor": _("public prosecutor"),
        "other": _("another authority, with validation"),
    },
    "proceedings": {
        "a_criminal": _("criminal proceedings"),
        "b_administrative": _("proceedings brought by administrative authorities"),
        "c_judicial": _("proceedings brought by judicial authorities"),
        "d_connection": _("proceedings in connection with these"),
    },
    "translation": {"certified": _("certified"), "office": _("by the office"), "courtesy": _("for convenience")},
    "variant": {"restraint": _("restraint"), "confiscation": _("confiscation order"), "value": _("value confiscation")},
    "direction": {"to-requesting": _("to the requesting State"), "to-requested": _("to the requested State")},
}
"""Words of fields with a fixed choice; a code that stands in a request and not here is kept and shown as it is."""
