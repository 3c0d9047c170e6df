"""Which value of the content stands in which field of Annex A: one table, field by field."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from comity.documents.sheet import Telling
from comity.documents.wording import period
from comity.forms.catalogue import term
from comity.forms.offences import category_label
from comity.values.country import country_name
from comity.values.language import language_name

Value = Callable[[Telling], str]

STATED_BY_ISSUER = {"G": ("necessity", "proportionality", "available_at_home"), "J": ("remedies",)}
"""What the issuing authority of an order states beside the fields of the annex (Arts 6(1) and 14, not read)."""

MEASURES_OF_SECTION = {
    "H1": frozenset({"transfer-prisoner"}),
    "H2": frozenset({"hearing-video"}),
    "H3": frozenset({"freezing", "preservation"}),
    "H4": frozenset({"bank-records"}),
    "H5": frozenset({"controlled-delivery"}),
    "H6": frozenset({"covert-investigation"}),
    "H7": frozenset({"interception"}),
}


def chosen(content: Mapping[str, Any], section: str) -> Iterator[Mapping[str, Any]]:
    """The measures of the request that a section H1 to H7 is about."""
    for part in content.get("parts", []):
        if part.get("measure") in MEASURES_OF_SECTION[section]:
            yield part


def applies(section: str, content: Mapping[str, Any]) -> bool:
    return any(chosen(content, section))


def people(content: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return list(content.get("persons", []))


def _order(telling: Telling) -> Mapping[str, Any]:
    found: Mapping[str, Any] = telling.content.get("eio") or {}
    return found


def _earlier(telling: Telling) -> Mapping[str, Any]:
    found: Mapping[str, Any] = _order(telling).get("earlier") or {}
    return found


def _state(telling: Telling, role: str) -> str:
    state = (telling.context.get(role) or {}).get("state")
    return country_name(state, telling.language) if state else ""


def _each(section: str, *keys: str, account: bool | None = None) -> Value:
    """The texts of the measures a section is about, each under its letter; `account`: only with or without one."""

    def value(telling: Telling) -> str:
        lines = []
        for part in chosen(telling.content, section):
            if account is not None and bool(part.get("account")) is not account:
                continue
            said = " ".join(text for key in keys if (text := _said(telling, part.get(key), key)))
            if said:
                lines.append(f"{part.get('id', '')}) {said}")
        return "\n".join(lines)

    return value


def _said(telling: Telling, value: Any, key: str) -> str:
    if key == "period":
        return period(value or {}, telling.language)
    if key == "person":
        names = {person.get("id"): telling.text(person.get("name")) for person in people(telling.content)}
        return names.get(value, "")
    if key in ("direction", "variant"):
        return term("option", str(value or ""), telling.language)
    return telling.text(value)


def _described(telling: Telling) -> str:
    lines = []
    for part in telling.content.get("parts", []):
        name = term("measure", str(part.get("measure", "")), telling.language)
        said = telling.text(part.get("description"))
        lines.append(f"{part.get('id', '')}) {name}{': ' if said else ''}{said}")
    return "\n".join(lines)


def _types(telling: Telling) -> str:
    codes = dict.fromkeys(str(part.get("measure", "")) for part in telling.content.get("parts", []))
    return ", ".join(term("measure", code, telling.language) for code in codes if code)


def _urgency(telling: Telling) -> str:
    return telling.text((telling.content.get("urgency") or {}).get("reason"))


def _law(telling: Telling) -> str:
    lines = [telling.text(telling.content.get("legal_classification"))]
    for statute in telling.content.get("statutes", []):
        pieces = [telling.text(statute.get(key)) for key in ("citation", "text", "maximum_penalty")]
        lines.append(" – ".join(piece for piece in pieces if piece))
    return "\n".join(line for line in lines if line)


def _categories(telling: Telling) -> str:
    return "\n".join(category_label(code, telling.language) for code in _order(telling).get("categories", []))


def _proceedings(telling: Telling) -> str:
    return term("proceedings", str(_order(telling).get("proceedings_type") or ""), telling.language)


def _formalities(telling: Telling) -> str:
    found = (telling.text(telling.content.get(key)) for key in ("procedure", "formalities"))
    return "\n".join([text for text in found if text] + [line for line in _part_formalities(telling) if line])


def _part_formalities(telling: Telling) -> Iterator[str]:
    for part in telling.content.get("parts", []):
        said = telling.text(part.get("formalities"))
        if said:
            yield f"{part.get('id', '')}) {said}"


VALUES: Mapping[str, Value] = {
    "A.issuing_state": lambda telling: _state(telling, "sender"),
    "A.executing_state": lambda telling: _state(telling, "addressee"),
    "B.urgency": _urgency,
    "B.shorter_deadline": lambda telling: telling.day((telling.content.get("urgency") or {}).get("deadline")),
    "C.description": _described,
    "C.measure_type": _types,
    "D.relation": lambda telling: term("answer", "yes", telling.language) if _earlier(telling) else "",
    "D.issue_date": lambda telling: telling.day(_earlier(telling).get("issue_date")),
    "D.transmitted_to": lambda telling: telling.text(_earlier(telling).get("transmitted_to")),
    "D.transmitted_on": lambda telling: telling.day(_earlier(telling).get("transmitted_on")),
    "D.refs": lambda telling: ", ".join(_earlier(telling).get("refs", [])),
    "D.other_states": lambda telling: ", ".join(
        country_name(code, telling.language) for code in _earlier(telling).get("other_states", [])
    ),
    "E.place": lambda telling: "\n".join(
        f"{part.get('id', '')}) {telling.text(part['place'])}"
        for part in telling.content.get("parts", [])
        if part.get("place")
    ),
    "F.type": _proceedings,
    "G.facts": lambda telling: telling.text(telling.content.get("facts")),
    "G.classification": _law,
    "G.categories": _categories,
    "H1.direction": _each("H1", "direction"),
    "H1.consent": _each("H1", "consent"),
    "H2.mode": lambda telling: term("option", "videoconference_or_audiovisual", telling.language),
    "H2.hearing_authority": _each("H2", "hearing_authority"),
    "H2.reasons": _each("H2", "why_not_in_person", "relevance"),
    "H2.suspect_consent": _each("H2", "consent"),
    "H3.disposition": lambda telling: term("option", "transferred_to_issuing", telling.language),
    "H4.accounts_relevance": _each("H4", "relevance", account=False),
    "H4.grounds_banks": _each("H4", "why_here"),
    "H4.banks": _each("H4", "bank"),
    "H4.transactions_period": _each("H4", "account", "period", account=True),
    "H4.transactions_relevance": _each("H4", "relevance", account=True),
    "H5.kind": lambda telling: term("option", "controlled_delivery", telling.language),
    "H5.relevance": _each("H5", "relevance"),
    "H6.relevance": _each("H6", "relevance"),
    "H7.relevance": _each("H7", "relevance"),
    "H7.subject": _each("H7", "person", "target"),
    "H7.duration": _each("H7", "period"),
    "H7.technical_data": _each("H7", "technical", "target"),
    "I.formalities": _formalities,
    "I.officials": lambda telling: telling.text(_order(telling).get("officials")),
    "J.info_authority": lambda telling: telling.text(_order(telling).get("remedies_authority")),
}

PERSON_VALUES: Mapping[str, Callable[[Telling, Mapping[str, Any]], str]] = {
    "aliases": lambda _, person: ", ".join(person.get("other_names", [])),
    "sex": lambda _, person: str(person.get("sex", "")),
    "nationality": lambda telling, person: ", ".join(
        country_name(code, telling.language) for code in person.get("nationality", [])
    ),
    "id_documents": lambda _, person: ", ".join(person.get("identity_documents", [])),
    "date_of_birth": lambda telling, person: telling.day(person.get("date_of_birth")),
    "place_of_birth": lambda telling, person: telling.name(person.get("place_of_birth")),
    "address": lambda telling, person: telling.name(person.get("address")),
    "languages": lambda telling, person: ", ".join(
        language_name(code, telling.language) for code in person.get("languages", [])
    ),
    "role": lambda telling, person: term("role", str(person.get("role", "")), telling.language),
    "legal_form": lambda telling, person: telling.name(person.get("legal_form")),
    "registration_number": lambda _, person: str(person.get("registration_number", "")),
}
