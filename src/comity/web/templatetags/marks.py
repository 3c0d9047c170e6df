"""Template tags and filters for the marks of the house."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from comity.values.country import country_name
from comity.values.language import direction, language_name
from comity.values.verdict import Finding
from comity.web import vocabulary
from comity.web.drafting.places import slug
from comity.web.law_names import treaty_title
from comity.web.law_sentences import told
from comity.web.marks import ClockMark, Ribbon, SealMark, Stop

register = template.Library()


@register.inclusion_tag("marks/ribbon.html", takes_context=True)
def ribbon(context: Mapping[str, Any]) -> dict[str, Any]:
    return {"ribbon": context.get("ribbon") or Ribbon(), "house": context["request"].house}


@register.inclusion_tag("marks/seal.html")
def seal(mark: SealMark | None) -> dict[str, Any]:
    return {"seal": mark}


@register.inclusion_tag("marks/verdict.html")
def verdict(finding: Finding | str, verified: bool = True) -> dict[str, Any]:
    code = Finding(finding)
    return {"code": code.value.lower(), "word": vocabulary.FINDINGS[code], "verified": verified}


@register.inclusion_tag("marks/clock.html")
def clock(mark: ClockMark) -> dict[str, Any]:
    return {"clock": mark}


@register.inclusion_tag("marks/custody.html")
def custody(stops: list[Stop], across: bool = False) -> dict[str, Any]:
    return {"stops": stops, "across": across}


@register.inclusion_tag("marks/icon.html")
def icon(name: str) -> dict[str, str]:
    return {"name": name}


@register.inclusion_tag("marks/field.html")
def show_field(field: Any) -> dict[str, Any]:
    """One form field: label, help, the control, its error beside it; all tied together for a screen reader."""
    errors = [str(error) for error in field.errors]
    described = [f"{field.auto_id}-help"] if field.help_text else []
    described += [f"{field.auto_id}-error"] if errors else []
    attributes: dict[str, str] = {}
    if described and not field.field.widget.use_fieldset:
        attributes["aria-describedby"] = " ".join(described)
    if errors:
        attributes["aria-invalid"] = "true"
    control = field.as_widget(attrs=attributes)
    return {"field": field, "errors": errors, "control": control, "described": " ".join(described)}


@register.filter
def state_name(code: str) -> str:
    return country_name(code, get_language() or "en")


@register.filter
def tongue(code: str) -> str:
    return language_name(code, get_language() or "en")


@register.filter
def writing(code: str) -> str:
    return direction(code)


@register.filter
def word(code: object, kind: str) -> str:
    """The word for a code of the house in the reader's language; an unknown code stands as it is."""
    return vocabulary.word(kind, str(code))


@register.filter
def short(digest: str) -> SafeString:
    """A digest shortened for the eye, whole for the copy: first eight and last four characters."""
    if len(digest) <= 16:
        return format_html('<span class="digest ltr">{}</span>', digest)
    return format_html('<span class="digest ltr" title="{}">{}…{}</span>', digest, digest[:8], digest[-4:])


@register.filter
def law_text(text: str) -> SafeString:
    """A sentence of the law in the reader's language; what the catalogue does not have is marked as English."""
    return told(text)


@register.filter
def titled(title: str) -> SafeString:
    """The title of an instrument; a treaty without a printed one is named by its States and its kind."""
    named = treaty_title(title)
    return law_text(title) if named == title else format_html("{}", named)


@register.filter
def size(count: int | None) -> str:
    """Bytes in the unit a person reads."""
    if count is None:
        return "–"
    value, unit = float(count), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if value < 1000:
            break
        value, unit = value / 1000, larger
    return f"{value:.0f} {unit}" if unit in {"B", "kB"} else f"{value:.1f} {unit}"


@register.filter
def get(mapping: Mapping[str, Any], key: str) -> Any:
    return mapping.get(key, "") if mapping else ""


@register.filter
def initial_language(texts: Mapping[str, str] | str) -> str:
    """The text in the reader's language if there, else the first given: for names of authorities."""
    if isinstance(texts, str):
        return texts
    language = (get_language() or "en")[:2]
    return texts.get(language) or texts.get("en") or next(iter(texts.values()), "")


@register.filter
def place_id(place: str) -> str:
    return slug(place)


@register.filter
def unhyphened(code: str) -> str:
    """A code without a word of its own, as words: `working_days` reads `working days`."""
    return code.replace("-", " ").replace("_", " ")


@register.filter
def apart(text: object) -> str:
    """The text set apart in direction (U+2068, U+2069), so that a date or code keeps its order among Arabic words."""
    return f"\u2068{text}\u2069"
