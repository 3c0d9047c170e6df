"""What a request still lacks: its content held against the contents list of the instrument and of each measure."""

from collections.abc import Iterator, Mapping
from typing import Any

from comity.forms.addons import addon_gaps
from comity.forms.catalogue import Field, Form
from comity.forms.contents import FIELD_OF_ELEMENT, governing_form
from comity.forms.elements import ELEMENTS, Content
from comity.forms.gap import Gap, Severity

OFFICIAL_LANGUAGES = {"CH": frozenset({"de", "fr", "it"}), "CO": frozenset({"es"})}
"""For Art. 30 of the Swiss-Colombian treaty: the request is translated into a language of the requested State."""

SWISS_COLOMBIAN = "bilateral_ch_co_mla_2011"

PROSE = frozenset({"matter", "facts", "legal_classification", "purpose", "description", "relevance", "statement"})
"""What is told in sentences and so needs translating; a name or a citation given once stands for every language."""

_HELPS_ONLY = frozenset({"where_possible", "if_available", "optional", "recommended", "where_necessary"})


def gaps(instrument: str, content: Content) -> tuple[Gap, ...]:
    """Every gap, what is missing first, then what is recommended, each in the order of the form.

    `content` is as `parse_content` gives it. Nothing here decides law: an instrument whose list nobody read is held
    against a general list, and each of its gaps says `verified: False`.
    """
    form = governing_form(instrument)
    found = [
        *_elements(form, content),
        *_order(instrument, content),
        *_translations(form, content),
        *addon_gaps(instrument, content),
    ]
    unique = {(gap.place, gap.severity): gap for gap in reversed(found)}
    kept = [gap for gap in dict.fromkeys(reversed(unique.values())) if not _said_already(gap, found)]
    return tuple(sorted(kept, key=lambda gap: gap.severity != "missing"))


def _said_already(gap: Gap, found: list[Gap]) -> bool:
    """A recommendation for a place that is missing anyway would only repeat it."""
    return gap.severity == "recommended" and any(
        other.place == gap.place and other.severity == "missing" for other in found
    )


def _elements(form: Form, content: Content) -> Iterator[Gap]:
    renamed = FIELD_OF_ELEMENT.get(form.id, {})
    for element, check in ELEMENTS.items():
        wanted = renamed.get(element, element)
        for place, field in form.walk():
            if wanted in (place, field.id):
                letter = place[: -len(field.id) - 1]
                yield from (_gap(form.id, letter, field, *finding) for finding in _findings(check(content)))
                break


def _findings(findings: Iterator[Any]) -> Iterator[tuple[str, str, bool]]:
    for finding in findings:
        yield finding.place, finding.text, finding.only_helps


def _gap(form: str, letter: str, field: Field, place: str, text: str, only_helps: bool) -> Gap:
    severity: Severity = "recommended" if only_helps else "missing"
    if field.required == "recommended" or (field.required in _HELPS_ONLY and "[" not in place):
        severity = "recommended"
    return Gap(form, letter, field.id, place, field.provision, text, severity, field.verified)


def _translations(form: Form, content: Content) -> Iterator[Gap]:
    """Each text in the original's language and in every language of a translation; Art. 30 between CH and CO."""
    original = content.get("language")
    if not original:
        yield Gap(
            form.id, "", "language", "language", "", "Say in which language the original is.", "missing", verified=True
        )
        return
    into = {str(item.get("language")) for item in content.get("translations", [])} - {"None", original}
    field = next((field for _, field in form.walk() if field.id == "language"), None)
    provision, verified = (field.provision, field.verified) if field else ("", True)
    if form.id == SWISS_COLOMBIAN:
        ours = next((state for state, languages in OFFICIAL_LANGUAGES.items() if original in languages), "")
        other = frozenset().union(*(found for state, found in OFFICIAL_LANGUAGES.items() if state != ours))
        if not into & other:
            sentence = f"Add a translation into {' or '.join(sorted(other))}, a language of the requested State."
            yield Gap(form.id, "other", "language", "translations", provision, sentence, "missing", verified)
    for place, given in _texts(content, "", original):
        for language in (original, *sorted(into)):
            if language not in given:
                what = "This text lacks its original" if language == original else "This text is not translated"
                sentence = f"{what} ({language})."
                yield Gap(form.id, "", "language", f"{place}.{language}", provision, sentence, "missing", verified)


def _texts(value: Any, place: str, original: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Every text keyed by language, with its place; prose that is not keyed counts as given in the original only."""
    if isinstance(value, Mapping):
        if place and value and all(len(key) in (2, 3) and isinstance(text, str) for key, text in value.items()):
            yield place, value
            return
        for key, item in value.items():
            where = f"{place}.{key}".lstrip(".")
            if key in PROSE and isinstance(item, str):
                yield where, {original: item}
            yield from _texts(item, where, original)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _texts(item, f"{place}[{index}]", original)


ORDER_ASKS = (
    ("issuer_kind", "Art. 2(c)", "State what the issuing authority is: judge, court, investigating judge, prosecutor."),
    ("necessity", "Art. 6(1)(a)", "State why the order is necessary."),
    ("proportionality", "Art. 6(1)(a)", "State why the order is proportionate."),
    ("available_at_home", "Art. 6(1)(b)", "State that the measure could be ordered in a similar domestic case."),
    ("remedies_authority", "Art. 14", "Name the authority that informs about legal remedies."),
    ("proceedings_type", "Art. 4", "State the type of proceedings."),
)
"""What the issuing authority of a European Investigation Order states; these articles were not read officially."""


def _order(instrument: str, content: Content) -> Iterator[Gap]:
    if instrument != "EU-EIO-2014-41":
        return
    order = content.get("eio") or {}
    for key, provision, sentence in ORDER_ASKS:
        if not order.get(key):
            yield Gap("eio_annex_a", "", key, f"eio.{key}", provision, sentence, "missing", verified=False)
    if order.get("issuer_kind") == "other" and not (order.get("validated_by") or {}).get("name"):
        sentence = "An order of another authority is validated by a judge, court, investigating judge or prosecutor."
        yield Gap("eio_annex_a", "L", "name", "eio.validated_by", "Art. 2(c)(ii)", sentence, "missing", verified=False)
