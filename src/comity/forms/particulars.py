"""What some treaties ask beyond the common list, by kind of assistance.

Art. 27(1)(d) and (2) of the Swiss-Colombian treaty; the reason for a hearing by video of UNTOC Art. 18(18) and UNCAC
Art. 46(18).

Each is an element like those of `comity.forms.elements`; a form that does not name it does not ask for it.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from comity.forms.finding import Check, Content, Finding, parts

PROSECUTED = frozenset({"suspect", "accused"})
SUMMONED = frozenset({"witness", "expert"})
PROPERTY = frozenset({"freezing", "confiscation"})


def prosecuted(content: Content) -> Iterator[Finding]:
    """Place and date of birth of whom the proceedings are against; name, nationality and address are common."""
    for index, person in enumerate(content.get("persons", [])):
        if person.get("role") not in PROSECUTED:
            continue
        for key, what in (("date_of_birth", "date of birth"), ("place_of_birth", "place of birth")):
            if not person.get(key):
                place = f"persons[{index}].{key}"
                yield Finding(place, f"State this person's {what}, where that is possible.", only_helps=True)


def procedure_law(content: Content) -> Iterator[Finding]:
    """Only helps: whether a wished procedure is an application of foreign law is for a person to say."""
    if content.get("procedure") and not content.get("procedure_law"):
        sentence = "If this procedure is that of your own law, give the text of the provision and why it is to apply."
        yield Finding("procedure_law", sentence, only_helps=True)


def presence(content: Content) -> Iterator[Finding]:
    for index, person in enumerate(content.get("presence", [])):
        for key, sentence in (
            ("name", "Name who is to be present at the execution."),
            ("reason", "Say why this person is to be present."),
        ):
            if not person.get(key):
                yield Finding(f"presence[{index}].{key}", sentence)


def assets(content: Content) -> Iterator[Finding]:
    for index, part in parts(content):
        known = any(part.get(key) for key in ("place", "why_here", "belief", "bank"))
        if part.get("measure") in PROPERTY and not known:
            sentence = "State where the assets are presumed to be, or why in the requested State."
            yield Finding(f"parts[{index}].why_here", sentence)


def addressee(content: Content) -> Iterator[Finding]:
    for index, part in parts(content):
        if part.get("measure") != "service":
            continue
        if not part.get("person"):
            yield Finding(f"parts[{index}].person", "Name the addressee.")
        where, person = _person(content, part)
        if person and not person.get("address"):
            yield Finding(f"{where}.address", "State the addressee's address.")


def summons(content: Content) -> Iterator[Finding]:
    for index, part in parts(content):
        _, person = _person(content, part)
        if part.get("measure") == "service" and person.get("role") in SUMMONED and not part.get("costs"):
            sentence = "State that costs and allowances of the person summoned are borne, and advanced if asked."
            yield Finding(f"parts[{index}].costs", sentence)


def transferred(content: Content) -> Iterator[Finding]:
    for index, part in parts(content):
        if part.get("measure") == "transfer-prisoner" and not part.get("person"):
            yield Finding(f"parts[{index}].person", "Name the person in custody who is to be transferred.")


def video_hearing(content: Content) -> Iterator[Finding]:
    for index, part in parts(content):
        if part.get("measure") == "hearing-video" and not part.get("why_not_in_person"):
            sentence = "Say why it is not possible or desirable for the person to appear in person."
            yield Finding(f"parts[{index}].why_not_in_person", sentence, only_helps=True)


def _person(content: Content, part: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """The person a measure concerns, with the place; an empty one where none is named."""
    for index, person in enumerate(content.get("persons", [])):
        if part.get("person") and person.get("id") == part["person"]:
            return f"persons[{index}]", person
    return "", {}


PARTICULARS: Mapping[str, Check] = {
    "prosecuted": prosecuted,
    "procedure_law": procedure_law,
    "presence": presence,
    "assets": assets,
    "addressee": addressee,
    "summons": summons,
    "transferred": transferred,
    "video_hearing": video_hearing,
}
