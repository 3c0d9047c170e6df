"""Which form says what a request under an instrument contains, and by which provision each element is asked for."""

from dataclasses import dataclass

from comity.forms.catalogue import Field, Form, load_form

FORM_OF_INSTRUMENT = {
    "BILATERAL-CH-CO-MLA": "bilateral_ch_co_mla_2011",
    "BILATERAL-CH-CO-MLA-2011": "bilateral_ch_co_mla_2011",
    "UNTOC": "untoc_art18_mla",
    "UNCAC": "uncac_art46_mla",
    "VIENNA1988": "vienna1988_art7_mla",
    "ETS030": "ets030_mla",
    "ETS182": "ets030_mla",
    "EU-MLA-2000": "ets030_mla",
    "ETS185": "budapest_art31_disclosure",
    "CETS198": "cets198_request",
    "EU-EIO-2014-41": "eio_annex_a",
}
"""By the instrument's code and its other codes.

The EU Convention of 2000 supplements ETS 030 (its Art. 1): the contents are those of ETS 030 Art. 14.
"""

GENERAL = "general_mla"

FIELD_OF_ELEMENT = {
    "bilateral_ch_co_mla_2011": {"prosecuted": "27.1.persons"},
    "ets030_mla": {
        "authority": "14.authority",
        "matter": "14.object",
        "purpose": "14.object",
        "persons": "14.person",
        "facts": "14.facts",
        "law": "14.offence",
        "procedure": "exec.formalities",
        "confidentiality": "exec.confidentiality",
    },
    "budapest_art31_disclosure": {
        "assistance": "31.data",
        "procedure": "31.procedure",
        "urgency": "31.expedite",
        "confidentiality": "31.confidentiality",
    },
    "untoc_art18_mla": {"urgency": "opt.deadline", "transnational": "opt.transnational_grounds"},
    "uncac_art46_mla": {"urgency": "opt.deadline"},
    "cets198_request": {
        "authority": "37.1.authority",
        "conducting_authority": "37.1.authority",
        "matter": "37.1.object",
        "purpose": "37.1.object",
        "facts": "37.1.facts",
        "law": "37.1.law_text",
        "persons": "37.1.persons",
        "procedure": "37.1.procedure",
        "assistance": "37.1.property",
    },
    "eio_annex_a": {
        "authority": "K.name",
        "facts": "G.facts",
        "law": "G.classification",
        "assistance": "C.description",
        "persons": "E.natural",
        "procedure": "I.formalities",
        "urgency": "B.urgency",
    },
}
"""Where a form calls an element of a letter by another name than the element's own."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The provision that asks for an element, and whether it was read."""

    form: str
    section: str
    field: Field


def governing_form(instrument: str) -> Form:
    """The form a request under this instrument is held against; a general one where no list of contents was read."""
    return load_form(FORM_OF_INSTRUMENT.get(instrument, GENERAL))


def asked(instrument: str, element: str) -> Asked | None:
    """By which field of the governing form an element of the letter is asked for; None if the form does not ask."""
    form = governing_form(instrument)
    wanted = FIELD_OF_ELEMENT.get(form.id, {}).get(element, element)
    for place, field in form.walk():
        if wanted in (place, field.id):
            return Asked(form.id, place[: -len(field.id) - 1], field)
    return None
