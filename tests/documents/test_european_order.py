from typing import Any

import pytest

from comity.documents.letters import compose_letter
from comity.forms.catalogue import load_form
from tests.documents.specimens import CONTENT, CONTEXT
from tests.documents.test_letters import rows_of

ORDER = {
    **CONTENT,
    "instrument": "EU-EIO-2014-41",
    "eio": {
        "issuer_kind": "other",
        "validated_by": {"kind": "judge", "name": "Jana Vzorová", "authority": "Fictional court", "date": "2026-11-02"},
        "necessity": {"fr": "Aucune autre source."},
        "proportionality": {"fr": "Deux comptes seulement."},
        "remedies": {"fr": "Recours dans les dix jours."},
        "remedies_authority": "Fictional registry",
        "categories": ["EAW-05", "EAW-09"],
        "proceedings_type": "a_criminal",
    },
}
SIDES = {
    **CONTEXT,
    "sender": {"state": "CZ", "name": "Fictional office"},
    "addressee": {"state": "ES", "name": "Juzgado"},
}


def order(**changes: Any) -> dict[str, Any]:
    return compose_letter("eio-annex-a", {**ORDER, **changes}, SIDES, "fr")


def test_annex_a_has_every_section_of_the_form_in_its_order() -> None:
    assert [section["mark"] for section in order()["sections"]] == [
        section.letter for section in load_form("eio_annex_a").sections
    ]


def test_every_field_of_annex_a_and_b_prints_as_not_verified() -> None:
    receipt = compose_letter("eio-annex-b", {"authority": "X", "received": "2026-11-03"}, SIDES, "es")
    for data in (order(), receipt):
        rows = rows_of(data)
        assert len(rows) > 5
        assert not any(row["verified"] for row in rows)
        assert any("no verificado" in note or "non vérifié" in note for note in data["notes"])


def test_sections_on_measures_not_asked_for_say_so() -> None:
    sections = {section["mark"]: section for section in order()["sections"]}
    assert sections["H7"]["blocks"][0]["paragraphs"] == ["sans objet"]
    assert sections["H4"]["blocks"][0]["kind"] == "rows"
    tapped = order(parts=[{"id": "a", "measure": "interception", "target": "+000", "relevance": {"fr": "Utile"}}])
    sections = {section["mark"]: section for section in tapped["sections"]}
    assert sections["H4"]["blocks"][0]["kind"] == "text"
    values = [row["value"] for row in sections["H7"]["blocks"][0]["rows"]]
    assert "a) Utile" in values
    assert "non indiqué" in values


@pytest.mark.parametrize(
    "value",
    [
        "Tchéquie",
        "Espagne",
        "Aucune autre source.",
        "Deux comptes seulement.",
        "Recours dans les dix jours.",
        "Fictional registry",
        "Fictional court",
        "Jana Vzorová",
        "2 novembre 2026",
        "procédures pénales (art. 4, point a)",
        "trafic de stupéfiants et de substances psychotropes\nblanchiment des produits du crime",
    ],
)
def test_what_the_issuing_and_validating_authorities_state_is_on_the_form(value: str) -> None:
    assert value in [row["value"] for row in rows_of(order())]


def test_the_order_says_that_the_channel_is_becoming_the_unions_own_system() -> None:
    assert any("2023/2844" in note for note in order()["notes"])


def test_annex_b_names_the_order_and_the_day_it_was_received() -> None:
    content = {"authority": "Parquet fictif", "ref": "LU-1", "issued": "2026-11-01", "received": "2026-11-03"}
    values = [row["value"] for row in rows_of(compose_letter("eio-annex-b", content, SIDES, "es"))]
    assert {"Parquet fictif", "LU-1", "1 de noviembre de 2026", "3 de noviembre de 2026"} <= set(values)
