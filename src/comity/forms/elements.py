"""What stands for each element of a request's contents list: where it is stated, and what is wrong when it is not.

An element is a name that several instruments' lists share (`facts`, `assistance`, `persons`). A finding is a place in
the content, a sentence, and whether it only helps.
"""

from collections.abc import Iterator, Mapping

from comity.forms.finding import Check, Content, Finding, parts, stated
from comity.forms.particulars import PARTICULARS

__all__ = ["ELEMENTS", "Check", "Content", "Finding", "parts"]

COERCIVE = frozenset(
    {"bank-records", "search-seizure", "freezing", "confiscation", "interception", "content-data", "traffic-data"}
)
"""Measures that coerce or lift a secret protected by criminal law (Arts 6 and 7 of the Swiss-Colombian treaty)."""

OF_A_CONNECTION = frozenset({"subscriber-data", "traffic-data", "content-data", "preservation", "interception"})
"""Measures on an account, number or address of a service: without one, or a person, nobody can execute them."""

HEARINGS = frozenset({"hearing-witness", "hearing-video"})
ONE_PERSON = frozenset({*HEARINGS, "service", "transfer-prisoner"})


def law(content: Content) -> Iterator[Finding]:
    if not content.get("legal_classification"):
        yield Finding("legal_classification", "State the legal classification of the facts.")
    statutes = content.get("statutes", [])
    if not statutes:
        yield Finding("statutes", "Cite the provisions that apply, with their text.")
    for index, statute in enumerate(statutes):
        if not statute.get("citation"):
            yield Finding(f"statutes[{index}].citation", "Name the provision.")
        if not statute.get("text"):
            yield Finding(f"statutes[{index}].text", "Give the text of the provision, or a statement of it.")
        if not statute.get("maximum_penalty"):
            yield Finding(f"statutes[{index}].maximum_penalty", "State the maximum penalty.", only_helps=True)


def assistance(content: Content) -> Iterator[Finding]:
    if not content.get("parts"):
        yield Finding("parts", "Describe the assistance sought: at least one measure.")
    for index, part in parts(content):
        place, measure = f"parts[{index}]", part.get("measure")
        if not measure:
            yield Finding(f"{place}.measure", "Name the measure asked for.")
        if not part.get("description"):
            yield Finding(f"{place}.description", "Describe what is asked for in this measure.")
        if measure == "bank-records" and not part.get("account") and not (part.get("bank") and part.get("holder")):
            yield Finding(f"{place}.account", "Name the account, or else the bank and the account holder.")
        named = any(part.get(key) for key in ("target", "account", "person", "holder"))
        if measure in OF_A_CONNECTION and not named:
            yield Finding(f"{place}.target", "Name the account, number or address, or the person who uses it.")
        if measure in ONE_PERSON and not part.get("person"):
            yield Finding(f"{place}.person", "Name the person this measure concerns.")


def persons(content: Content) -> Iterator[Finding]:
    people = content.get("persons", [])
    if not people:
        yield Finding("persons", "Name the persons concerned, where that is possible.", only_helps=True)
    for index, person in enumerate(people):
        if not person.get("name"):
            yield Finding(f"persons[{index}].name", "Name this person.")
        for key, what in (("nationality", "nationality"), ("address", "whereabouts")):
            if not person.get(key):
                place = f"persons[{index}].{key}"
                yield Finding(place, f"State this person's {what}, where that is possible.", only_helps=True)


def dual_criminality(content: Content) -> Iterator[Finding]:
    coercive = [index for index, part in parts(content) if part.get("measure") in COERCIVE]
    if coercive and not (content.get("dual_criminality") or {}).get("statement"):
        named = ", ".join(f"parts[{index}]" for index in coercive)
        yield Finding(
            "dual_criminality.statement",
            f"Say why the facts would be an offence in the requested State too: {named} needs coercion.",
        )


def rights(content: Content) -> Iterator[Finding]:
    for index, part in parts(content):
        if part.get("measure") in HEARINGS and not part.get("rights"):
            sentence = "State the rights of the person to be heard, above all when testimony may be refused."
            yield Finding(f"parts[{index}].rights", sentence, only_helps=True)


def urgency(content: Content) -> Iterator[Finding]:
    given = content.get("urgency")
    if given and not given.get("reason"):
        yield Finding("urgency.reason", "Give the reason for the urgency.")
    if given and not given.get("deadline"):
        yield Finding("urgency.deadline", "Name the day by which an answer is needed.", only_helps=True)


def confidentiality(content: Content) -> Iterator[Finding]:
    given = content.get("confidentiality") or {}
    if given.get("requested") and not given.get("reason"):
        yield Finding("confidentiality.reason", "Say why the request is to be kept confidential.", only_helps=True)


def helps(check: Check) -> Check:
    def softened(content: Content) -> Iterator[Finding]:
        for finding in check(content):
            yield Finding(finding.place, finding.text, only_helps=True)

    return softened


def only_service(content: Content) -> bool:
    measures = [part.get("measure") for _, part in parts(content)]
    return bool(measures) and all(measure == "service" for measure in measures)


def facts(content: Content) -> Iterator[Finding]:
    """A summary of the facts; not asked where only documents are served (UNTOC Art. 18(15)(c))."""
    if not only_service(content):
        yield from stated("facts", "Give a summary of the relevant facts.")(content)


ELEMENTS: Mapping[str, Check] = {
    "authority": stated("authority.name", "Name the authority that makes the request."),
    "conducting_authority": stated(
        "authority.functions", "State the functions of the authority that conducts the case."
    ),
    "matter": stated("matter", "State the subject matter and nature of the investigation, prosecution or proceeding."),
    "facts": facts,
    "law": law,
    **PARTICULARS,
    "assistance": assistance,
    "persons": persons,
    "purpose": stated("purpose", "State the purpose for which the evidence, information or action is sought."),
    "dual_criminality": dual_criminality,
    "rights": rights,
    "use": helps(stated("use.proceedings", "Name the proceedings in which the results are to be used.")),
    "urgency": urgency,
    "confidentiality": confidentiality,
    "transnational": helps(
        stated(
            "transnational_grounds", "State why the offence is transnational and involves an organized criminal group."
        )
    ),
}
