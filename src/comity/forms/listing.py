"""The standard forms as lists: what each holds and was read in, its fields with their words in one language."""

from typing import Any

from comity.forms.catalogue import Form, form_ids, load_form
from comity.forms.labels import LANGUAGES, label, term
from comity.values.errors import InvalidInputError


def form_rows(instrument: str = "") -> list[dict[str, Any]]:
    """Every form, or those whose instrument has these words in its name."""
    rows = [form_row(load_form(one)) for one in form_ids()]
    return [row for row in rows if instrument.casefold() in row["instrument"].casefold()]


def form_row(form: Form) -> dict[str, Any]:
    fields = [field for _, field in form.walk()]
    return {
        "id": form.id,
        "title": form.title,
        "instrument": form.instrument,
        "version": form.version,
        "sections": [section.letter for section in form.sections],
        "field_count": len(fields),
        "verified_count": sum(field.verified for field in fields),
        "sources": dict(form.sources),
    }


def form_sheet(form: Form, language: str = "en") -> dict[str, Any]:
    """One form with its fields; `words` and `option_words` are what is printed in that language."""
    if language not in LANGUAGES:
        raise InvalidInputError(
            f"The forms have no words in '{language[:20]}'.",
            code="forms:language",
            place="language",
            next_step=f"Languages they have: {', '.join(LANGUAGES)}.",
        )
    return form_row(form) | {
        "language": language,
        "words": label(form.id, "title", language),
        "section_words": {section.letter: label(form.id, section.letter, language) for section in form.sections},
        "fields": [
            {
                "place": place,
                "label": field.label,
                "words": label(form.id, place, language),
                "type": field.type,
                "required": field.required,
                "provision": field.provision,
                "status": field.status,
                "verified": field.verified,
                "options": list(field.options),
                "option_words": {option: term("option", option, language) for option in field.options},
                "source": field.source,
            }
            for place, field in form.walk()
        ],
    }
