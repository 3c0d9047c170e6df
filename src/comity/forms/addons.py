"""What a measure asks for beyond the contents every request has: the checklist `mla_addons_by_assistance_type`.

The checklist merges what several instruments and forms ask. An item is *missing* only where its provision belongs to
the instrument that governs; under any other instrument it is *recommended*, since it helps execution.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from comity.forms.catalogue import Field, load_form
from comity.forms.elements import Content, parts
from comity.forms.gap import Gap, Severity

FORM = "mla_addons_by_assistance_type"
PRESERVATION = "budapest_art29_preservation"

_NAMED = re.compile(r"(\D[^;]*?)\s+\d")

SECTIONS_OF_MEASURE: Mapping[str, tuple[str, ...]] = {
    "search-seizure": ("search_seizure",),
    "hearing-witness": ("take_evidence",),
    "hearing-video": ("take_evidence", "video_hearing"),
    "service": ("service",),
    "interception": ("interception",),
    "controlled-delivery": ("covert_or_controlled_delivery",),
    "joint-investigation": ("jit",),
    "freezing": ("restraint_confiscation",),
    "confiscation": ("restraint_confiscation",),
    "transfer-prisoner": ("temporary_transfer",),
}

STATED_AT: Mapping[str, tuple[str, ...]] = {
    "bank_accounts.why_value": ("relevance",),
    "bank_accounts.why_here": ("why_here", "bank"),
    "bank_transactions.accounts": ("account",),
    "bank_transactions.period": ("period",),
    "bank_transactions.relevance": ("relevance",),
    "bank_transactions.doc_types": ("bank",),
    "search_seizure.belief": ("belief",),
    "search_seizure.compulsory_at_home": ("available_at_home",),
    "take_evidence.oath": ("oath",),
    "take_evidence.subject": ("questions",),
    "video_hearing.why": ("why_not_in_person",),
    "video_hearing.authority": ("hearing_authority",),
    "service.person": ("person",),
    "interception.subject": ("target", "person"),
    "interception.duration": ("period",),
    "interception.technical": ("technical", "target"),
    "interception.relevance": ("relevance",),
    "covert_or_controlled_delivery.relevance": ("relevance",),
    "jit.composition": ("composition",),
    "restraint_confiscation.variant": ("variant",),
    "temporary_transfer.direction": ("direction",),
    "temporary_transfer.dates": ("period",),
    "temporary_transfer.place": ("place",),
    "temporary_transfer.purpose": ("description",),
    "temporary_transfer.consent": ("consent",),
    "29.2.data": ("description",),
    "29.2.custodian": ("target", "holder", "place"),
    "29.2.necessity": ("necessity",),
    "29.2.intent_mla": ("intent",),
}
"""The keys of a part of which one states the item; the first is where a gap is shown."""

INSTRUMENTS_OF_TAG: Mapping[str, frozenset[str]] = {
    "CETS198": frozenset({"CETS198"}),
    "EIO": frozenset({"EU-EIO-2014-41"}),
    "ETS30": frozenset({"ETS030", "ETS182", "EU-MLA-2000"}),
    "ETS182": frozenset({"ETS182"}),
    "ETS185": frozenset({"ETS185"}),
    "UNTOC": frozenset({"UNTOC"}),
    "UNCAC": frozenset({"UNCAC"}),
}


def sections_for(part: Mapping[str, Any]) -> tuple[str, ...]:
    """The parts of the checklist a measure calls for; bank records of no named account are asked for as accounts."""
    if part.get("measure") == "bank-records":
        return ("bank_transactions",) if part.get("account") else ("bank_accounts",)
    return SECTIONS_OF_MEASURE.get(str(part.get("measure")), ())


def cited(provision: str, first: str) -> str:
    """A provision in full: the checklist names the instrument once a section, and then only `18(1)`."""
    named = _NAMED.match(first)
    return f"{named[1]} {provision}" if named and provision[:1].isdigit() else provision


def addon_gaps(instrument: str, content: Content) -> Iterator[Gap]:
    form = load_form(FORM)
    for index, part in parts(content):
        for letter in sections_for(part):
            fields = form.section(letter).fields
            for field in fields:
                full = replace(field, provision=cited(field.provision, fields[0].provision))
                yield from _gap(FORM, letter, full, part, f"parts[{index}]", instrument)
        if part.get("measure") == "preservation":
            for field in load_form(PRESERVATION).section("29.2").fields:
                yield from _gap(PRESERVATION, "29.2", field, part, f"parts[{index}]", instrument)


def _gap(form: str, letter: str, field: Field, part: Mapping[str, Any], place: str, instrument: str) -> Iterator[Gap]:
    keys = STATED_AT.get(f"{letter}.{field.id}", ())
    if not keys or any(part.get(key) not in (None, "", [], {}) for key in keys):
        return
    severity: Severity = "missing" if _governs(form, field, instrument) and field.required == "yes" else "recommended"
    sentence = f"{field.label}: state it for this measure."
    yield Gap(form, letter, field.id, f"{place}.{keys[0]}", field.provision, sentence, severity, field.verified)


def _governs(form: str, field: Field, instrument: str) -> bool:
    """Whether the governing instrument itself asks; what a draft treaty asks too was not read there as a duty."""
    if form == PRESERVATION:
        return instrument == "ETS185"
    if "bilateral draft" in field.provision:
        return False
    return any(tag in field.provision and instrument in codes for tag, codes in INSTRUMENTS_OF_TAG.items())
