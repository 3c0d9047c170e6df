"""One request, invented from end to end: persons, offices and accounts that exist nowhere."""

from datetime import UTC, datetime
from typing import Any

AT = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)

CONTENT: dict[str, Any] = {
    "instrument": "BILATERAL-CH-CO-MLA-2011",
    "language": "fr",
    "offences": ["drug-trafficking", "money-laundering"],
    "authority": {
        "name": {
            "fr": "Ministère public du canton fictif d’Aarevaud",
            "es": "Ministerio Público del cantón ficticio de Aarevaud",
        },
        "functions": {
            "fr": "Poursuite des infractions graves relevant du canton",
            "es": "Persecución de los delitos graves de competencia del cantón",
        },
        "contact": "Mme la procureure Ida Musterbach, ida.musterbach@aarevaud.example, +41 00 000 00 00",
    },
    "matter": {
        "fr": "Enquête pénale AV-2026-0417 dirigée contre Rodrigo Ficticio Ejemplo et inconnus pour "
        "trafic de stupéfiants et blanchiment d’argent.",
        "es": "Investigación penal AV-2026-0417 contra Rodrigo Ficticio Ejemplo y desconocidos por "
        "tráfico de estupefacientes y blanqueo de capitales.",
    },
    "stage": "investigation",
    "facts": {
        "fr": "Entre janvier 2025 et juin 2026, 340 kg de cocaïne ont été acheminés de Barranquilla à "
        "Bâle dans des conteneurs de fruits au nom de la société Frutas Imaginarias S.A.S.\n"
        "\n"
        "Le produit de la vente, environ CHF 4 200 000, a été versé par tranches sur deux comptes "
        "ouverts auprès du Banco Inventado de Bogotá, puis retiré en espèces.",
        "es": "Entre enero de 2025 y junio de 2026 se transportaron 340 kg de cocaína de Barranquilla a "
        "Basilea en contenedores de fruta a nombre de la sociedad Frutas Imaginarias S.A.S.\n"
        "\n"
        "El producto de la venta, unos CHF 4 200 000, se ingresó por tramos en dos cuentas del "
        "Banco Inventado de Bogotá y se retiró después en efectivo.",
    },
    "legal_classification": {
        "fr": "Infraction grave à la loi sur les stupéfiants et blanchiment d’argent aggravé.",
        "es": "Infracción grave de la Ley de estupefacientes y blanqueo de capitales agravado.",
    },
    "statutes": [
        {
            "citation": "Art. 19 al. 2 LStup",
            "text": {
                "fr": "Quiconque met en danger la santé de nombreuses personnes …",
                "es": "Quien ponga en peligro la salud de numerosas personas …",
            },
            "maximum_penalty": {"fr": "20 ans", "es": "20 años"},
        },
        {
            "citation": "Art. 305bis ch. 2 CP",
            "text": {"fr": "Blanchiment d’argent, cas grave", "es": "Blanqueo de capitales, caso grave"},
            "maximum_penalty": {"fr": "5 ans", "es": "5 años"},
        },
    ],
    "purpose": {
        "fr": "Établir l’origine, la destination et les ayants droit des fonds.",
        "es": "Establecer el origen, el destino y los derechohabientes de los fondos.",
    },
    "persons": [
        {
            "id": "p1",
            "role": "suspect",
            "name": "Rodrigo Ficticio Ejemplo",
            "date_of_birth": "1980-01-02",
            "nationality": ["CO"],
            "address": "Calle Inexistente 12, Bogotá",
            "languages": ["es"],
            "confidential": False,
        },
        {
            "id": "p2",
            "role": "witness",
            "name": "Consuelo Testigo Inventada",
            "nationality": ["CO"],
            "address": "Carrera Imaginaria 7, Medellín",
            "languages": ["es"],
            "confidential": True,
        },
    ],
    "parts": [
        {
            "id": "a",
            "measure": "bank-records",
            "description": {
                "fr": "Documents d’ouverture, relevés et justificatifs du premier compte.",
                "es": "Documentos de apertura, extractos y justificantes de la primera cuenta.",
            },
            "bank": "Banco Inventado, Bogotá",
            "account": "000-111111-22",
            "holder": "p1",
            "period": {"from": "2025-01-01", "to": "2026-06-30"},
            "relevance": {
                "fr": "Le compte a reçu 31 versements provenant des acheteurs identifiés à Bâle.",
                "es": "La cuenta recibió 31 ingresos de los compradores identificados en Basilea.",
            },
        },
        {
            "id": "b",
            "measure": "bank-records",
            "description": {
                "fr": "Mêmes documents pour le second compte.",
                "es": "Los mismos documentos para la segunda cuenta.",
            },
            "bank": "Banco Inventado, Bogotá",
            "account": "000-333333-44",
            "holder": "p1",
            "period": {"from": "2025-01-01"},
            "relevance": {"fr": "Compte de passage.", "es": "Cuenta de tránsito."},
        },
        {
            "id": "c",
            "measure": "hearing-witness",
            "person": "p2",
            "description": {
                "fr": "Audition de la comptable de la société.",
                "es": "Declaración de la contadora de la sociedad.",
            },
            "questions": [
                {"fr": "Qui donnait les ordres de versement ?", "es": "¿Quién ordenaba los ingresos?"},
                {"fr": "Qui a retiré les espèces, et où ?", "es": "¿Quién retiró el efectivo y dónde?"},
            ],
            "rights": {
                "fr": "Le témoin peut refuser de déposer selon l’un ou l’autre droit.",
                "es": "La testigo puede negarse a declarar conforme a cualquiera de los dos derechos.",
            },
        },
    ],
    "procedure": {
        "fr": "Procès-verbal signé page par page par les personnes présentes.",
        "es": "Acta firmada en cada página por los presentes.",
    },
    "urgency": {
        "reason": {
            "fr": "Détention provisoire jusqu’au 31 janvier 2027.",
            "es": "Prisión preventiva hasta el 31 de enero de 2027.",
        },
        "deadline": "2027-01-31",
    },
    "confidentiality": {
        "requested": True,
        "fields": ["persons[1]"],
        "reason": {"fr": "Le témoin est exposé à des représailles.", "es": "La testigo corre riesgo de represalias."},
    },
    "dual_criminality": {
        "statement": {
            "fr": "Les faits seraient punissables en Colombie comme trafic de stupéfiants et blanchiment.",
            "es": "Los hechos serían punibles en Colombia como tráfico de estupefacientes y lavado de activos.",
        }
    },
    "use": {"proceedings": {"fr": "procédure pénale AV-2026-0417", "es": "procedimiento penal AV-2026-0417"}},
    "translations": [
        {"language": "es", "kind": "certified", "by": "Traductora jurada Elena Palabra", "on": "2026-11-02"}
    ],
}

CONTEXT: dict[str, Any] = {
    "exercise": True,
    "handling": "H1",
    "sender": {
        "state": "CH",
        "name": {
            "fr": "Ministère public du canton fictif d’Aarevaud",
            "es": "Ministerio Público del cantón ficticio de Aarevaud",
        },
        "lines": ["Rue de l’Exemple 1, 0000 Aareville", "ida.musterbach@aarevaud.example"],
    },
    "addressee": {
        "state": "CO",
        "name": {
            "fr": "Procureur général de la Nation, Direction des affaires internationales",
            "es": "Fiscalía General de la Nación, Dirección de Asuntos Internacionales",
        },
        "lines": ["Bogotá"],
    },
    "our_reference": "AV-2026-0417/ER-3",
    "place": {"fr": "Aareville", "es": "Aareville"},
    "date": "2026-11-03",
    "channel": {"fr": "autorités centrales (art. 25)", "es": "autoridades centrales (art. 25)"},
    "legal_basis": [
        {
            "title": {
                "fr": "Traité d’entraide judiciaire en matière pénale du 27 janvier 2011 entre "
                "la Suisse et la Colombie",
                "es": "Tratado de 27 de enero de 2011 entre Suiza y Colombia sobre asistencia "
                "judicial en materia penal",
            },
            "provision": "Art. 1, 2",
            "verified": True,
        },
        {
            "title": {"fr": "Convention de Vienne de 1988", "es": "Convención de Viena de 1988"},
            "provision": "Art. 7",
            "verified": False,
            "subsidiary": True,
        },
    ],
    "signatory": {
        "name": "Ida Musterbach",
        "function": {"fr": "Procureure", "es": "Fiscal"},
        "signed_on": "2026-11-03",
    },
}
