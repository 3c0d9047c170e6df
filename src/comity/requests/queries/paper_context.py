"""What a letter's sheet says beside its content: sender, addressee, numbers, signatory."""

from datetime import datetime
from typing import Any

from comity.authorities.models import Authority, Officer
from comity.gazette.queries import register_here
from comity.requests.lanes import way_of
from comity.requests.models import Dossier
from comity.requests.phases import Side
from comity.requests.queries.access import partner_of


def letter_context(row: Dossier, at: datetime, *, person: Officer | None = None, exercise: bool) -> dict[str, Any]:
    """The context of a letter of our side to the partner; `person` is who signs it on that day."""
    ours = row.originating if row.side == Side.REQUESTING and person is not None else row.holder
    way = way_of(register_here(), row.instrument, row.requesting[:2], row.requested[:2])
    sheet = {
        "exercise": exercise,
        "handling": row.handling,
        "sender": _place(ours or row.holder),
        "addressee": _place(partner_of(row)),
        "our_reference": (row.file_number if ours == row.originating else row.number) or row.number,
        "their_reference": row.their_number,
        "date": at.date().isoformat(),
        "channel": way.route if way.lane else "",
        "legal_basis": [
            {"instrument": way.instrument, "title": way.title, "provision": "", "verified": True, "subsidiary": False}
        ]
        if way.title
        else [],
        "signatory": {
            "name": person.get_full_name(),
            "function": person.function,
            "signed_on": at.date().isoformat(),
        }
        if person is not None
        else {},
    }
    if row.direct and person is not None:
        sheet["issuing"] = _office(ours or row.holder, row.file_number, person)
    return sheet


def _office(code: str, number: str, person: Officer) -> dict[str, Any]:
    """An office as the order's forms print it (Annex A, section K)."""
    row = Authority.objects.get(code=code)
    kept_as = {"address": "address", "tel": "telephone", "email": "email"}
    known = {key: str(row.contact[kept]) for key, kept in kept_as.items() if row.contact.get(kept)}
    return {
        **known,
        "name": row.names,
        "file_no": number,
        "languages": row.languages,
        "signed_by": person.get_full_name(),
        "signed_post": person.function,
    }


def _place(code: str) -> dict[str, Any]:
    row = Authority.objects.filter(code=code).first()
    if row is None:
        return {"state": code[:2], "name": code, "lines": []}
    lines = [str(row.contact[key]) for key in ("address", "telephone", "email") if row.contact.get(key)]
    return {"state": row.state, "name": row.names, "lines": lines}
