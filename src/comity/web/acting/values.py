"""What a verb's form was filled in with, as the values casework takes."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from comity.requests.actions import Verb
from comity.web.acting.fields import COMPOSITES, LEFT_OUT, Part
from comity.web.acting.law import case_given, facts_given


def values_of(verb: Verb, cleaned: Mapping[str, Any], provisions: Mapping[str, str], *, new_id: str) -> dict[str, Any]:
    """The values by field name; what was left empty and may be is left out. `new_id` names a question we record."""
    values: dict[str, Any] = {}
    for field in verb.fields:
        if field.name in LEFT_OUT:
            continue
        if field.name in {"facts", "case"}:
            found = facts_given(cleaned) if field.name == "facts" else case_given(cleaned)
        elif field.type == "json":
            found = _composite(field.name, cleaned, provisions, str(cleaned.get("what") or ""), new_id)
        else:
            found = _plain(field.name, Part(field.name, field.type), cleaned)
        if found not in (None, "", [], {}):
            values[field.name] = found
    if "scan" in values:
        scan = cleaned.get("scan")
        values["name"] = str(getattr(scan, "name", "") or "scan")[:300]
        values["media_type"] = str(getattr(scan, "content_type", "") or "application/pdf")
    return values


def _plain(name: str, part: Part, cleaned: Mapping[str, Any]) -> Any:
    if part.type == "localized":
        start = f"{name}@"
        return {key[len(start) :]: text for key, text in cleaned.items() if key.startswith(start) and text}
    value = cleaned.get(name)
    match part.type:
        case "flag":
            return value == "yes"
        case "lines":
            return [line.strip() for line in (value or "").splitlines() if line.strip()]
        case "instant":
            return value.astimezone(UTC) if isinstance(value, datetime) else None
        case "file":
            return value.read() if value else None
        case _:
            return value


def _composite(name: str, cleaned: Mapping[str, Any], provisions: Mapping[str, str], what: str, new_id: str) -> Any:
    found = {
        part.name: value
        for part in COMPOSITES.get(name, ())
        if (value := _plain(f"{name}.{part.name}", part, cleaned)) not in (None, "", [], {})
    }
    found = {key: value.isoformat() if isinstance(value, date) else value for key, value in found.items()}
    match name:
        case "grounds":
            return [_ground(found, provisions)] if found else None
        case "ground":
            return _ground(found, provisions) if found else None
        case "remedy":
            return found if found.get("text") else None
        case "conditions":
            condition = {"kind": "other", "provision": "", "until": None, **found}
            return [condition] if found.get("text") else None
        case "body":
            return body_of_letter(what, found, cleaned.get("letter_on"), new_id)
        case _:
            return found or None


def _ground(found: Mapping[str, Any], provisions: Mapping[str, str]) -> dict[str, Any]:
    return {**found, "provision": provisions.get(str(found.get("ground", "")), "")}


def body_of_letter(what: str, found: Mapping[str, Any], on: date | None, new_id: str) -> dict[str, Any]:
    """A letter on paper as the body of the message it stands for; only what the letter says is in it."""
    text, provision = found.get("text") or {}, found.get("provision") or ""
    parts = found.get("parts") or []
    day = on.isoformat() if on else ""
    ground = {"ground": "stated-in-the-letter", "provision": provision, "reason": text}
    bodies: dict[str, dict[str, Any]] = {
        "request.answered": {"question_id": found.get("asked", ""), "text": text},
        "request.consulted": {"consultation_id": new_id, "parts": parts, "text": text, "provision": provision},
        "request.consulted-answered": {"consultation_id": found.get("asked", ""), "text": text},
        "request.reminded": {"text": text},
        "request.withdrawn": {"reason": text},
        "request.closed": {"reason": text},
        "request.feedback": {"outcome": text},
        "request.acknowledged": {
            "number": found.get("number", ""),
            "received_at": f"{day}T00:00:00.000Z",
            "contact": found.get("contact") or found.get("number", ""),
        },
        "request.returned": {"reasons": text, "provision": provision},
        "request.questioned": {"question_id": new_id, "text": text, "provision": provision},
        "request.accepted": {"parts": parts, "conditions": []},
        "request.declined": {"parts": parts, "grounds": [ground], "partial": False},
        "request.postponed": {"parts": parts, "ground": ground},
        "request.executed": {
            "parts": parts,
            "record": {
                "on": day,
                "place": found.get("place", ""),
                "by": found.get("by", ""),
                **({"text": text} if text else {}),
            },
        },
    }
    return bodies.get(what, {})
