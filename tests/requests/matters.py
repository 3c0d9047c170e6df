"""The contents of three invented requests between real States."""

from typing import Any

RECORDS = {"fr": "Relevés du compte pour la période indiquée.", "es": "Extractos de la cuenta del período indicado."}
WHY = {
    "fr": "Les fonds du trafic ont transité par ce compte.",
    "es": "Los fondos del tráfico pasaron por esta cuenta.",
}


def both(fr: str, es: str) -> dict[str, str]:
    return {"fr": fr, "es": es}


def to_colombia() -> dict[str, Any]:
    """Two accounts and a witness, under the treaty of 2011, in French with a Spanish translation."""
    return {
        "instrument": "BILATERAL-CH-CO-MLA-2011",
        "language": "fr",
        "offences": ["drug-trafficking", "money-laundering"],
        "authority": {
            "name": both("Ministère public (exercice)", "Ministerio Público (ejercicio)"),
            "functions": both("Poursuite pénale", "Persecución penal"),
            "contact": "exercise@oag.example",
        },
        "matter": both("Trafic et blanchiment (exercice)", "Tráfico y lavado (ejercicio)"),
        "stage": "investigation",
        "facts": both("Entre 2025 et 2026 des fonds ont été virés.", "Entre 2025 y 2026 se giraron fondos."),
        "legal_classification": both(
            "Infraction grave à la loi sur les stupéfiants", "Delito grave de estupefacientes"
        ),
        "statutes": [
            {
                "citation": "Art. 19 LStup",
                "text": both("Texte de l'article (exercice).", "Texto del artículo (ejercicio)."),
                "maximum_penalty": "20 ans",
            }
        ],
        "purpose": both("Établir le cheminement des fonds.", "Establecer el recorrido de los fondos."),
        "persons": [
            {
                "id": "p1",
                "role": "suspect",
                "name": "Juan Ejemplo",
                "date_of_birth": "1980-01-02",
                "place_of_birth": "Bogotá",
                "nationality": ["CO"],
                "address": "Calle Ejemplo 1, Bogotá",
                "languages": ["es"],
                "sex": "male",
            },
            {
                "id": "p2",
                "role": "witness",
                "name": "Marta Muestra",
                "date_of_birth": "1985-03-04",
                "place_of_birth": "Cali",
                "nationality": ["CO"],
                "address": "Calle Muestra 2, Bogotá",
                "languages": ["es"],
                "sex": "female",
                "confidential": True,
            },
        ],
        "parts": [
            _account("a", "Banco Ejemplo", "111-1"),
            _account("b", "Banco Muestra", "222-2"),
            {
                "id": "c",
                "measure": "hearing-witness",
                "description": both("Audition du témoin.", "Declaración de la testigo."),
                "person": "p2",
                "questions": [both("Qui a ouvert le compte ?", "¿Quién abrió la cuenta?")],
                "relevance": both("Elle a tenu la comptabilité.", "Llevaba la contabilidad."),
                "formalities": both("Procès-verbal signé.", "Acta firmada."),
                "rights": both("Droit de refuser de témoigner.", "Derecho a no declarar."),
                "hearing_authority": "Fiscalía 14",
                "oath": False,
                "presence": both("Aucune.", "Ninguna."),
            },
        ],
        "procedure": both("Selon votre droit.", "Según su derecho."),
        "formalities": both("Aucune autre.", "Ninguna otra."),
        "transnational_grounds": both("Fonds transférés entre les deux pays.", "Fondos girados entre ambos países."),
        "confidentiality": {
            "requested": True,
            "fields": ["persons[1]"],
            "reason": both("Protection du témoin.", "Protección de la testigo."),
        },
        "dual_criminality": {"statement": both("Les faits sont punissables.", "Los hechos son punibles.")},
        "use": {"proceedings": both("La présente procédure.", "El presente procedimiento.")},
        "translations": [{"language": "es", "kind": "certified", "by": "Traductora Ejemplo", "on": "2026-11-01"}],
    }


def _account(part: str, bank: str, account: str) -> dict[str, Any]:
    return {
        "id": part,
        "measure": "bank-records",
        "description": RECORDS,
        "bank": bank,
        "account": account,
        "holder": "p1",
        "period": {"from": "2025-01-01", "to": "2026-06-30"},
        "relevance": WHY,
        "why_here": both("La banque a son siège à Bogotá.", "El banco tiene sede en Bogotá."),
        "belief": both("Relevés suisses.", "Extractos suizos."),
    }


def to_luxembourg(issuer: str = "investigating-judge") -> dict[str, Any]:
    """A European Investigation Order for the records of one account, in French."""
    content: dict[str, Any] = {
        **to_colombia(),
        "instrument": "EU-EIO-2014-41",
        "offences": ["fraud"],
        "translations": [],
        "eio": {
            "issuer_kind": issuer,
            "necessity": {"fr": "Nécessaire pour établir les faits."},
            "proportionality": {"fr": "Proportionné à la gravité."},
            "available_at_home": {"fr": "Possible dans une affaire interne semblable."},
            "remedies": {"fr": "Recours devant la juridiction d'émission."},
            "remedies_authority": {"fr": "Juzgado Central 3"},
            "proceedings_type": "a_criminal",
            "categories": ["EAW-20"],
        },
    }
    if issuer == "other":
        content["eio"]["validated_by"] = {"kind": "judge", "name": "Jueza Validadora", "date": "2026-11-02"}
    for key in ("transnational_grounds", "dual_criminality"):
        content.pop(key)
    return only_french(content)


def only_french(value: Any) -> Any:
    """The same content with its French texts alone."""
    if isinstance(value, dict):
        return {key: only_french(one) for key, one in value.items() if not (key == "es" and "fr" in value)}
    return [only_french(one) for one in value] if isinstance(value, list) else value


def to_paraguay() -> dict[str, Any]:
    """The same matter under UNTOC, in Spanish alone, to a State whose authority has no node."""
    content = to_colombia()
    content |= {"instrument": "UNTOC", "language": "es", "translations": []}
    return _only_spanish(content)


def _only_spanish(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _only_spanish(one) for key, one in value.items() if not (key == "fr" and "es" in value)}
    return [_only_spanish(one) for one in value] if isinstance(value, list) else value
