"""The authorities of a European Investigation Order and its receipt: who stands in which section, and each value."""

from collections.abc import Mapping
from typing import Any

from comity.documents.sheet import Telling
from comity.forms.catalogue import has_term, term
from comity.values.language import language_name

ANNEX_A, ANNEX_B = "eio_annex_a", "eio_annex_b_receipt"

OFFICE_OF_SECTION = {
    (ANNEX_A, "K"): "issuing",
    (ANNEX_A, "L"): "validating",
    (ANNEX_B, "B"): "received_by",
    (ANNEX_B, "C"): "forwarded_to",
}


def office_of(telling: Telling, role: str) -> Mapping[str, Any]:
    """What the context says of an office, completed from what the content and the sheet say of it anyway."""
    content, context = telling.content, telling.context
    order, signatory = content.get("eio") or {}, context.get("signatory") or {}
    sender = context.get("sender") or {}
    named = (content.get("authority") or {}) if role == "issuing" else {}
    known: dict[str, Any] = {}
    if role in ("issuing", "received_by"):
        known = {
            "kind": order.get("issuer_kind"),
            "name": named.get("name") or sender.get("name"),
            "contact_person": named.get("contact"),
            "post": signatory.get("function"),
            "file_no": context.get("our_reference"),
            "address": ", ".join(telling.name(line) for line in sender.get("lines", [])),
            "signed_by": signatory.get("name"),
            "signed_post": signatory.get("function"),
            "signed_on": signatory.get("signed_on"),
        }
    if role == "validating" and (judge := order.get("validated_by")):
        known = {
            "kind": judge.get("kind"),
            "name": judge.get("authority") or judge.get("name"),
            "contact_person": judge.get("name"),
            "post": judge.get("function"),
            "signed_by": judge.get("name"),
            "signed_post": judge.get("function"),
            "signed_on": judge.get("date"),
        }
    given = {key: value for key, value in (context.get(role) or {}).items() if value}
    return {**{key: value for key, value in known.items() if value}, **given}


def office_value(telling: Telling, office: Mapping[str, Any], place: str) -> str:
    if place == "type":
        kind = str(office.get("kind") or "")
        return term("issuer", kind, telling.language) if has_term("issuer", kind) else kind
    if place == "languages":
        return ", ".join(language_name(code, telling.language) for code in office.get("languages", []))
    if place == "signature.date":
        return telling.day(office.get("signed_on"))
    named = {"signature.name": "signed_by", "signature.post": "signed_post"}
    return telling.name(office.get(named.get(place, place)))
